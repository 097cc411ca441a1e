//! A server's refusal in plain words: what happened, what else its error tells, what to do.

use serde_json::{Map, Value};

/// These members have their own place in what is said, or are a program's word for what the message says.
const PLACED: [&str; 4] = ["kind", "message", "hint", "requestId"];

/// All that a JSON-RPC error tells; none: this is no such error.
pub fn in_words(error: &Value) -> Option<String> {
    let message = error["message"].as_str()?;
    let data = &error["data"];
    let more = data.as_object().into_iter().flatten().filter(|(name, value)| {
        // The message is the one issue's.
        let said = *name == "issues" && value.as_array().is_some_and(|issues| issues.len() == 1);
        !said && !PLACED.contains(&name.as_str())
    });
    let lines = more
        .map(|(name, value)| member(name, value))
        .chain(data["hint"].as_str().map(|hint| format!("hint: {hint}")))
        .chain(data["requestId"].as_str().map(|id| format!("request: {id}")));
    Some(lines.fold(message.to_owned(), |said, line| format!("{said}\n  {line}")))
}

/// A list of records has a line for each.
fn member(name: &str, value: &Value) -> String {
    match value.as_array() {
        Some(records) if records.iter().any(Value::is_object) => {
            records.iter().fold(format!("{name}:"), |said, record| format!("{said}\n    {}", plain(record)))
        }
        _ => format!("{name}: {}", plain(value)),
    }
}

/// A value on one line, without JSON's marks where they tell nothing.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() && !text.contains(char::is_control) => text.clone(),
        Value::Array(values) if !values.is_empty() => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(record) => of_record(record),
        other => other.to_string(),
    }
}

fn of_record(record: &Map<String, Value>) -> String {
    // What is wrong with a field, as messages say it.
    if let (Some(path), Some(message)) = (record.get("path"), record.get("message")) {
        return format!("{}: {}", plain(path), plain(message));
    }
    record.iter().map(|(name, value)| format!("{name}: {}", plain(value))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_that_an_error_tells_is_said() {
        let data = json!({
            "kind": "conflict", "message": "It is in use.", "reason": "in_use", "by": "jobs", "count": 7,
            "sample": [{"id": "job_1", "name": "Roof"}, {"id": "job_2", "name": "a\u{1b}[31m"}],
            "allowed": ["open", "done"], "fields": [], "current": {"version": 3, "note": null},
            "issues": [{"path": "a", "message": "It is too long."}, {"path": "b[2]", "message": "It is empty."}],
            "hint": "Call jobs.list with {}", "requestId": "req_1",
        });
        let said = in_words(&json!({"code": 409, "message": "It is in use.", "data": data})).unwrap();
        let expected = "It is in use.\n  reason: in_use\n  by: jobs\n  count: 7\n  sample:\n    id: job_1, name: Roof\n    \
                        id: job_2, name: \"a\\u001b[31m\"\n  allowed: open, done\n  fields: []\n  \
                        current: version: 3, note: null\n  issues:\n    a: It is too long.\n    b[2]: It is empty.\n  \
                        hint: Call jobs.list with {}\n  request: req_1";
        assert_eq!(said, expected);
    }

    #[test]
    fn one_issue_is_said_once_and_what_is_no_error_is_none() {
        let data = json!({"field": "a", "issues": [{"path": "a", "message": "No."}]});
        let said = in_words(&json!({"message": "`a`: No.", "data": data}));
        assert_eq!(said.as_deref(), Some("`a`: No.\n  field: a"));
        for error in [json!(null), json!("not_found"), json!({"data": {"hint": "x"}})] {
            assert_eq!(in_words(&error), None);
        }
    }
}
