//! The pages that people meet: one struct for each template of `templates/`, holding ready words and nothing else.
//! Endpoints fill them; askama escapes every value.

pub mod assets;
mod consent;
mod settings;
mod sign_in;

pub use consent::*;
pub use settings::*;
pub use sign_in::*;

/// An instant, for a machine and for a reader whose browser runs no script.
#[derive(Debug, Clone)]
pub struct Time {
    /// RFC 3339.
    pub iso: String,
    /// "24 Nov 2026, 09:14 UTC".
    pub text: String,
}

/// A company among which a person chooses.
#[derive(Debug, Clone)]
pub struct TenantChoice {
    /// The tenant's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The person's role there, with its article: "an owner".
    pub role: String,
    /// Whether it is the one shown.
    pub chosen: bool,
}

/// The boxes of a page where scopes are chosen. What is ticked when the form is sent is what is granted.
#[derive(Debug, Clone, Default)]
pub struct Scopes {
    /// One row for each family.
    pub families: Vec<Family>,
    /// Which preset the ticks amount to: `all`, `read` or `chosen`.
    pub preset: &'static str,
}

/// One row of boxes: a family of records, in the user's words.
#[derive(Debug, Clone)]
pub struct Family {
    /// "Customers".
    pub title: &'static str,
    /// "With their contacts, locations and tags".
    pub detail: &'static str,
    /// At most two: to view and to change.
    pub ticks: Vec<Tick>,
}

/// One box.
#[derive(Debug, Clone)]
pub struct Tick {
    /// The scope it stands for.
    pub scope: String,
    /// What it allows, in the user's words.
    pub word: &'static str,
    /// Its column, as a class of the stylesheet.
    pub place: &'static str,
    /// Whether it is ticked.
    pub ticked: bool,
}

impl Scopes {
    /// Names the preset that the ticks amount to.
    pub fn of(families: Vec<Family>) -> Self {
        let ticks = || families.iter().flat_map(|family| &family.ticks);
        let preset = if ticks().all(|tick| tick.ticked) {
            "all"
        } else if ticks().all(|tick| tick.ticked != tick.scope.starts_with("write:")) {
            "read"
        } else {
            "chosen"
        };
        Self { families, preset }
    }
}
