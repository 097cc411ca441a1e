//! `POST /api/mcp`: everything that is settled before a tool runs, in the order of refusal:
//! 401, 406, size, JSON, the revision's own faults, 429, 403.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, Request as HttpRequest, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use shared::{
    caller::Caller,
    permit::Permit,
    scope::{Scope, Scopes},
};
use url::form_urlencoded;

use super::{
    Fault,
    authenticate::{challenge, insufficient_scope},
    body::{let_go, read},
    limits::{Counted, Told},
};
use crate::{
    app::App,
    catalog::{Selection, Spelling},
    protocol::{self, Answer, Form, Message, Method, Request, RpcError, View},
    tally::INSUFFICIENT_SCOPE,
};

/// Answers one message.
pub async fn call(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: HttpRequest,
) -> Response {
    let (parts, body) = request.into_parts();
    let headers = &parts.headers;
    let modern = protocol::declared_modern(headers);
    let metadata = metadata_url(&app, headers);
    let view = view_of(&app, parts.uri.query());
    let caller = match app.authenticator.caller(headers, peer.ip()).await {
        Ok(caller) => caller,
        Err(refusal) => {
            let_go(headers, body);
            let scopes = view.as_ref().map_or(Scopes::all(), |(view, _)| scopes_of(&app, view));
            return challenge(refusal, &metadata, &scopes.to_string()).for_modern(modern).into_response();
        }
    };
    // What is refused before its turn to be limited counts all the same, and hears how the credential stands.
    let refuse = |fault: Fault| {
        let standing = app.limits.count(&caller, app.clock.now());
        told(&app, fault.for_modern(modern).into_response(), standing)
    };
    if let Err(fault) = accepts_both(headers) {
        let_go(headers, body);
        return refuse(fault);
    }
    let body = match read(body, app.config.body_limit).await {
        Ok(body) => body,
        Err(fault) => return refuse(fault),
    };
    let request = match protocol::parse(&body, modern) {
        Ok(Message::Request(request)) => request,
        Ok(Message::Silent) => {
            return match app.limits.take(&caller, Counted::Handshake, app.clock.now()) {
                Ok(standing) => told(&app, StatusCode::ACCEPTED.into_response(), standing),
                Err(refused) => too_many(&app, *refused, modern),
            };
        }
        Err(fault) => return refuse(fault),
    };
    let form = match protocol::tell_form(headers, &request) {
        Ok(form) => form,
        Err(fault) => return refuse(fault),
    };
    let method = Method::named(&request.method, form);
    let counted = if method.is_some_and(Method::is_handshake) { Counted::Handshake } else { Counted::Work };
    let standing = match app.limits.take(&caller, counted, app.clock.now()) {
        Ok(standing) => standing,
        Err(refused) => return too_many(&app, *refused, form == Form::Modern),
    };
    let view = match view {
        Ok((view, named)) => View {
            // The query string wins over what the app was registered with.
            spelling: if caller.underscore_names && !named { Spelling::Underscore } else { view.spelling },
            ..view
        },
        Err(fault) => return told(&app, fault.answering(&request.id).into_response(), standing),
    };
    let response = respond(&app, form, method, request, &caller, &view, &metadata).await;
    told(&app, response, standing)
}

async fn respond(
    app: &App,
    form: Form,
    method: Option<Method>,
    mut request: Request,
    caller: &Caller,
    view: &View,
    metadata: &str,
) -> Response {
    let request_id = shared::id::Ids::new(app.clock.clone(), app.random.clone()).next("req");
    app.tally.used(&caller.credential, app.clock.now());
    let answer = match method {
        None => {
            let message = format!("There is no method `{}` here.", crate::error::shown(&request.method));
            Answer::Error(RpcError::new(-32601, "unknown_method", message))
        }
        Some(Method::ToolsCall) => match protocol::tool_call(app, &mut request.params, &view.selection) {
            Err(error) => Answer::Error(error),
            Ok(call) => {
                let needed = call.tool.scopes_for(&call.args);
                match Permit::check(caller, &needed) {
                    Err(missing) => {
                        app.tally.count(caller, &call.tool.name, INSUFFICIENT_SCOPE, app.clock.now());
                        return forbidden(form, &needed, missing, metadata);
                    }
                    Ok(permit) => protocol::run(app, form, permit, call, &request_id).await,
                }
            }
        },
        Some(method) => protocol::answer_method(app, method, &request, caller, view).await,
    };
    answer.respond(form, &request.id, &request_id)
}

