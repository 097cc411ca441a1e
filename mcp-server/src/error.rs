//! What a tool answers when it cannot do what it was asked: one type, in the caller's words.
//! How it is put on the wire, for which kind of caller, is `protocol`'s business.

use serde_json::{Map, Value, json};

/// A tool's failure.
#[derive(Debug)]
pub enum Error {
    /// The caller can mend it.
    Tool(Box<ToolError>),
    /// The caller cannot.
    Below(shared::error::Error),
}

/// What went wrong and what to do, for the caller.
#[derive(Debug)]
pub struct ToolError {
    /// `invalid_input`, `not_found` or `conflict`.
    pub kind: Kind,
    /// One sentence for what, one for what to do.
    pub message: String,
    /// What else the error's body holds: field, issues, reason, allowed, hint, current, existing_id …
    pub details: Map<String, Value>,
}

/// The kinds of a tool's failure (the public documentation's error table).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Input failed validation.
    InvalidInput,
    /// Record not found, or not for this caller: existence never leaks.
    NotFound,
    /// Conflicting state.
    Conflict,
}

impl Kind {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::InvalidInput => "invalid_input",
            Kind::NotFound => "not_found",
            Kind::Conflict => "conflict",
        }
    }
}

/// One field's error: its JSON path and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Issue {
    /// E.g. `line_items[2].quantity`.
    pub path: String,
    /// What is wrong, and what would be right.
    pub message: String,
    /// A machine's word for it, e.g. `unknown_field`.
    pub reason: Option<&'static str>,
}

impl Issue {
    /// An issue without a reason of its own.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), reason: None }
    }
}

impl Error {
    /// A failure of this kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self::Tool(Box::new(ToolError { kind, message: message.into(), details: Map::new() }))
    }

    /// Input that names no single field.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::InvalidInput, message)
    }

    /// One field's invalid input.
    pub fn field(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::issues(vec![Issue::new(path, message)])
    }

    /// All that is wrong with the input at once, up to ten.
    pub fn issues(mut issues: Vec<Issue>) -> Self {
        issues.truncate(10);
        let message = match issues.as_slice() {
            [one] => format!("`{}`: {}", one.path, one.message),
            many => format!(
                "{} fields need another value: {}",
                many.len(),
                many.iter().map(|i| format!("`{}`: {}", i.path, i.message)).collect::<Vec<_>>().join(" ")
            ),
        };
        let mut error = Self::invalid(message);
        if let [one] = issues.as_slice() {
            error = error.with("field", one.path.clone());
        }
        if let Some(reason) = issues.iter().find_map(|issue| issue.reason) {
            error = error.with("reason", reason);
        }
        let list: Vec<Value> =
            issues.iter().map(|issue| json!({"path": issue.path, "message": issue.message})).collect();
        error.with("issues", list)
    }

    /// No such record for this caller; `finder` is the tool that finds one.
    pub fn not_found(noun: &str, id: &str, finder: &str) -> Self {
        let message = format!(
            "There is no {noun} `{}` in this account, or it is out of your reach. Check the id, or look it up with a list.",
            shown(id)
        );
        // What has no prefix is no id: it is a name, to be looked for.
        let args = if id.contains('_') { json!({}) } else { json!({"q": shown(id)}) };
        Self::new(Kind::NotFound, message).then_call(finder, args)
    }

    /// A conflict, with its reason.
    pub fn conflict(reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, message).with("reason", reason)
    }

    /// The same with the call that comes next: following it alone leads on.
    pub fn then_call(self, tool: &str, args: impl Into<Value>) -> Self {
        self.with("hint", format!("Call {tool} with {}", args.into()))
    }

    /// The same with one more member in its body.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Self::Tool(error) = &mut self {
            error.details.insert(name.to_owned(), value.into());
        }
        self
    }
}

impl Error {
    /// What happened, for the log: one line.
    pub fn cause(&self) -> String {
        match self {
            Self::Tool(error) => error.message.clone(),
            Self::Below(error) => error.cause(),
        }
    }
}

impl ToolError {
    /// The body: {kind, message, …}.
    pub fn body(&self) -> Map<String, Value> {
        let mut body = Map::new();
        body.insert("kind".into(), self.kind.as_str().into());
        body.insert("message".into(), self.message.clone().into());
        body.extend(self.details.clone());
        body
    }
}

impl From<shared::error::Error> for Error {
    fn from(error: shared::error::Error) -> Self {
        Self::Below(error)
    }
}

/// What a caller sent, cut short enough to be shown back.
pub fn shown(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
    if clean.chars().count() < text.chars().count() { format!("{clean}…") } else { clean }
}

/// What tools answer.
pub type Result<T> = std::result::Result<T, Error>;
