//! Refusals at the HTTP level: one envelope, `id` null, a fixed code for each status (before any tool runs).

use axum::{
    Json,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

/// A request that is turned away at the door.
#[derive(Debug)]
pub struct Fault(Box<Parts>);

#[derive(Debug)]
struct Parts {
    status: StatusCode,
    code: i64,
    message: String,
    kind: &'static str,
    data: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// The request's id, where it could be read and the status is 400 or 404.
    id: Value,
}

impl Fault {
    /// A refusal with this status, code and kind.
    pub fn new(status: StatusCode, code: i64, kind: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        let parts = Parts { status, code, kind, message, data: Map::new(), headers: vec![], id: Value::Null };
        Self(Box::new(parts))
    }

    /// One member more in `data`.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.data.insert(name.to_owned(), value.into());
        self
    }

    /// One header more.
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.headers.push((name, value));
        }
        self
    }

    /// Answers under the request's id: 400 and 404 of a body that could be read.
    pub fn answering(mut self, id: &Value) -> Self {
        self.0.id = id.clone();
        self
    }

    /// 2026-07-28 forbids -32002 and reserves its neighbours: to its callers the code is the HTTP status itself.
    pub fn for_modern(mut self, modern: bool) -> Self {
        if modern && !matches!(self.0.status, StatusCode::BAD_REQUEST | StatusCode::INTERNAL_SERVER_ERROR) {
            self.0.code = i64::from(self.0.status.as_u16());
        }
        self
    }

    /// 401; `message` is fixed by the public documentation.
    pub fn unauthorized(kind: &'static str, hint: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, -32001, kind, "Unauthorized").with("hint", hint)
    }

    /// 404 for a path.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            -32601,
            "not_found",
            "There is nothing here. The endpoint is POST /api/mcp.",
        )
    }

    /// 405.
    pub fn method_not_allowed(method: &Method) -> Self {
        let message = format!("{method} is not allowed here. Send a POST with a JSON-RPC body to /api/mcp.");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, -32601, "method_not_allowed", message)
    }

    /// 503, worth a retry.
    pub fn unavailable(message: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, -32603, "unavailable", message)
            .header(header::RETRY_AFTER, "2")
    }

    /// 500: Zoop's own mistake.
    pub fn internal() -> Self {
        let message = "Something went wrong on Zoop's side. Try again, and report it if it stays.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, -32603, "internal", message)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let Parts { status, code, message, kind, data: more, headers, id } = *self.0;
        let mut data = Map::from_iter([
            ("kind".to_owned(), Value::from(kind)),
            ("message".to_owned(), Value::from(message.clone())),
        ]);
        data.extend(more);
        let body =
            json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message, "data": data}});
        let mut response = (status, Json(body)).into_response();
        for (name, value) in headers {
            response.headers_mut().append(name, value);
        }
        response
    }
}
