//! The two ways a field may stand in a partial patch.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

/// Marks the schema of a field where null means something by itself, in place of "nothing was sent".
pub const NULL_COUNTS: &str = "x-null-counts";

/// A field that always holds something: absent leaves it, null is refused.
#[derive(Clone, Debug)]
pub struct Set<T>(pub Option<T>);

/// A field that may be empty: absent leaves it, null clears it.
#[derive(Clone, Debug, Default)]
pub enum Patch<T> {
    /// Not in the call: unchanged.
    #[default]
    Absent,
    /// Null: cleared.
    Null,
    /// A new value.
    Set(T),
}

impl<T> Patch<T> {
    /// What the field will hold, given what it holds.
    pub fn or(self, current: Option<T>) -> Option<T> {
        match self {
            Patch::Absent => current,
            Patch::Null => None,
            Patch::Set(value) => Some(value),
        }
    }

    /// The same patch of another type.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Patch::Absent => Patch::Absent,
            Patch::Null => Patch::Null,
            Patch::Set(value) => Patch::Set(f(value)),
        }
    }

    /// Whether the call says nothing of this field.
    pub fn is_absent(&self) -> bool {
        matches!(self, Patch::Absent)
    }
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Set(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Set<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(|value| Set(Some(value)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Patch::Null, Patch::Set))
    }
}

impl<T: JsonSchema> JsonSchema for Set<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: JsonSchema> JsonSchema for Patch<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        <Option<T>>::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = <Option<T>>::json_schema(generator);
        schema.insert(NULL_COUNTS.to_owned(), true.into());
        schema
    }
}
