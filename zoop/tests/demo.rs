//! The README's command: one start, two curls, Ctrl-C; a second start; and all the ways in which it can go wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use shared::{
    binds,
    db::{Opening, ServerRole},
};
use support::{Demo, refusal, run, signal, zoop};
use testing::{Engine, TestDatabase};

/// The product page's two calls, letter by letter.
const TOOLS_LIST: &str = r#"curl -X POST https://app.zoop.example/api/mcp \
-H "Authorization: Bearer zoop_uk_<secret>" \
-H "Content-Type: application/json" \
-H "Accept: application/json, text/event-stream" \
-d '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}'"#;
const SEARCH: &str = r#"curl -X POST https://app.zoop.example/api/mcp \
-H "Authorization: Bearer zoop_uk_<secret>" \
-H "Content-Type: application/json" \
-H "Accept: application/json, text/event-stream" \
-d '{
"jsonrpc": "2.0",
"id": 2,
"method": "tools/call",
"params": {
"name": "customers.search",
"arguments": { "q": "Henderson" }
}
}'"#;

/// The page's command with this demo's host and key in it.
fn pasted(command: &str, demo: &Demo) -> String {
    command
        .replace("https://app.zoop.example/api/mcp", demo.text("mcp_url"))
        .replace("zoop_uk_<secret>", demo.text("user_key"))
}

/// Pastes the page's command into a shell.
fn paste(command: &str, demo: &Demo) -> Value {
    let output =
        Command::new("sh").arg("-c").arg(pasted(command, demo)).output().expect("a shell can be run");
    let answer = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&answer)
        .unwrap_or_else(|_| panic!("curl answered {answer:?}; {}", String::from_utf8_lossy(&output.stderr)))
}

async fn total(demo: &Demo, tool: &str, mut arguments: Value) -> i64 {
    arguments["includeTotal"] = true.into();
    demo.caller().ok(tool, arguments).await["total"].as_i64().expect("a total")
}

#[tokio::test]
async fn a_newcomer_pastes_two_curls_and_finds_customers() {
    let demo = Demo::ephemeral();
    let members: Vec<&str> = demo.card.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["auth_url", "mcp_url", "issuer", "owner", "tenants", "user_key", "tenant_key"]);
    assert_eq!(demo.card["tenants"].as_array().unwrap().len(), 2);

    let tools = paste(TOOLS_LIST, &demo);
    let names: Vec<&str> = tools["result"]["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert!(
        ["customers.search", "tags.delete", "jobs.cancel"].iter().all(|name| names.contains(name)),
        "{names:?}"
    );

    let found = paste(SEARCH, &demo);
    let items = found["result"]["structuredContent"]["items"].as_array().unwrap();
    assert_eq!(items.len(), 25);
    assert!(
        items.iter().all(|item| item["display_name"].as_str().unwrap().to_lowercase().contains("henderson"))
    );
    assert_eq!(total(&demo, "customers.search", json!({ "q": "Henderson" })).await, 40);
    for (typed, found) in
        [("henderson nunez", "Henderson-Núñez"), ("o'henderson", "O'Henderson"), ("亨德森", "亨德森")]
    {
        let answer = demo.caller().ok("customers.search", json!({ "q": typed })).await;
        assert!(answer.to_string().contains(found), "{typed} should find {found}: {answer}");
    }
    assert_eq!(total(&demo, "customers.search", json!({ "includeArchived": true })).await, 200);
    for status in ["unscheduled", "scheduled", "done", "cancelled"] {
        assert!(total(&demo, "jobs.list", json!({ "status": status })).await > 5, "{status}");
    }

    // The other name of this machine, and the other key.
    let localhost = demo.text("mcp_url").replace("127.0.0.1", "localhost");
    let tenant_key = testing::Caller::new(&localhost, Some(demo.text("tenant_key")));
    assert!(tenant_key.ok("tags.list", json!({})).await["items"].as_array().unwrap().len() > 5);

    // The page, with the card's email and password: its owner finds the two keys and the other company.
    let browser = testing::Browser::at(demo.text("auth_url"));
    let login = browser.get("/login").await;
    let owner = |member: &str| demo.card["owner"][member].as_str().unwrap().to_owned();
    let fields = [("email", &*owner("email")), ("password", &*owner("password"))];
    assert_eq!(browser.submit(&login, "/login", &fields).await.status, 303);
    let settings = browser.get("/settings/api").await;
    for expected in [
        "First user key",
        "First tenant key",
        "Bluebonnet Plumbing &#38; Air",
        "Southerly Electrical &#38; Solar",
    ] {
        assert!(settings.text.contains(expected), "{expected}: {}", settings.text);
    }

    assert_eq!(demo.stop(), (Some(0), String::new()), "Ctrl-C is no failure, and nothing follows the line");
}

