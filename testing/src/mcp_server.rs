//! The real mcp-server on a free port, in this process.

use ::mcp_server::{App, config::Config};
use serde_json::json;
use tokio::{
    task::JoinHandle,
    time::{Duration, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    AuthServer, Caller, Issuer, Key, TestDatabase,
    listening::{Listening, defaults, ready},
};

/// A running mcp-server. It stops when it is dropped.
pub struct McpServer {
    /// Its address, e.g. `http://127.0.0.1:40123`.
    pub url: String,
    shutdown: CancellationToken,
    running: JoinHandle<anyhow::Result<()>>,
}

impl McpServer {
    /// Starts it over this database, for API keys alone: there is no issuer.
    pub async fn start(db: &TestDatabase) -> Self {
        Self::start_with(db, |_| {}).await
    }

    /// Starts it so that it takes this issuer's tokens too.
    pub async fn start_for(db: &TestDatabase, issuer: &Issuer) -> Self {
        let (url, jwks_url) = (issuer.url.clone(), issuer.jwks_url());
        let server = Self::start_with(db, |config| {
            config.issuer = url;
            config.jwks_url = Some(jwks_url);
        })
        .await;
        server.has_keys(issuer).await;
        server
    }

    /// Waits until the issuer's keys have arrived: before that every token, however bad, gets 503.
    async fn has_keys(&self, issuer: &Issuer) {
        let says_nothing = self.bearer(&issuer.sign(&json!({})));
        let keys = async {
            while says_nothing.method("ping", json!({})).await.status == 503 {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_secs(10), keys).await.expect("the keys arrive");
    }

    /// Starts it with a changed configuration.
    pub async fn start_with(db: &TestDatabase, change: impl FnOnce(&mut Config)) -> Self {
        Self::start_at(Listening::anywhere().await, db, change).await
    }

    /// Starts both servers, each told of the other.
    pub async fn start_with_auth_server(db: &TestDatabase) -> (Self, AuthServer) {
        let (here, there) = (Listening::anywhere().await, Listening::anywhere().await);
        let endpoint = endpoint_of(&here.url).parse().expect("an address is a URL");
        let issuer = there.url.clone();
        let auth_server = AuthServer::start_at(there, db, |config| config.mcp_urls = vec![endpoint]).await;
        (Self::start_at(here, db, |config| config.issuer = issuer).await, auth_server)
    }

    async fn start_at(
        Listening { listener, url }: Listening,
        db: &TestDatabase,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let mut config: Config = defaults();
        config.database.database_url = Some(db.url().to_owned().into());
        config.database.database_url_file = None;
        config.issuer = "http://127.0.0.1:1".to_owned(); // nobody listens there
        config.jwks_url = None;
        config.public_url = vec![endpoint_of(&url)];
        change(&mut config);
        let shutdown = CancellationToken::new();
        let (clock, random, stop) = (db.clock().clone(), db.random().clone(), shutdown.clone());
        crate::http_client(); // what the server fetches keys with needs the same TLS provider
        let mut running = tokio::spawn(async move {
            App::start(config, clock, random).await?.serve(listener, stop).await;
            Ok(())
        });
        ready(&url, &mut running).await;
        Self { url, shutdown, running }
    }

    /// The endpoint's URL: the resource that its tokens are for.
    pub fn endpoint(&self) -> String {
        endpoint_of(&self.url)
    }

    /// A caller with this API key.
    pub fn caller(&self, key: &Key) -> Caller {
        self.bearer(&key.secret)
    }

    /// A caller with this token, whatever it is.
    pub fn bearer(&self, token: &str) -> Caller {
        Caller::new(&self.endpoint(), Some(token))
    }

    /// A caller without a token.
    pub fn nobody(&self) -> Caller {
        Caller::new(&self.endpoint(), None)
    }

    /// Stops it and waits until it has; fails if it did not stop cleanly.
    pub async fn stop(mut self) {
        self.shutdown.cancel();
        (&mut self.running).await.expect("mcp-server does not panic").expect("mcp-server stops cleanly");
    }
}

impl Drop for McpServer {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

fn endpoint_of(url: &str) -> String {
    format!("{url}/api/mcp")
}
