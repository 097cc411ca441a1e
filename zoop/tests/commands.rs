//! The other commands: `migrate`, `serve`, `tools`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use support::{refusal, run, signal, zoop};
use testing::{Engine, TestDatabase};

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

#[test]
fn without_a_database_or_with_a_wrong_word_it_says_what_to_give() {
    let refused = refusal(&["migrate"]);
    assert!(refused.contains("--database-url"), "{refused}");
    let refused = refusal(&["serv"]);
    assert!(refused.contains("serve"), "{refused}");
    let refused = refusal(&["tools", "--log", "=loud="]);
    assert!(refused.contains("is no log filter"), "{refused}");
}

#[test]
fn the_tools_are_listed() {
    let (status, table, _) = run(&["tools"]);
    assert!(status.success());
    for tool in ["customers.search", "tags.delete", "jobs.cancel"] {
        assert!(table.contains(tool), "{tool}: {table}");
    }
}
