//! People, companies, sessions and keys: data and rules, without HTTP or SQL.

pub mod api_key;
pub mod authorization;
pub mod client;
pub mod grant_scope;
pub mod origin;
pub mod tool_names;
pub mod user;
pub mod visit;
