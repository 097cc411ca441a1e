//! The three kinds of caller, as headers and bodies.

use crate::{Answer, Caller};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

/// What every request carries.
pub const USUAL: [(&str, &str); 2] =
    [("content-type", "application/json"), ("accept", "application/json, text/event-stream")];
/// Where a body of 2026-07-28 names its revision.
pub const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
/// Where it says what the client can.
pub const CAPABILITIES_KEY: &str = "io.modelcontextprotocol/clientCapabilities";

/// A kind of caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A plain POST that names no revision.
    Bare,
    /// A client of this older revision.
    Legacy(&'static str),
    /// A client of 2026-07-28.
    Modern,
}

impl Form {
    /// All of them.
    pub const ALL: [Form; 4] =
        [Form::Bare, Form::Legacy("2025-06-18"), Form::Legacy("2025-11-25"), Form::Modern];

    /// Whether it declares a revision of MCP.
    pub fn declares(self) -> bool {
        self != Form::Bare
    }

    /// Asks for a method, as this kind of caller does.
    pub async fn ask(self, caller: &Caller, method: &str, params: Value) -> Answer {
        match self {
            Form::Bare => caller.method(method, params).await,
            Form::Legacy(version) => {
                post(caller, &[("mcp-protocol-version", version)], &request(method, params)).await
            }
            Form::Modern => {
                let (headers, body) = modern(method, params);
                let headers: Vec<(&str, &str)> =
                    headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
                post(caller, &headers, &body).await
            }
        }
    }

    /// Calls a tool, as this kind of caller does.
    pub async fn call(self, caller: &Caller, tool: &str, arguments: Value) -> Answer {
        self.ask(caller, "tools/call", json!({"name": tool, "arguments": arguments})).await
    }
}

/// A request with the id 1.
pub fn request(method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
}

/// What a client of 2026-07-28 sends.
pub fn modern(method: &str, mut params: Value) -> (Vec<(&'static str, String)>, Value) {
    let mut headers =
        vec![("mcp-protocol-version", "2026-07-28".to_owned()), ("mcp-method", method.to_owned())];
    if let Some(name) = params.get("name").or(params.get("uri")).and_then(Value::as_str) {
        headers.push(("mcp-name", in_a_header(name)));
    }
    params["_meta"] = json!({VERSION_KEY: "2026-07-28", CAPABILITIES_KEY: {},
        "io.modelcontextprotocol/clientInfo": {"name": "a test", "version": "1"}, "progressToken": 7});
    (headers, request(method, params))
}

/// A text as a header can hold it.
pub fn in_a_header(text: &str) -> String {
    let plain = text.trim() == text && text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if plain { text.to_owned() } else { format!("=?base64?{}?=", STANDARD.encode(text)) }
}

/// Posts a body with the usual headers and these.
pub async fn post(caller: &Caller, headers: &[(&str, &str)], body: &Value) -> Answer {
    caller.raw(&[&USUAL, headers].concat(), body.to_string()).await
}
