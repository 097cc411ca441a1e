//! MCP as its clients see it: the three forms of it, the list of tools, their documentation and examples, and what
//! Zoop's public documentation fixes.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod docs;
mod documented;
mod examples;
mod revisions;
mod tool_list;
