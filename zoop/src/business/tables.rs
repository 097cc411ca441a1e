//! The shapes of the tables that a business is made from.

use shared::role::Role;

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

/// A tax rate: what it is called, its percentage, its code, and whose it is.
pub struct Tax {
    /// On documents.
    pub name: &'static str,
    /// E.g. 8.25.
    pub percentage: &'static str,
    /// In the books.
    pub code: &'static str,
    /// Where it holds.
    pub jurisdiction: &'static str,
}

/// A part of the pricebook: its name and its items.
pub struct Category(pub &'static str, pub &'static [Item]);

/// What is sold: SKU and name.
pub struct Item(pub &'static str, pub &'static str, pub Sold);

/// How it is sold: mostly a unit and the price of one, in minor units.
pub enum Sold {
    /// Work with a price of its own.
    Service(&'static str, i64),
    /// A thing; the last number is what it costs the business.
    Product(&'static str, i64, i64),
    /// Work by the hour; the last number is what an hour costs the business.
    Labor(&'static str, i64, i64),
    /// A charge.
    Fee(&'static str, i64),
    /// Several items, by SKU and quantity, at the sum of their prices.
    Bundle(&'static [(&'static str, &'static str)]),
    /// So many percent off.
    Discount(i64),
}

/// What a quote offers: its title, what stands above it, and its lines.
pub struct Offer(pub &'static str, pub &'static str, pub &'static [Piece]);

/// A line of an offer: SKU and quantity.
pub enum Piece {
    /// It belongs to it.
    Fixed(&'static str, &'static str),
    /// The customer may take it, and has so far.
    Chosen(&'static str, &'static str),
    /// The customer may take it, and has not.
    Open(&'static str, &'static str),
}

/// An agreement with one customer: a plan that bills, and perhaps rounds that are driven for it.
pub struct Contract {
    /// What it is called.
    pub title: &'static str,
    /// What is billed: SKU and quantity.
    pub items: &'static [(&'static str, &'static str)],
    /// How often, and how many months that is.
    pub cadence: (&'static str, u32),
    /// How many bills there were.
    pub bills: u32,
    /// In how many days the next one is due.
    pub next_in: u64,
    /// How many days before its date a bill is made.
    pub lead_days: u64,
    /// Whether it is with a company.
    pub company: bool,
    /// Why the customer ended it, if they did.
    pub cancelled: Option<&'static str>,
    /// What is driven for it.
    pub round: Option<Round>,
}

/// Visits on one weekday, every so many weeks, before the day's jobs begin.
pub struct Round {
    /// What its jobs are called.
    pub title: &'static str,
    /// What is to be done.
    pub description: &'static str,
    /// Every so many weeks.
    pub weeks: i64,
    /// Which day, as rules write it.
    pub day: &'static str,
    /// Who drives it: the place among the techs.
    pub tech: usize,
    /// What the tech writes when it is done.
    pub notes: &'static str,
}
