//! Answers and errors, as each kind of caller wants them.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Map, Value, json, value::RawValue};

use super::Form;
use crate::{
    error::{Error, Kind},
    http::Fault,
};

/// The result of a request that was answered.
pub enum Answer {
    /// Members of the result; for the current revision, whether they may be kept for a while (in milliseconds).
    Result(Map<String, Value>, Option<Cached>),
    /// tools/list: the array of tools, written already.
    Tools(Arc<RawValue>),
    /// A tool's answer.
    Tool(Map<String, Value>),
    /// A tool's failure.
    Failed(Error),
    /// A failure of the protocol's.
    Error(RpcError),
}

/// How long the current revision's clients may keep a result. All are private: they depend on the token.
#[derive(Clone, Copy, Debug)]
pub struct Cached {
    /// In milliseconds.
    pub ttl: u64,
}

/// A JSON-RPC error that is no tool's.
#[derive(Debug)]
pub struct RpcError {
    /// A code of JSON-RPC's.
    pub code: i64,
    /// Zoop's word for it.
    pub kind: &'static str,
    /// What happened and what to do.
    pub message: String,
    /// More of its data.
    pub data: Map<String, Value>,
}

impl RpcError {
    /// An error without further data.
    pub fn new(code: i64, kind: &'static str, message: impl Into<String>) -> Self {
        Self { code, kind, message: message.into(), data: Map::new() }
    }
}

#[derive(Serialize)]
struct ToolsResult<'a> {
    #[serde(rename = "resultType", skip_serializing_if = "Option::is_none")]
    result_type: Option<&'static str>,
    tools: &'a RawValue,
    #[serde(rename = "ttlMs", skip_serializing_if = "Option::is_none")]
    ttl: Option<u64>,
    #[serde(rename = "cacheScope", skip_serializing_if = "Option::is_none")]
    scope: Option<&'static str>,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    meta: Option<Value>,
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    jsonrpc: &'static str,
    id: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
}

/// What the server calls itself.
pub fn server_info() -> Value {
    json!({"name": "zoop", "title": "Zoop", "version": env!("CARGO_PKG_VERSION")})
}

fn meta() -> Value {
    json!({"io.modelcontextprotocol/serverInfo": server_info()})
}

impl Answer {
    /// Puts the answer on the wire.
    pub fn respond(self, form: Form, id: &Value, request_id: &str) -> Response {
        let modern = form == Form::Modern;
        match self {
            Answer::Tools(tools) => {
                let result = ToolsResult {
                    result_type: modern.then_some("complete"),
                    tools: &tools,
                    // A kept list would hide what a new token may call.
                    ttl: modern.then_some(0),
                    scope: modern.then_some("private"),
                    meta: modern.then(meta),
                };
                envelope(id, Some(result), None, StatusCode::OK)
            }
            Answer::Result(result, cached) => {
                let mut members = Map::new();
                if modern {
                    members.insert("resultType".into(), "complete".into());
                }
                members.extend(result);
                if let (true, Some(cached)) = (modern, cached) {
                    members.insert("ttlMs".into(), cached.ttl.into());
                    members.insert("cacheScope".into(), "private".into());
                }
                if modern {
                    members.insert("_meta".into(), meta());
                }
                envelope(id, Some(members), None, StatusCode::OK)
            }
            Answer::Tool(structured) => tool_result(form, id, Value::Object(structured), false),
            Answer::Failed(error) => failed(error, form, id, request_id),
            Answer::Error(error) => {
                // 2026-07-28 gives an unknown method 404; all else that is no fault of the body is 200.
                let status =
                    if modern && error.code == -32601 { StatusCode::NOT_FOUND } else { StatusCode::OK };
                let mut data = Map::from_iter([
                    ("kind".to_owned(), Value::from(error.kind)),
                    ("message".to_owned(), Value::from(error.message.clone())),
                ]);
                data.extend(error.data);
                let error = json!({"code": error.code, "message": error.message, "data": data});
                envelope(id, None::<Value>, Some(error), status)
            }
        }
    }
}

/// `content[0].text` is the compact JSON of `structuredContent`: some clients read only one of the two.
fn tool_result(form: Form, id: &Value, body: Value, is_error: bool) -> Response {
    let modern = form == Form::Modern;
    let mut result = Map::new();
    if modern {
        result.insert("resultType".into(), "complete".into());
    }
    result.insert("content".into(), json!([{"type": "text", "text": body.to_string()}]));
    if is_error {
        // Without structuredContent: one client validates any that it finds.
        result.insert("isError".into(), true.into());
    } else {
        result.insert("structuredContent".into(), body);
        result.insert("isError".into(), false.into());
    }
    if modern {
        result.insert("_meta".into(), meta());
    }
    envelope(id, Some(result), None, StatusCode::OK)
}

/// A bare caller gets a JSON-RPC error; one that declares a revision a result with isError, of the same body.
fn failed(error: Error, form: Form, id: &Value, request_id: &str) -> Response {
    let (code, mut body) = match error {
        Error::Tool(error) => {
            let code = match error.kind {
                Kind::InvalidInput => -32602,
                Kind::NotFound => 404,
                Kind::Conflict => 409,
            };
            (code, error.body())
        }
        Error::Below(error @ shared::error::Error::Unavailable(_)) => {
            tracing::warn!(request_id, cause = error.cause(), "the database is away");
            return Fault::unavailable(&error.to_string()).for_modern(form == Form::Modern).into_response();
        }
        Error::Below(error) => {
            tracing::error!(request_id, cause = error.cause(), "a tool failed");
            let body = Map::from_iter([
                ("kind".to_owned(), Value::from("internal")),
                ("message".to_owned(), Value::from(error.to_string())),
            ]);
            (-32603, body)
        }
    };
    body.insert("requestId".into(), request_id.into());
    match form {
        Form::Bare => {
            let error = json!({"code": code, "message": body["message"], "data": body});
            envelope(id, None::<Value>, Some(error), StatusCode::OK)
        }
        Form::Legacy | Form::Modern => tool_result(form, id, Value::Object(body), true),
    }
}

fn envelope<T: Serialize>(
    id: &Value,
    result: Option<T>,
    error: Option<Value>,
    status: StatusCode,
) -> Response {
    let envelope = Envelope { jsonrpc: "2.0", id, result, error };
    match serde_json::to_vec(&envelope) {
        Ok(body) => (status, [(header::CONTENT_TYPE, "application/json")], Body::from(body)).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            Fault::internal().into_response()
        }
    }
}
