//! The real auth-server on a free port, in this process.

use ::auth_server::Config;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    Browser, Member, PASSWORD, TestDatabase,
    listening::{Listening, defaults, ready},
};

/// A running auth-server. It stops when it is dropped.
pub struct AuthServer {
    /// Its address, which is its issuer unless the configuration was changed.
    pub url: String,
    shutdown: CancellationToken,
    running: JoinHandle<anyhow::Result<()>>,
}

impl AuthServer {
    /// Starts it over this database, for an MCP endpoint that nobody serves.
    pub async fn start(db: &TestDatabase) -> Self {
        Self::start_with(db, |_| {}).await
    }

    /// Starts it with a changed configuration.
    pub async fn start_with(db: &TestDatabase, change: impl FnOnce(&mut Config)) -> Self {
        Self::start_at(Listening::anywhere().await, db, change).await
    }

    pub(crate) async fn start_at(
        Listening { listener, url }: Listening,
        db: &TestDatabase,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let mut config: Config = defaults();
        config.database.database_url = Some(db.url().to_owned().into());
        config.database.database_url_file = None;
        config.issuer = url.parse().expect("an address is a URL");
        config.key_secret = Some("a secret for tests, long enough to pass".to_owned().into());
        config.key_secret_file = None;
        change(&mut config);
        let shutdown = CancellationToken::new();
        let mut running = tokio::spawn(serve(config, listener, db, shutdown.clone()));
        ready(&url, &mut running).await;
        Self { url, shutdown, running }
    }

    /// A browser that has no cookie of its yet.
    pub fn browser(&self) -> Browser {
        Browser::at(&self.url)
    }

    /// A browser in which this person has signed in.
    pub async fn signed_in(&self, member: &Member) -> Browser {
        let browser = self.browser();
        let page = browser.login(&member.email, PASSWORD, "/settings").await;
        assert_eq!(page.status, 303, "{}", page.text);
        browser
    }

    /// Stops it and waits until it has; fails if it did not stop cleanly.
    pub async fn stop(mut self) {
        self.shutdown.cancel();
        (&mut self.running).await.expect("auth-server does not panic").expect("auth-server stops cleanly");
    }
}

impl Drop for AuthServer {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

fn serve(
    config: Config,
    listener: TcpListener,
    db: &TestDatabase,
    shutdown: CancellationToken,
) -> impl Future<Output = anyhow::Result<()>> + Send + 'static + use<> {
    ::auth_server::serve(config, listener, db.clock().clone(), db.random().clone(), shutdown)
}
