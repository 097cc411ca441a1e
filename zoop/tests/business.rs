//! What people ask the demo's businesses is answered: what is overdue, what was quoted, what bills next week.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::collections::HashSet;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde_json::{Value, json};
use shared::clock::Clock;
use support::Demo;
use testing::Caller;

/// All records of a list, to its last page.
async fn all(caller: &Caller, tool: &str, mut arguments: Value) -> Vec<Value> {
    arguments["limit"] = 100.into();
    let mut found = Vec::new();
    loop {
        let page = caller.ok(tool, arguments.clone()).await;
        found.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(cursor) = page["nextCursor"].as_str() else { return found };
        arguments["cursor"] = cursor.into();
    }
}

fn words<'v>(records: &'v [Value], field: &str) -> HashSet<&'v str> {
    records.iter().filter_map(|record| record[field].as_str()).collect()
}

fn now() -> DateTime<Utc> {
    Clock::system().now().utc()
}

fn today() -> NaiveDate {
    now().with_timezone(&chrono_tz::America::Chicago).date_naive()
}

#[tokio::test]
async fn its_books_answer_what_people_ask() {
    let demo = Demo::ephemeral();
    let owner = demo.caller();
    money(&owner).await;
    quotes(&owner).await;
    plans(&owner).await;
    rounds(&owner).await;
    pricebook(&owner, &demo).await;
    places(&owner).await;
    notes(&owner).await;
    nothing_lies_ahead(&owner).await;
    assert_eq!(demo.stop().0, Some(0));
}

async fn money(owner: &Caller) {
    let invoices = all(owner, "invoices.list", json!({ "includeArchived": true, "view": "full" })).await;
    let count = |what: &dyn Fn(&Value) -> bool| invoices.iter().filter(|invoice| what(invoice)).count();
    let status = |word: &str| count(&|invoice| invoice["status"] == word);
    assert!(status("paid") > invoices.len() / 2, "most are paid: {} of {}", status("paid"), invoices.len());
    assert!(status("overdue") >= 2 && status("sent") >= 5 && status("draft") >= 2 && status("void") == 1);
    let partly = count(&|invoice| invoice["amount_paid"] != 0 && invoice["status"] == "sent");
    let refunded = count(&|invoice| invoice["amount_refunded"] != 0);
    assert_eq!((partly, refunded), (1, 1));
    assert!(
        count(&|invoice| !invoice["job_id"].is_null()) > 60
            && count(&|invoice| !invoice["quote_id"].is_null()) >= 1
    );
    let overdue = all(owner, "invoices.list", json!({ "overdue": true })).await;
    assert!(overdue.iter().all(|invoice| invoice["balance"].as_i64().unwrap() > 0));
    let owing = all(owner, "customers.search", json!({ "hasBalance": true })).await;
    assert!(words(&overdue, "customer_id").is_subset(&words(&owing, "id")));
    let taxed = count(&|invoice| invoice["tax_total"] != 0);
    assert!(taxed > invoices.len() / 2, "the default rate is on them");
    // Numbers are given when invoices are sent, without a gap.
    let mut numbers: Vec<i64> = invoices.iter().filter_map(|invoice| invoice["number"].as_i64()).collect();
    numbers.sort_unstable();
    assert!(numbers.windows(2).all(|two| two[0] + 1 == two[1]), "{numbers:?}");
}

async fn quotes(owner: &Caller) {
    let quotes = all(owner, "quotes.list", json!({ "includeArchived": true, "view": "full" })).await;
    assert_eq!(quotes.len(), 25);
    assert_eq!(words(&quotes, "status"), HashSet::from(["draft", "sent", "accepted", "declined"]));
    let hendersons =
        quotes.iter().filter(|quote| quote["customer_name"].as_str().unwrap().contains("Henderson"));
    assert!(hendersons.count() >= 3, "someone asks what they were quoted");
    let declined = quotes.iter().filter(|quote| quote["status"] == "declined");
    assert!(declined.into_iter().all(|quote| quote["decline_reason"].is_string()));
    assert!(quotes.iter().filter(|quote| !quote["job_id"].is_null()).count() >= 5);
    assert!(quotes.iter().any(|quote| !quote["invoice_id"].is_null()));
    let lines = || quotes.iter().flat_map(|quote| quote["line_items"].as_array().unwrap());
    assert!(lines().any(|line| line["optional"] == true && line["selected"] == false), "options to choose");
    assert!(lines().all(|line| line["catalog_item_id"].is_string()), "from the pricebook");
    let expired = all(owner, "quotes.list", json!({ "isExpired": true, "status": "sent" })).await;
    assert_eq!(expired.len(), 1);
}

