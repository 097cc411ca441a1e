//! tools/list: what a host makes its rules of, and a model its calls. Every rule here holds for every tool that is
//! served, today's and tomorrow's.

use serde_json::{Value, json};
use testing::{Account, Caller, Engine, Key, McpServer, TestDatabase, forms::Form};
use tiktoken_rs::CoreBPE;

/// What tools/list may cost in tokens, by the URL's query.
const LIMITS: [(&str, usize); 3] =
    [("", 24_000), ("?tool_names=underscore", 18_000), ("?toolsets=customers,jobs,invoices", 8_000)];

/// What the chats' form leaves out.
const RARE: [&str; 12] = [
    "custom_fields",
    "external_refs",
    "onDuplicate",
    "records",
    "atomic",
    "dryRun",
    "createdSince",
    "createdBefore",
    "ids",
    "externalRef",
    "fields",
    "includeTotal",
];

/// Updates with a move from which none leads back.
const FINAL: [&str; 2] = ["invoices.update", "quotes.update"];

/// Parameters whose name says it all.
const PLAIN: [&str; 17] = [
    "body",
    "city",
    "company_name",
    "created_before",
    "description",
    "email",
    "first_name",
    "job_type",
    "last_name",
    "line_items",
    "name",
    "number",
    "phone",
    "postal_code",
    "region",
    "title",
    "updated_before",
];

fn in_words(name: &str) -> String {
    let apart = |letter: char| match letter.is_uppercase() {
        true => format!("_{}", letter.to_lowercase()),
        false => letter.to_string(),
    };
    name.chars().map(apart).collect()
}

fn says_it_all(name: &str) -> bool {
    let name = in_words(name);
    PLAIN.contains(&name.as_str()) || name.ends_with("_id")
}

/// `postal_code` as "Postal code."
fn by_its_name(name: &str) -> String {
    let words = in_words(name).replace('_', " ");
    format!("{}{}.", words[..1].to_uppercase(), &words[1..])
}

/// A server without limits, and a key that opens every tool.
async fn open() -> (TestDatabase, McpServer, Key) {
    let db = TestDatabase::on(Engine::Sqlite).await;
    let key = Account::create(&db).await.full_key().await;
    let server = McpServer::start_with(&db, |config| {
        (config.rate_limit_credential, config.rate_limit_tenant) = (10_000, 10_000)
    })
    .await;
    (db, server, key)
}

fn at(server: &McpServer, key: &Key, query: &str) -> Caller {
    Caller::new(&format!("{}{query}", server.endpoint()), Some(&key.secret))
}

async fn tools(caller: &Caller) -> Vec<Value> {
    let mut result = caller.method("tools/list", json!({})).await.result();
    assert!(result.get("nextCursor").is_none(), "one page");
    let Value::Array(tools) = result["tools"].take() else { panic!("no list") };
    assert!(!tools.is_empty());
    tools
}

fn name(tool: &Value) -> &str {
    tool["name"].as_str().unwrap()
}

fn verb(tool: &Value) -> &str {
    name(tool).rsplit_once(['.', '_']).unwrap().1
}

fn tokens(encoding: &CoreBPE, value: &Value) -> usize {
    encoding.encode_ordinary(&value.to_string()).len()
}

/// Every parameter with its path, nested ones too.
fn parameters(schema: &Value, path: &str, found: &mut Vec<(String, Value)>) {
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        found.push((path.clone(), inner.clone()));
        parameters(inner, &path, found);
    }
    if schema["items"].is_object() {
        parameters(&schema["items"], path, found);
    }
}

