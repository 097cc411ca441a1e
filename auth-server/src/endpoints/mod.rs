//! One file for each endpoint or group of pages: the only place where HTTP is taken apart and put together.

pub mod assets;
pub mod browser;
pub mod form;
pub mod health;
pub mod login;
pub mod logout;
pub mod rows;
pub mod settings;
pub mod settings_api;
pub mod signed_in;
