//! What an entity declares of itself, in words that tools, lists and documentation read.

use shared::role::Role;

/// The first verb: to look through the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// `list`
    List,
    /// `search`, for customers.
    Search,
}

impl First {
    /// The verb in the tool's name.
    pub fn as_str(self) -> &'static str {
        match self {
            First::List => "list",
            First::Search => "search",
        }
    }
}

/// The fifth verb: to take a record out of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fifth {
    Archive,
    Delete,
    Cancel,
    End,
    Void,
}

impl Fifth {
    /// The verb in the tool's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Fifth::Archive => "archive",
            Fifth::Delete => "delete",
            Fifth::Cancel => "cancel",
            Fifth::End => "end",
            Fifth::Void => "void",
        }
    }
}

/// Who may call a tool, beside what scopes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Any caller with the scope.
    Any,
    /// A person: a user key or an OAuth token (marked U).
    User,
    /// A person whose role is owner.
    Owner,
}

impl Needs {
    /// Whether this caller will do.
    pub fn met_by(self, user: Option<&str>, role: Option<Role>) -> bool {
        match self {
            Needs::Any => true,
            Needs::User => user.is_some(),
            Needs::Owner => user.is_some() && role == Some(Role::Owner),
        }
    }
}

/// Who may create, update and retire.
#[derive(Clone, Copy, Debug)]
pub struct Actors {
    pub create: Needs,
    pub update: Needs,
    pub retire: Needs,
}

/// What moves a record from one state to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// `update`.
    Patch,
    /// The fifth verb.
    Fifth,
    /// Nobody: time, which workers follow.
    Time,
}

/// What a list's `q` looks through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Q {
    /// The search index: whole words over prefixes.
    Index,
    /// Folded columns, anywhere in one of them; a condition says by `{}` where its column is looked through.
    Substring(&'static [&'static str]),
}

/// A table of links between records.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// The table.
    pub table: &'static str,
    /// Its column for the record.
    pub owner: &'static str,
}

/// An order of a list. `name` goes by rising keys, `-name` by falling ones; the id breaks ties.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// Its name in `sort`.
    pub name: &'static str,
    /// Its key columns; none of them is ever null.
    pub keys: &'static [Key],
    /// Whether, as the default, it goes by falling keys.
    pub falling: bool,
}

/// A key column, and how its values travel in a cursor.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    Int(&'static str),
    Text(&'static str),
    Time(&'static str),
}

impl Key {
    /// The column.
    pub fn column(self) -> &'static str {
        match self {
            Key::Int(column) | Key::Text(column) | Key::Time(column) => column,
        }
    }
}

impl Order {
    /// An order by rising keys.
    pub const fn rising(name: &'static str, keys: &'static [Key]) -> Self {
        Self { name, keys, falling: false }
    }

    /// An order whose default is by falling keys.
    pub const fn falling(name: &'static str, keys: &'static [Key]) -> Self {
        Self { name, keys, falling: true }
    }
}

/// By the last change: the order of incremental sync.
pub const BY_UPDATE: Order = Order::falling("updated_at", &[Key::Time("updated_at")]);
/// By creation.
pub const BY_CREATION: Order = Order::falling("created_at", &[Key::Time("created_at")]);

/// What a tool's description adds to what its verb says anyway.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// When to use the entity's first verb.
    pub list: &'static str,
    /// What get adds.
    pub get: &'static str,
    /// What create does beside creating.
    pub create: &'static str,
    /// What update does beside patching.
    pub update: &'static str,
    /// What the fifth verb does, and whether it can be undone.
    pub retire: &'static str,
}

/// What the search index knows of a record.
#[derive(PartialEq, Eq)]
pub struct SearchText {
    /// Texts, to be cut into words.
    pub texts: Vec<String>,
    /// Tokens as they are, e.g. a phone number's digits.
    pub tokens: Vec<String>,
}
