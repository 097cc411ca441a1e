//! People, companies, sessions and keys: data and rules, without HTTP or SQL.

pub mod api_key;
pub mod network;
pub mod user;
pub mod visit;
