//! The demo's two businesses: who works there, where their customers live, what they do, and two years of it.
//! All of it is made from tables and one seed; a business's history is a list of tool calls in the order of time.

mod bluebonnet;
mod calendar;
mod customers;
pub mod history;
mod jobs;
pub mod people;
mod southerly;

use shared::role::Role;

/// The demo's tenants, the one that the keys belong to first; by name too, so that signing in leads there.
pub const ALL: [&Business; 2] = [&bluebonnet::BUSINESS, &southerly::BUSINESS];

/// The owner of both.
pub const OWNER: Person = Person { name: "Dana Whitfield", mailbox: "dana", role: Role::Owner };

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
}

/// How many jobs lie where.
pub struct Volume {
    /// Done.
    pub done: usize,
    /// To come.
    pub scheduled: usize,
    /// Asked for.
    pub unscheduled: usize,
    /// Called off.
    pub cancelled: usize,
}

/// Someone who works there.
pub struct Person {
    /// What people call them.
    pub name: &'static str,
    /// What stands before `@example.com`.
    pub mailbox: &'static str,
    /// What they may do.
    pub role: Role,
}

impl Person {
    /// Their address.
    pub fn email(&self) -> String {
        format!("{}@example.com", self.mailbox)
    }
}

/// A part of a town.
pub struct Place {
    /// The town or suburb.
    pub city: &'static str,
    /// State.
    pub region: &'static str,
    /// Postal code.
    pub postal_code: &'static str,
    /// Some of its streets.
    pub streets: &'static [&'static str],
}

/// A kind of job.
pub struct Work {
    /// What it is called.
    pub title: &'static str,
    /// Its type.
    pub job_type: &'static str,
    /// How long it takes.
    pub minutes: i64,
    /// How many people it takes.
    pub crew: usize,
    /// How urgent it usually is.
    pub priority: &'static str,
    /// What the customer said, or what is to be done.
    pub description: &'static str,
    /// What it costs.
    pub price: Price,
    /// What the tech writes when it is done.
    pub notes: &'static str,
}

/// What a job costs.
pub enum Price {
    /// One price for all of it, in minor units.
    Flat(i64),
    /// Line by line.
    Lines(&'static [Line]),
}

/// Description, quantity, unit, price of one unit in minor units.
pub struct Line(pub &'static str, pub &'static str, pub &'static str, pub i64);
