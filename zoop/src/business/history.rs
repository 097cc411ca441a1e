//! A business's history: what was written when, as calls of Zoop's own tools in the order of time.

use chrono::Duration;
use mcp_server::seed::dice::Dice;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::timestamp::Timestamp;

use super::{
    Business, Person, calendar::Calendar, contacts, customers, invoices, jobs, locations, notes, plans,
    pricebook, quotes, series,
};

/// The least time between two steps, so that identifiers and times of writing tell their order.
pub const APART: Duration = Duration::milliseconds(1);

/// One thing that happened.
pub struct Step {
    /// When: no two are at the same time.
    pub at: Timestamp,
    /// Who did it.
    pub by: By,
    /// What was done.
    pub deed: Deed,
}

/// Who acts.
#[derive(Clone, Copy)]
pub enum By {
    /// The owner, who alone writes quotes and sees costs.
    Owner,
    /// The office.
    Office,
    /// A tech.
    Tech(&'static Person),
}

/// What a step does.
pub enum Deed {
    /// Makes a record, the place-th of its kind, with these arguments.
    Create(Kind, usize, Value),
    /// Calls this tool on a record, with these arguments beside the id.
    Call(&'static str, Ref, Value),
    /// Lets Zoop's workers do what is due by then.
    CatchUp,
}

/// The entities that the demo fills, each after those that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// The library of tags.
    Tag,
    /// Tax rates.
    TaxRate,
    /// The pricebook's parts.
    Category,
    /// The pricebook.
    Item,
    /// Customers.
    Customer,
    /// Whom to talk to.
    Contact,
    /// Where the work is.
    Location,
    /// Offers.
    Quote,
    /// Jobs, but for those of series.
    Job,
    /// Plans.
    Plan,
    /// Rounds.
    Series,
    /// Invoices, but for those of plans.
    Invoice,
    /// Notes.
    Note,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 13] = [
        Kind::Tag,
        Kind::TaxRate,
        Kind::Category,
        Kind::Item,
        Kind::Customer,
        Kind::Contact,
        Kind::Location,
        Kind::Quote,
        Kind::Job,
        Kind::Plan,
        Kind::Series,
        Kind::Invoice,
        Kind::Note,
    ];

    /// As tools name it.
    pub fn entity(self) -> &'static str {
        match self {
            Kind::Tag => "tags",
            Kind::TaxRate => "tax_rates",
            Kind::Category => "catalog_categories",
            Kind::Item => "catalog_items",
            Kind::Customer => "customers",
            Kind::Contact => "contacts",
            Kind::Location => "locations",
            Kind::Quote => "quotes",
            Kind::Job => "jobs",
            Kind::Plan => "plans",
            Kind::Series => "job_series",
            Kind::Invoice => "invoices",
            Kind::Note => "notes",
        }
    }
}

/// Something that has an id or a number only once it is there. It stands in the arguments as an object with one member,
/// whose name begins with `$`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ref {
    /// A record that a step made.
    #[serde(rename = "$made")]
    Made(Kind, usize),
    /// The job that a series made for a day.
    #[serde(rename = "$visit")]
    Visit {
        /// The place of the series.
        series: usize,
        /// YYYY-MM-DD.
        on: String,
    },
    /// The invoice that a plan made for a day.
    #[serde(rename = "$bill")]
    Bill {
        /// The place of the plan.
        plan: usize,
        /// YYYY-MM-DD.
        on: String,
    },
    /// What an invoice says by then, at this JSON pointer.
    #[serde(rename = "$of")]
    Of(Box<Ref>, String),
}

impl Ref {
    /// What an invoice comes to.
    pub fn total(&self) -> Self {
        self.of("/total")
    }

    /// What is owed on an invoice by then.
    pub fn balance(&self) -> Self {
        self.of("/balance")
    }

    /// The id of an invoice's first payment.
    pub fn first_payment(&self) -> Self {
        self.of("/payments/0/id")
    }

    fn of(&self, pointer: &str) -> Self {
        Self::Of(Box::new(self.clone()), pointer.to_owned())
    }

    /// The reference that stands here in the arguments, if one does.
    pub fn in_value(value: &Value) -> Option<Self> {
        let one = value.as_object().filter(|object| object.len() == 1)?;
        one.keys().next().filter(|name| name.starts_with('$'))?;
        serde_json::from_value(value.clone()).ok()
    }
}

/// Steps as they are thought of, in any order.
pub struct History {
    steps: Vec<Step>,
    made: [usize; Kind::ALL.len()],
}

