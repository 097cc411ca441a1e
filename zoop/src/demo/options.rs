//! The demo's flags. None is read from the environment: what is set there for real servers must not reach a demo.

use std::{net::SocketAddr, path::PathBuf};

use clap::builder::FalseyValueParser;
use secrecy::SecretString;

/// Starts both servers with two companies to look at, and prints where they are and the keys to them.
///
/// The first start makes the data; later ones go on with it. Ctrl-C stops it.
#[derive(clap::Args)]
pub struct Options {
    /// Where people sign in, consent and make keys. Port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "IP:PORT")]
    pub auth_addr: SocketAddr,
    /// Where programs call tools. Port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8081", value_name = "IP:PORT")]
    pub mcp_addr: SocketAddr,
    /// The folder of the database and of demo.json, which keeps the card.
    #[arg(long, default_value = "data", value_name = "FOLDER")]
    pub data_dir: PathBuf,
    /// Another database than the folder's: `sqlite://path/to/zoop.db` or `postgres://user:password@host/database`.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<SecretString>,
    /// Keep nothing: a temporary folder, gone at exit.
    #[arg(long, conflicts_with = "data_dir")]
    pub ephemeral: bool,
    /// How long an access token lives.
    #[arg(long, default_value_t = 3600, value_parser = clap::value_parser!(i64).range(1..=86_400), value_name = "SECONDS")]
    pub access_token_ttl: i64,
    /// Print one line of JSON in place of the card: {"auth_url", "mcp_url", "issuer", "owner", "tenants", "user_key",
    /// "tenant_key"}.
    #[arg(long)]
    pub json: bool,
    /// Print without colours.
    #[arg(long, env = "NO_COLOR", value_parser = FalseyValueParser::new(), hide_env = true)]
    pub no_color: bool,
}
