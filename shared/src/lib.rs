//! The vocabulary that both servers speak: who calls, what they may do, in which tenant, at what time.
//! No route and no rule of an entity stands here.

pub mod api_key;
pub mod audit;
pub mod caller;
pub mod claims;
pub mod clock;
pub mod config;
pub mod db;
pub mod error;
pub mod http;
pub mod id;
pub mod network;
pub mod permit;
pub mod random;
pub mod rate_limit;
pub mod revocations;
pub mod role;
pub mod scope;
pub mod telemetry;
pub mod tenant;
pub mod tenant_tx;
pub mod timestamp;
