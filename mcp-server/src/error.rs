//! What a tool answers when it cannot do what it was asked: one type, in the caller's words.
//! How it is put on the wire, for which kind of caller, is `protocol`'s business.

use std::collections::HashSet;

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
    /// What is wrong with which fields.
    pub issues: Vec<Issue>,
    /// What else the error's body holds: reason, allowed, hint, current, existing_id …
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

/// At most so many issues are told at once.
const MOST_ISSUES: usize = 10;

fn in_one_sentence(issues: &[Issue]) -> String {
    let told: Vec<String> =
        issues.iter().map(|issue| format!("`{}`: {}", issue.path, issue.message)).collect();
    match told.as_slice() {
        [one] => one.clone(),
        many => format!("{} fields need another value: {}", many.len(), many.join(" ")),
    }
}

impl Error {
    /// A failure of this kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self::Tool(Box::new(ToolError { kind, message: message.into(), issues: vec![], details: Map::new() }))
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
        issues.truncate(MOST_ISSUES);
        let message = in_one_sentence(&issues);
        Self::Tool(Box::new(ToolError { kind: Kind::InvalidInput, message, issues, details: Map::new() }))
    }

    /// The same with what else is wrong with the input: a field that is told of already is not told of again.
    pub fn and_issues(mut self, more: Vec<Issue>) -> Self {
        if let Self::Tool(error) = &mut self
            && !more.is_empty()
        {
            let known: HashSet<String> = error.issues.iter().map(|issue| issue.path.clone()).collect();
            error.issues.extend(more.into_iter().filter(|issue| !known.contains(&issue.path)));
            error.issues.truncate(MOST_ISSUES);
            error.message = in_one_sentence(&error.issues);
        }
        self
    }

    /// Whether it says of single fields what is wrong with them.
    pub fn has_issues(&self) -> bool {
        matches!(self, Self::Tool(error) if !error.issues.is_empty())
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
        self.with("hint", hint(tool, args))
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
        if let [one] = self.issues.as_slice() {
            body.insert("field".into(), one.path.clone().into());
        }
        if let Some(reason) = self.issues.iter().find_map(|issue| issue.reason) {
            body.insert("reason".into(), reason.into());
        }
        if !self.issues.is_empty() {
            let issue = |issue: &Issue| json!({"path": issue.path, "message": issue.message});
            body.insert("issues".into(), self.issues.iter().map(issue).collect());
        }
        body.extend(self.details.clone());
        body
    }
}

impl From<shared::error::Error> for Error {
    fn from(error: shared::error::Error) -> Self {
        Self::Below(error)
    }
}

/// The call that comes next, in a form that a program can follow too.
pub fn hint(tool: &str, args: impl Into<Value>) -> String {
    format!("Call {tool} with {}", args.into())
}

/// What a caller sent, cut short enough to be shown back.
pub fn shown(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
    if clean.chars().count() < text.chars().count() { format!("{clean}…") } else { clean }
}

/// What tools answer.
pub type Result<T> = std::result::Result<T, Error>;
