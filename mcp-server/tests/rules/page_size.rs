//! A page ends at a size as well as at a number of rows, and never silently: it says so and goes on.

use serde_json::{Value, json};
use shared::binds;
use testing::forms::Form;
use testing::{Account, Caller, McpServer, TestDatabase, on_both_databases};

const AGENTS: usize = 48 * 1024;
const BARE: usize = 1024 * 1024;
/// More than a bare page holds.
const COUNT: usize = 70;

/// Notes with long bodies, and one that is larger than any page.
async fn notes(db: &TestDatabase, caller: &Caller, count: usize) -> Vec<String> {
    let record = |n: usize| json!({"body": format!("{n:03} {}", "x".repeat(19_000))});
    let mut ids = Vec::with_capacity(count);
    // A request holds at most a mebibyte.
    for start in (0..count).step_by(50) {
        let records: Vec<Value> = (start..count.min(start + 50)).map(record).collect();
        let made = caller.ok("notes.create", json!({"records": records})).await;
        let made = made["results"].as_array().unwrap();
        ids.extend(made.iter().map(|result| result["record"]["id"].as_str().unwrap().to_owned()));
    }
    let sql = "UPDATE notes SET body = $1 WHERE id = $2";
    db.admin().await.execute(sql, binds!["y".repeat(BARE + 1), &ids[count / 2]]).await.unwrap();
    ids.sort();
    ids
}

/// All pages, as this kind of caller gets them.
async fn pages(form: Form, caller: &Caller, arguments: &Value) -> Vec<Value> {
    let mut pages: Vec<Value> = Vec::new();
    let mut arguments = arguments.clone();
    loop {
        let page = form.call(caller, "notes.list", arguments.clone()).await.content();
        let next = page["nextCursor"].clone();
        assert_eq!(page["hasMore"], json!(!next.is_null()));
        pages.push(page);
        if next.is_null() {
            return pages;
        }
        assert!(pages.len() < 1000, "the pages come to no end");
        arguments["cursor"] = next;
    }
}

on_both_databases! {
    async fn pages_end_at_a_size_and_lose_nothing(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = McpServer::start_with(&db, |config| config.rate_limit_credential = 10_000).await;
        let caller = server.caller(&account.full_key().await);
        let ids = notes(&db, &caller, COUNT).await;
        let (usual, all) = (json!({"limit": 100}), json!({"limit": 100, "sort": "updated_at", "view": "full"}));
        for (form, size, arguments) in
            [(Form::Bare, BARE, &usual), (Form::Bare, BARE, &all), (Form::Legacy("2025-11-25"), AGENTS, &all), (Form::Modern, AGENTS, &usual)]
        {
            let pages = pages(form, &caller, arguments).await;
            let mut seen: Vec<String> = pages.iter().flat_map(|page| page["items"].as_array().unwrap())
                .map(|note| note["id"].as_str().unwrap().to_owned()).collect();
            seen.sort();
            assert_eq!(seen, ids, "{form:?}: each note once");
            let mut oversize = 0;
            for page in &pages {
                let items = page["items"].as_array().unwrap();
                let length = serde_json::to_vec(items).unwrap().len();
                if length > size {
                    assert_eq!(items.len(), 1, "{form:?}: only a record that is larger by itself is");
                    assert_eq!(items[0]["body"].as_str().unwrap().len(), BARE + 1, "it comes whole");
                    oversize += 1;
                }
                let cut = items.len() < 100 && page["hasMore"] == true;
                assert_eq!(page.get("truncatedBy"), cut.then(|| json!("size")).as_ref(), "{form:?}: a cut is said");
            }
            assert_eq!(oversize, 1);
            // The cap is used: two pages' worth never fits into one, so pages are more than half full.
            let least = COUNT * 19_000 / size;
            assert!(pages.len() > least && pages.len() <= 2 * least + 4, "{form:?}: {} pages", pages.len());
        }
        let small = Form::Modern.call(&caller, "notes.list", json!({"limit": 2, "fields": ["pinned"]})).await.content();
        assert_eq!((small.get("truncatedBy"), &small["hasMore"]), (None, &json!(true)), "a limit is no cut by size");
    }
}
