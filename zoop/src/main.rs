//! Zoop's one command: a demo to try, both servers in one process, migrations, signing keys, businesses, the table of
//! tools, a call of one.

mod business;
mod call;
mod configuration;
mod demo;
mod keys;
mod migrate;
mod progress;
mod serve;
mod servers;
mod tenants;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use shared::{clock::Clock, http, random::Random, telemetry};
use tokio_util::sync::CancellationToken;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Zoop: customers, jobs and invoices for field service, as tools for programs and agents.
#[derive(Parser)]
#[command(name = "zoop", version, max_term_width = 100)]
struct Zoop {
    #[command(subcommand)]
    command: Subcommands,
    /// What to log to stderr, e.g. `info` or `mcp_server=debug`. The demo logs warnings, `serve` logs `info`.
    #[arg(long, env = "ZOOP_LOG", global = true, value_name = "FILTER")]
    log: Option<String>,
}

#[derive(Subcommand)]
enum Subcommands {
    Demo(demo::Options),
    Serve(serve::Options),
    Migrate(migrate::Options),
    Keys(keys::Options),
    Tenants(tenants::Options),
    Tools(tools::Options),
    Call(call::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let zoop = Zoop::parse();
    match run(zoop).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            for cause in error.chain().skip(1) {
                eprintln!("  cause: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(zoop: Zoop) -> anyhow::Result<()> {
    let usual = if matches!(zoop.command, Subcommands::Serve(_)) { "info" } else { "warn" };
    telemetry::start(zoop.log.as_deref().unwrap_or(usual))?;
    let stop = CancellationToken::new();
    let asked = stop.clone();
    tokio::spawn(async move {
        http::stop_signal().await;
        asked.cancel();
    });
    let (clock, random) = (Clock::system(), Random::system());
    match zoop.command {
        Subcommands::Demo(options) => demo::run(options, clock, random, stop).await,
        Subcommands::Serve(options) => serve::run(options, clock, random, stop).await,
        Subcommands::Migrate(options) => migrate::run(options).await,
        Subcommands::Keys(options) => keys::run(options, clock, random).await,
        Subcommands::Tenants(options) => tenants::run(options, clock, random).await,
        Subcommands::Tools(options) => tools::run(&options),
        Subcommands::Call(options) => call::run(options).await,
    }
}