/// 403: the body names what is missing, the challenge all that the call needs.
fn forbidden(form: Form, needed: &[Scope], missing: Scopes, metadata: &str) -> Response {
    let needed: Scopes = needed.iter().map(|scope| scope.as_advertised()).collect();
    let required: Vec<String> = missing.iter().map(|scope| scope.to_string()).collect();
    let hint = format!(
        "This call needs {}. Add it to the key under Settings → API & MCP, or connect the app again with it.",
        required.join(" and ")
    );
    let fault = Fault::new(StatusCode::FORBIDDEN, -32002, "insufficient_scope", "Insufficient scope")
        .with("required", required)
        .with("hint", hint)
        .for_modern(form == Form::Modern);
    let mut response = fault.into_response();
    let challenge = insufficient_scope(metadata, &needed.to_string());
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    response
}

fn too_many(app: &App, (fault, standing): (Fault, Told), modern: bool) -> Response {
    told(app, fault.for_modern(modern).into_response(), standing)
}

fn told(app: &App, mut response: Response, standing: Told) -> Response {
    app.limits.tell(response.headers_mut(), standing);
    response
}

fn metadata_url(app: &App, headers: &HeaderMap) -> String {
    format!("{}/.well-known/oauth-protected-resource/api/mcp", app.places.origin(headers))
}

/// Both media types must be named; `*/*` does not count, as Zoop documents it.
fn accepts_both(headers: &HeaderMap) -> Result<(), Fault> {
    let named = |wanted: &str| {
        headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).any(|value| {
            value.split(',').any(|entry| {
                let mut parts = entry.split(';').map(str::trim);
                parts.next().is_some_and(|media| media.eq_ignore_ascii_case(wanted))
                    && !parts.any(|parameter| matches!(parameter, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
            })
        })
    };
    if named("application/json") && named("text/event-stream") {
        return Ok(());
    }
    let message = "Send the header `Accept: application/json, text/event-stream`.";
    Err(Fault::new(StatusCode::NOT_ACCEPTABLE, -32600, "not_acceptable", message))
}

/// What the URL's query asks for, and whether it names a spelling; an unknown value is refused with what is allowed.
fn view_of(app: &App, query: Option<&str>) -> Result<(View, bool), Fault> {
    let mut selection = Selection::default();
    let mut spelling = None;
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match (name.as_ref(), value.as_ref()) {
            ("tool_names", "underscore") => spelling = Some(Spelling::Underscore),
            ("tool_names", "dot") => spelling = Some(Spelling::Dot),
            ("tool_names", _) => return Err(unknown_value("tool_names", &["underscore", "dot"])),
            ("readonly", "1" | "true") => selection.readonly = true,
            ("readonly", "0" | "false" | "") => selection.readonly = false,
            ("readonly", _) => return Err(unknown_value("readonly", &["1", "0"])),
            ("toolsets", sets) => {
                let known: Vec<&str> = app.catalog.entities().collect();
                let sets: Vec<String> =
                    sets.split(',').map(str::trim).filter(|set| !set.is_empty()).map(str::to_owned).collect();
                if sets.is_empty() || sets.iter().any(|set| !known.contains(&set.as_str())) {
                    return Err(unknown_value("toolsets", &known));
                }
                selection.toolsets.get_or_insert_default().extend(sets);
            }
            _ => {}
        }
    }
    Ok((View { selection, spelling: spelling.unwrap_or(Spelling::Dot) }, spelling.is_some()))
}

fn unknown_value(name: &str, allowed: &[&str]) -> Fault {
    let message = format!("The URL's `{name}` has a value that is not known. Use {}.", allowed.join(", "));
    Fault::new(StatusCode::BAD_REQUEST, -32602, "invalid_params", message).with("allowed", allowed)
}

/// The advertised scopes that the URL's selection leaves: clients ask for exactly these.
fn scopes_of(app: &App, view: &View) -> Scopes {
    if view.selection == Selection::default() {
        return Scopes::all();
    }
    let shown = app.catalog.tools().iter().filter(|tool| tool.is_in(&view.selection));
    shown.flat_map(|tool| tool.scopes()).map(Scope::as_advertised).collect()
}
