//! The authorization server as a program of its own: options, log, listener, stop signal.

use auth_server::Config;
use clap::Parser;
use shared::{clock::Clock, config, http, random::Random, telemetry};
use tokio_util::sync::CancellationToken;

/// Zoop's authorization server: sign-in, consent, tokens, API keys.
#[derive(Parser)]
#[command(name = "auth-server", version, max_term_width = 100)]
struct Options {
    #[command(flatten)]
    config: Config,
    /// What to log, e.g. `info` or `auth_server=debug,sqlx=warn`.
    #[arg(long, env = "ZOOP_LOG", default_value = "info", value_name = "FILTER")]
    log: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options: Options = config::options();
    telemetry::start(&options.log)?;
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    tokio::spawn(async move {
        http::stop_signal().await;
        stop.cancel();
    });
    let listener = http::listen("addr", options.config.addr).await?;
    auth_server::serve(options.config, listener, Clock::system(), Random::system(), shutdown).await
}
