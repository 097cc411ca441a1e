//! The rounds that are driven for plans. They begin before the day's jobs do, so nobody is in two places at once; what
//! they cost is in the plan.

use chrono::{Datelike, Duration, NaiveDate, Weekday};
use serde_json::json;

use super::{
    Business, Round,
    calendar::Calendar,
    customers::Customer,
    history::{By, History, Kind, Ref},
    plans::Agreed,
};

/// When rounds begin, in minutes after midnight.
const EARLY: i64 = 7 * 60;

/// How long one takes.
const MINUTES: i64 = 45;

/// Enters a series for each round, and the visits that there were. Answers the first series.
pub fn enter(
    history: &mut History,
    business: &'static Business,
    customers: &[Customer],
    agreed: &[Agreed],
    calendar: &Calendar,
) -> Option<Ref> {
    let mut first = None;
    for agreed in agreed {
        let Some(round) = &agreed.contract.round else { continue };
        let customer = &customers[agreed.customer];
        let tech = business.techs()[round.tech];
        let at = agreed.at + Duration::minutes(12);
        let begins = next(calendar.day(at), round);
        let mut fields = json!({
            "title": round.title,
            "description": round.description,
            "customer_id": customer.this,
            "assignee_ids": [tech.email()],
            "job_type": "Maintenance",
            "rrule": format!("FREQ=WEEKLY;INTERVAL={};BYDAY={}", round.weeks, round.day),
            "dtstart_local": format!("{begins}T07:00:00"),
            "time_zone": business.time_zone,
            "duration_minutes": MINUTES,
        });
        if let Some(location) = customer.locations.first() {
            fields["location_id"] = json!(location);
        }
        let this = history.create(at, By::Office, Kind::Series, fields);
        let Ref::Made(_, series) = this else { continue };
        let mut day = begins;
        loop {
            let done = calendar.clock(day, EARLY + MINUTES);
            if done > calendar.now() {
                break;
            }
            let visit = Ref::Visit { series, on: day.to_string() };
            let fields = json!({ "status": "done", "completion_notes": round.notes });
            history.call(done, By::Tech(tech), "jobs.update", &visit, fields);
            day += Duration::weeks(round.weeks);
        }
        first.get_or_insert(this);
    }
    // Jobs are made eight weeks ahead: looked at every six weeks, none is missed.
    let begun = agreed.iter().map(|agreed| agreed.at).min();
    let looks = std::iter::successors(begun, |at| Some(*at + Duration::weeks(6)));
    looks.skip(1).take_while(|at| *at < calendar.now()).for_each(|at| history.catch_up(at));
    first
}

/// The round's day that comes after this one.
fn next(day: NaiveDate, round: &Round) -> NaiveDate {
    let weekday = match round.day {
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        _ => Weekday::Mon,
    };
    let away = (7 + weekday.num_days_from_monday() - day.weekday().num_days_from_monday()) % 7;
    day + Duration::days(if away == 0 { 7 } else { i64::from(away) })
}