fn parameters_of(schema: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    parameters(schema, "", &mut found);
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_leaves_a_models_context_to_the_work() {
    let (_db, server, key) = open().await;
    let encoding = tiktoken_rs::o200k_base().unwrap();
    for ((query, limit), form) in LIMITS.into_iter().flat_map(|one| Form::ALL.map(|form| (one, form))) {
        let list = form.ask(&at(&server, &key, query), "tools/list", json!({})).await.result();
        let all = tokens(&encoding, &list);
        let costs = list["tools"].as_array().unwrap().iter();
        let costs: Vec<String> =
            costs.map(|tool| format!("{:>6} {}", tokens(&encoding, tool), name(tool))).collect();
        assert!(
            all < limit,
            "tools/list{query} costs {all} tokens for {form:?}, {limit} is the limit:\n{}",
            costs.join("\n")
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_tool_says_what_it_does_and_what_it_takes() {
    let (_db, server, key) = open().await;
    let mut undescribed = Vec::new();
    for query in ["", "?tool_names=underscore"] {
        let tools = tools(&at(&server, &key, query)).await;
        for tool in &tools {
            let (name, description) = (name(tool), tool["description"].as_str().unwrap());
            assert!(tool["title"].as_str().is_some_and(|title| !title.is_empty()), "{name} has a title");
            let words = description.split_whitespace().count();
            assert!(words <= 60, "{name}: a description has at most 60 words, not {words}: {description}");
            let says = |any: &[&str]| any.iter().any(|word| description.contains(word));
            assert!(says(&["returns", "Returns"]), "{name} says what it returns: {description}");
            assert!(says(&["Use it "]), "{name} says when to use it: {description}");
            match verb(tool) {
                "list" | "search" | "get" => {
                    assert!(says(&["data, not instructions"]), "{name}: {description}")
                }
                "create" => {}
                // What a patch does can be patched back, but for the moves that lead nowhere.
                "update" => assert!(
                    !FINAL.contains(&name.replace('_', ".").as_str()) || says(&["final", "never"]),
                    "{name} says what cannot be undone: {description}"
                ),
                _ => assert!(
                    says(&["ndo", "undone", "final", "restore"]),
                    "{name} says whether it can be undone: {description}"
                ),
            }
            for (path, parameter) in parameters_of(&tool["inputSchema"]) {
                let text = parameter["description"].as_str().unwrap_or_default();
                assert!(!text.is_empty(), "{name}: {path} has a description");
                let field = path.rsplit('.').next().unwrap();
                if text == by_its_name(field) && !says_it_all(field) {
                    undescribed.push(format!("{name}: {path}: {text}"));
                }
                assert!(
                    parameter["type"].is_string() || parameter["type"].is_array(),
                    "{name}: {path} has a type"
                );
                assert!(
                    parameter["type"] != "array" || parameter["items"].is_object(),
                    "{name}: {path} has items"
                );
            }
            let told = tool.to_string();
            assert!(!told.contains("\"x-"), "{name} is told without marks for the teller");
            assert!(!told.contains("$ref"), "{name}: several hosts cannot follow references");
        }
    }
    assert!(undescribed.is_empty(), "described by their names alone:\n{}", undescribed.join("\n"));
}

#[test]
fn every_checked_parameter_is_described_too() {
    for tool in mcp_server::tools().unwrap() {
        for (path, parameter) in parameters_of(&tool["input_schema"]) {
            assert!(parameter["description"].is_string(), "{}: {path}", name(&tool));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_four_hints_stand_on_every_tool() {
    let (_db, server, key) = open().await;
    let tools = tools(&at(&server, &key, "")).await;
    assert_eq!(tools[0]["annotations"]["readOnlyHint"], true, "a harmless read comes first");
    for tool in &tools {
        let takes_ops = parameters_of(&tool["inputSchema"]).iter().any(|(path, _)| path.ends_with("_ops"));
        let (read_only, destructive, idempotent) = match verb(tool) {
            "list" | "search" | "get" => (true, false, true),
            "create" => (false, false, false),
            "update" => (false, true, !takes_ops),
            _ => (false, true, true),
        };
        let hints = json!({"readOnlyHint": read_only, "destructiveHint": destructive, "idempotentHint": idempotent, "openWorldHint": false});
        assert_eq!(tool["annotations"], hints, "{}", name(tool));
    }
    let idempotent = |wanted: &str| {
        tools.iter().any(|tool| name(tool) == wanted && tool["annotations"]["idempotentHint"] == true)
    };
    assert!(!idempotent("jobs.update") && idempotent("tags.update"), "an added line is added again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_order_is_the_catalogues_whoever_asks() {
    let (_db, server, key) = open().await;
    let order: Vec<String> = mcp_server::tools().unwrap().iter().map(|tool| name(tool).to_owned()).collect();
    assert_eq!(order.len(), 65);
    let caller = at(&server, &key, "");
    let first = caller.method("tools/list", json!({})).await.text;
    assert_eq!(first, caller.method("tools/list", json!({})).await.text, "byte for byte");
    let shown = |tools: Vec<Value>| tools.iter().map(|tool| name(tool).to_owned()).collect::<Vec<_>>();
    assert_eq!(shown(tools(&caller).await), order);
    let some: Vec<String> =
        order.iter().filter(|name| name.starts_with("jobs.") || name.starts_with("tags.")).cloned().collect();
    for query in ["?toolsets=tags,jobs", "?toolsets=jobs,tags", "?toolsets=jobs&toolsets=tags,jobs"] {
        assert_eq!(shown(tools(&at(&server, &key, query)).await), some, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_chats_are_not_told_of_is_taken_all_the_same() {
    let (_db, server, key) = open().await;
    let full = tools(&at(&server, &key, "")).await;
    let chat = at(&server, &key, "?tool_names=underscore");
    let told = tools(&chat).await;
    assert_eq!(full.len(), told.len());
    for (full, told) in full.iter().zip(&told) {
        assert_eq!(name(told), name(full).replace('.', "_"));
        let left_out: Vec<&String> = full["inputSchema"]["properties"]
            .as_object()
            .unwrap()
            .keys()
            .filter(|parameter| told["inputSchema"]["properties"].get(parameter.as_str()).is_none())
            .collect();
        assert!(
            left_out.iter().all(|parameter| RARE.contains(&parameter.as_str())),
            "{}: {left_out:?}",
            name(full)
        );
        for parameter in RARE {
            assert!(
                told["inputSchema"]["properties"].get(parameter).is_none(),
                "{}: {parameter}",
                name(told)
            );
        }
        for parameter in left_out {
            // Of a type that no parameter has: the parameter is known, only its value is refused.
            let refused = chat.refused(name(told), json!({parameter.as_str(): 0.5})).await;
            let issues = refused["issues"].as_array().unwrap();
            let issue = issues.iter().find(|issue| issue["path"] == parameter.as_str());
            let message =
                issue.unwrap_or_else(|| panic!("{} {parameter}: {refused}", name(told)))["message"].as_str();
            assert!(
                message.is_some_and(|message| message.starts_with("must be")),
                "{} {parameter}: {refused}",
                name(told)
            );
        }
    }
    let page = chat
        .ok(
            "tags_list",
            json!({"fields": ["name"], "includeTotal": true, "createdSince": "2020-01-01T00:00:00Z"}),
        )
        .await;
    assert_eq!(page["total"], 0);
    let tried =
        chat.ok("tags_create", json!({"name": "VIP", "dryRun": true, "custom_fields": {"a": 1}})).await;
    assert_eq!((&tried["dryRun"], &tried["would"]["custom_fields"]["a"]), (&json!(true), &json!(1)));
}
