//! Options: each is an environment variable too, secrets also come from files. `--help` is the reference.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::{Context, bail, ensure};
use chrono::Duration;
use secrecy::{ExposeSecret, SecretString};
use shared::{
    config::DatabaseOptions,
    db::{Db, Opening, ServerRole},
    network::Network,
};
use url::Url;

use crate::security::jwt::Algorithm;

/// How auth-server is set up.
#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    /// The address to listen on.
    #[arg(long, env = "ZOOP_AUTH_ADDR", default_value = "127.0.0.1:8080", value_name = "IP:PORT")]
    pub addr: SocketAddr,
    /// The database.
    #[command(flatten)]
    pub database: DatabaseOptions,
    /// This server's public URL: tokens name it, and it never follows a request's Host header.
    #[arg(long, env = "ZOOP_ISSUER", default_value = "http://127.0.0.1:8080", value_name = "URL")]
    pub issuer: Url,
    /// The public URLs of the MCP endpoint, e.g. `https://app.example.com/api/mcp`; pages show the first.
    #[arg(
        long = "mcp-url",
        env = "ZOOP_MCP_URL",
        default_value = "http://127.0.0.1:8081/api/mcp",
        value_delimiter = ',',
        value_name = "URL"
    )]
    pub mcp_urls: Vec<Url>,
    /// The secret under which signing keys are kept in the database, at least 32 characters.
    #[arg(long, env = "ZOOP_KEY_SECRET", hide_env_values = true, value_name = "SECRET")]
    pub key_secret: Option<SecretString>,
    /// A file that holds that secret; `openssl rand -base64 32` makes one.
    #[arg(long, env = "ZOOP_KEY_SECRET_FILE", conflicts_with = "key_secret", value_name = "FILE")]
    pub key_secret_file: Option<PathBuf>,
    /// Proxies whose X-Forwarded-For is believed: addresses or ranges, with commas between.
    #[arg(long, env = "ZOOP_TRUSTED_PROXIES", value_delimiter = ',', value_name = "NETWORK")]
    pub trusted_proxies: Vec<Network>,
    /// Redirect URIs that apps may register word for word although their scheme has no dot.
    #[arg(
        long = "extra-redirect-uri",
        env = "ZOOP_EXTRA_REDIRECT_URIS",
        default_value = "cursor://anysphere.cursor-mcp/oauth/callback",
        value_delimiter = ',',
        value_name = "URI"
    )]
    pub extra_redirect_uris: Vec<String>,
    /// Apps that may register themselves in an hour, from one source.
    #[arg(long, env = "ZOOP_REGISTRATIONS_PER_SOURCE", default_value_t = 60, value_name = "COUNT")]
    pub registrations_per_source: i64,
    /// Apps that may register themselves in an hour, overall.
    #[arg(long, env = "ZOOP_REGISTRATIONS", default_value_t = 1000, value_name = "COUNT")]
    pub registrations: i64,
    /// For developers alone: documents that apps publish about themselves may come by http and from this machine. Where
    /// strangers reach this server, they could make it ask the programs beside it.
    #[arg(long, env = "ZOOP_LOCAL_DOCUMENTS")]
    pub local_documents: bool,
    /// How long an access token lives, in seconds.
    #[arg(
        long,
        env = "ZOOP_ACCESS_TOKEN_TTL",
        default_value_t = 3600,
        value_parser = clap::value_parser!(i64).range(1..=86_400),
        value_name = "SECONDS"
    )]
    pub access_token_ttl: i64,
    /// How long a signing key signs, in days. Its successor is published an hour before it takes over.
    #[arg(
        long,
        env = "ZOOP_SIGNING_KEY_DAYS",
        default_value_t = 90,
        value_parser = clap::value_parser!(i64).range(1..=3650),
        value_name = "DAYS"
    )]
    pub signing_key_days: i64,
    /// The algorithm of new signing keys.
    #[arg(long, env = "ZOOP_SIGNING_ALGORITHM", default_value = "RS256", value_name = "ALGORITHM")]
    pub signing_algorithm: Algorithm,
}

/// What the options say, checked once.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The issuer identifier (RFC 8414 §2), without a trailing slash.
    pub issuer: String,
    /// Whether browsers reach this server by https.
    pub https: bool,
    /// The endpoint's public URLs, canonical.
    pub mcp_urls: Vec<String>,
    /// Whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<Network>,
    /// What may be registered word for word.
    pub extra_redirect_uris: Vec<String>,
    /// In an hour, from one source.
    pub registrations_per_source: i64,
    /// In an hour, overall.
    pub registrations: i64,
    /// Whether apps' documents may come by http and from this machine.
    pub local_documents: bool,
    /// Seconds.
    pub access_token_ttl: i64,
    /// How long a signing key signs.
    pub signing_key_term: Duration,
    /// Of new signing keys.
    pub signing_algorithm: Algorithm,
}

impl Config {
    /// Opens the database and refuses one of another version.
    pub async fn open_database(&self) -> anyhow::Result<Db> {
        let url = self.database.url()?;
        let db = Opening::new(url.expose_secret(), ServerRole::Auth).open().await?;
        db.check_version().await?;
        Ok(db)
    }

    /// The secret under which signing keys are kept.
    pub fn key_secret(&self) -> anyhow::Result<SecretString> {
        let secret = shared::config::secret("key-secret", self.key_secret.as_ref(), self.key_secret_file.as_ref())?
            .context(
                "signing keys need a secret to be kept under: write one with `openssl rand -base64 32 > key.secret` \
                 and give --key-secret-file key.secret",
            )?;
        ensure!(secret.expose_secret().len() >= 32, "--key-secret is too short: give at least 32 characters");
        Ok(secret)
    }

    /// Checks the options against each other.
    pub fn settings(&self) -> anyhow::Result<Settings> {
        let issuer = self.issuer.as_str().trim_end_matches('/').to_owned();
        if !matches!(self.issuer.scheme(), "http" | "https") || self.issuer.host().is_none() {
            bail!("--issuer `{issuer}` is no http or https URL");
        }
        if self.issuer.path() != "/" || self.issuer.query().is_some() || self.issuer.fragment().is_some() {
            bail!(
                "--issuer `{issuer}` holds more than scheme, host and port: this server answers at the root"
            );
        }
        ensure!(!self.mcp_urls.is_empty(), "--mcp-url is empty: name the endpoint's public URL");
        Ok(Settings {
            issuer,
            https: self.issuer.scheme() == "https",
            mcp_urls: self.mcp_urls.iter().map(|url| url.as_str().trim_end_matches('/').to_owned()).collect(),
            trusted_proxies: self.trusted_proxies.clone(),
            extra_redirect_uris: self.extra_redirect_uris.clone(),
            registrations_per_source: self.registrations_per_source,
            registrations: self.registrations,
            local_documents: self.local_documents,
            access_token_ttl: self.access_token_ttl,
            signing_key_term: Duration::days(self.signing_key_days),
            signing_algorithm: self.signing_algorithm,
        })
    }
}
