//! The examples of the documentation are real: each call of `tests/protocol/examples/<entity>.json` is made over HTTP,
//! on both databases, and answers what `src/docs/examples.json` keeps.
//!
//! A script is a list of calls in the order in which they are made. `"$name.path"` stands for what the step called
//! `as: name` answered; a step with `hidden: true` prepares, and is not shown. After a change that is meant:
//! `ZOOP_WRITE_EXAMPLES=1 cargo test -p mcp-server --test protocol examples`.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};
use shared::binds;
use testing::{Account, Caller, Engine, McpServer, TestDatabase, on_both_databases};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The served entities, in order.
fn entities() -> Vec<String> {
    let tools = mcp_server::tools().unwrap();
    let mut names: Vec<String> = tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap().split_once('.').unwrap().0.to_owned())
        .collect();
    names.dedup();
    names
}

/// Ids as the documentation shows them: the same in every run, whatever randomness made them.
#[derive(Default)]
struct Ids(HashMap<String, String>);

impl Ids {
    fn steady(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.shown(text)),
            Value::Array(list) => list.into_iter().map(|value| self.steady(value)).collect(),
            Value::Object(map) => {
                Value::Object(map.into_iter().map(|(key, value)| (key, self.steady(value))).collect())
            }
            other => other,
        }
    }

    fn shown(&mut self, text: String) -> String {
        let Some((prefix, suffix)) = text.split_once('_') else { return text };
        let is_id =
            suffix.len() == 26 && suffix.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
        if !is_id {
            return text;
        }
        let n = self.0.len() + 1;
        // The time at its head is the test's own, and stays.
        let shown = format!("{prefix}_{}e4q8v2m7x0t5{n:04}", &suffix[..10]);
        self.0.entry(text).or_insert(shown).clone()
    }
}

/// Puts the answers of earlier steps in the place of `"$name.path"`.
fn filled(value: &Value, answers: &HashMap<String, Value>) -> Value {
    match value {
        Value::String(text) if text.starts_with('$') => {
            let (name, path) = text[1..].split_once('.').unwrap();
            let answer = answers.get(name).unwrap_or_else(|| panic!("no step is called {name}"));
            let found = answer.pointer(&format!("/{}", path.replace('.', "/")));
            found.unwrap_or_else(|| panic!("{text} is nothing in {answer}")).clone()
        }
        Value::Array(list) => list.iter().map(|value| filled(value, answers)).collect(),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (key.clone(), filled(value, answers))).collect())
        }
        other => other.clone(),
    }
}

/// Makes the calls of one entity in an account of its own; answers what is to be kept of each tool.
async fn play(entity: &str, db: &TestDatabase, server: &McpServer) -> Map<String, Value> {
    let path = here(&format!("tests/protocol/examples/{entity}.json"));
    let script = fs::read_to_string(&path).unwrap_or_else(|_| {
        panic!("{} is missing: write an example call of each tool of {entity}", path.display())
    });
    let script: Vec<Value> = serde_json::from_str(&script).unwrap();
    let account = Account::create(db).await;
    let key = account.full_key().await;
    let admin = db.admin().await;
    let email = format!("olivia.{entity}@example.com");
    let name = "UPDATE users SET name = $1, email = $2 WHERE id = $3";
    admin.execute(name, binds!["Olivia Stone", email, &account.owner.user_id]).await.unwrap();
    admin
        .execute("UPDATE api_keys SET name = $1 WHERE id = $2", binds!["Office scripts", &key.id])
        .await
        .unwrap();
    let caller: Caller = server.caller(&key);
    let (mut ids, mut answers, mut kept) = (Ids::default(), HashMap::new(), Map::new());
    answers.insert("account".to_owned(), json!({"owner": account.owner.user_id}));
    for step in script {
        let tool = step["tool"].as_str().unwrap();
        let arguments = filled(&step["arguments"], &answers);
        let answer = caller.ok(tool, arguments.clone()).await;
        db.clock().advance(chrono::Duration::seconds(97));
        if step["hidden"] != true {
            let example = json!({"arguments": ids.steady(arguments), "answer": ids.steady(answer.clone())});
            assert!(kept.insert(tool.to_owned(), example).is_none(), "{tool} is shown once");
        }
        if let Some(name) = step["as"].as_str() {
            answers.insert(name.to_owned(), answer);
        }
    }
    kept
}

on_both_databases! {
    async fn every_example_answers_what_is_kept_of_it(db: TestDatabase) {
        let server = McpServer::start_with(&db, |config| (config.rate_limit_credential, config.rate_limit_tenant) = (10_000, 10_000)).await;
        let path = here("src/docs/examples.json");
        let kept: Map<String, Value> = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let start = db.clock().now();
        let mut played = Map::new();
        for entity in entities() {
            // Each begins at the same moment: an entity more changes no other's example.
            let passed = db.clock().now().utc() - start.utc();
            db.clock().advance(-passed);
            played.extend(play(&entity, &db, &server).await);
        }
        #[expect(clippy::disallowed_methods, reason = "asked of the person who runs the test")]
        let write = std::env::var("ZOOP_WRITE_EXAMPLES").is_ok() && db.engine() == Engine::Sqlite;
        if write {
            let sorted: BTreeMap<&String, &Value> = played.iter().collect();
            fs::write(&path, serde_json::to_string_pretty(&sorted).unwrap() + "\n").unwrap();
            return;
        }
        for tool in mcp_server::tools().unwrap() {
            let name = tool["name"].as_str().unwrap();
            let example = played.get(name).unwrap_or_else(|| panic!("tests/protocol/examples: no example of {name}"));
            assert_eq!(Some(example), kept.get(name), "{name} answers otherwise; see the head of this file");
        }
    }
}
