//! What Zoop does by itself: the jobs of series and the invoices of plans, made once however many replicas run, whoever
//! dies, whenever they come.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails says where")]

mod plans;
mod series;

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use mcp_server::{App, config::Config};
use serde_json::{Value, json};
use testing::{Account, Caller, McpServer, TestDatabase};
use tokio::time::timeout;

/// A server that does nothing by itself: a test says when.
async fn owner(db: &TestDatabase) -> (McpServer, Account, Caller) {
    let account = Account::create(db).await;
    let server = McpServer::start_with(db, |config| {
        config.workers = false;
        (config.rate_limit_credential, config.rate_limit_tenant) = (10_000, 10_000);
    })
    .await;
    let caller = server.caller(&account.full_key().await);
    (server, account, caller)
}

/// Another replica, with connections of its own, as far as work goes.
async fn replica(db: &TestDatabase) -> App {
    testing::http_client(); // the keys' client needs the TLS provider that it installs
    let mut config = Config::default();
    config.database.database_url = Some(db.url().to_owned().into());
    App::start(config, db.clock().clone(), db.random().clone()).await.unwrap()
}

/// Another replica as a process of its own, which goes by the machine's clock.
fn process(db: &TestDatabase) -> Child {
    Command::new(env!("CARGO_BIN_EXE_mcp-server"))
        .args(["--addr", "127.0.0.1:0", "--database-url", db.url(), "--log", "error"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// All records of a list, page by page.
async fn all(caller: &Caller, tool: &str, mut args: Value) -> Vec<Value> {
    let mut records = Vec::new();
    (args["limit"], args["view"]) = (json!(100), json!("full"));
    loop {
        let mut page = caller.ok(tool, args.clone()).await;
        records.extend(page["items"].as_array().unwrap().clone());
        args["cursor"] = page["nextCursor"].take();
        if args["cursor"].is_null() {
            return records;
        }
    }
}

/// Four replicas work for 30 days, of which three die at some point of each round's work, each later than the one
/// before.
async fn race(db: &TestDatabase) {
    let (mut replicas, mut survived) = (Vec::new(), 0);
    for _ in 0..4 {
        replicas.push(replica(db).await);
    }
    for round in 1..=6u32 {
        db.clock().advance(chrono::Duration::days(5));
        let dying: Vec<_> = (0..3)
            .map(|n| {
                let replica = replicas[n].clone();
                let patience = Duration::from_micros(700 * u64::from(round) * (n as u64 + 1));
                tokio::spawn(async move { timeout(patience, replica.catch_up()).await.is_ok() })
            })
            .collect();
        replicas[3].catch_up().await.unwrap();
        for replica in dying {
            survived += u32::from(replica.await.unwrap());
        }
        // A piece that a dying replica held is there for the next look.
        replicas[3].catch_up().await.unwrap();
    }
    assert!(survived < 18, "some died");
}
