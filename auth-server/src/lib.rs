//! Zoop's authorization server: it signs people in, asks for their consent, and issues tokens and API keys.
//! Read `app.rs` for the routes, then the endpoint you care for; each leads down to its rules and its SQL.

pub mod app;
pub mod config;
mod documents;
pub mod domain;
mod endpoints;
mod error;
mod front_door;
mod grants;
pub mod pages;
pub mod security;
pub mod store;
mod sweep;

use std::time::Duration;

use anyhow::Context;
use shared::{clock::Clock, random::Random};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use app::App;
pub use config::Config;
pub use grants::{membership, signing::Next};

/// Serves on `listener` until `shutdown`; then lets the requests that run finish.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    clock: Clock,
    random: Random,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let db = config.open_database().await?;
    let app = App::new(&config, db, clock, random).await?;
    let address = listener.local_addr().context("the listener has no address")?;
    tracing::info!(%address, issuer = app.settings.issuer, "auth-server is ready");
    let keeper = tokio::spawn(keep(app.clone(), shutdown.clone()));
    let router = app.router();
    shared::http::serve(listener, router, shutdown.cancelled_owned()).await;
    keeper.abort();
    app.db.close().await;
    Ok(())
}

/// Keeps house once a minute: what has ended is swept, and signing keys are looked after.
async fn keep(app: App, shutdown: CancellationToken) {
    let mut minute = tokio::time::interval(Duration::from_secs(60));
    while shutdown.run_until_cancelled(minute.tick()).await.is_some() {
        if let Err(error) = app.keep_house().await {
            tracing::warn!(cause = format!("{error:#}"), "keeping house");
        }
    }
}
