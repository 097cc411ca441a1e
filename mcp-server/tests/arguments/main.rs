//! What callers send: odd, wrong or in another spelling, and what they are told.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod hints;
mod mistakes;
mod odd_input;
mod what_is_sent;
