//! Zoop's one command: a demo to try, both servers in one process, migrations, signing keys, businesses with
//! their people and their data, the table of tools, a call of one.

mod accounts;
mod business;
mod call;
mod configuration;
mod demo;
mod interrupt;
mod keys;
mod migrate;
mod output;
mod progress;
mod seed;
mod serve;
mod servers;
mod tenants;
mod tools;
mod users;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use shared::{clock::Clock, config, random::Random, telemetry};

use self::interrupt::LeftBehind;

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
    Users(users::Options),
    Seed(seed::Options),
    Tools(tools::Options),
    Call(call::Options),
}

impl Subcommands {
    /// What a signal would leave behind.
    fn left_behind(&self) -> &'static str {
        match self {
            Self::Demo(_) | Self::Serve(_) | Self::Tools(_) => "nothing is left behind.",
            Self::Migrate(_) => {
                "each migration is in the database whole or not at all; the same command goes on."
            }
            Self::Keys(_) | Self::Tenants(_) | Self::Users(_) => {
                "the change was made whole or not at all; look which before you ask for it again."
            }
            Self::Seed(_) => "nothing was seeded.",
            Self::Call(_) => {
                "no answer came, and the server may have done it all the same; look before you call again."
            }
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(config::options()).await {
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
    let (clock, random) = (Clock::system(), Random::system());
    let left = LeftBehind::new(zoop.command.left_behind());
    if !matches!(zoop.command, Subcommands::Demo(_) | Subcommands::Serve(_)) {
        interrupt::ends_at_once(left.clone())?;
    }
    match zoop.command {
        Subcommands::Demo(options) => demo::run(options, clock, random, interrupt::asks_to_stop()).await,
        Subcommands::Serve(options) => serve::run(options, clock, random, interrupt::asks_to_stop()).await,
        Subcommands::Migrate(options) => migrate::run(options).await,
        Subcommands::Keys(options) => keys::run(options, clock, random).await,
        Subcommands::Tenants(options) => tenants::run(options, clock, random).await,
        Subcommands::Users(options) => users::run(options, clock, random).await,
        Subcommands::Seed(options) => seed::run(options, clock, random, left).await,
        Subcommands::Tools(options) => tools::run(&options),
        Subcommands::Call(options) => call::run(options).await,
    }
}
