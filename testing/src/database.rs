//! A database for one test: made from a migrated template in a few milliseconds, gone when it is dropped.

use std::{
    fs,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use chrono::{TimeZone, Utc};
use shared::{
    binds,
    clock::Clock,
    db::{Db, Opening, ServerRole},
    id::Ids,
    random::Random,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, postgres::PgConnectOptions};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::cluster;

/// The two databases that Zoop knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// A server.
    Postgres,
}

impl Engine {
    /// Both.
    pub const BOTH: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];
}

/// One test's database, with the clock and the randomness that everything in the test shares.
pub struct TestDatabase {
    url: String,
    home: Home,
    clock: Clock,
    random: Random,
    admin: OnceCell<Db>,
}

/// What is to be removed at the end.
enum Home {
    /// A folder, which removes itself.
    Sqlite(#[expect(dead_code, reason = "kept for its drop")] TempDir),
    /// The name of a database in the cluster.
    Postgres(String),
}

impl TestDatabase {
    /// A database with Zoop's tables in it, and nothing else.
    pub async fn on(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let (url, folder) = sqlite_file();
                let template = sqlite_template().await;
                fs::write(folder.path().join(SQLITE_FILE), template)
                    .expect("the temporary folder is writable");
                Self::at(url, Home::Sqlite(folder))
            }
            Engine::Postgres => {
                let name = next_name("test");
                let template = postgres_template().await;
                create(&name, Some(template)).await;
                Self::at(postgres_url(&name), Home::Postgres(name))
            }
        }
    }

    /// A database without tables: for tests of the migrations and of starting from nothing.
    pub async fn empty_on(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let (url, folder) = sqlite_file();
                Self::at(url, Home::Sqlite(folder))
            }
            Engine::Postgres => {
                let name = next_name("empty");
                create(&name, None).await;
                Self::at(postgres_url(&name), Home::Postgres(name))
            }
        }
    }

    fn at(url: String, home: Home) -> Self {
        // A Tuesday, 09:00 in Chicago.
        let start = Utc.with_ymd_and_hms(2026, 11, 24, 15, 0, 0).single().expect("a time that exists");
        Self { url, home, clock: Clock::manual(start), random: Random::seeded(1), admin: OnceCell::new() }
    }

    /// Its URL, as servers take it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// On which engine it is.
    pub fn engine(&self) -> Engine {
        match self.home {
            Home::Sqlite(_) => Engine::Sqlite,
            Home::Postgres(_) => Engine::Postgres,
        }
    }

    /// Opens it with a server's rights.
    pub async fn open(&self, role: ServerRole) -> Db {
        Opening::new(&self.url, role).open().await.expect("a test's database opens")
    }

    /// It with every right, past row security: for fixtures and for looking behind the servers' backs.
    pub async fn admin(&self) -> &Db {
        self.admin.get_or_init(|| self.open(ServerRole::Migrator)).await
    }

    /// The clock of this test. It stands still until it is moved.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The randomness of this test: one run is like the other.
    pub fn random(&self) -> &Random {
        &self.random
    }

    /// A maker of identifiers over that clock and that randomness.
    pub fn ids(&self) -> Ids {
        Ids::new(self.clock.clone(), self.random.clone())
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Home::Postgres(name) = &self.home else { return };
        let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        // A thread, since a runtime cannot block on itself; joined, so that a run leaves nothing behind.
        let dropped = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(in_cluster(statement))
        });
        if !matches!(dropped.join(), Ok(Ok(()))) && !thread::panicking() {
            panic!("the test's database could not be dropped");
        }
    }
}

const SQLITE_FILE: &str = "zoop.db";

fn sqlite_file() -> (String, TempDir) {
    let folder = tempfile::Builder::new().prefix("zoop-test-").tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}", folder.path().join(SQLITE_FILE).display());
    (url, folder)
}

/// The bytes of a migrated file, made once in a process.
async fn sqlite_template() -> &'static [u8] {
    static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
    TEMPLATE
        .get_or_init(async || {
            let (url, folder) = sqlite_file();
            let db = migrated(&url).await;
            // A copy of one file: the last pages of the original may still stand in its write-ahead log.
            let copy = folder.path().join("template.db");
            db.execute("VACUUM INTO $1", binds![copy.display().to_string()])
                .await
                .expect("a copy can be written");
            db.close().await;
            fs::read(copy).expect("the copy is there")
        })
        .await
}

/// The name of a migrated database, made once in a process.
async fn postgres_template() -> &'static str {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    TEMPLATE
        .get_or_init(async || {
            let name = next_name("template");
            create(&name, None).await;
            migrated(&postgres_url(&name)).await.close().await;
            name
        })
        .await
}

async fn migrated(url: &str) -> Db {
    let opening = Opening { connections: 1, ..Opening::new(url, ServerRole::Migrator) };
    let db = opening.open().await.expect("a new database opens");
    db.migrate().await.expect("a new database can be migrated");
    db
}

/// A name that no other process and no other test uses.
fn next_name(what: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let [a, b, c] = Random::system().bytes();
    format!("zoop_{what}_{}_{n}_{a:02x}{b:02x}{c:02x}", std::process::id())
}

fn postgres_url(name: &str) -> String {
    let mut url = cluster::url().clone();
    url.set_path(name);
    url.into()
}

async fn create(name: &str, template: Option<&str>) {
    let template = template.unwrap_or("template0");
    in_cluster(format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
        .await
        .expect("a database can be made");
}

/// Runs one statement beside all databases.
async fn in_cluster(statement: String) -> Result<(), sqlx::Error> {
    let options: PgConnectOptions = postgres_url("postgres").parse()?;
    let mut connection: PgConnection = options.disable_statement_logging().connect().await?;
    connection.execute(AssertSqlSafe(statement)).await?;
    connection.close().await
}
