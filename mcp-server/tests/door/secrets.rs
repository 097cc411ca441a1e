//! No key and no token stands in a log, however much is logged, nor in an answer or in the database.

use std::{
    io::Read,
    net::TcpListener,
    process::{Child, Command, Stdio},
    thread::JoinHandle,
    time::Duration,
};

use serde_json::json;
use shared::{clock::Clock, scope::Scopes};
use testing::forms::{USUAL, post, request};
use testing::{Account, Caller, Issuer, TestDatabase, http_client, on_both_databases};

/// The real program, logging all there is to log.
struct Program {
    child: Child,
    log: Option<JoinHandle<String>>,
    endpoint: String,
}

impl Program {
    async fn start(db: &TestDatabase, issuer: &Issuer) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let endpoint = format!("http://{address}/api/mcp");
        let mut child = Command::new(env!("CARGO_BIN_EXE_mcp-server"))
            .args([
                "--addr",
                &address.to_string(),
                "--public-url",
                &endpoint,
                "--issuer",
                &issuer.url,
                "--jwks-url",
                &issuer.jwks_url(),
            ])
            .args(["--log", "trace"])
            .env("ZOOP_DATABASE_URL", db.url())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut text = Vec::new();
            drop(stderr.read_to_end(&mut text));
            String::from_utf8_lossy(&text).into_owned()
        });
        let health = format!("http://{address}/healthz");
        let deadline = std::time::Instant::now() + Duration::from_secs(20);
        while http_client().get(&health).send().await.is_err() {
            assert!(
                child.try_wait().unwrap().is_none() && std::time::Instant::now() < deadline,
                "it does not start"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self { child, log: Some(log), endpoint }
    }

    /// Ends it and answers all that it logged.
    fn logged(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.log.take().unwrap().join().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

on_both_databases! {
    async fn nothing_secret_is_logged_answered_or_kept(db: TestDatabase) {
        let account = Account::create(&db).await;
        let issuer = Issuer::start().await;
        let program = Program::start(&db, &issuer).await;
        let key = account.full_key().await;
        let mut claims = issuer.claims(&account, &account.owner, &program.endpoint, Scopes::all());
        let now = Clock::system().now().seconds(); // the program's own clock, not the test's
        for (name, time) in [("iat", now), ("nbf", now), ("exp", now + 3600)] { claims[name] = json!(time); }
        let good = issuer.sign(&claims);
        claims["aud"] = json!("https://elsewhere.example");
        let foreign = issuer.sign(&claims);
        let unknown_kid = issuer.sign_with(json!({"kid": "unknown"}), &claims);
        let typo = format!("{}x", &key.secret[..47]);
        let mut answers = Vec::new();
        for (token, statuses) in [(&key.secret, [200, 200]), (&good, [200, 503]), (&foreign, [401, 503]), (&unknown_kid, [401, 503]), (&typo, [401, 401])] {
            let caller = Caller::new(&program.endpoint, Some(token));
            for body in [request("tools/list", json!({})), request("tools/call", json!({"name": "tags.create", "arguments": {"name": token, "nope": token}}))] {
                let answer = post(&caller, &[("x-forwarded-for", token), ("mcp-session-id", token)], &body).await;
                assert!(statuses.contains(&answer.status), "{answer:?}");
                answers.push((body, answer));
            }
            let in_the_url = Caller::new(&format!("{}?access_token={token}&token={token}", program.endpoint), None);
            answers.push((json!(null), in_the_url.raw(&USUAL, "{}").await));
            drop(http_client().get(format!("{}/{token}?key={token}", program.endpoint)).bearer_auth(token).send().await.unwrap());
        }
        let log = program.logged();
        assert!(log.contains("listens") && log.contains("TRACE"), "all that it can log is logged: {log}");
        for secret in [&key.secret, &good, &foreign, &unknown_kid, &typo] {
            // A token without its signature is none, but its claims are nobody's business either.
            let parts = secret.split('.').chain([&secret[8..40]]).filter(|part| part.len() >= 32);
            for part in parts {
                let line = log.lines().find(|line| line.contains(part));
                assert!(line.is_none(), "a secret is logged: {line:?}");
                assert!(answers.iter().all(|(_, answer)| !answer.header("www-authenticate").contains(part)));
            }
        }
        let kept: Vec<(String, String)> = db.admin().await.rows("SELECT last_four, name FROM api_keys", vec![]).await.unwrap();
        assert!(kept.iter().all(|(last_four, name)| last_four.len() == 4 && !name.contains(&key.secret[8..])));
    }
}
