//! Configuration that both servers share. Every option is an environment variable too, secrets also come from files.

use std::{env, ffi::OsStr, path::PathBuf};

use anyhow::{Context, bail};
use clap::{Command, Parser};
use secrecy::{ExposeSecret, SecretString};

/// The options that this program was started with.
pub fn options<P: Parser>() -> P {
    let matches = unset_if_empty(P::command()).get_matches();
    P::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut P::command()).exit())
}

/// Takes an empty environment variable for one that is not set, as compose files and CI mean it.
pub fn unset_if_empty(command: Command) -> Command {
    let is_empty = |name: &OsStr| env::var_os(name).is_some_and(|value| value.is_empty());
    command
        .mut_args(|arg| if arg.get_env().is_some_and(is_empty) { arg.env(None::<&str>) } else { arg })
        .mut_subcommands(unset_if_empty)
}

/// Where the database is. The URL may hold a password, so it can stand in a file.
#[derive(Clone, Debug, clap::Args)]
pub struct DatabaseOptions {
    /// The database: `sqlite://path/to/zoop.db` or `postgres://user:password@host/database`.
    #[arg(long, env = "ZOOP_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<SecretString>,
    /// A file that holds the database's URL.
    #[arg(long, env = "ZOOP_DATABASE_URL_FILE", value_name = "FILE", conflicts_with = "database_url")]
    pub database_url_file: Option<PathBuf>,
}

impl DatabaseOptions {
    /// The URL, from the option or from the file.
    pub fn url(&self) -> anyhow::Result<SecretString> {
        secret("database-url", self.database_url.as_ref(), self.database_url_file.as_ref())?
            .context("no database is named: give --database-url or --database-url-file")
    }
}

/// A secret from an option or from a file, whose last line end is dropped.
pub fn secret(
    name: &str,
    value: Option<&SecretString>,
    file: Option<&PathBuf>,
) -> anyhow::Result<Option<SecretString>> {
    if let Some(value) = value {
        return Ok(Some(value.clone()));
    }
    let Some(file) = file else { return Ok(None) };
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read `{}`, the file of --{name}", file.display()))?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        bail!("`{}`, the file of --{name}, is empty", file.display());
    }
    Ok(Some(text.to_owned().into()))
}

/// The text of a secret, where a library must have it.
pub fn expose(secret: &SecretString) -> &str {
    secret.expose_secret()
}
