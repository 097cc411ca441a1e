//! `zoop serve`: both servers in one process, from the same configuration that each takes when it runs alone.

use std::net::SocketAddr;

use secrecy::SecretString;
use shared::{clock::Clock, config::DatabaseOptions, random::Random};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    configuration::{from_environment, jwks_url},
    demo::addresses::{Listeners, endpoints},
    servers::Servers,
};

/// Serves both servers in one process.
///
/// All options of `auth-server` and `mcp-server` count here by their environment variables; those that both need are
/// flags too.
#[derive(clap::Args)]
pub struct Options {
    /// The database.
    #[command(flatten)]
    database: DatabaseOptions,
    /// Where auth-server listens [default: 127.0.0.1:8080].
    #[arg(long, env = "ZOOP_AUTH_ADDR", value_name = "IP:PORT")]
    auth_addr: Option<SocketAddr>,
    /// Where mcp-server listens [default: 127.0.0.1:8081].
    #[arg(long, env = "ZOOP_MCP_ADDR", value_name = "IP:PORT")]
    mcp_addr: Option<SocketAddr>,
    /// auth-server's public URL [default: its address].
    #[arg(long, env = "ZOOP_ISSUER", value_name = "URL")]
    issuer: Option<Url>,
    /// The endpoint's public URLs, with commas between [default: its address].
    #[arg(long = "mcp-url", env = "ZOOP_MCP_URL", value_delimiter = ',', value_name = "URL")]
    mcp_urls: Vec<Url>,
    /// The secret under which signing keys are kept in the database, at least 32 characters.
    #[arg(long, env = "ZOOP_KEY_SECRET", hide_env_values = true, value_name = "SECRET")]
    key_secret: Option<SecretString>,
    /// A file that holds that secret; `openssl rand -base64 32` makes one.
    #[arg(long, env = "ZOOP_KEY_SECRET_FILE", conflicts_with = "key_secret", value_name = "FILE")]
    key_secret_file: Option<std::path::PathBuf>,
}

/// Serves until `stop`.
pub async fn run(
    options: Options,
    clock: Clock,
    random: Random,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut auth: auth_server::Config = from_environment()?;
    let mut mcp: mcp_server::config::Config = from_environment()?;
    let listeners =
        Listeners::bind(options.auth_addr.unwrap_or(auth.addr), options.mcp_addr.unwrap_or(mcp.addr)).await?;
    let urls = listeners.urls()?;
    let issuer = match options.issuer {
        Some(issuer) => issuer,
        None => urls.issuer.parse()?,
    };
    let named: Vec<Url> = match options.mcp_urls.is_empty() {
        false => options.mcp_urls,
        // mcp-server's own variable counts too.
        true if mcp.public_url != mcp_server::config::Config::default().public_url => {
            mcp.public_url.iter().map(|url| url.parse()).collect::<Result<_, _>>()?
        }
        true => vec![],
    };
    let mcp_urls = match named.is_empty() {
        false => named,
        true => {
            endpoints(listeners.mcp.local_addr()?).iter().map(|url| url.parse()).collect::<Result<_, _>>()?
        }
    };
    auth.database = options.database.clone();
    auth.issuer = issuer.clone();
    auth.mcp_urls = mcp_urls.clone();
    auth.key_secret = options.key_secret;
    auth.key_secret_file = options.key_secret_file;
    mcp.database = options.database;
    mcp.issuer = issuer.as_str().trim_end_matches('/').to_owned();
    mcp.public_url = mcp_urls.iter().map(Url::to_string).collect();
    let own_keys = jwks_url(&format!("http://{}", listeners.auth.local_addr()?));
    mcp.jwks_url = mcp.jwks_url.or(Some(own_keys));
    let mut servers = Servers::start(auth, mcp, listeners, &clock, &random)?;
    tokio::select! {
        ready = servers.answering() => {
            ready?;
            tracing::info!(issuer = urls.issuer, endpoint = urls.endpoints[0], "both servers answer");
        }
        () = stop.cancelled() => {}
    }
    servers.run_until(stop).await
}
