//! What `docker compose up` starts, without Docker: the compose file is in order, and its services, each started with
//! the environment, the user and the secrets that the file gives it, are one origin behind the project's Caddyfile.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod away;
mod compose;
mod forwarding;
mod https;
mod images;
mod machine;
mod one_origin;
mod people;
mod roles;
mod site;
mod the_file;
