//! What the integration tests share: a database of their own on either engine, accounts with keys in it, the real
//! servers on free ports, and a caller as bare as a curl. Start at [`on_both_databases!`] and [`TestDatabase`].
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot be set up fails, with the reason"
)]

mod account;
mod auth_server;
mod both;
mod browser;
mod caller;
mod cluster;
mod database;
pub mod forms;
mod issuer;
mod listening;
mod mcp_server;
mod owner;

pub use account::{Account, Key, Member, NewAccount, PASSWORD};
pub use auth_server::AuthServer;
pub use both::Outcome;
pub use browser::{Browser, Page};
pub use caller::{Answer, Caller, http_client, http_client_trusting};
pub use database::{Engine, TestDatabase};
pub use issuer::Issuer;
pub use mcp_server::McpServer;
pub use owner::{owner, owner_of, with};
