//! A JSON-RPC message, read once.

use axum::http::StatusCode;
use serde_json::{Map, Value};

use crate::http::Fault;

/// A request: it wants an answer.
#[derive(Debug)]
pub struct Request {
    /// A string or an integer.
    pub id: Value,
    /// What is asked for.
    pub method: String,
    /// Its parameters; none is an empty object.
    pub params: Map<String, Value>,
}

/// What a body can be.
#[derive(Debug)]
pub enum Message {
    /// Wants an answer.
    Request(Request),
    /// Wants none: a notification, or a response to what Zoop never asks.
    Silent,
}

fn refuse(code: i64, kind: &'static str, message: &str) -> Fault {
    Fault::new(StatusCode::BAD_REQUEST, code, kind, message)
}

/// Reads a body. Malformed JSON is -32700; what is no single JSON-RPC 2.0 message is -32600. The current revision's
/// clients send no responses, the older ones' may.
pub fn parse(body: &[u8], modern: bool) -> Result<Message, Fault> {
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        let message = format!(
            "The body is no JSON (line {}, column {}). Send one JSON-RPC 2.0 object.",
            error.line(),
            error.column()
        );
        refuse(-32700, "parse_error", &message)
    })?;
    let mut object = match value {
        Value::Object(object) => object,
        Value::Array(_) => {
            return Err(refuse(
                -32600,
                "invalid_request",
                "Batches are not served. Send one JSON-RPC object a request.",
            ));
        }
        _ => return Err(refuse(-32600, "invalid_request", "The body is no JSON-RPC object.")),
    };
    let id = object.remove("id");
    let known_id = id.clone().filter(|id| id.is_string() || id.is_i64() || id.is_u64());
    let answer = |fault: Fault| match &known_id {
        Some(id) => fault.answering(id),
        None => fault,
    };
    if object.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(answer(refuse(-32600, "invalid_request", "`jsonrpc` must be \"2.0\".")));
    }
    let method = match object.remove("method") {
        Some(Value::String(method)) => method,
        None if object.contains_key("result") || object.contains_key("error") => {
            let message = "Zoop asks nothing, so it takes no responses. Send a request.";
            return if modern {
                Err(refuse(-32600, "invalid_request", message))
            } else {
                Ok(Message::Silent)
            };
        }
        _ => {
            return Err(answer(refuse(
                -32600,
                "invalid_request",
                "`method` must be a string, e.g. \"tools/call\".",
            )));
        }
    };
    let Some(id) = id else { return Ok(Message::Silent) };
    if known_id.is_none() {
        return Err(refuse(-32600, "invalid_request", "`id` must be a string or an integer."));
    }
    // JSON-RPC 2.0 §4.2 wants structured params or none. Some serialisers write an absent member as null; it can mean
    // nothing else, and a refusal would only stop a client that its user cannot mend.
    let params = match object.remove("params") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(params)) => params,
        Some(_) => {
            return Err(refuse(-32600, "invalid_request", "`params` must be an object.").answering(&id));
        }
    };
    Ok(Message::Request(Request { id, method, params }))
}