impl History {
    fn new() -> Self {
        Self { steps: Vec::new(), made: [0; Kind::ALL.len()] }
    }

    /// A record is made.
    pub fn create(&mut self, at: Timestamp, by: By, kind: Kind, fields: Value) -> Ref {
        let place = self.made[kind as usize];
        self.made[kind as usize] += 1;
        self.steps.push(Step { at, by, deed: Deed::Create(kind, place, fields) });
        Ref::Made(kind, place)
    }

    /// A tool is called on a record.
    pub fn call(&mut self, at: Timestamp, by: By, tool: &'static str, of: &Ref, fields: Value) {
        self.steps.push(Step { at, by, deed: Deed::Call(tool, of.clone(), fields) });
    }

    /// The workers look.
    pub fn catch_up(&mut self, at: Timestamp) {
        self.steps.push(Step { at, by: By::Office, deed: Deed::CatchUp });
    }

    /// Whether any step but a contact or a location is about this customer.
    fn is_about(&self, customer: &Ref) -> bool {
        self.steps.iter().any(|step| match &step.deed {
            Deed::Create(Kind::Contact | Kind::Location, ..) | Deed::CatchUp => false,
            Deed::Create(_, _, fields) => {
                fields.get("customer_id").and_then(Ref::in_value).as_ref() == Some(customer)
            }
            Deed::Call(_, of, _) => of == customer,
        })
    }

    /// In the order of time, and at one time in the order in which kinds name each other.
    fn in_order(self) -> Vec<Step> {
        let mut steps = self.steps;
        steps.sort_by_key(|step| match step.deed {
            Deed::Create(kind, place, _) => (step.at, kind as usize, place),
            Deed::CatchUp => (step.at, Kind::ALL.len(), 0),
            Deed::Call(..) => (step.at, Kind::ALL.len() + 1, 0),
        });
        for n in 1..steps.len() {
            steps[n].at = steps[n].at.max(steps[n - 1].at + APART);
        }
        steps
    }
}

/// All that was written until `now`: the same for the same business, time and seed.
pub fn of(business: &'static Business, now: Timestamp, seed: u64) -> Vec<Step> {
    let dice = Dice::new(seed);
    let mut calendar = Calendar::new(business.time_zone, now);
    let mut history = History::new();
    let opening = calendar.clock(calendar.today() - Duration::days(customers::DAYS + 3), 9 * 60);
    let mut tags = Vec::new();
    for (place, (name, color)) in business.tags.iter().enumerate() {
        let at = opening + Duration::seconds(20 * place as i64);
        tags.push(history.create(at, By::Office, Kind::Tag, json!({ "name": name, "color": color })));
    }
    let pricebook = pricebook::enter(&mut history, business, opening + Duration::hours(1));
    let mut customers = customers::enter(&mut history, business, &tags, &calendar, &dice);
    contacts::enter(&mut history, business, &customers, &dice);
    locations::enter(&mut history, business, &mut customers, &dice);
    let mut desk =
        jobs::Desk { business, customers: &customers, tags: &tags, calendar: &mut calendar, dice: &dice };
    let quotes = quotes::write(&mut history, business, &customers, &pricebook, &mut desk, &dice);
    let mut jobs = desk.jobs(&mut history);
    jobs.extend(quotes.jobs);
    let agreed = plans::enter(&mut history, business, &customers, &pricebook, &calendar, &dice);
    let round = series::enter(&mut history, business, &customers, &agreed, &calendar);
    let before = now - Duration::days(2);
    let done =
        jobs.iter().filter(|job| job.done.is_some_and(|done| done < before)).max_by_key(|job| job.done);
    let subjects = notes::Subjects {
        quote: quotes.open,
        plan: agreed.first().map(|agreed| agreed.plan.clone()),
        series: round,
        job: done.map(|job| job.this.clone()),
        customer: done.and_then(|job| job.customer).map(|place| customers[place].this.clone()),
        invoice: invoices::send(&mut history, business, &customers, jobs, &calendar, &dice),
    };
    notes::write(&mut history, subjects, now);
    // Some whom nothing was done for are in the archive.
    let idle = customers.iter().filter(|customer| !customer.henderson && !history.is_about(&customer.this));
    let idle: Vec<_> = idle.take(customers.len() / 40).collect();
    for customer in idle {
        let at = (now - Duration::days(9 + customer.place as i64 % 20)).max(customer.settled);
        history.call(at, By::Office, "customers.archive", &customer.this, json!({}));
    }
    history.in_order()
}

#[cfg(test)]
mod tests;
