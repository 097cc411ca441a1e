//! SQL, and nothing but: one file for each aggregate. The same text runs on both databases.

pub mod api_keys;
pub mod audit;
pub mod login_attempts;
pub mod sessions;
pub mod users;
