//! What PostgreSQL's image does by itself.

use std::process::{Child, Command, Stdio};

use super::{
    Stack, output,
    programs::{postgres_programs, unprivileged},
};

impl Stack {
    /// What PostgreSQL's image does at its first start, with the environment that the compose file gives it.
    pub(super) fn start_postgres(&self) -> std::io::Result<Child> {
        let environment = self.services["postgres"].environment();
        let secrets = self.folder.path().join("postgres/secrets");
        let password =
            environment["POSTGRES_PASSWORD_FILE"].replace("/run/secrets", &secrets.display().to_string());
        let data = self.own_folder("postgres", "data");
        let mut initdb = unprivileged("postgres");
        initdb.arg(postgres_programs().join("initdb")).arg("--pgdata").arg(&data);
        initdb.args(["--auth-host=scram-sha-256", "--auth-local=trust", "--no-sync"]);
        initdb.arg(format!("--username={}", environment["POSTGRES_USER"]));
        initdb.arg(format!("--pwfile={password}"));
        initdb.args(environment["POSTGRES_INITDB_ARGS"].split_whitespace());
        initdb.current_dir("/");
        output(&mut initdb, "PostgreSQL is not installed: apt-get install postgresql");
        let mut postgres = unprivileged("postgres");
        postgres.arg(postgres_programs().join("postgres")).arg("-D").arg(&data).arg("-k").arg(&data);
        let port = format!("port={}", self.ports.postgres);
        for setting in [&port, "listen_addresses=127.0.0.1", "fsync=off", "log_statement=ddl"] {
            postgres.args(["-c", setting]);
        }
        postgres.current_dir("/").stdin(Stdio::null());
        self.log_to(&mut postgres, "postgres");
        postgres.spawn()
    }

    pub(super) fn make_database(&self) {
        let environment = self.services["postgres"].environment();
        let mut createdb = Command::new(postgres_programs().join("createdb"));
        createdb.arg("-h").arg(self.folder.path().join("postgres/data"));
        createdb.args(["-p", &self.ports.postgres.to_string(), "-U", &environment["POSTGRES_USER"]]);
        createdb.arg(&environment["POSTGRES_DB"]);
        output(&mut createdb, "createdb");
    }
}
