//! The two servers' configurations, as the launcher fills them in.

use anyhow::Context;
use clap::{Args, Command};
use secrecy::SecretString;
use shared::config::{DatabaseOptions, unset_if_empty};
use url::Url;

use crate::demo::addresses::Urls;

/// auth-server's, for the demo.
pub fn demo_auth(
    key_secret: &str,
    database: &SecretString,
    urls: &Urls,
    access_token_ttl: i64,
) -> anyhow::Result<auth_server::Config> {
    let mut config: auth_server::Config = defaults()?;
    config.database = at(database);
    config.issuer = parse(&urls.issuer)?;
    config.mcp_urls = parse_all(&urls.endpoints)?;
    config.key_secret = Some(key_secret.into());
    config.access_token_ttl = access_token_ttl;
    Ok(config)
}

/// mcp-server's, for the demo.
pub fn demo_mcp(database: &SecretString, urls: &Urls) -> mcp_server::config::Config {
    mcp_server::config::Config {
        database: at(database),
        issuer: urls.issuer.clone(),
        jwks_url: Some(jwks_url(&urls.issuer)),
        public_url: urls.endpoints.clone(),
        ..Default::default()
    }
}

/// Where the keys are that check tokens.
pub fn jwks_url(base: &str) -> String {
    format!("{base}/.well-known/jwks.json")
}

fn at(database: &SecretString) -> DatabaseOptions {
    DatabaseOptions { database_url: Some(database.clone()), database_url_file: None }
}

fn parse(url: &str) -> anyhow::Result<Url> {
    url.parse().with_context(|| format!("`{url}` is no URL"))
}

fn parse_all(urls: &[String]) -> anyhow::Result<Vec<Url>> {
    urls.iter().map(|url| parse(url)).collect()
}

/// A server's options at their defaults, whatever the environment holds.
fn defaults<C: Args>() -> anyhow::Result<C> {
    let command = C::augment_args(Command::new("zoop")).mut_args(|arg| arg.env(None::<&str>).required(false));
    Ok(C::from_arg_matches(&command.try_get_matches_from(["zoop"])?)?)
}

/// A server's options as the environment gives them.
pub fn from_environment<C: Args>() -> anyhow::Result<C> {
    let command = unset_if_empty(C::augment_args(Command::new("zoop"))).mut_args(|arg| arg.required(false));
    Ok(C::from_arg_matches(&command.try_get_matches_from(["zoop"])?)?)
}
