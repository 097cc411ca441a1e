//! The server's parts, put together once.

use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use chrono::Duration;
use serde_json::{Map, Value};
use shared::{
    clock::Clock,
    config::expose,
    db::{Db, Opening, ServerRole},
    id::Ids,
    permit::Permit,
    random::Random,
    rate_limit::RateLimit,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    catalog::{Catalog, Selection},
    config::Config,
    docs::{Docs, Facts},
    error::{Error, Result},
    http::{self, Authenticator, Limits, Places},
    tally::Tally,
    verbs::PageSize,
    walk, workers,
};

/// A running MCP server's parts. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What [`App`] shares.
pub struct Parts {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) config: Config,
    pub(crate) catalog: Catalog,
    pub(crate) docs: Docs,
    pub(crate) authenticator: Authenticator,
    pub(crate) limits: Limits,
    pub(crate) places: Places,
    pub(crate) tally: Tally,
}

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Opens the database and puts the parts together; fails with a sentence that says what to do.
    pub async fn start(mut config: Config, clock: Clock, random: Random) -> anyhow::Result<Self> {
        // The issuer is compared as text; auth-server's own has no slash at its end either.
        config.issuer = config.issuer.trim_end_matches('/').to_owned();
        for (option, url) in [("--issuer", config.issuer.clone()), ("--jwks-url", config.keys_url())] {
            let known = Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
            anyhow::ensure!(known, "`{url}` of {option} is no URL; give one like https://app.zoop.example");
        }
        let db = Opening::new(expose(&config.database.url()?), ServerRole::Mcp).open().await?;
        db.check_version().await?;
        let mut public = Vec::with_capacity(config.public_url.len());
        for url in &config.public_url {
            public.push(Url::parse(url).with_context(|| {
                format!("`{url}` of --public-url is no URL; give one like https://app.zoop.example/api/mcp")
            })?);
        }
        anyhow::ensure!(
            !public.is_empty(),
            "no --public-url is given; give one like https://app.zoop.example/api/mcp"
        );
        let places = Places::new(&public, &config);
        let minute = Duration::seconds(60);
        let limits = Limits {
            credential: RateLimit::new(config.rate_limit_credential, minute),
            tenant: RateLimit::new(config.rate_limit_tenant, minute),
            handshakes: RateLimit::new(config.rate_limit_credential, minute),
        };
        let authenticator = Authenticator::new(
            db.clone(),
            clock.clone(),
            &config.issuer,
            places.resources(),
            config.keys_url(),
            config.trusted_proxies.clone(),
        )?;
        let catalog = Catalog::new()?;
        let docs = Docs::new(
            &catalog,
            &Facts {
                endpoint: config.public_url[0].trim_end_matches('/').to_owned(),
                issuer: config.issuer.clone(),
                per_credential: config.rate_limit_credential,
                per_tenant: config.rate_limit_tenant,
                body_limit: config.body_limit,
            },
        )?;
        Ok(Self(Arc::new(Parts {
            db,
            clock,
            random,
            config,
            catalog,
            docs,
            authenticator,
            limits,
            places,
            tally: Tally::default(),
        })))
    }

    /// The routes.
    pub fn router(&self) -> Router {
        http::router(self.clone())
    }

    /// Serves until `stop` is cancelled, then lets the requests that run finish.
    pub async fn serve(self, listener: TcpListener, stop: CancellationToken) {
        let watching = tokio::spawn(http::watch(self.clone(), stop.clone()));
        let working = self.config.workers.then(|| tokio::spawn(workers::run(self.clone(), stop.clone())));
        shared::http::serve(listener, self.router(), stop.clone().cancelled_owned()).await;
        stop.cancel();
        let _ = watching.await;
        if let Some(working) = working {
            let _ = working.await;
        }
        self.flush().await;
        self.db.close().await;
    }

    /// Does what workers have to do by now, as a server does at its own pace; how many pieces of work that were.
    pub async fn catch_up(&self) -> Result<usize> {
        workers::catch_up(self, &CancellationToken::new()).await
    }

    /// Writes down what was counted.
    pub(crate) async fn flush(&self) {
        let ids = Ids::new(self.clock.clone(), self.random.clone());
        if let Err(error) = self.tally.flush(&self.db, &ids).await {
            tracing::warn!(cause = error.cause(), "the counts of reads and refusals could not be written");
        }
    }

    /// Calls a tool in this process: for Zoop's own work and for seeding.
    pub async fn call(
        &self,
        permit: &Permit,
        tool: &str,
        args: Map<String, Value>,
    ) -> Result<Map<String, Value>> {
        let found = self.catalog.find(tool, &Selection::default());
        let found = found
            .ok_or_else(|| Error::invalid(format!("There is no tool `{}`.", crate::error::shown(tool))))?;
        walk::call(self, permit.clone(), found, args, PageSize(usize::MAX), "internal").await
    }
}
