//! Which kind of caller a request comes from: told from the request alone, never from memory.

use axum::http::{HeaderMap, HeaderName, StatusCode};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::{MODERN, REVISIONS, Request};
use crate::http::Fault;

const VERSION_HEADER: HeaderName = HeaderName::from_static("mcp-protocol-version");
const METHOD_HEADER: HeaderName = HeaderName::from_static("mcp-method");
const NAME_HEADER: HeaderName = HeaderName::from_static("mcp-name");
const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES_KEY: &str = "io.modelcontextprotocol/clientCapabilities";
/// What else the current revision's callers put into `_meta`, and nobody else does.
const OTHER_KEYS: [&str; 2] = ["io.modelcontextprotocol/clientInfo", "io.modelcontextprotocol/logLevel"];

/// The kinds of caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Plain JSON-RPC, as in the public documentation's curl.
    Bare,
    /// 2025-06-18 or 2025-11-25, with a handshake that is served statelessly.
    Legacy,
    /// 2026-07-28.
    Modern,
}

/// Whether the headers declare the current revision: all that is known of a caller before the body is read.
pub fn declared_modern(headers: &HeaderMap) -> bool {
    headers.get(VERSION_HEADER).is_some_and(|version| version == MODERN)
}

fn fault(code: i64, kind: &'static str, message: String, request: &Request) -> Fault {
    Fault::new(StatusCode::BAD_REQUEST, code, kind, message).answering(&request.id)
}

/// Tells the form, and refuses what its revision says must be refused.
pub fn tell_form(headers: &HeaderMap, request: &Request) -> Result<Form, Fault> {
    if request.method == "initialize" {
        return Ok(Form::Legacy);
    }
    let versions: Vec<&str> =
        headers.get_all(&VERSION_HEADER).iter().map(|value| value.to_str().unwrap_or("?")).collect();
    let header = match versions.as_slice() {
        [] => None,
        [one] => Some(*one),
        _ => return Err(mismatch("MCP-Protocol-Version stands there twice".to_owned(), request)),
    };
    let meta = request.params.get("_meta").and_then(Value::as_object);
    let has = |key: &str| meta.is_some_and(|meta| meta.contains_key(key));
    match (has(VERSION_KEY), header) {
        (true, _) => modern(headers, header, meta, request),
        (false, Some(MODERN)) => Err(incomplete(meta, request)),
        (false, _) if request.method == "server/discover" => Err(incomplete(meta, request)),
        (false, Some(version)) if REVISIONS.contains(&version) => Ok(Form::Legacy),
        (false, Some(version)) => Err(unsupported(version, request)),
        (false, None) if has(CAPABILITIES_KEY) || OTHER_KEYS.into_iter().any(has) => {
            Err(incomplete(meta, request))
        }
        (false, None) => Ok(Form::Bare),
    }
}

fn modern(
    headers: &HeaderMap,
    header: Option<&str>,
    meta: Option<&Map<String, Value>>,
    request: &Request,
) -> Result<Form, Fault> {
    let (Some(version), true) = required(meta) else { return Err(incomplete(meta, request)) };
    match header {
        None => return Err(mismatch("the MCP-Protocol-Version header is missing".to_owned(), request)),
        Some(header) if header != version => {
            let what = format!(
                "MCP-Protocol-Version `{}` does not match `{}` in _meta",
                shown(header),
                shown(version)
            );
            return Err(mismatch(what, request));
        }
        Some(_) => {}
    }
    match version {
        MODERN => {}
        version if REVISIONS.contains(&version) => return Ok(Form::Legacy),
        version => return Err(unsupported(version, request)),
    }
    expect(headers, &METHOD_HEADER, "Mcp-Method", &request.method, request)?;
    let named = match request.method.as_str() {
        "tools/call" | "prompts/get" => request.params.get("name"),
        "resources/read" => request.params.get("uri"),
        _ => None,
    };
    if let Some(Value::String(name)) = named {
        expect(headers, &NAME_HEADER, "Mcp-Name", name, request)?;
    }
    Ok(Form::Modern)
}

/// A routing header must say what the body says.
fn expect(
    headers: &HeaderMap,
    name: &HeaderName,
    shown_name: &str,
    body: &str,
    request: &Request,
) -> Result<(), Fault> {
    let mut values = headers.get_all(name).iter();
    let value = match (values.next(), values.next()) {
        (None, _) => return Err(mismatch(format!("the {shown_name} header is missing"), request)),
        (Some(_), Some(_)) => return Err(mismatch(format!("{shown_name} stands there twice"), request)),
        (Some(value), None) => value.to_str().ok().and_then(decoded),
    };
    match value {
        Some(value) if value == body => Ok(()),
        value => {
            let value = shown(&value.unwrap_or_default());
            Err(mismatch(
                format!("{shown_name} `{value}` does not match `{}` in the body", shown(body)),
                request,
            ))
        }
    }
}

/// A header value that plain ASCII cannot hold comes as `=?base64?…?=`.
fn decoded(value: &str) -> Option<String> {
    match value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) {
        Some(encoded) => String::from_utf8(STANDARD.decode(encoded).ok()?).ok(),
        None => Some(value.to_owned()),
    }
}

fn shown(text: &str) -> String {
    crate::error::shown(text)
}

fn mismatch(what: String, request: &Request) -> Fault {
    let message = format!("Header mismatch: {what}. Send headers that say what the body says.");
    fault(-32020, "header_mismatch", message, request)
}

/// The two members that every request of the current revision carries.
fn required(meta: Option<&Map<String, Value>>) -> (Option<&str>, bool) {
    let member = |key| meta.and_then(|meta| meta.get(key));
    (member(VERSION_KEY).and_then(Value::as_str), member(CAPABILITIES_KEY).is_some_and(Value::is_object))
}

fn incomplete(meta: Option<&Map<String, Value>>, request: &Request) -> Fault {
    let (version, capabilities) = required(meta);
    let missing = [
        version.is_none().then(|| format!("`{VERSION_KEY}` (a string)")),
        (!capabilities).then(|| format!("`{CAPABILITIES_KEY}` (an object)")),
    ];
    let missing: Vec<String> = missing.into_iter().flatten().collect();
    let message = format!("params._meta is missing the required {}.", missing.join(" and "));
    fault(-32602, "invalid_params", message, request)
}

fn unsupported(version: &str, request: &Request) -> Fault {
    fault(-32022, "unsupported_protocol_version", "Unsupported protocol version".to_owned(), request)
        .with("supported", json!(REVISIONS))
        .with("requested", shown(version))
}
