//! What holds for every argument, whatever its field: texts are NFC and trimmed, without control characters, and 5.0
//! is the whole number 5.

use serde_json::Value;

use crate::{error::Issue, fields::tidied};

/// The caller's own keys: their numbers stay as they came.
const CALLERS_OWN: &str = "custom_fields";
/// Takes any text: what no record holds finds nothing.
const SEARCHED: &str = "q";

/// Tidies arguments in place; what cannot be tidied is an issue.
pub fn tidy(value: &mut Value, path: &str, issues: &mut Vec<Issue>) {
    match value {
        Value::String(text) => {
            let bad = text.chars().find(|&c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
            match bad {
                Some(_) if path == SEARCHED => {
                    *text = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
                }
                Some(bad) => {
                    let message = format!("holds the control character U+{:04X}; leave it out.", bad as u32);
                    issues.push(Issue::new(path, message));
                }
                None => {}
            }
            *text = tidied(text);
        }
        Value::Number(number) if !path.starts_with(CALLERS_OWN) && number.is_f64() => {
            // JSON Schema counts 5.0 as an integer (Draft 2020-12, §6.1.1), so it is one from here on.
            const EXACT: f64 = 9_007_199_254_740_992.0;
            if let Some(float) = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < EXACT) {
                *value = Value::from(float as i64);
            }
        }
        Value::Array(list) => {
            for (n, value) in list.iter_mut().enumerate() {
                tidy(value, &format!("{path}[{n}]"), issues);
            }
        }
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                let inner = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                tidy(value, &inner, issues);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
