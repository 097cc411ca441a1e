//! Example calls and their answers. `tests/protocol/examples.rs` makes them against a running server and keeps them
//! here; it fails when an answer is no longer what is kept.

use serde::Deserialize;
use serde_json::{Map, Value};

const KEPT: &str = include_str!("examples.json");
/// The page of errors' own: a call, and the body that refuses it. `tests/protocol/docs` makes it.
const REFUSED: &str = include_str!("refused.json");

/// A call and its answer.
pub struct Example {
    /// The arguments of the call.
    pub arguments: Value,
    /// The structured content that came back.
    pub answer: Value,
}

/// A call that is refused.
#[derive(Deserialize)]
pub struct Refused {
    /// The call's params: name and arguments.
    pub params: Value,
    /// The body of the answer.
    pub answer: Value,
}

/// What is kept, by the tool's name.
pub fn kept() -> anyhow::Result<Map<String, Value>> {
    Ok(serde_json::from_str(KEPT)?)
}

/// One tool's.
pub fn of(tool: &str, kept: &Map<String, Value>) -> Option<Example> {
    let example = kept.get(tool)?;
    Some(Example { arguments: example["arguments"].clone(), answer: example["answer"].clone() })
}

/// The call that is refused, and how.
pub fn refused() -> anyhow::Result<Refused> {
    Ok(serde_json::from_str(REFUSED)?)
}
