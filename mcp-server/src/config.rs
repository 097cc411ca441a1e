//! The MCP server's configuration. Every option is an environment variable too.

use std::net::{Ipv4Addr, SocketAddr};

use shared::{config::DatabaseOptions, network::Network};

/// How the MCP server runs.
#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    /// Where to listen.
    #[arg(long, env = "ZOOP_MCP_ADDR", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 8081)))]
    pub addr: SocketAddr,
    /// The database.
    #[command(flatten)]
    pub database: DatabaseOptions,
    /// The authorization server's issuer identifier: what `iss` of a token must be.
    #[arg(long, env = "ZOOP_ISSUER", default_value = "http://127.0.0.1:8080")]
    pub issuer: String,
    /// Where the authorization server publishes its keys; default: the issuer's /.well-known/jwks.json.
    #[arg(long, env = "ZOOP_JWKS_URL")]
    pub jwks_url: Option<String>,
    /// The endpoint's public URL, e.g. https://app.zoop.example/api/mcp; several are separated by commas, the first
    /// is the one that is told.
    #[arg(
        long,
        env = "ZOOP_PUBLIC_URL",
        value_delimiter = ',',
        default_value = "http://127.0.0.1:8081/api/mcp"
    )]
    pub public_url: Vec<String>,
    /// Origins of web pages that may call the endpoint, separated by commas.
    #[arg(long, env = "ZOOP_ALLOWED_ORIGINS", value_delimiter = ',')]
    pub allowed_origins: Vec<String>,
    /// Proxies whose X-Forwarded-For is believed: addresses or ranges, with commas between.
    #[arg(long, env = "ZOOP_TRUSTED_PROXIES", value_delimiter = ',', value_name = "NETWORK")]
    pub trusted_proxies: Vec<Network>,
    /// Requests a minute for each credential.
    #[arg(long, env = "ZOOP_RATE_LIMIT_CREDENTIAL", default_value_t = 120)]
    pub rate_limit_credential: usize,
    /// Requests a minute for each tenant.
    #[arg(long, env = "ZOOP_RATE_LIMIT_TENANT", default_value_t = 600)]
    pub rate_limit_tenant: usize,
    /// The largest request body, in bytes.
    #[arg(long, env = "ZOOP_BODY_LIMIT", default_value_t = 1024 * 1024)]
    pub body_limit: usize,
    /// What is logged, e.g. `info` or `mcp_server=debug`.
    #[arg(long, env = "ZOOP_LOG", default_value = "info")]
    pub log: String,
}

impl Config {
    /// Where the keys are fetched from.
    pub fn keys_url(&self) -> String {
        self.jwks_url.clone().unwrap_or_else(|| format!("{}/.well-known/jwks.json", self.issuer))
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 8081)),
            database: DatabaseOptions { database_url: None, database_url_file: None },
            issuer: "http://127.0.0.1:8080".to_owned(),
            jwks_url: None,
            public_url: vec!["http://127.0.0.1:8081/api/mcp".to_owned()],
            allowed_origins: vec![],
            trusted_proxies: vec![],
            rate_limit_credential: 120,
            rate_limit_tenant: 600,
            body_limit: 1024 * 1024,
            log: "info".to_owned(),
        }
    }
}
