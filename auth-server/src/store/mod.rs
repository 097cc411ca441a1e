//! SQL, and nothing but: one file for each aggregate. The same text runs on both databases.

pub mod api_keys;
pub mod audit;
pub mod authorization_codes;
pub mod authorization_requests;
pub mod client_assertions;
pub mod clients;
pub mod consents;
pub mod grants;
pub mod login_attempts;
pub mod members;
pub mod refresh_tokens;
pub mod sessions;
pub mod signing_keys;
pub mod tenants;
pub mod users;
