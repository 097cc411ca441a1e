//! A business's history: what was written when, as calls of Zoop's own tools in the order of time.

use chrono::Duration;
use mcp_server::seed::dice::Dice;
use serde_json::{Map, Value, json};
use shared::timestamp::Timestamp;

use super::{Business, Person, calendar::Calendar, customers, jobs};

/// One call.
pub struct Step {
    /// When it was made.
    pub at: Timestamp,
    /// Of which entity.
    pub kind: Kind,
    /// Of which record: its place among those of its kind, in the order in which they are made.
    pub place: usize,
    /// What was done.
    pub deed: Deed,
}

/// The entities that the demo fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The library of tags.
    Tag,
    /// Customers.
    Customer,
    /// Jobs.
    Job,
}

/// What a step does.
pub enum Deed {
    /// Makes the record.
    Create(Draft),
    /// Moves it on.
    Change(Change),
}

/// A record to be made. Other records are named by their places, since their ids are not known yet.
pub struct Draft {
    /// The arguments, as the tool takes them.
    pub fields: Map<String, Value>,
    /// The place of its customer.
    pub customer: Option<usize>,
    /// The places of its tags.
    pub tags: Vec<usize>,
}

impl Draft {
    /// A record that names no other.
    pub fn new(fields: Map<String, Value>) -> Self {
        Self { fields, customer: None, tags: Vec::new() }
    }
}

/// A move of a record's state.
pub struct Change {
    /// The tool that does it.
    pub tool: &'static str,
    /// The state that it leads to: a record that is there already is left alone.
    pub status: &'static str,
    /// Its arguments beside the id.
    pub fields: Map<String, Value>,
    /// Who does it, if not the office.
    pub by: Option<&'static Person>,
}

/// All that was written until `now`: the same for the same business, time and seed.
pub fn of(business: &Business, now: Timestamp, seed: u64) -> Vec<Step> {
    let dice = Dice::new(seed);
    let mut calendar = Calendar::new(business.time_zone, now);
    let customers = customers::plans(business, &calendar, &dice);
    let jobs = jobs::plans(business, &customers, &mut calendar, now, &dice);

    let opening = customers.first().map_or(now, |first| first.at) - Duration::days(1);
    let mut steps: Vec<Step> = Vec::new();
    for (place, (name, color)) in business.tags.iter().enumerate() {
        let mut fields = Map::new();
        fields.insert("name".into(), json!(name));
        fields.insert("color".into(), json!(color));
        let deed = Deed::Create(Draft::new(fields));
        steps.push(Step { at: opening + Duration::seconds(place as i64), kind: Kind::Tag, place, deed });
    }
    let mut idle: Vec<usize> = (0..customers.len()).filter(|&n| !customers[n].henderson).collect();
    for (place, job) in jobs.into_iter().enumerate() {
        idle.retain(|&customer| job.draft.customer != Some(customer));
        let kind = Kind::Job;
        steps.push(Step { at: job.at, kind, place, deed: Deed::Create(job.draft) });
        if let Some((at, change)) = job.then {
            steps.push(Step { at, kind, place, deed: Deed::Change(change) });
        }
    }
    // Some who never had a job are in the archive.
    for place in idle.into_iter().take(customers.len() / 40) {
        let change = Change { tool: "customers.archive", status: "archived", fields: Map::new(), by: None };
        let at = now - Duration::days(9 + place as i64 % 20);
        steps.push(Step {
            at: at.max(customers[place].at),
            kind: Kind::Customer,
            place,
            deed: Deed::Change(change),
        });
    }
    for (place, customer) in customers.into_iter().enumerate() {
        steps.push(Step { at: customer.at, kind: Kind::Customer, place, deed: Deed::Create(customer.draft) });
    }
    // At one and the same time a record comes before what became of it, and a customer before their job.
    steps.sort_by_key(|step| {
        (step.at, matches!(step.deed, Deed::Change(_)), step.kind == Kind::Job, step.place)
    });
    steps
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::business::ALL;

    fn now() -> Timestamp {
        Timestamp::from("2026-11-24T17:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap())
    }

    fn shown(steps: &[Step]) -> String {
        steps.iter().fold(String::new(), |text, step| {
            let fields = match &step.deed {
                Deed::Create(draft) => json!([draft.fields, draft.customer, draft.tags]),
                Deed::Change(change) => json!([change.tool, change.fields]),
            };
            text + &format!("{} {:?} {} {fields}\n", step.at, step.kind, step.place)
        })
    }

    #[test]
    fn one_seed_gives_one_history() {
        for business in ALL {
            assert_eq!(shown(&of(business, now(), 7)), shown(&of(business, now(), 7)));
            assert_ne!(shown(&of(business, now(), 7)), shown(&of(business, now(), 8)));
        }
    }

    #[test]
    fn everything_exists_before_it_is_named_and_nothing_lies_ahead() {
        for business in ALL {
            let (mut made, mut customers, mut moves) = (HashSet::new(), 0, 0);
            let mut next = [0, 0, 0];
            let steps = of(business, now(), 7);
            for step in &steps {
                assert!(step.at <= now());
                match &step.deed {
                    Deed::Create(draft) => {
                        assert_eq!(step.place, next[step.kind as usize], "places are in the order of making");
                        next[step.kind as usize] += 1;
                        customers += usize::from(step.kind == Kind::Customer);
                        assert!(draft.tags.iter().all(|&tag| made.contains(&(Kind::Tag as usize, tag))));
                        assert!(draft.customer.is_none_or(|c| made.contains(&(Kind::Customer as usize, c))));
                        made.insert((step.kind as usize, step.place));
                    }
                    Deed::Change(_) => {
                        moves += 1;
                        assert!(made.contains(&(step.kind as usize, step.place)));
                    }
                }
            }
            assert_eq!(customers, business.customers);
            assert!(business.time_zone.parse::<chrono_tz::Tz>().is_ok());
            assert!(moves > business.jobs.done, "done, cancelled and archived");
            let text = shown(&steps);
            assert!(
                text.split('@').skip(1).all(|rest| rest.starts_with("example.com")),
                "mail at example.com alone"
            );
        }
    }
}
