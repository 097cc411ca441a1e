//! The demo's two businesses: who works there, where their customers live, what they do, and two years of it.
//! All of it is made from tables and one seed; a business's history is a list of tool calls in the order of time.

mod bluebonnet;
mod calendar;
mod contacts;
mod customers;
pub mod history;
mod invoices;
mod jobs;
mod locations;
mod notes;
pub mod people;
mod plans;
mod pricebook;
mod quotes;
mod series;
mod southerly;
mod tables;

use shared::role::Role;

pub use tables::{
    Category, Contract, Item, Line, Offer, Person, Piece, Place, Price, Round, Sold, Tax, Volume, Work,
};

/// The demo's tenants, the one that the keys belong to first; by name too, so that signing in leads there.
pub const ALL: [&Business; 2] = [&bluebonnet::BUSINESS, &southerly::BUSINESS];

/// The owner of both.
pub const OWNER: Person = Person { name: "Dana Whitfield", mailbox: "dana", role: Role::Owner };

/// What someone may ask about them, as the README does.
pub const QUESTIONS: [&str; 3] = [
    "What is overdue, and whom should we call first?",
    "What did we quote the Hendersons, and what did they say?",
    "Which maintenance plans bill next week, and how much is that?",
];

/// A business as it is before it has an id.
pub struct Business {
    /// What its people call it.
    pub name: &'static str,
    /// What it does and where, in a few words.
    pub trade: &'static str,
    /// ISO 4217.
    pub currency: &'static str,
    /// ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// IANA.
    pub time_zone: &'static str,
    /// Its people beside the owner.
    pub team: &'static [Person],
    /// Where its customers live.
    pub places: &'static [Place],
    /// A hundred numbers each, reserved for fiction; `##` stands for the last two digits.
    pub phones: &'static [&'static str],
    /// Its library of tags: a name and a colour.
    pub tags: &'static [(&'static str, &'static str)],
    /// Its customers that are companies.
    pub companies: &'static [&'static str],
    /// What it does, at what price.
    pub work: &'static [Work],
    /// What it does for companies alone.
    pub commercial: &'static [Work],
    /// What it does for itself.
    pub chores: &'static [&'static str],
    /// How many customers it has, the Hendersons among them.
    pub customers: usize,
    /// Whether the Hendersons are its customers.
    pub hendersons: bool,
    /// How many jobs of each kind.
    pub jobs: Volume,
    /// The tax on what it sells.
    pub tax: Tax,
    /// Its pricebook.
    pub pricebook: &'static [Category],
    /// What it offers in quotes.
    pub offers: &'static [Offer],
    /// What it has agreed to do again and again.
    pub contracts: &'static [Contract],
    /// How many quotes it has written.
    pub quotes: usize,
    /// How people pay.
    pub pays: &'static [&'static str],
    /// How companies pay.
    pub companies_pay: &'static [&'static str],
}

impl Business {
    /// Those of its people who drive out.
    pub fn techs(&self) -> Vec<&'static Person> {
        self.team.iter().filter(|person| person.role == Role::Tech).collect()
    }
}
