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
        let mut createdb = self.in_the_container("createdb");
        createdb.arg(&self.services["postgres"].environment()["POSTGRES_DB"]);
        output(&mut createdb, "createdb");
    }

    /// Runs a statement as the superuser, who needs no password inside the container.
    pub fn as_superuser(&self, sql: &str) {
        output(self.in_the_container("psql").args(["--no-psqlrc", "postgres", "-c", sql]), "psql");
    }

    /// A program of PostgreSQL's, by the container's own socket.
    fn in_the_container(&self, program: &str) -> Command {
        let mut command = Command::new(postgres_programs().join(program));
        command.arg("-h").arg(self.folder.path().join("postgres/data"));
        let user = &self.services["postgres"].environment()["POSTGRES_USER"];
        command.args(["-p", &self.ports.postgres.to_string(), "-U", user]);
        command
    }
}
