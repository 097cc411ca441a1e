//! Small, pure pieces on which safety rests.

pub mod client_assertion;
pub mod client_keys;
pub mod document_url;
pub mod jwt;
pub mod password;
pub mod public_address;
pub mod redirect_uri;
pub mod resource;
pub mod return_path;
pub mod seal;
pub mod secret;
