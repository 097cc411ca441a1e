//! The MCP server as a program of its own.

use clap::Parser;
use mcp_server::{App, config::Config};
use shared::{clock::Clock, http, random::Random, telemetry};
use tokio_util::sync::CancellationToken;

/// Zoop's MCP server: checks tokens and API keys and serves the tools over one database.
#[derive(Parser)]
#[command(name = "mcp-server", version)]
struct Options {
    #[command(flatten)]
    config: Config,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Options { config } = shared::config::options();
    telemetry::start(&config.log)?;
    let listener = http::listen("addr", config.addr).await?;
    let app = App::start(config, Clock::system(), Random::system()).await?;
    tracing::info!(addr = %listener.local_addr()?, "mcp-server listens");
    let stop = CancellationToken::new();
    let at_signal = stop.clone();
    tokio::spawn(async move {
        http::stop_signal().await;
        at_signal.cancel();
    });
    app.serve(listener, stop).await;
    Ok(())
}
