//! The other commands: `migrate`, `serve`, `tools`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader},
    process::Stdio,
};

use clap::Args;
use serde_json::{Value, json};
use support::{Served, refusal, run, signal, zoop};
use testing::{Account, Engine, McpServer, TestDatabase};

const SECRET: &str = "a secret of at least thirty-two characters";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_is_migrated_and_then_served() {
    for engine in Engine::BOTH {
        let db = TestDatabase::empty_on(engine).await;
        let serve = ["serve", "--database-url", db.url(), "--key-secret", SECRET];
        let serve = [&serve[..], &["--auth-addr", "127.0.0.1:0", "--mcp-addr", "127.0.0.1:0"]].concat();
        let refused = refusal(&serve);
        assert!(refused.contains("zoop migrate"), "{refused}");

        for _ in 0..2 {
            let (status, said, _) = run(&["migrate", "--database-url", db.url()]);
            assert!(status.success() && said.starts_with("The database is of this version."), "{said}");
            assert_eq!(said.contains("zoop_mcp"), engine == Engine::Postgres, "{said}");
        }

        let mut child = zoop().args(&serve).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        assert!(lines.any(|line| line.contains("both servers answer")));
        signal(&child, "TERM");
        std::thread::spawn(move || lines.for_each(drop));
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

/// The statements that `zoop migrate` prints make users who can serve, and another user is told what is missing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_users_that_migrate_names_can_serve() {
    let db = TestDatabase::empty_on(Engine::Postgres).await;
    let (_, said, _) = run(&["migrate", "--database-url", db.url()]);
    // Users are the whole cluster's: here under names of this test's own.
    let url = url::Url::parse(db.url()).unwrap();
    let own = |name: &str| format!("{name}_of_{}", url.path().trim_start_matches('/'));
    let names = ["zoop_auth_server", "zoop_mcp_server", "zoop_serve"];
    let statements: Vec<&str> =
        said.lines().map(str::trim).filter(|line| line.starts_with("CREATE USER")).collect();
    assert_eq!(statements.len(), names.len(), "{said}");
    for (statement, name) in statements.iter().zip(names) {
        let statement = statement.replace(name, &own(name)).replace('…', "a0password");
        db.admin().await.execute(&statement, vec![]).await.unwrap();
    }
    let url_of = |name: &str| {
        let mut url = url.clone();
        url.set_username(&own(name)).unwrap();
        url.set_password(Some("a0password")).unwrap();
        url.to_string()
    };
    for (name, missing) in [("zoop_auth_server", "zoop_mcp"), ("zoop_mcp_server", "zoop_auth")] {
        let serve = ["serve", "--database-url", &url_of(name), "--key-secret", SECRET];
        let refused =
            refusal(&[&serve[..], &["--auth-addr", "127.0.0.1:0", "--mcp-addr", "127.0.0.1:0"]].concat());
        let user = own(name);
        assert!(refused.contains(&format!("`{user}` may not take on the role {missing}")), "{refused}");
        assert!(
            refused.contains(&format!("GRANT {missing} TO {user}")) && !refused.contains("a0password"),
            "{refused}"
        );
    }
    let server = Served::over(&url_of("zoop_serve"));
    let caller = testing::Caller::new(&server.endpoint, None);
    assert_eq!(caller.method("tools/list", serde_json::json!({})).await.status, 401);
    assert_eq!(testing::Browser::at(&server.issuer).get("/login").await.status, 200);
    drop(server);
    for name in names {
        db.admin().await.execute(&format!("DROP USER {}", own(name)), vec![]).await.unwrap();
    }
}

#[test]
fn without_a_database_or_with_a_wrong_word_it_says_what_to_give() {
    let refused = refusal(&["migrate"]);
    assert!(refused.contains("--database-url"), "{refused}");
    let refused = refusal(&["serv"]);
    assert!(refused.contains("serve"), "{refused}");
    let refused = refusal(&["tools", "--log", "=loud="]);
    assert!(refused.contains("is no log filter"), "{refused}");
}

/// What `zoop tools` prints is what a server tells a caller who may call all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tools_are_listed() {
    let db = TestDatabase::on(Engine::Sqlite).await;
    let owner = Account::create(&db).await.full_key().await;
    let server = McpServer::start(&db).await;
    let answer = server.caller(&owner).method("tools/list", json!({})).await;
    let told = answer.result()["tools"].as_array().unwrap().clone();
    assert_eq!(told.len(), 65);

    let (status, printed, _) = run(&["tools", "--json"]);
    let printed: Vec<Value> = serde_json::from_str(&printed).unwrap();
    assert!(status.success());
    let member = |tool: &Value, name: &str| tool[name].as_str().unwrap_or_default().to_owned();
    for name in ["name", "title", "description"] {
        let of = |tools: &[Value]| tools.iter().map(|tool| member(tool, name)).collect::<Vec<_>>();
        assert_eq!(of(&printed), of(&told), "{name}");
    }
    for (tool, told) in printed.iter().zip(&told) {
        let name = member(tool, "name");
        let verb = name.split('.').next_back().unwrap();
        let access = if ["list", "search", "get"].contains(&verb) { "read" } else { "write" };
        assert!(member(tool, "scope").starts_with(&format!("{access}:")), "{name}");
        // The documentation's schema says of each argument at least what a caller is told.
        let arguments = |schema: &Value| {
            schema["properties"].as_object().map(|all| all.keys().cloned().collect::<Vec<_>>())
        };
        assert_eq!(arguments(&tool["input_schema"]), arguments(&told["inputSchema"]), "{name}");
        assert!(arguments(&tool["input_schema"]).is_some_and(|all| !all.is_empty()), "{name}");
        assert!(tool["user_required"].is_boolean() && tool["owner_required"].is_boolean(), "{name}");
    }

    let (status, table, _) = run(&["tools"]);
    assert!(status.success());
    let mut lines = table.lines();
    assert_eq!(
        lines.next().unwrap().split_whitespace().collect::<Vec<_>>(),
        ["Tool", "Scope", "Needs", "Does"]
    );
    let row = |tool: &Value| {
        let needs = match (tool["owner_required"] == true, tool["user_required"] == true) {
            (true, _) => "owner",
            (false, true) => "user",
            (false, false) => "anyone",
        };
        [member(tool, "name"), member(tool, "scope"), needs.to_owned(), member(tool, "title")].join(" ")
    };
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(lines.map(words).collect::<Vec<_>>(), printed.iter().map(row).collect::<Vec<_>>());
}

