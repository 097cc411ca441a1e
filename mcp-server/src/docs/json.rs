//! JSON and sentences as the pages show them: escaped for HTML, JSON indented and coloured, code set as code.

use std::fmt::Write as _;

use serde_json::Value;

/// The HTML of a value.
pub fn html(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    let indent = |depth: usize| format!("\n{}", "  ".repeat(depth));
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('{');
            for (n, (key, value)) in map.iter().enumerate() {
                let comma = if n == 0 { "" } else { "," };
                let _ = write!(out, "{comma}{}<i>{}</i>: ", indent(depth + 1), text(key));
                write(value, depth + 1, out);
            }
            let _ = write!(out, "{}}}", indent(depth));
        }
        Value::Array(list) if list.iter().any(|value| value.is_object() || value.is_array()) => {
            out.push('[');
            for (n, value) in list.iter().enumerate() {
                out.push_str(if n == 0 { "" } else { "," });
                out.push_str(&indent(depth + 1));
                write(value, depth + 1, out);
            }
            let _ = write!(out, "{}]", indent(depth));
        }
        Value::Array(list) => {
            out.push('[');
            for (n, value) in list.iter().enumerate() {
                out.push_str(if n == 0 { "" } else { ", " });
                write(value, depth, out);
            }
            out.push(']');
        }
        Value::String(string) => {
            let _ = write!(out, "<b>{}</b>", text(string));
        }
        Value::Object(_) => out.push_str("{}"),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            let _ = write!(out, "<u>{value}</u>");
        }
    }
}

/// A sentence, in which backticks stand around code.
pub fn prose(text: &str) -> String {
    let text = escaped(text);
    if text.matches('`').count() % 2 == 1 {
        return text;
    }
    let part =
        |(n, part): (usize, &str)| if n % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() };
    text.split('`').enumerate().map(part).collect()
}

/// A JSON string, its quotes included.
fn text(string: &str) -> String {
    escaped(&Value::from(string).to_string())
}

/// A text in which no sign is read as markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_in_a_record_is_never_markup() {
        let shown = html(&json!({"a<b": "<script>&\"", "n": [1, null], "e": {}, "o": [{"x": true}]}));
        assert!(!shown.contains("<script>") && shown.contains("&lt;script&gt;&amp;\\\""), "{shown}");
        let plain = ["<i>", "</i>", "<b>", "</b>", "<u>", "</u>"]
            .iter()
            .fold(shown, |text, tag| text.replace(tag, ""));
        let plain = plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let read: serde_json::Value = serde_json::from_str(&plain).unwrap();
        assert_eq!(read["o"][0]["x"], true, "without the markup it is the same JSON");
    }
}
