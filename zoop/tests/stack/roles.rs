//! The users of the database: who owns what, and what a server's own URL opens.

use std::process::{Command, Stdio};

use super::machine::Stack;

pub async fn the_servers_own_nothing(stack: &Stack, db: &shared::db::Db) {
    let sql = "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname LIKE 'zoop%' ORDER BY rolname";
    type Role = (String, bool, bool, bool, bool);
    let roles: Vec<Role> = db.rows(sql, vec![]).await.unwrap();
    let plain = |name: &str| (name.to_owned(), false, false, false, false);
    let owner = ("zoop_owner".to_owned(), false, true, false, false);
    assert_eq!(
        roles,
        [plain("zoop_auth"), plain("zoop_auth_server"), plain("zoop_mcp"), plain("zoop_mcp_server"), owner]
    );
    let sql = "SELECT DISTINCT CAST(relowner::regrole AS TEXT) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    let owners: Vec<(String,)> = db.rows(sql, vec![]).await.unwrap();
    assert_eq!(owners, [("zoop_owner".to_owned(),)]);
    // Their passwords are needed, their URLs open nothing before they take their role on, and each takes only its own.
    for (service, secret, other) in
        [("auth-server", "auth_database_url", "zoop_mcp"), ("mcp-server", "mcp_database_url", "zoop_auth")]
    {
        let url = stack.secret(service, secret);
        let psql = |url: &str, sql: &str| {
            let output = Command::new("psql")
                .args(["--no-psqlrc", "--no-password", url, "-c", sql])
                .stdin(Stdio::null())
                .output();
            let output = output.expect("psql comes with PostgreSQL: apt-get install postgresql");
            (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
        };
        let (user, rest) = url.rsplit_once(':').map_or(("", ""), |_| url.split_once('@').unwrap());
        let wrong = format!("{}x@{rest}", user);
        assert!(psql(&wrong, "SELECT 1").1.contains("password authentication failed"), "{service}");
        assert_eq!(psql(&url, "SELECT 1"), (true, String::new()));
        for sql in [
            "SELECT * FROM users",
            &format!("SET ROLE {other}"),
            "CREATE TABLE mine (x INT)",
            "SET ROLE zoop_owner",
            "CREATE TEMPORARY TABLE mine (x INT)",
        ] {
            let (worked, said) = psql(&url, sql);
            assert!(!worked && said.contains("permission denied"), "{service}: {sql}: {said}");
        }
    }
}
