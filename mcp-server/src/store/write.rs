//! What a create or a change writes: columns, child rows that are replaced whole, warnings.

use serde_json::{Map, Value};
use shared::db::Bind;

use crate::fields::{Patch, Set};

/// Columns and their values.
#[derive(Clone, Debug, Default)]
pub struct Columns(Vec<(&'static str, Bind)>);

impl Columns {
    /// One column more.
    pub fn put(mut self, name: &'static str, value: impl Into<Bind>) -> Self {
        self.0.push((name, value.into()));
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

    /// All columns of another set.
    pub fn and(mut self, other: Columns) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The same with the columns of another set, which stand in place of those of the same name.
    pub fn over(mut self, other: Columns) -> Self {
        self.0.retain(|(name, _)| !other.0.iter().any(|(over, _)| over == name));
        self.and(other)
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
#[derive(Clone, Debug, Default)]
pub struct Write {
    /// The record's own columns.
    pub columns: Columns,
    /// Its child rows, table by table.
    pub children: Vec<Children>,
    /// What the caller should know: {message, …} each.
    pub warnings: Vec<Map<String, Value>>,
}

impl Write {
    /// Columns alone.
    pub fn new(columns: Columns) -> Self {
        Self { columns, ..Self::default() }
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
}
