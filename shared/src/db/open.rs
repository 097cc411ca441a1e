//! Opening a database and bringing its tables to this version.

use std::{
    str::FromStr,
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow, bail};
use sqlx::{
    ConnectOptions, Connection, Executor,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::Db;

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// How long a request waits for a connection before it is told that the database is away.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a start waits for a database that does not listen yet.
const START: Duration = Duration::from_secs(10);
/// SQLSTATE.
const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// The role that a server's connections take on in PostgreSQL: it owns nothing and sees only its tables.
#[derive(Clone, Copy, Debug)]
pub enum ServerRole {
    /// auth-server's.
    Auth,
    /// mcp-server's.
    Mcp,
    /// Whoever the URL names: for migrations.
    Migrator,
}

/// How to open a database.
#[derive(Clone, Debug)]
pub struct Opening {
    /// `sqlite://path/to/file.db` or `postgres://user:password@host/database`.
    pub url: String,
    /// Whose connections these are.
    pub role: ServerRole,
    /// At most so many connections (PostgreSQL), or reading ones (SQLite).
    pub connections: u32,
}

impl Opening {
    /// The usual number of connections to the database at this URL.
    pub fn new(url: &str, role: ServerRole) -> Self {
        Self { url: url.to_owned(), role, connections: 16 }
    }

    /// Opens it; fails with a sentence that says what to do.
    pub async fn open(&self) -> anyhow::Result<Db> {
        match self.url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => self.open_sqlite().await,
            Some("postgres" | "postgresql") => self.open_postgres().await,
            _ => bail!(
                "the database URL names no database that Zoop knows: use `sqlite://path/to/zoop.db` or \
                 `postgres://user:password@host/database`"
            ),
        }
    }

    async fn open_sqlite(&self) -> anyhow::Result<Db> {
        let options = SqliteConnectOptions::from_str(&self.url)
            .context("the SQLite URL cannot be read: use `sqlite://path/to/zoop.db`")?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .optimize_on_close(true, None)
            .disable_statement_logging();
        let file = options.get_filename().display().to_string();
        let pool =
            |most| SqlitePoolOptions::new().max_connections(most).acquire_timeout(Duration::from_secs(10));
        let write = pool(1).connect_with(options.clone()).await.with_context(|| {
            format!("cannot open the database file `{file}`: is its folder there and writable?")
        })?;
        let read = pool(self.connections).connect_with(options.read_only(true)).await?;
        Ok(Db::Sqlite { read, write })
    }

    async fn open_postgres(&self) -> anyhow::Result<Db> {
        let options: PgConnectOptions = self
            .url
            .parse::<PgConnectOptions>()
            .context("the PostgreSQL URL cannot be read: use `postgres://user:password@host/database`")?
            .application_name("zoop")
            .disable_statement_logging();
        // A server's statement that takes longer is stuck; a migration may take its time.
        let options = match self.role {
            ServerRole::Migrator => options,
            ServerRole::Auth | ServerRole::Mcp => options.options([("statement_timeout", "5000")]),
        };
        let take_role = self.role.statement();
        // The first connection says what is wrong; the pool would try again and again, and then say that it gave up.
        self.try_out(&options).await?;
        let pool = PgPoolOptions::new()
            .max_connections(self.connections)
            .acquire_timeout(PATIENCE)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    match take_role {
                        Some(statement) => connection.execute(statement).await.map(|_| ()),
                        None => Ok(()),
                    }
                })
            })
            .connect_lazy_with(options);
        Ok(Db::Postgres(pool))
    }

    /// Connects once, as the pool will, and takes the server's role on. A database that is about to start is waited for.
    async fn try_out(&self, options: &PgConnectOptions) -> anyhow::Result<()> {
        let (host, port, user) = (options.get_host(), options.get_port(), options.get_username());
        let begin = Instant::now();
        let connected = loop {
            match options.connect().await {
                Err(sqlx::Error::Io(_)) if begin.elapsed() < START => {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                outcome => break outcome,
            }
        };
        let mut connection = connected.with_context(|| {
            format!("cannot connect to PostgreSQL at {host}:{port}: is it running, and are user and password right?")
        })?;
        if let Some(statement) = self.role.statement()
            && let Err(error) = connection.execute(statement).await
        {
            let role = statement.trim_start_matches("SET ROLE ");
            return Err(match error.as_database_error().and_then(|error| error.code()).as_deref() {
                Some(INSUFFICIENT_PRIVILEGE) => anyhow!(
                    "the database's user `{user}` may not take on the role {role}, as which this server works. Use the \
                     user that was made for it, or `GRANT {role} TO {user}`; for `zoop serve`, which runs both servers, \
                     a user needs both roles, zoop_auth and zoop_mcp"
                ),
                // A role that is not there, or a value that is none.
                Some("22023" | "42704") => {
                    anyhow!("the database has no role {role} yet: run `zoop migrate` first")
                }
                _ => anyhow::Error::from(error).context(format!("{user} cannot take on the role {role}")),
            });
        }
        connection.close().await.context("PostgreSQL broke the first connection off")
    }
}

impl ServerRole {
    fn statement(self) -> Option<&'static str> {
        match self {
            ServerRole::Auth => Some("SET ROLE zoop_auth"),
            ServerRole::Mcp => Some("SET ROLE zoop_mcp"),
            ServerRole::Migrator => None,
        }
    }
}

impl Db {
    /// Brings the tables to this program's version. A database of a newer version is left alone and refused.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        explain(match self {
            Db::Sqlite { write, .. } => SQLITE.run(write).await,
            Db::Postgres(pool) => POSTGRES.run(pool).await,
        })
    }

    /// Refuses a database whose tables are not of this program's version, before a server serves from it.
    pub async fn check_version(&self) -> anyhow::Result<()> {
        let latest = |migrator: &Migrator| migrator.iter().map(|m| m.version).max().unwrap_or(0);
        let expected = match self {
            Db::Sqlite { .. } => latest(&SQLITE),
            Db::Postgres(_) => latest(&POSTGRES),
        };
        let found: Option<(Option<i64>,)> =
            self.row("SELECT MAX(version) FROM _sqlx_migrations", vec![]).await.map_err(|_| {
                anyhow::anyhow!("the database has no tables of Zoop's yet: run `zoop migrate` first")
            })?;
        match found.and_then(|(version,)| version) {
            Some(version) if version == expected => Ok(()),
            Some(version) if version > expected => bail!("{}", newer(version)),
            _ => bail!("the database is of an older version: run `zoop migrate` first"),
        }
    }
}

fn newer(version: i64) -> String {
    format!(
        "the database is of a newer version of Zoop (its migration {version} is unknown here): start that newer \
         version, or use another database"
    )
}

fn explain(outcome: Result<(), MigrateError>) -> anyhow::Result<()> {
    match outcome {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(version)) => bail!("{}", newer(version)),
        Err(MigrateError::VersionMismatch(version)) => bail!(
            "the database was made by another build of Zoop (its migration {version} differs): use that build, or \
             another database"
        ),
        Err(other) => Err(other).context("the database could not be brought to this version"),
    }
}
