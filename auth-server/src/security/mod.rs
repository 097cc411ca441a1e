//! Small, pure pieces on which safety rests.

pub mod jwt;
pub mod password;
pub mod redirect_uri;
pub mod resource;
pub mod return_path;
pub mod seal;
pub mod secret;