#[tokio::test]
async fn a_second_start_keeps_the_data_and_shows_the_same_card() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("made/for you & me");
    let demo = Demo::in_folder(&data);
    let made =
        demo.caller().ok("customers.create", json!({ "type": "company", "company_name": "Kept Ltd" })).await;
    let first = demo.card.clone();
    let mode = |name: &str| fs::metadata(data.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("demo.json"), 0o600);

    // One folder serves one demo at a time.
    let path = data.to_str().unwrap();
    let again = ["demo", "--data-dir", path, "--auth-addr", "127.0.0.1:0", "--mcp-addr", "127.0.0.1:0"];
    let refused = refusal(&again);
    assert!(
        refused.contains("another demo runs on the folder") && refused.contains("--data-dir"),
        "{refused}"
    );
    assert_eq!(demo.stop().0, Some(0));

    let demo = Demo::in_folder(&data);
    for member in ["owner", "tenants", "user_key", "tenant_key"] {
        assert_eq!(demo.card[member], first[member], "{member}");
    }
    let kept = demo.caller().ok("customers.get", json!({ "id": made["id"] })).await;
    assert_eq!(kept["company_name"], "Kept Ltd");
    assert_eq!(total(&demo, "customers.search", json!({ "includeArchived": true })).await, 201);
    assert_eq!(demo.stop().0, Some(0));

    // The card is lost: its keys cannot be had back from their hashes.
    fs::rename(data.join("demo.json"), data.join("elsewhere")).unwrap();
    let refused = refusal(&again);
    assert!(refused.contains("holds accounts already") && refused.contains("demo.json"), "{refused}");
    fs::write(data.join("demo.json"), "{\"user_key\": \"zoop_uk_half").unwrap();
    let refused = refusal(&again);
    assert!(refused.contains("is damaged") && !refused.contains("zoop_uk_"), "{refused}");
    fs::rename(data.join("elsewhere"), data.join("demo.json")).unwrap();

    // Another version has been at work.
    let url = format!("sqlite://{}", data.join("zoop.db").display());
    let db = Opening::new(&url, ServerRole::Migrator).open().await.unwrap();
    let sql = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
               VALUES ($1, 'later', TRUE, $2, 0)";
    db.execute(sql, binds![990_001, vec![0u8]]).await.unwrap();
    db.close().await;
    let refused = refusal(&again);
    assert!(refused.contains("newer version of Zoop"), "{refused}");
}

#[tokio::test]
async fn an_interrupted_first_start_is_finished_by_the_second() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = zoop()
        .args(["demo", "--auth-addr", "127.0.0.1:0", "--mcp-addr", "127.0.0.1:0", "--data-dir"])
        .arg(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("Accounts")), "the accounts are made first");
    tokio::time::sleep(Duration::from_millis(150)).await;
    signal(&child, "KILL");
    child.wait().unwrap();
    let left = fs::read_to_string(folder.path().join("demo.json")).unwrap();
    assert!(left.contains("\"complete\": false"), "killed in the middle");

    let demo = Demo::in_folder(folder.path());
    assert_eq!(total(&demo, "customers.search", json!({ "includeArchived": true })).await, 200);
    assert_eq!(total(&demo, "customers.search", json!({ "q": "Henderson" })).await, 40);
    assert!(total(&demo, "jobs.list", json!({})).await > 150);
    assert_eq!(
        demo.caller().ok("tags.list", json!({ "limit": 100 })).await["items"].as_array().unwrap().len(),
        10
    );
    assert_eq!(demo.stop().0, Some(0));
}

