//! What a create or a change writes: columns, child rows that are replaced whole, other records; and what it says.

use serde_json::{Map, Value};
use shared::db::Bind;

use super::Step;
use crate::fields::{Patch, Set};

/// Columns and their values.
#[derive(Clone, Debug, Default)]
pub struct Columns(Vec<(&'static str, Bind)>);

impl Columns {
    /// One column more, or another value of one that is there.
    pub fn put(mut self, name: &'static str, value: impl Into<Bind>) -> Self {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, before)) => *before = value.into(),
            None => self.0.push((name, value.into())),
        }
        self
    }

    /// A column that the patch may name.
    pub fn set<T, B: Into<Bind>>(self, name: &'static str, value: Set<T>, bind: impl FnOnce(T) -> B) -> Self {
        match value.0 {
            None => self,
            Some(value) => self.put(name, bind(value)),
        }
    }

    /// A column that the patch may name or clear.
    pub fn patch<T, B>(self, name: &'static str, value: Patch<T>, bind: impl FnOnce(T) -> B) -> Self
    where
        Option<B>: Into<Bind>,
    {
        match value {
            Patch::Absent => self,
            Patch::Null => self.put(name, None::<B>),
            Patch::Set(value) => self.put(name, Some(bind(value))),
        }
    }

    /// All columns of another set, whose values stand.
    pub fn and(self, other: Columns) -> Self {
        other.0.into_iter().fold(self, |columns, (name, value)| columns.put(name, value))
    }

    /// The names alone.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }

    /// Names and values, in order.
    pub fn split(self) -> (Vec<&'static str>, Vec<Bind>) {
        self.0.into_iter().unzip()
    }
}

/// The rows of a child table, which replace what the record had there.
#[derive(Clone, Debug)]
pub struct Children {
    /// The child table.
    pub table: &'static str,
    /// Its column for the record.
    pub owner: &'static str,
    /// The new rows, all with the same columns.
    pub rows: Vec<Columns>,
}

/// All that a create or a change writes.
#[derive(Default)]
pub struct Write {
    /// The record's own columns.
    pub columns: Columns,
    /// Its child rows, table by table.
    pub children: Vec<Children>,
    /// What the caller should know: {message, …} each.
    pub warnings: Vec<Map<String, Value>>,
    /// What else stands beside the record in the answer.
    pub beside: Map<String, Value>,
    /// Other records that are written before this one, e.g. who gives up what it takes.
    pub first: Vec<Step>,
    /// Other records that are written after this one, e.g. who refers to it.
    pub then: Vec<Step>,
}

impl Write {
    /// Columns alone.
    pub fn new(columns: Columns) -> Self {
        Self { columns, ..Self::default() }
    }

    /// More columns.
    pub fn and(mut self, columns: Columns) -> Self {
        self.columns = self.columns.and(columns);
        self
    }

    /// Writes another record before this one.
    pub fn first(mut self, step: impl IntoIterator<Item = Step>) -> Self {
        self.first.extend(step);
        self
    }

    /// Writes another record after this one.
    pub fn then(mut self, step: impl IntoIterator<Item = Step>) -> Self {
        self.then.extend(step);
        self
    }

    /// Answers something beside the record, e.g. how many others were regenerated.
    pub fn beside(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.beside.insert(name.to_owned(), value.into());
        self
    }

    /// All that is to say beside the record, the warnings among it.
    pub fn said(&mut self) -> Map<String, Value> {
        let mut said = std::mem::take(&mut self.beside);
        if !self.warnings.is_empty() {
            let warnings = self.warnings.drain(..).map(Value::Object);
            said.insert("warnings".to_owned(), warnings.collect());
        }
        said
    }

    /// Replaces child rows too.
    pub fn with_children(mut self, children: Option<Children>) -> Self {
        self.children.extend(children);
        self
    }

    /// Says something beside the record.
    pub fn warn(
        mut self,
        message: impl Into<String>,
        more: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Self {
        let mut warning = Map::from_iter([("message".to_owned(), Value::from(message.into()))]);
        warning.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
        self.warnings.push(warning);
        self
    }

    /// Says something of a field, where there is something to say.
    pub fn warn_of(self, field: &'static str, message: Option<String>) -> Self {
        match message {
            Some(message) => self.warn(message, [("field", field.into())]),
            None => self,
        }
    }
}
