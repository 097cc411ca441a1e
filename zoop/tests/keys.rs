//! `zoop keys`: an operator rotates and revokes the keys that sign access tokens.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use support::{refusal, run};
use testing::{Engine, TestDatabase};

const SECRET: &str = "a secret of at least thirty-two characters";

async fn ids(db: &TestDatabase) -> Vec<String> {
    let sql = "SELECT id FROM signing_keys ORDER BY activates_at, id";
    let rows: Vec<(String,)> = db.admin().await.rows(sql, vec![]).await.unwrap();
    rows.into_iter().map(|(id,)| id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_key_is_made_and_a_leaked_one_is_revoked() {
    for engine in Engine::BOTH {
        let db = TestDatabase::on(engine).await;
        let access = ["--database-url", db.url(), "--key-secret", SECRET];
        let rotate = [&["keys", "rotate"], &access[..]].concat();
        // A database without keys gets its first one, which signs at once, and the one after it.
        let (status, said, _) = run(&rotate);
        assert!(status.success() && said.contains("is published and signs from"), "{said}");
        let [first, next] = ids(&db).await.try_into().unwrap();
        assert!(said.starts_with(&next), "{said}");
        let (status, said, _) = run(&rotate);
        assert!(status.success() && said.starts_with(&format!("{next} was published before")), "{said}");

        let refused = refusal(&[&["keys", "revoke", "sig_nobody"], &access[..]].concat());
        assert!(refused.contains(&first) && refused.contains(&next), "{refused}");
        let (status, said, _) = run(&[&["keys", "revoke", &first], &access[..]].concat());
        assert!(status.success() && said.starts_with(&format!("{first} is deleted")), "{said}");
        assert_eq!(ids(&db).await, [next]);
        let sql = "SELECT subject FROM revocations WHERE kind = 'signing_key'";
        let revoked: Vec<(String,)> = db.admin().await.rows(sql, vec![]).await.unwrap();
        assert_eq!(revoked, [(first,)]);

        let refused = refusal(&[
            "keys",
            "rotate",
            "--database-url",
            db.url(),
            "--key-secret",
            &SECRET.replace('a', "b"),
        ]);
        assert!(refused.contains("--key-secret"), "{refused}");
    }
}
