//! The conflict of taking away what others need.

use serde_json::{Value, json};

use crate::error::Error;

/// So many of them are told by name.
const SAMPLE: usize = 5;

/// `by` is the entity that needs it, `holders` are the ids and names of those who do.
pub fn in_use(message: String, by: &str, holders: &[(String, String)]) -> Error {
    let sample: Vec<Value> =
        holders.iter().take(SAMPLE).map(|(id, name)| json!({"id": id, "name": name})).collect();
    Error::conflict("in_use", message).with("by", by).with("count", holders.len()).with("sample", sample)
}
