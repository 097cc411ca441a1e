//! One file for each endpoint or group of pages: the only place where HTTP is taken apart and put together.

pub mod apps;
pub mod assets;
pub mod authorize;
pub mod browser;
pub mod consent;
pub mod dead_ends;
pub mod form;
pub mod health;
pub mod login;
pub mod logout;
pub mod metadata;
pub mod program;
pub mod register;
pub mod revoke;
pub mod rows;
pub mod settings;
pub mod settings_api;
pub mod signed_in;
pub mod token;
pub mod way_back;
