//! The page of errors: it tells each kind and each reason that the sources can answer, and no other; its example is a
//! refusal that happens.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;
use testing::Account;

use super::{get, server, values};

/// What stands before such words: calls of what takes a kind or a reason, and what is bound to these names.
const BEFORE: [&str; 13] = [
    "RpcError::new(",
    "Fault::new(",
    "Self::new(StatusCode",
    "conflict(",
    "unauthorized(",
    "refuse(",
    "fault(",
    "invalid(",
    "Invalid(",
    "reason: ",
    "(\"kind\".to_owned(), ",
    "Kind::InvalidInput => ",
    "fn reason(self) -> &'static str {",
];
const BOUND: [&str; 2] = ["let kind =", "let (reason, message) ="];

/// The sources that answer callers, without comments and unit tests.
fn sources(folder: &Path, all: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            // The one tells of the words, the other answers nobody.
            if !["docs", "seed"].contains(&name) {
                sources(&path, all);
            }
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap();
            let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            all.push(code.join("\n"));
        }
    }
}

/// The words among the strings from here to the end of the brackets, or of the statement.
fn words(code: &str) -> Vec<String> {
    let (mut words, mut depth, mut letters) = (vec![], 0, code.chars());
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                let mut text = String::new();
                while let Some(letter) = letters.next().filter(|letter| *letter != '"') {
                    text.push(letter);
                    if letter == '\\' {
                        text.extend(letters.next());
                    }
                }
                words.push(text);
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ';' if depth == 0 => break,
            _ => {}
        }
        if depth < 0 {
            break;
        }
    }
    words.retain(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
    words
}

/// The functions that take a kind or a reason from their callers.
fn takers(code: &str) -> impl Iterator<Item = &str> {
    code.split("fn ").skip(1).filter_map(|function| {
        let (name, rest) = function.split_once('(')?;
        let signature = rest.split('{').next()?;
        ["kind: &'static str", "reason: &'static str"]
            .iter()
            .any(|taken| signature.contains(taken))
            .then_some(name)
    })
}

fn answered() -> BTreeSet<String> {
    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    let mut answered = BTreeSet::new();
    for code in &all {
        for taker in takers(code) {
            let known = BEFORE.iter().any(|before| before.ends_with(&format!("{taker}(")));
            assert!(
                known,
                "`{taker}` takes a kind or a reason: add it to BEFORE, so that its words are seen"
            );
        }
        for before in BEFORE.iter().chain(&BOUND) {
            let after = code.match_indices(before).filter(|(at, _)| {
                // Not the end of a longer name.
                !code[..*at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_')
            });
            answered.extend(after.flat_map(|(at, _)| words(&code[at + before.len()..])));
        }
    }
    answered
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_and_every_reason_is_told() {
    let answered = answered();
    for known in
        ["invalid_input", "in_use", "unknown_tool", "method_not_allowed", "bad_checksum", "owner_required"]
    {
        assert!(answered.contains(known), "the sources are not read as they are written: no {known}");
    }
    let (_db, server) = server().await;
    let html = get(&server, "/docs/errors").await.text().await.unwrap();
    let told: BTreeSet<String> = values(&html, "class=\"word\" id").into_iter().map(str::to_owned).collect();
    let missing: Vec<_> = answered.difference(&told).collect();
    let idle: Vec<_> = told.difference(&answered).collect();
    assert!(missing.is_empty(), "docs/refusals.rs does not tell of {missing:?}");
    assert!(idle.is_empty(), "docs/refusals.rs tells of {idle:?}, which nothing answers");
}

/// The JSON that an element of the page shows.
fn shown(html: &str, id: &str) -> Value {
    let start = format!(" id=\"{id}\" tabindex=\"0\">");
    let code = html.split(&start).nth(1).unwrap().split("</pre>").next().unwrap();
    let bare = ["<i>", "</i>", "<b>", "</b>", "<u>", "</u>"]
        .iter()
        .fold(code.to_owned(), |code, tag| code.replace(tag, ""));
    let bare = bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    serde_json::from_str(&bare).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_example_is_a_refusal_that_happens() {
    let (db, server) = server().await;
    let key = Account::create(&db).await.full_key().await;
    let html = get(&server, "/docs/errors").await.text().await.unwrap();
    let (call, mut answer) = (shown(&html, "call"), shown(&html, "answer"));
    let said = server.caller(&key).method("tools/call", call).await;
    let said: Value = serde_json::from_str(&said.text).unwrap();
    // Each request has an id of its own.
    let id = &said["error"]["data"]["requestId"];
    assert_eq!(id.as_str().unwrap().len(), answer["error"]["data"]["requestId"].as_str().unwrap().len());
    answer["error"]["data"]["requestId"] = id.clone();
    assert_eq!(said, answer, "src/docs/refused.json keeps what is answered no more");
}
