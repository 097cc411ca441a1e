//! `zoop tenants create`: the first business of an installation; its owner can sign in.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::{io::Write, process::Stdio};

use shared::binds;
use support::zoop;
use testing::{AuthServer, Engine, TestDatabase};

/// Runs `zoop tenants create` with this on standard input: whether it succeeded, stdout, stderr.
fn create(db: &TestDatabase, arguments: &[&str], input: &str) -> (bool, String, String) {
    let mut command = zoop();
    command.args(["tenants", "create", "--database-url", db.url()]).args(arguments);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may end before it reads.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

async fn count(db: &TestDatabase, table: &str) -> i64 {
    let rows: Vec<(i64,)> =
        db.admin().await.rows(&format!("SELECT COUNT(*) FROM {table}"), vec![]).await.unwrap();
    rows[0].0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_business_and_its_owner_are_made() {
    for engine in Engine::BOTH {
        let db = TestDatabase::on(engine).await;
        let first =
            ["--name", "Kyoto Gas", "--owner-email", " Dana@Example.com", "--owner-name", "Dana Hill"];
        let settings = ["--time-zone", "Asia/Tokyo", "--currency", "JPY", "--country", "JP"];
        let (made, said, _) = create(&db, &[first, settings].concat(), "pass phrase, long\r\nignored\n");
        assert!(
            made && said.starts_with("Kyoto Gas (ten_") && said.contains("dana@example.com owns it"),
            "{said}"
        );
        let sql = "SELECT t.number, t.currency, t.country, t.time_zone, m.role, u.name FROM tenants t \
                   JOIN members m ON m.tenant_id = t.id JOIN users u ON u.id = m.user_id";
        let row: Option<(i64, String, String, String, String, String)> =
            db.admin().await.row(sql, vec![]).await.unwrap();
        let words = ["JPY", "JP", "Asia/Tokyo", "owner", "Dana Hill"].map(str::to_owned);
        let [currency, country, zone, role, name] = words;
        assert_eq!(row, Some((1, currency, country, zone, role, name)));

        let server = AuthServer::start(&db).await;
        let browser = server.browser();
        let page = browser.login("dana@example.com", "pass phrase, long", "/settings/api").await;
        assert_eq!(page.status, 303, "{}", page.text);
        assert_eq!(browser.get("/settings/api").await.status, 200, "an owner's page");

        // Who can sign in already owns the second one too, with the password as it was.
        let (made, said, _) =
            create(&db, &["--name", "Nara Gas", "--owner-email", "dana@example.com"], "another password\n");
        assert!(made && said.contains("with the password as before"), "{said}");
        assert_eq!(
            (count(&db, "tenants").await, count(&db, "users").await, count(&db, "members").await),
            (2, 1, 2)
        );
        let page = server.browser().login("dana@example.com", "pass phrase, long", "/settings").await;
        assert_eq!(page.status, 303, "{}", page.text);
        let sql = "SELECT COUNT(*) FROM audit WHERE action = $1";
        let audited: Option<(i64,)> = db.admin().await.row(sql, binds!["tenant.create"]).await.unwrap();
        assert_eq!(audited, Some((2,)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_is_refused_with_the_reason() {
    let db = TestDatabase::on(Engine::Sqlite).await;
    let good = ["--name", "Kyoto Gas", "--owner-email", "dana@example.com"];
    let with = |more: [&'static str; 2]| [&good[..], &more].concat();
    for (arguments, input, words) in [
        (good.to_vec(), "", "standard input"),
        (good.to_vec(), "\n", "standard input"),
        (good.to_vec(), "short\n", "12 characters"),
        (good.to_vec(), "dana@example.com\n", "your address"),
        (with(["--time-zone", "Mars/Olympus"]), "", "--time-zone"),
        (with(["--currency", "yen"]), "", "3 capital letters"),
        (with(["--country", "JPN"]), "", "2 capital letters"),
        (with(["--password", "pass phrase, long"]), "", "--password"),
        (vec!["--name", " ", "--owner-email", "dana@example.com"], "", "--name"),
        (vec!["--name", "Kyoto Gas", "--owner-email", "dana"], "", "is no address"),
        (vec!["--name", "Kyoto Gas"], "", "--owner-email"),
    ] {
        let (made, said, refused) = create(&db, &arguments, input);
        assert!(
            !made && said.is_empty() && refused.contains(words) && !refused.contains("panicked"),
            "{words}: {refused}"
        );
    }
    assert_eq!((count(&db, "tenants").await, count(&db, "users").await), (0, 0));
}
