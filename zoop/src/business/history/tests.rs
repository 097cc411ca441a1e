use std::collections::{HashMap, HashSet};

use super::*;
use crate::business::ALL;

fn now() -> Timestamp {
    Timestamp::from("2026-11-24T17:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap())
}

fn shown(steps: &[Step]) -> String {
    steps.iter().fold(String::new(), |text, step| {
        let deed = match &step.deed {
            Deed::Create(kind, place, fields) => json!([kind, place, fields]),
            Deed::Call(tool, of, fields) => json!([tool, of, fields]),
            Deed::CatchUp => json!("catch up"),
        };
        text + &format!("{} {deed}\n", step.at)
    })
}

/// All references in the arguments.
fn named(value: &Value) -> Vec<Ref> {
    match (Ref::in_value(value), value) {
        (Some(found), _) => vec![found],
        (None, Value::Object(members)) => members.values().flat_map(named).collect(),
        (None, Value::Array(members)) => members.iter().flat_map(named).collect(),
        _ => vec![],
    }
}

/// What is there by some time.
#[derive(Default)]
struct There {
    made: HashSet<(Kind, usize)>,
    /// When each was made.
    since: HashMap<(Kind, usize), Timestamp>,
    /// The last time at which workers looked.
    looked: Option<Timestamp>,
}

impl There {
    fn knows(&self, what: &Ref, business: &Business, calendar: &Calendar) -> bool {
        match what {
            Ref::Made(kind, place) => self.made.contains(&(*kind, *place)),
            Ref::Of(invoice, _) => self.knows(invoice, business, calendar),
            // Within eight weeks of the last look, or of the series itself.
            Ref::Visit { series, on } => {
                let since = self.since.get(&(Kind::Series, *series));
                let look = since.max(self.looked.as_ref());
                look.is_some_and(|look| calendar.clock(day(on), 0) < *look + Duration::weeks(8))
            }
            Ref::Bill { plan, on } => {
                // Plans stand in the order of their contracts.
                let lead = Duration::days(business.contracts[*plan].lead_days as i64);
                let looked = self.looked.is_some_and(|looked| calendar.day(looked) >= day(on) - lead);
                self.made.contains(&(Kind::Plan, *plan)) && looked
            }
        }
    }
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
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
    // On all kinds of days: at the end of a month, in a leap year, on a Sunday, before and after clocks change.
    let days =
        ["2026-11-24T17:00:00Z", "2028-02-29T03:00:00Z", "2027-01-31T23:30:00Z", "2027-04-04T08:00:00Z"];
    for (business, now) in ALL.iter().flat_map(|business| days.map(|day| (business, day))) {
        let now = Timestamp::from(now.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
        let calendar = Calendar::new(business.time_zone, now);
        let steps = of(business, now, 7);
        let mut there = There::default();
        for step in &steps {
            assert!(step.at <= now, "{} is ahead of {now}", shown(std::slice::from_ref(step)));
            let fields = match &step.deed {
                Deed::CatchUp => {
                    there.looked = Some(step.at);
                    continue;
                }
                Deed::Create(_, _, fields) => fields,
                Deed::Call(_, of, fields) => {
                    assert!(there.knows(of, business, &calendar), "{}", shown(std::slice::from_ref(step)));
                    fields
                }
            };
            for what in named(fields) {
                assert!(
                    there.knows(&what, business, &calendar),
                    "{what:?} in {}",
                    shown(std::slice::from_ref(step))
                );
            }
            if let Deed::Create(kind, place, _) = step.deed {
                assert!(there.made.insert((kind, place)), "made once");
                there.since.insert((kind, place), step.at);
            }
        }
        let apart = steps.windows(2).all(|two| two[0].at + APART <= two[1].at);
        assert!(apart, "no two steps are at one time");
        assert!(
            !matches!(steps.last().unwrap().deed, Deed::CatchUp),
            "what is written last tells that all is done"
        );
        let count = |kind: Kind| there.made.iter().filter(|(of, _)| *of == kind).count();
        assert_eq!(count(Kind::Customer), business.customers);
        assert_eq!(count(Kind::Quote), business.quotes);
        assert_eq!(count(Kind::Plan), business.contracts.len());
        for kind in Kind::ALL {
            assert!(count(kind) > 0, "{kind:?}");
        }
    }
}

#[test]
fn the_tables_name_what_is_there() {
    for business in ALL {
        assert!(business.time_zone.parse::<chrono_tz::Tz>().is_ok());
        let steps = of(business, now(), 7);
        let text = shown(&steps);
        assert!(
            text.split('@').skip(1).all(|rest| rest.starts_with("example.com")),
            "mail at example.com alone"
        );
        let no_item = "\"catalog_item_id\":null";
        assert!(!text.contains(no_item), "an SKU that the pricebook lacks");
        let techs = business.techs().len();
        let rounds = business.contracts.iter().filter_map(|contract| contract.round.as_ref());
        assert!(rounds.map(|round| round.tech).all(|tech| tech < techs));
        for way in ["invoices.void", "\"op\":\"refund\"", "quotes.archive", "decline_reason", "plans.cancel"]
        {
            let small = business.quotes < 20 && ["quotes.archive", "plans.cancel"].contains(&way);
            assert!(small || text.contains(way), "{way} at {}", business.name);
        }
    }
}
