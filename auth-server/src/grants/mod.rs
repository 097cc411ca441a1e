//! The rules of the grants, without HTTP. oxide-auth's state machines decide which client a code or a token is bound
//! to, in which order the steps come, PKCE and the narrowing of scopes; a driver for each asks them and answers from
//! the database. What they do not know stands before them or between their steps, and says so.

pub mod api_keys;
pub mod authenticate;
pub mod authorization;
pub mod authorization_code;
pub mod back;
pub mod client_metadata;
pub mod consent;
pub mod desk;
pub mod fault;
pub mod find_client;
mod issuing;
pub mod membership;
mod oxide;
pub mod params;
pub mod refresh_token;
pub mod refusals;
pub mod register;
mod registrar;
pub mod revoke;
pub mod signing;
