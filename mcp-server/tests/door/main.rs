//! The front door: how a request comes in, who sent it, what it may do and how often.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod access_tokens;
mod authorization;
mod forge;
mod front_door;
mod isolation;
mod limits;
mod options;
mod origins;
mod revocation;
mod secrets;
mod soon;
mod wire;
