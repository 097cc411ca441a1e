//! Every occurrence against python-dateutil: `tests/recurrence/make_vectors.py` writes the file and says what is in it.

use chrono::{Datelike, NaiveDateTime};
use serde::Deserialize;
use shared::timestamp::Timestamp;

use super::{Recurrence, Rule};
use crate::fields::{When, zone_named};

#[derive(Deserialize)]
struct Case {
    rule: String,
    start: NaiveDateTime,
    zone: String,
    since: Option<NaiveDateTime>,
    #[serde(default)]
    exdates: Vec<NaiveDateTime>,
    #[serde(default)]
    rdates: Vec<NaiveDateTime>,
    #[serde(default)]
    never: bool,
    #[serde(default)]
    shown: usize,
    #[serde(default)]
    occurrences: Vec<(NaiveDateTime, Option<Timestamp>)>,
}

#[test]
fn every_occurrence_is_python_dateutil_s() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../../tests/recurrence/vectors.json")).unwrap();
    assert!(cases.len() >= 200, "the vectors are all there");
    let mut wrong = Vec::new();
    for case in &cases {
        let zone = zone_named(&case.zone).unwrap();
        let rule = Rule::parse(&case.rule, zone).unwrap();
        let recurrence =
            Recurrence::new(&rule, case.start, case.exdates.iter().copied(), case.rdates.iter().copied());
        let found = recurrence.map(|recurrence| {
            // Without `since`, dates before the start come too.
            let since = case.since.unwrap_or(NaiveDateTime::MIN);
            let placed = |at: NaiveDateTime| (at, (at.year() < 2100).then(|| When::Wall(at).in_zone(zone)));
            recurrence.since(since).take(case.shown).map(placed).collect::<Vec<_>>()
        });
        let right = match &found {
            Ok(found) => !case.never && *found == case.occurrences,
            Err(message) => case.never && message.contains("never happens"),
        };
        if !right {
            wrong.push(format!(
                "{} from {} in {}\n  is {found:?}\n  not {:?}",
                case.rule, case.start, case.zone, case.occurrences
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