/// Compose files and CI set variables to nothing where they mean that there is none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_variable_counts_as_none() {
    let auth = auth_server::Config::augment_args(clap::Command::new("auth-server"));
    let mcp = mcp_server::config::Config::augment_args(clap::Command::new("mcp-server"));
    let options = auth.get_arguments().chain(mcp.get_arguments());
    let names: Vec<_> = options.filter_map(|option| option.get_env()).collect();
    assert!(names.len() > 20, "{names:?}");
    let nothing = || names.iter().map(|name| (*name, "")).chain([(OsStr::new("ZOOP_LOG"), "")]);

    let refused = zoop().envs(nothing()).arg("migrate").output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("no database is named"), "{said}");

    let db = TestDatabase::empty_on(Engine::Sqlite).await;
    assert!(run(&["migrate", "--database-url", db.url()]).0.success());
    let serve = ["serve", "--database-url", db.url(), "--key-secret", SECRET];
    let free = ["--auth-addr", "127.0.0.1:0", "--mcp-addr", "127.0.0.1:0"];
    let served = zoop().envs(nothing()).args(serve).args(free).stderr(Stdio::piped()).spawn();
    let mut child = served.unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let said: Vec<String> = lines.by_ref().take_while(|line| !line.contains("both servers answer")).collect();
    signal(&child, "TERM");
    std::thread::spawn(move || lines.for_each(drop));
    assert_eq!(child.wait().unwrap().code(), Some(0), "{said:?}");
}

/// Whoever reads has seen enough: that is no error. A full disk is one, and it says so.
#[test]
fn a_closed_pipe_is_a_quiet_end_and_a_full_disk_is_none() {
    for arguments in [&["tools"][..], &["tools", "--json"], &["tools", "--markdown"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = zoop().args(arguments).stdout(writer).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), said.as_str()), (Some(0), ""), "{arguments:?}");

        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = zoop().args(arguments).stdout(full).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(said.contains("No space left") && !said.contains("closed"), "{arguments:?}: {said}");
    }
}