#[tokio::test]
async fn ctrl_c_while_it_works_is_no_failure_either() {
    let mut child = zoop()
        .args(["demo", "--ephemeral", "--json", "--auth-addr", "127.0.0.1:0", "--mcp-addr", "127.0.0.1:0"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("Accounts")));
    signal(&child, "INT");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_runs_on_postgresql_too() {
    let db = TestDatabase::empty_on(Engine::Postgres).await;
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--data-dir", folder.path().to_str().unwrap(), "--database-url", db.url()];
    let demo = Demo::start(&arguments);
    let first = demo.card.clone();
    assert_eq!(paste(SEARCH, &demo)["result"]["structuredContent"]["items"].as_array().unwrap().len(), 25);
    assert_eq!(demo.stop().0, Some(0));
    let demo = Demo::start(&arguments);
    assert_eq!(demo.card["user_key"], first["user_key"]);
    assert_eq!(total(&demo, "customers.search", json!({ "includeArchived": true })).await, 200);
    assert_eq!(demo.stop().0, Some(0));

    let other = tempfile::tempdir().unwrap();
    let other = ["demo", "--data-dir", other.path().to_str().unwrap(), "--database-url", db.url()];
    let refused =
        refusal(&[&other[..], &["--auth-addr", "127.0.0.1:0", "--mcp-addr", "127.0.0.1:0"]].concat());
    assert!(refused.contains("holds accounts already"), "{refused}");
}

#[test]
fn what_cannot_work_is_said_in_a_sentence_that_ends_in_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    fs::write(&file, "").unwrap();
    let below_a_file = file.join("data");
    let below_a_file = below_a_file.to_str().unwrap();
    let free = ["--auth-addr", "127.0.0.1:0", "--mcp-addr", "127.0.0.1:0"];
    let cases: [(&[&str], &[&str]); 11] = [
        (&["--ephemeral", "--auth-addr", &taken], &["cannot listen on", "--auth-addr"]),
        (
            &["--ephemeral", "--auth-addr", "127.0.0.1:0", "--mcp-addr", &taken],
            &["cannot listen on", "--mcp-addr"],
        ),
        (&["--ephemerul"], &["--ephemerul", "--ephemeral"]),
        (&["--auth-addr", "localhost"], &["localhost", "--auth-addr"]),
        (&["--ephemeral", "--data-dir", "x"], &["cannot be used with"]),
        (&["--access-token-ttl", "0"], &["--access-token-ttl", "1..=86400"]),
        (
            &[free[0], free[1], free[2], free[3], "--data-dir", below_a_file],
            &["cannot write to the folder", "--data-dir"],
        ),
        (
            &[free[0], free[1], free[2], free[3], "--data-dir", "/proc"],
            &["cannot write to the folder", "--data-dir"],
        ),
        (
            &[free[0], free[1], free[2], free[3], "--ephemeral", "--database-url", "mysql://u:p@h/d"],
            &["sqlite://", "postgres://"],
        ),
        (
            &[
                free[0],
                free[1],
                free[2],
                free[3],
                "--ephemeral",
                "--database-url",
                "postgres://ana:hush@127.0.0.1:1/zoop",
            ],
            &["cannot connect to PostgreSQL at 127.0.0.1:1"],
        ),
        (
            &[
                free[0],
                free[1],
                free[2],
                free[3],
                "--ephemeral",
                "--database-url",
                "sqlite:///proc/none/zoop.db",
            ],
            &["cannot open the database file"],
        ),
    ];
    for (arguments, expected) in cases {
        let refused = refusal(&[&["demo"], arguments].concat());
        assert!(refused.starts_with("error: ") || refused.contains("\nerror: "), "{refused}");
        for words in expected {
            assert!(refused.contains(words), "{arguments:?} should name {words:?}: {refused}");
        }
        assert!(!refused.contains("hush"), "a password stands in an error: {refused}");
    }
}

#[test]
fn an_ephemeral_demo_leaves_nothing() {
    let temporary = tempfile::tempdir().unwrap();
    let mut child = zoop()
        .args(["demo", "--ephemeral", "--auth-addr", "127.0.0.1:0", "--mcp-addr", "127.0.0.1:0"])
        .env("TMPDIR", temporary.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.starts_with("curl -X POST http://127.0.0.1:")), "the card holds the curls");
    let (_, questions) = include_str!("../../README.md").split_once("ask it:\n\n").unwrap();
    let questions: Vec<&str> = questions.lines().map_while(|line| line.strip_prefix("- ")).collect();
    assert_eq!(questions.len(), 3);
    for question in questions {
        assert!(lines.any(|line| line == question), "the card asks what the README does: {question}");
    }
    assert!(count(temporary.path()) > 0);
    signal(&child, "INT");
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(count(temporary.path()), 0);
}

fn count(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[test]
fn help_tells_every_flag() {
    let (status, help, _) = run(&["demo", "--help"]);
    assert!(status.success());
    for flag in [
        "--access-token-ttl",
        "--auth-addr",
        "--mcp-addr",
        "--data-dir",
        "--database-url",
        "--ephemeral",
        "--json",
    ] {
        assert!(help.contains(flag), "{flag}");
    }
}
