//! What the page of errors tells: every kind and every reason that the server can answer. `tests/protocol/docs` reads the
//! sources and fails when one is missing here, or stands here and is never answered.

/// A row of one of the tables.
pub struct Row {
    /// The code or the status that comes with it; empty for a reason, which has none of its own.
    pub status: &'static str,
    /// The word on the wire.
    pub word: &'static str,
    /// What has happened.
    pub means: &'static str,
    /// What the caller can do.
    pub then: &'static str,
}

const fn row(status: &'static str, word: &'static str, means: &'static str, then: &'static str) -> Row {
    Row { status, word, means, then }
}

const fn reason(word: &'static str, means: &'static str, then: &'static str) -> Row {
    row("", word, means, then)
}

/// Kinds that come with HTTP 200.
pub const OF_TOOLS: &[Row] = &[
    row(
        "-32602",
        "invalid_input",
        "An argument is missing, unknown or of the wrong form, or the caller is no user or no owner.",
        "Mend what `issues` names.",
    ),
    row(
        "404",
        "not_found",
        "There is no such record, or it is out of your reach: the two look alike.",
        "Look the id up with list or search.",
    ),
    row("409", "conflict", "The state of the records forbids it.", "`reason` says why, and what leads on."),
    row(
        "-32602",
        "unknown_tool",
        "No tool has that name, or the URL's query leaves it out.",
        "tools/list names all there are.",
    ),
    row("-32601", "unknown_method", "There is no such JSON-RPC method.", "Call tools/list or tools/call."),
    row("-32602", "unknown_resource", "No resource has that URI.", "resources/list names all there are."),
    row(
        "-32602",
        "invalid_params",
        "`params` lacks a member, e.g. the tool's name, or the URL's query holds an unknown value.",
        "Send what the message names.",
    ),
    row(
        "-32603",
        "internal",
        "Zoop's own mistake.",
        "Try again; report it with its `requestId` if it stays.",
    ),
];

/// Reasons of an `invalid_input`.
pub const OF_INPUT: &[Row] = &[
    reason("unknown_field", "Nothing here is called that.", "Use the name that the message offers."),
    reason("read_only_field", "The field is told, not taken, or stays as it was made.", "Leave it out."),
    reason(
        "bad_reference",
        "What an id names is not there, is out of use or belongs elsewhere.",
        "Look it up with list or search.",
    ),
    reason(
        "user_actor_required",
        "The tool records who did it, and a tenant key is nobody.",
        "Call it with a user key or an OAuth token.",
    ),
    reason(
        "owner_required",
        "The tool, or this field, is for the role owner.",
        "Ask an owner to do it, or leave the field out.",
    ),
];

/// Reasons of a `conflict`.
pub const OF_CONFLICTS: &[Row] = &[
    reason(
        "version_mismatch",
        "Someone changed the record since you read it; `current_version` is its version.",
        "Read it again and decide anew.",
    ),
    reason(
        "illegal_transition",
        "It cannot move from `from` to `to`.",
        "Choose one of `allowed`; where that is empty, it has come to its end.",
    ),
    reason("duplicate", "There is one already: `existing_id`.", "Use that one, or send another value."),
    reason("in_use", "Others still need it: `by`, `count` and a `sample`.", "Change those first."),
    reason("parent_archived", "What it belongs to is archived.", "Restore that first."),
    reason("already_converted", "It has become another record: `existing_id`.", "Go on with that one."),
    reason(
        "locked_after_draft",
        "These `fields` are fixed once a document has left draft.",
        "Leave them out, or make a new document.",
    ),
    reason("has_payments", "Money has come in for it.", "Refund it first."),
    reason("has_invoice", "It has been billed.", "Void the invoice first."),
    reason("currency_mismatch", "An account has one currency.", "Leave the currency out."),
    reason("not_author", "Its author or an owner alone may do this.", "Ask one of them."),
    reason("cycle", "A category cannot be its own ancestor.", "Choose another parent."),
    reason("is_default", "The default rate cannot go.", "Make another one the default first."),
    reason(
        "idempotency_mismatch",
        "The same `idempotencyKey` came with other arguments.",
        "Send a new key for a new change.",
    ),
];

/// Kinds that come with another HTTP status than 200.
pub const OF_HTTP: &[Row] = &[
    row("400", "parse_error", "The body is no JSON.", "Send one JSON-RPC 2.0 object."),
    row("400", "invalid_request", "The body is no JSON-RPC 2.0 request.", "Mend what the message names."),
    row(
        "400",
        "header_mismatch",
        "The MCP headers say something else than the body.",
        "Let both say the same.",
    ),
    row(
        "400",
        "unsupported_protocol_version",
        "Zoop does not speak that revision of MCP.",
        "Take one of `supported`.",
    ),
    row("401", "missing_token", "No bearer token came.", "Send a key or a token in `Authorization`."),
    row("401", "invalid_token", "The token is not valid here.", "`reason`, where there is one, says why."),
    row("401", "expired", "The token's time is over.", "Refresh it, or make another key."),
    row("403", "insufficient_scope", "The token lacks a scope.", "Add the scopes that `required` names."),
    row(
        "403",
        "forbidden_origin",
        "A web page of that `Origin` may not call this server, or `Host` is none of its names.",
        "Call the endpoint's public URL, from a server.",
    ),
    row("405", "method_not_allowed", "That HTTP method is not taken here.", "Use one that `Allow` names."),
    row(
        "406",
        "not_acceptable",
        "Your client does not say that it takes both forms of answer.",
        "Send `Accept: application/json, text/event-stream`.",
    ),
    row("408", "timeout", "The body took over 30 seconds to arrive.", "Send it again."),
    row("413", "too_large", "The body is too large.", "Send fewer records at once."),
    row("429", "rate_limited", "Too many requests in a minute.", "Wait as long as `Retry-After` says."),
    row("503", "unavailable", "Something that Zoop needs is away.", "Wait as long as `Retry-After` says."),
];

/// Reasons of a 401.
pub const OF_TOKENS: &[Row] = &[
    reason("bad_checksum", "The API key is mistyped or cut off.", "Copy it again, whole."),
    reason("key_revoked", "The API key was revoked.", "Make another one."),
    reason("key_expired", "The API key's time is over. Its kind is `expired`.", "Make another one."),
    reason(
        "address",
        "The API key is not for this address.",
        "Call from one that it lists, or change the list.",
    ),
    reason("tenant_suspended", "The account is suspended.", "Ask its owner."),
    reason("two_headers", "There are two `Authorization` headers.", "Send one."),
    reason("type", "The JWT is no access token.", "Send the `access_token` of the token endpoint's answer."),
    reason("signature", "The signature is not the issuer's.", "Get a new token."),
    reason("issuer", "Another server issued the token.", "Get one from this server's."),
    reason("audience", "The token is for another server.", "Ask for one with this server's `resource`."),
    reason("not_yet_valid", "The token's time has not begun.", "Set the clock right."),
];