async fn plans(owner: &Caller) {
    let plans = all(owner, "plans.list", json!({})).await;
    let active = plans.iter().filter(|plan| plan["status"] == "active").count();
    assert_eq!((active, plans.len()), (6, 7));
    assert_eq!(words(&plans, "cadence"), HashSet::from(["monthly", "quarterly", "annually"]));
    let (from, to) = (today(), today() + Duration::days(8));
    let next = json!({ "nextFrom": from.to_string(), "nextTo": to.to_string() });
    assert!(all(owner, "plans.list", next).await.len() >= 3, "some bill in the week to come");
    for plan in &plans {
        let bills = all(owner, "invoices.list", json!({ "planId": plan["id"], "view": "full" })).await;
        assert_eq!(bills.len() as i64, plan["runs"].as_i64().unwrap(), "{plan}");
        for bill in bills {
            let made: DateTime<Utc> = bill["created_at"].as_str().unwrap().parse().unwrap();
            let issued: NaiveDate = bill["issue_date"].as_str().unwrap().parse().unwrap();
            let made = made.with_timezone(&chrono_tz::America::Chicago).date_naive();
            assert!(made <= issued && made >= issued - Duration::days(7), "made by {made} for {issued}");
            assert_eq!(bill["created_by"]["type"], "system", "by Zoop itself");
        }
    }
}

async fn rounds(owner: &Caller) {
    let rounds = all(owner, "job_series.list", json!({ "status": "active", "view": "full" })).await;
    assert_eq!(rounds.len(), 4);
    let mut offsets = HashSet::new();
    for round in &rounds {
        assert_eq!(round["upcoming"].as_array().unwrap().len(), 10);
        let visits = all(owner, "jobs.list", json!({ "seriesId": round["id"], "view": "full" })).await;
        assert!(visits.iter().any(|visit| visit["status"] == "scheduled"), "{round}");
        for visit in &visits {
            let start = visit["scheduled_start"].as_str().unwrap();
            assert_eq!(&start[10..19], "T07:00:00", "at the same time of day, whatever the season");
            offsets.insert(start[19..].to_owned());
            let since = now() - start.parse::<DateTime<Utc>>().unwrap();
            // One that goes on right now may be either.
            if since.num_hours() != 0 {
                assert_eq!(visit["status"] == "done", since > Duration::zero(), "{visit}");
            }
        }
    }
    assert_eq!(offsets, HashSet::from(["-05:00".to_owned(), "-06:00".to_owned()]), "across a clock change");
}

async fn pricebook(owner: &Caller, demo: &Demo) {
    let items = all(owner, "catalog_items.list", json!({ "view": "full" })).await;
    assert!((24..=30).contains(&items.len()));
    let kinds = HashSet::from(["service", "product", "labor", "fee", "bundle", "discount"]);
    assert_eq!(words(&items, "kind"), kinds);
    assert!(items.iter().any(|item| item["cost"].is_i64() && !item["markup_percent"].is_null()));
    let categories = owner.ok("catalog_categories.list", json!({})).await;
    assert_eq!(categories["items"].as_array().unwrap().len(), 5);
    let rates = owner.ok("tax_rates.list", json!({})).await;
    assert_eq!(rates["items"][0]["rate_decimal"], "0.0825");
    assert_eq!(rates["default_tax_rate_id"], rates["items"][0]["id"]);
    let business = Caller::new(demo.text("mcp_url"), Some(demo.text("tenant_key")));
    let items = all(&business, "catalog_items.list", json!({ "view": "full" })).await;
    assert!(items.iter().all(|item| item.get("cost").is_none()), "what things cost is the owner's to know");
}

async fn places(owner: &Caller) {
    let locations = all(owner, "locations.list", json!({ "view": "full" })).await;
    assert!(locations.len() > 130, "{}", locations.len());
    assert!(locations.iter().any(|location| location["gate_code"].is_string()));
    let rentals =
        locations.iter().filter(|l| l["name"].as_str().is_some_and(|name| name.starts_with("Rental")));
    assert_eq!(rentals.count(), 4, "two landlords with two houses each");
    let jobs = all(owner, "jobs.list", json!({ "view": "full" })).await;
    let there = jobs.iter().filter(|job| !job["location_id"].is_null()).count();
    assert!(there > jobs.len() / 2, "{there} of {}", jobs.len());
    let contacts = all(owner, "contacts.list", json!({})).await;
    let companies = all(owner, "customers.search", json!({ "type": "company" })).await;
    assert!(words(&contacts, "customer_id").is_superset(&words(&companies, "id")));
}

async fn notes(owner: &Caller) {
    let notes = all(owner, "notes.list", json!({ "view": "full" })).await;
    for subject in ["customer", "job", "quote", "invoice", "plan", "job_series"] {
        assert!(words(&notes, "subject_type").contains(subject), "{subject}");
    }
    assert!(notes.iter().any(|note| note["subject_type"].is_null() && note["pinned"] == true));
}

async fn nothing_lies_ahead(owner: &Caller) {
    let now = now();
    for tool in ["customers.search", "jobs.list", "quotes.list", "invoices.list", "plans.list", "notes.list"]
    {
        let fields = json!({ "includeArchived": true, "fields": ["updated_at", "created_at", "updated_by"] });
        for record in all(owner, tool, fields).await {
            for field in ["created_at", "updated_at"] {
                let at: DateTime<Utc> = record[field].as_str().unwrap().parse().unwrap();
                assert!(at <= now, "{tool}: {record}");
            }
            assert!(record["updated_by"]["name"].is_string(), "{tool}: {record}");
        }
    }
}
