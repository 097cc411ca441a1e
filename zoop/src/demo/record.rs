//! `demo.json`: the card, and how far the making of the demo has come.

use serde::{Deserialize, Serialize};
use shared::timestamp::Timestamp;

/// What the demo remembers between two starts.
#[derive(Serialize, Deserialize)]
pub struct Record {
    /// What the card shows.
    #[serde(flatten)]
    pub card: Card,
    /// The secret under which the signing keys are kept in the database.
    pub key_secret: String,
    /// When the first start was: the data's dates are reckoned from it.
    pub began_at: Timestamp,
    /// Whether all data is in. A start that finds it false goes on where the last one was interrupted.
    pub complete: bool,
}

/// What a newcomer needs: one line of JSON with --json. Its members are a contract.
#[derive(Clone, Serialize, Deserialize)]
pub struct Card {
    /// Where pages are.
    pub auth_url: String,
    /// The endpoint.
    pub mcp_url: String,
    /// The issuer identifier.
    pub issuer: String,
    /// Who signs in.
    pub owner: Owner,
    /// Both tenants; the keys belong to the first.
    pub tenants: Vec<TenantLine>,
    /// Acts as the owner, with all scopes.
    pub user_key: String,
    /// Acts as the business, with all scopes.
    pub tenant_key: String,
}

/// The owner of both tenants.
#[derive(Clone, Serialize, Deserialize)]
pub struct Owner {
    /// How they sign in.
    pub email: String,
    /// Made anew for each demo.
    pub password: String,
}

/// A tenant.
#[derive(Clone, Serialize, Deserialize)]
pub struct TenantLine {
    /// `ten_…`
    pub id: String,
    /// What its people call it.
    pub name: String,
}
