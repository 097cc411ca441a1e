//! `zoop migrate`: brings a database to this version, and says what a PostgreSQL needs beside its tables.

use secrecy::ExposeSecret;
use shared::{
    config::DatabaseOptions,
    db::{Db, Opening, ServerRole},
};

use crate::output;

/// Brings the database's tables to this version.
#[derive(clap::Args)]
pub struct Options {
    /// The database. On PostgreSQL its user must be able to make tables and, at the first time, roles.
    #[command(flatten)]
    pub database: DatabaseOptions,
}

const ROLES: &str = "\
The servers work as two roles that the migrations made: zoop_auth and zoop_mcp. They own nothing and see only
their own tables, and row security keeps zoop_mcp within one tenant at a time. Let each server connect as a user
of its own that can take its role on:

  CREATE USER zoop_auth_server PASSWORD '…' NOINHERIT IN ROLE zoop_auth;
  CREATE USER zoop_mcp_server PASSWORD '…' NOINHERIT IN ROLE zoop_mcp;

Then auth-server's --database-url is postgres://zoop_auth_server:…@HOST/DATABASE, and mcp-server's likewise. `zoop serve`
runs both servers with one --database-url, so its user takes on both roles:

  CREATE USER zoop_serve PASSWORD '…' NOINHERIT IN ROLE zoop_auth, zoop_mcp;

The user that migrated is for migrations alone.
";

/// Migrates.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let url = options.database.url()?;
    let db = Opening::new(url.expose_secret(), ServerRole::Migrator).open().await?;
    db.migrate().await?;
    let explanation = if matches!(db, Db::Postgres(_)) { format!("\n\n{ROLES}") } else { String::new() };
    db.close().await;
    output::print(&format!("The database is of this version.{}\n", explanation.trim_end()))
}

/// Lets the user that migrated take on both servers' roles, where the demo runs all three as one user.
/// It need not succeed: a superuser may take on any role, and the servers say it if they cannot.
pub async fn join_server_roles(db: &Db) {
    if matches!(db, Db::Postgres(_))
        && let Err(error) = db.execute("GRANT zoop_auth, zoop_mcp TO CURRENT_USER", vec![]).await
    {
        tracing::debug!(%error, "the user cannot be given the servers' roles");
    }
}
