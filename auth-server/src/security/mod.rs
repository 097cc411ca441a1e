//! Small, pure pieces on which safety rests.

pub mod password;
pub mod return_path;
pub mod secret;
