//! Zoop's MCP server: one endpoint, `POST /api/mcp`, over one database. It checks tokens by the authorization
//! server's JWKS and API keys by their hashes, and serves the catalogue's tools.

mod app;
mod catalog;
pub mod config;
mod docs;
mod documents;
mod entities;
mod entity;
mod error;
mod fields;
mod http;
mod lines;
mod money;
mod protocol;
mod references;
mod schema;
mod search;
mod store;
mod tally;
mod verbs;
mod walk;

pub use app::App;
pub use error::{Error, Kind, ToolError};

/// The whole catalogue as a table: one object a tool, with name, title, scope, user_required, owner_required,
/// description and input_schema.
pub fn tools() -> anyhow::Result<Vec<serde_json::Value>> {
    Ok(catalog::table(&catalog::Catalog::new()?))
}

/// The text of docs/tools.md.
pub fn tools_markdown() -> anyhow::Result<String> {
    docs::markdown(&catalog::Catalog::new()?)
}
