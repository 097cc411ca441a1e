//! Ctrl-C and `kill` end every command at once: it says what it leaves behind, and nothing is torn.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    process::{Child, Stdio},
};

use support::{refusal, signal, zoop};
use testing::{Engine, TestDatabase};

/// The exit code, and what stderr held after what was read of it.
fn ended(mut child: Child, mut stderr: impl Read) -> (Option<i32>, String) {
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    (child.wait().unwrap().code(), rest)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seed_that_is_stopped_says_that_its_database_is_good_for_nothing() {
    for engine in Engine::BOTH {
        for (name, code, step) in [("INT", 130, "Database"), ("TERM", 143, "Accounts")] {
            let db = TestDatabase::empty_on(engine).await;
            let mut child = zoop()
                .args(["seed", "--tenants", "3", "--database-url", db.url()])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut stderr = BufReader::new(child.stderr.take().unwrap());
            let mut line = String::new();
            while !line.contains(step) {
                line.clear();
                assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "it ends before {step}");
            }
            signal(&child, name);
            let mut printed = String::new();
            child.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
            let (ended, rest) = ended(child, stderr);
            assert_eq!((ended, printed.as_str()), (Some(code), ""), "{rest}");
            assert!(rest.contains("Stopped: the database is unfinished"), "{rest}");
            assert!(rest.contains("Throw it away") && !rest.contains(" records"), "{rest}");
            if step == "Accounts" {
                let again = refusal(&["seed", "--database-url", db.url()]);
                assert!(again.contains("holds accounts already"), "{again}");
            }
            if engine == Engine::Sqlite {
                let sound: Vec<(String,)> =
                    db.admin().await.rows("PRAGMA integrity_check", vec![]).await.unwrap();
                assert_eq!(sound, [("ok".to_owned(),)]);
            }
        }
    }
}

#[test]
fn a_call_that_is_never_answered_is_stopped() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let child = zoop()
            .args(["call", "tags.create", "name=Roof"])
            .env("ZOOP_URL", format!("http://{}", server.local_addr().unwrap()))
            .env("ZOOP_API_KEY", "zoop_uk_secret")
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.unwrap();
        let (mut asked, _) = server.accept().unwrap();
        // The request is there.
        asked.read_exact(&mut [0]).unwrap();
        signal(&child, name);
        let stderr = child.stderr.take().unwrap();
        let (ended, said) = ended(child, stderr);
        assert_eq!(ended, Some(code), "{said}");
        assert!(said.contains("Stopped: no answer came") && said.contains("may have done it"), "{said}");
    }
}

/// A signal that comes while a server starts is a stop as any other.
#[test]
fn servers_that_wait_for_their_database_are_stopped() {
    let database = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://somebody@{}/zoop", database.local_addr().unwrap());
    let mut serve = zoop();
    serve.args([
        "serve",
        "--database-url",
        &url,
        "--key-secret",
        "a secret of at least thirty-two characters",
    ]);
    serve.args(["--auth-addr", "127.0.0.1:0", "--mcp-addr", "127.0.0.1:0"]);
    let child = serve.stderr(Stdio::piped()).spawn();
    let mut child = child.unwrap();
    let (mut asked, _) = database.accept().unwrap();
    asked.read_exact(&mut [0]).unwrap();
    signal(&child, "TERM");
    let stderr = child.stderr.take().unwrap();
    let (ended, said) = ended(child, stderr);
    assert_eq!(ended, Some(0), "{said}");
}
