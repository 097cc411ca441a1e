//! JSON and sentences as the pages show them: escaped for HTML, JSON indented and coloured, code set as code.

use std::fmt::Write as _;

use serde_json::Value;

/// The HTML of a value.
pub fn html(value: &Value) -> String {
    let paint = |kind: Kind, text: &str| {
        let tag = match kind {
            Kind::Key => 'i',
            Kind::Text => 'b',
            Kind::Other => 'u',
        };
        format!("<{tag}>{}</{tag}>", escaped(text))
    };
    let mut out = String::new();
    write(value, 0, &paint, &mut out);
    out
}

/// The same without markup.
pub fn plain(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &|_, text| text.to_owned(), &mut out);
    out
}

/// What a reader tells apart by its colour.
enum Kind {
    Key,
    Text,
    Other,
}

fn write(value: &Value, depth: usize, paint: &dyn Fn(Kind, &str) -> String, out: &mut String) {
    let indent = |depth: usize| format!("\n{}", "  ".repeat(depth));
    let quoted = |text: &str| Value::from(text).to_string();
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('{');
            for (n, (key, value)) in map.iter().enumerate() {
                let comma = if n == 0 { "" } else { "," };
                let _ = write!(out, "{comma}{}{}: ", indent(depth + 1), paint(Kind::Key, &quoted(key)));
                write(value, depth + 1, paint, out);
            }
            let _ = write!(out, "{}}}", indent(depth));
        }
        Value::Array(list) if list.iter().any(|value| value.is_object() || value.is_array()) => {
            out.push('[');
            for (n, value) in list.iter().enumerate() {
                out.push_str(if n == 0 { "" } else { "," });
                out.push_str(&indent(depth + 1));
                write(value, depth + 1, paint, out);
            }
            let _ = write!(out, "{}]", indent(depth));
        }
        Value::Array(list) => {
            out.push('[');
            for (n, value) in list.iter().enumerate() {
                out.push_str(if n == 0 { "" } else { ", " });
                write(value, depth, paint, out);
            }
            out.push(']');
        }
        Value::String(string) => out.push_str(&paint(Kind::Text, &quoted(string))),
        Value::Object(_) => out.push_str("{}"),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            out.push_str(&paint(Kind::Other, &value.to_string()));
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
        let record = json!({"a<b": "<script>&\"", "n": [1, null], "e": {}, "o": [{"x": true}]});
        let shown = html(&record);
        assert!(!shown.contains("<script>") && shown.contains("&lt;script&gt;&amp;\\\""), "{shown}");
        let bare = ["<i>", "</i>", "<b>", "</b>", "<u>", "</u>"]
            .iter()
            .fold(shown, |text, tag| text.replace(tag, ""));
        let bare = bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        assert_eq!(bare, plain(&record), "without the markup it is the same text");
        assert_eq!(serde_json::from_str::<Value>(&bare).unwrap(), record, "and the same JSON");
    }
}
