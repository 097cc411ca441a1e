//! What Zoop's public documentation fixes, as a table (`marks.tsv`), each row checked on the wire: programs written from
//! that documentation must run unchanged.
//!
//! A row is `name <tab> caller <tab> tool <tab> arguments <tab> expected`; rows run from top to bottom in one account.
//! `name => word` keeps the answer's id, which later rows name `"$word"`. In `expected`, objects may hold more than is
//! said, lists hold exactly what is said; `"?"` is anything but null, `"-"` an absent key, `"~text"` a text that holds
//! `text`, `"#n"` a list of `n`. After `!` stands what an error holds.

use std::collections::HashMap;

use serde_json::{Value, json};
use shared::{role::Role, scope::Scopes};
use testing::{Account, Caller, McpServer, TestDatabase, on_both_databases};

const MARKS: &str = include_str!("documented/marks.tsv");

struct Mark<'a> {
    line: usize,
    name: &'a str,
    keep: Option<&'a str>,
    caller: &'a str,
    tool: &'a str,
    arguments: &'a str,
    expected: &'a str,
}

fn marks() -> Vec<Mark<'static>> {
    let rows = MARKS.lines().enumerate().filter(|(_, row)| !row.is_empty() && !row.starts_with('#'));
    rows.map(|(n, row)| {
        let cells: Vec<&str> = row.split('\t').collect();
        let [name, caller, tool, arguments, expected] = cells[..] else {
            panic!("marks.tsv:{}: a row has five cells", n + 1)
        };
        let (name, keep) = match name.split_once(" => ") {
            Some((name, keep)) => (name, Some(keep)),
            None => (name, None),
        };
        Mark { line: n + 1, name, keep, caller, tool, arguments, expected }
    })
    .collect()
}

/// Puts kept ids in the place of their words.
fn filled(text: &str, kept: &HashMap<&str, String>) -> Value {
    let mut text = text.to_owned();
    for (word, id) in kept {
        text = text.replace(&format!("\"${word}\""), &format!("\"{id}\""));
    }
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Where an answer differs from what is expected.
fn difference(expected: &Value, found: Option<&Value>, path: &str) -> Option<String> {
    match (expected, found) {
        (Value::String(word), None) if word == "-" => None,
        (Value::String(word), Some(some)) if word == "?" && !some.is_null() => None,
        (Value::String(word), Some(Value::String(text)))
            if word.strip_prefix('~').is_some_and(|part| text.contains(part)) =>
        {
            None
        }
        (Value::String(word), Some(Value::Array(items)))
            if word.strip_prefix('#').is_some_and(|count| count == items.len().to_string()) =>
        {
            None
        }
        (Value::Object(fields), Some(Value::Object(found))) => fields
            .iter()
            .find_map(|(name, value)| difference(value, found.get(name), &format!("{path}.{name}"))),
        (Value::Array(items), Some(Value::Array(found))) if items.len() == found.len() => items
            .iter()
            .enumerate()
            .find_map(|(n, item)| difference(item, found.get(n), &format!("{path}[{n}]"))),
        (expected, Some(found)) if expected == found => None,
        (expected, found) => {
            Some(format!("{path}: expected {expected}, found {}", found.unwrap_or(&json!("-"))))
        }
    }
}

on_both_databases! {
    async fn every_documented_mark_holds(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = McpServer::start_with(&db, |config| config.rate_limit_credential = 10_000).await;
        let (office, tech) = (account.add_member(Role::Office).await, account.add_member(Role::Tech).await);
        let callers: HashMap<&str, Caller> = HashMap::from([
            ("owner", server.caller(&account.full_key().await)),
            ("office", server.caller(&account.user_key(&office, Scopes::all()).await)),
            ("tech", server.caller(&account.user_key(&tech, "read:jobs write:jobs read:notes write:notes").await)),
            ("tenant", server.caller(&account.tenant_key(Scopes::all()).await)),
            ("writer", server.caller(&account.user_key(&account.owner, "write:customers").await)),
            ("catalog", server.caller(&account.user_key(&account.owner, "read:catalog write:catalog").await)),
            ("estimates", server.caller(&account.user_key(&account.owner, "read:estimates write:estimates").await)),
        ]);
        let mut kept = HashMap::from([("me", account.owner.user_id.clone()), ("tech", tech.user_id.clone())]);
        let mut failures = Vec::new();
        for mark in marks() {
            let answer = callers[mark.caller].call(mark.tool, filled(mark.arguments, &kept)).await;
            let (refused, expected) = match mark.expected.strip_prefix('!') {
                Some(expected) => (true, expected),
                None => (false, mark.expected),
            };
            let mut found = answer.json();
            let expected = match (refused, found.get("error").is_some()) {
                (true, true) => {
                    found = found["error"]["data"].take();
                    found["status"] = answer.status.into();
                    filled(expected, &kept)
                }
                (false, false) => {
                    found = found["result"]["structuredContent"].take();
                    filled(expected, &kept)
                }
                (refused, _) => json!({"error": if refused { "?" } else { "-" }}),
            };
            if let Some(difference) = difference(&expected, Some(&found), "") {
                failures.push(format!("marks.tsv:{} {}: {difference}\n    in {found}", mark.line, mark.name));
            }
            if let (Some(keep), Some(id)) = (mark.keep, found["id"].as_str()) {
                kept.insert(keep, id.to_owned());
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }
}
