//! The tests' own databases: both engines, migrated, apart from each other, with fixtures that the schema takes.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot look fails, with the reason")]

use std::time::{Duration, Instant};

use shared::{
    api_key, binds,
    db::{Opening, ServerRole},
    error::Error,
    role::Role,
    scope::Scopes,
};
use testing::{Account, Engine, NewAccount, TestDatabase, on_both_databases};
use tokio::{
    io::{AsyncRead, AsyncWrite, copy_bidirectional},
    net::{TcpStream, UnixListener, UnixStream},
    task::JoinSet,
};

on_both_databases! {
    async fn is_of_this_version(db: TestDatabase) -> anyhow::Result<()> {
        db.open(ServerRole::Mcp).await.check_version().await?;
        db.open(ServerRole::Auth).await.check_version().await
    }

    async fn is_nobody_elses(db: TestDatabase) {
        let other = TestDatabase::on(db.engine()).await;
        Account::create(&db).await;
        assert_eq!(tenants(&db).await.len(), 1);
        assert_eq!(tenants(&other).await.len(), 0);
    }

    async fn empty_means_without_tables(db: TestDatabase) {
        let empty = TestDatabase::empty_on(db.engine()).await;
        let refusal = empty.admin().await.check_version().await.unwrap_err().to_string();
        assert!(refusal.contains("zoop migrate"), "{refusal}");
    }

    async fn holds_accounts_with_members_and_keys(db: TestDatabase) {
        let first = Account::create(&db).await;
        let second = NewAccount { name: "Kyoto Gas", currency: "JPY", ..NewAccount::default() }.create(&db).await;
        let tech = first.add_member(Role::Tech).await;
        let guest = second.admit(&first.owner, Role::Office).await;
        let as_tech = first.user_key(&tech, "read:jobs write:jobs").await;
        let as_guest = second.user_key(&guest, Scopes::all()).await;
        let as_nobody = second.tenant_key("read:customers").await;
        assert_eq!(tenants(&db).await, [(1, "USD".to_owned()), (2, "JPY".to_owned())]);
        // mcp-server's own rights suffice to look a key up.
        let mcp = db.open(ServerRole::Mcp).await;
        for (key, user) in [(&as_tech, Some(&tech)), (&as_guest, Some(&guest)), (&as_nobody, None)] {
            assert!(api_key::is_well_formed(&key.secret));
            let sql = "SELECT id, user_id FROM api_keys WHERE hash = $1";
            let found: Option<(String, Option<String>)> =
                mcp.row(sql, binds![api_key::hash(&key.secret)]).await.unwrap();
            assert_eq!(found, Some((key.id.clone(), user.map(|user| user.user_id.clone()))));
        }
    }
}

async fn tenants(db: &TestDatabase) -> Vec<(i64, String)> {
    let sql = "SELECT number, currency FROM tenants ORDER BY number";
    db.admin().await.rows(sql, vec![]).await.expect("tenants can be read")
}

#[tokio::test]
async fn nothing_is_left_of_a_dropped_database() {
    let here = TestDatabase::on(Engine::Postgres).await;
    let gone = TestDatabase::on(Engine::Postgres).await;
    gone.open(ServerRole::Mcp).await.ping().await.unwrap(); // a connection left open does not keep it
    let name = gone.url().rsplit_once("/zoop_").unwrap().1.split_once('?').unwrap().0.to_owned();
    let sql = "SELECT datname FROM pg_database WHERE datname = $1";
    let there = async || {
        let rows: Vec<(String,)> =
            here.admin().await.rows(sql, binds![format!("zoop_{name}")]).await.unwrap();
        rows.len()
    };
    assert_eq!(there().await, 1);
    drop(gone);
    assert_eq!(there().await, 0);
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection to the server that this URL names, by its socket or by TCP.
async fn stream_to(url: &url::Url) -> Box<dyn Stream> {
    let port = url.port().unwrap_or(5432);
    match url.query_pairs().find(|(name, _)| name == "host") {
        Some((_, folder)) => {
            Box::new(UnixStream::connect(format!("{folder}/.s.PGSQL.{port}")).await.unwrap())
        }
        None => Box::new(TcpStream::connect((url.host_str().unwrap(), port)).await.unwrap()),
    }
}

/// A request that cannot be served is told so soon: it does not wait until its own caller gives up.
#[tokio::test]
async fn a_server_that_is_away_is_found_out_within_seconds() {
    let db = TestDatabase::on(Engine::Postgres).await;
    let mut url = url::Url::parse(db.url()).unwrap();
    // A socket between, as PostgreSQL's own is named.
    let folder = tempfile::tempdir().unwrap();
    let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).unwrap();
    let there = url.clone();
    url.set_query(Some(&format!("host={}", folder.path().display())));
    url.set_port(None).unwrap();
    let between = tokio::spawn(async move {
        let mut all = JoinSet::new();
        loop {
            let (mut near, _) = listener.accept().await.unwrap();
            let mut far = stream_to(&there).await;
            all.spawn(async move { copy_bidirectional(&mut near, &mut far).await });
        }
    });
    let open = Opening::new(url.as_str(), ServerRole::Auth).open().await.unwrap();
    open.ping().await.unwrap();
    between.abort();
    drop(between.await);
    let begin = Instant::now();
    // The connection that is open breaks; a new one is not to be had.
    let broken = open.ping().await.unwrap_err();
    let refused = open.ping().await.unwrap_err();
    assert!(
        matches!((&broken, &refused), (Error::Unavailable(_), Error::Unavailable(_))),
        "{broken:?} {refused:?}"
    );
    assert!(begin.elapsed() < Duration::from_secs(8), "{:?}", begin.elapsed());
}
