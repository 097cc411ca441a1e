//! Seeded businesses: as many records as their size says, the same ones for the same seed on both databases, and true
//! to every rule of the domain.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod recurring;
mod roles;
mod rows;
mod rules;
mod shares;
#[path = "../support/mod.rs"]
mod support;

use chrono::{NaiveDate, NaiveTime};
use mcp_server::{
    App,
    config::Config,
    seed::{Size, Tenant, Volume, business},
};
use serde_json::{Value, json};
use shared::{db::ServerRole, role::Role, timestamp::Timestamp};
use support::{refusal, run};
use testing::{Caller, Engine, McpServer, NewAccount, TestDatabase};

/// The day of the tests' clock.
const TODAY: &str = "2026-11-24";

fn seeded(db: &TestDatabase, seed: &str) -> Value {
    let options = ["--size", "S", "--seed", seed, "--until", TODAY, "--database-url", db.url()];
    let (status, said, progress) = run(&[&["seed"], &options[..]].concat());
    assert!(status.success(), "{progress}");
    assert!(progress.contains("Continental Home Services: "), "{progress}");
    serde_json::from_str(&said).expect("one line of JSON")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_business_is_the_same_on_both_databases_and_true_to_every_rule() {
    let [first, second] = Engine::BOTH.map(TestDatabase::empty_on);
    let (first, second) = (first.await, second.await);
    let (card, _) = std::thread::scope(|scope| {
        let other = scope.spawn(|| seeded(&second, "7"));
        (seeded(&first, "7"), other.join().unwrap())
    });
    let columns = rows::columns(second.admin().await).await;
    let (here, there) = (
        rows::digests(first.admin().await, &columns).await,
        rows::digests(second.admin().await, &columns).await,
    );
    assert_eq!(here, there, "table by table: how many rows, and what they hold");

    let volume = Size::S.volume();
    for (table, count) in [
        ("members", volume.team + 1),
        ("customers", 3_500),
        ("contacts", 4_500),
        ("locations", 4_200),
        ("jobs", 11_000),
        ("invoices", 10_500),
        ("quotes", 5 * 900),
        ("catalog_items", 250),
        ("catalog_categories", 20),
        ("notes", volume.notes),
    ] {
        assert_eq!(here[table].0, count, "{table}");
    }
    let admin = first.admin().await;
    for (table, active) in [("plans", 180), ("job_series", 220)] {
        let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {table} WHERE status = 'active'");
        assert_eq!(admin.row::<(i64,)>(&sql, vec![]).await.unwrap(), Some((active,)), "{table}");
    }
    let now = Timestamp::from(TODAY.parse::<NaiveDate>().unwrap().and_time(NaiveTime::MIN).and_utc());
    rules::hold(admin, now).await;
    rules::distributions(admin).await;
    shares::hold(admin, now, 3).await;
    recurring::nights(admin, 1).await;
    answers(&first, &card).await;
}

/// The server serves it like anything that came by its tools.
async fn answers(db: &TestDatabase, card: &Value) {
    let server = McpServer::start(db).await;
    let caller = server.bearer(card["tenants"][0]["user_key"].as_str().unwrap());
    let found = caller.ok("customers.search", json!({ "q": "henderson nunez", "includeTotal": true })).await;
    assert_eq!(found["total"], 2, "José Núñez Henderson and Lucía Henderson-Núñez");
    let found = caller.ok("customers.search", json!({ "q": "Henderson", "includeTotal": true })).await;
    assert!(found["total"].as_i64().unwrap() >= 40, "{}", found["total"]);
    let customer = caller.ok("customers.get", json!({ "id": found["items"][0]["id"] })).await;
    assert!(customer["primary_contact"].is_object() && customer["locations"][0].is_object(), "{customer}");
    let jobs = caller.ok("jobs.list", json!({ "status": "scheduled", "includeTotal": true })).await;
    assert!(jobs["total"].as_i64().unwrap() > 150 && jobs["items"].as_array().unwrap().len() == 20);
    let overdue = caller.ok("invoices.list", json!({ "status": "overdue", "includeTotal": true })).await;
    assert_eq!(overdue["total"], 315, "3 %");
    assert_eq!(overdue["items"][0]["status"], "overdue");
    recurs(&caller).await;
    let next = caller.ok("customers.create", json!({ "type": "company", "company_name": "One more" })).await;
    assert_eq!(next["customer_number"], "C-4501", "numbers go on");
}

/// What recurs is served with what it has made, and what people say of it.
async fn recurs(caller: &Caller) {
    let series = caller.ok("job_series.list", json!({ "q": "Night check", "view": "full" })).await;
    for series in series["items"].as_array().unwrap() {
        let args = json!({ "seriesId": series["id"], "from": TODAY, "status": "scheduled", "limit": 100 });
        let jobs = caller.ok("jobs.list", args).await;
        let jobs: Vec<&Value> =
            jobs["items"].as_array().unwrap().iter().map(|job| &job["scheduled_start"]).collect();
        let upcoming = series["upcoming"].as_array().unwrap();
        assert!(jobs.len() > 4 && jobs.iter().all(|job| upcoming.contains(job)), "{jobs:?}, {upcoming:?}");
    }
    let plans = caller.ok("plans.list", json!({ "status": "active", "limit": 100 })).await;
    let plan = plans["items"].as_array().unwrap().iter().max_by_key(|plan| plan["runs"].as_i64()).unwrap();
    let args = json!({ "planId": plan["id"], "includeArchived": true, "includeTotal": true });
    assert_eq!(caller.ok("invoices.list", args).await["total"], plan["runs"]);
    for kind in ["plan", "job_series", "invoice", "quote", "job", "customer_contact"] {
        let notes = caller.ok("notes.list", json!({ "subjectType": kind })).await;
        assert!(notes["items"][0]["subject_name"].is_string(), "a note about a {kind}");
    }
}

/// Little of everything, for what need not be large.
fn few() -> Volume {
    Volume {
        team: 2,
        techs: 1,
        customers: 120,
        contacts: 150,
        locations: 140,
        jobs: 1_300,
        invoices: 1_250,
        quotes: 100,
        plans: 20,
        series: 30,
        items: 60,
        categories: 12,
        notes: 60,
        changed_at_once: 30,
    }
}

testing::on_both_databases! {
    async fn every_kind_of_business_is_true_to_every_rule(db: TestDatabase) {
        for (n, business) in (0..).zip(business::ALL) {
            fill(&db, business, 40 + n).await;
        }
        rules::hold(db.admin().await, db.clock().now()).await;
        shares::hold(db.admin().await, db.clock().now(), 10).await;
        recurring::nights(db.admin().await, business::ALL.len()).await;
        let zones: Vec<(String,)> =
            db.admin().await.rows("SELECT DISTINCT time_zone FROM locations", vec![]).await.unwrap();
        assert!(zones.iter().all(|(zone,)| zone.parse::<chrono_tz::Tz>().is_ok()), "{zones:?}");
        let at_once: Vec<(i64,)> = db.admin().await.rows(
            "SELECT CAST(COUNT(*) AS BIGINT) FROM customers GROUP BY tenant_id, updated_at HAVING COUNT(*) > 1",
            vec![],
        ).await.unwrap();
        assert_eq!(at_once, vec![(30,); business::ALL.len()], "changed in one and the same moment");
    }
}

testing::on_both_databases! {
    async fn workers_go_on_from_there(db: TestDatabase) {
        fill(&db, &business::ALL[0], 50).await;
        let counts = async || {
            let sql = "SELECT CAST((SELECT COUNT(*) FROM jobs WHERE series_id IS NOT NULL) AS BIGINT), \
                       CAST((SELECT COUNT(*) FROM invoices WHERE plan_id IS NOT NULL) AS BIGINT)";
            db.admin().await.row::<(i64, i64)>(sql, vec![]).await.unwrap().unwrap()
        };
        let mut config = Config::default();
        config.database.database_url = Some(db.url().to_owned().into());
        testing::http_client(); // the keys' client needs the TLS provider that it installs
        let worker = App::start(config, db.clock().clone(), db.random().clone()).await.unwrap();
        let before = counts().await;
        worker.catch_up().await.unwrap();
        assert_eq!(counts().await, before, "all that was due is there");
        for _ in 0..5 {
            db.clock().advance(chrono::Duration::weeks(1));
            worker.catch_up().await.unwrap();
            rules::hold(db.admin().await, db.clock().now()).await;
        }
        let (jobs, invoices) = counts().await;
        assert!(jobs >= before.0 + 4 * 5 && invoices > before.1 + 5, "{before:?}, then {jobs} and {invoices}");
    }
}

async fn fill(db: &TestDatabase, business: &'static business::Business, seed: u64) {
    let business::Business { name, currency, country, time_zone, tax_rounding, .. } = *business;
    let account = NewAccount { name, currency, country, time_zone, tax_rounding }.create(db).await;
    account.add_member(Role::Tech).await;
    let mcp = db.open(ServerRole::Mcp).await;
    let now = Timestamp::from_micros(db.clock().now().micros() / 1_000_000 * 1_000_000);
    let tenant = Tenant { db: &mcp, id: &account.tenant_id, business, volume: few(), seed, now };
    let (mut told, all) = (0, few().records());
    let mut told_so = |done, of| {
        assert!(done > told && of == all);
        told = done;
    };
    assert!(mcp_server::seed::fill(tenant, &mut told_so).await.unwrap() >= all);
}

#[tokio::test]
async fn another_seed_gives_other_rows() {
    let mut all = Vec::new();
    for seed in [7, 7, 8] {
        let db = TestDatabase::on(Engine::Sqlite).await;
        fill(&db, &business::ALL[0], seed).await;
        let rows: Vec<(String, String, i64)> =
            db.admin().await.rows("SELECT id, title, total FROM jobs ORDER BY id", vec![]).await.unwrap();
        all.push(rows);
    }
    assert_eq!(all[0], all[1]);
    assert!(all[0].iter().zip(&all[2]).all(|(one, other)| one.0 != other.0), "no id is the same");
}

#[tokio::test]
async fn a_day_far_from_today_is_refused_before_anything_is_written() {
    let db = TestDatabase::empty_on(Engine::Sqlite).await;
    for day in ["9999-12-31", "1979-12-31"] {
        let refused = refusal(&["seed", "--until", day, "--database-url", db.url()]);
        assert!(
            refused.contains(&format!("--until {day}")) && refused.contains("from 1980-01-01 to"),
            "{refused}"
        );
        let file = db.url().trim_start_matches("sqlite://");
        assert!(!std::path::Path::new(file).exists(), "no database is made");
    }
}

#[tokio::test]
async fn a_database_that_is_in_use_is_left_alone() {
    let db = TestDatabase::on(Engine::Sqlite).await;
    NewAccount::default().create(&db).await;
    let refused = refusal(&["seed", "--database-url", db.url()]);
    assert!(refused.contains("accounts already") && refused.contains("--database-url"), "{refused}");
    let refused = refusal(&["seed", "--size", "XXL", "--database-url", db.url()]);
    assert!(refused.contains("possible values: S, M, L, XL"), "{refused}");
}
