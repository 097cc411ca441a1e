//! The Model Context Protocol on the wire: three kinds of caller, one rendering of answers and errors for each.

mod answer;
mod caller_form;
mod methods;
mod request;
mod resources;

pub use answer::{Answer, RpcError};
pub use caller_form::{Form, declared_modern, tell_form};
pub use methods::{Method, View, answer as answer_method, run, tool_call};
pub use request::{Message, Request, parse};

/// The revisions that are served, the current one first.
pub const REVISIONS: [&str; 3] = ["2026-07-28", "2025-11-25", "2025-06-18"];
/// The current revision: stateless, without a handshake.
pub const MODERN: &str = REVISIONS[0];
/// The latest revision with a handshake.
pub const LATEST_LEGACY: &str = REVISIONS[1];
