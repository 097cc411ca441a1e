//! A business's jobs: done, to come, asked for and called off, each for a customer who was there by then.

use chrono::Duration;
use mcp_server::seed::dice::Dice;
use serde_json::{Map, Value, json};
use shared::{role::Role, timestamp::Timestamp};

use super::{
    Business, Price, Work,
    calendar::{Calendar, Visit},
    customers,
    history::{Change, Draft},
};

/// A job to be made.
pub struct Plan {
    /// When.
    pub at: Timestamp,
    /// With what.
    pub draft: Draft,
    /// What became of it, and when.
    pub then: Option<(Timestamp, Change)>,
}

/// All jobs, in the order in which they were taken on.
pub fn plans(
    business: &Business,
    customers: &[customers::Plan],
    calendar: &mut Calendar,
    now: Timestamp,
    dice: &Dice,
) -> Vec<Plan> {
    let mut desk = Desk { business, customers, calendar, now, dice };
    let volume = &business.jobs;
    let mut plans: Vec<Plan> = Vec::new();
    // The more recent, the more: square the distance.
    plans.extend(
        (0..volume.done).filter_map(|n| desk.visit(-1 - (300 * n * n / (volume.done * volume.done)) as i64)),
    );
    plans.extend((0..volume.scheduled).filter_map(|n| desk.visit((n * 18 / volume.scheduled) as i64)));
    plans.extend((0..volume.cancelled).filter_map(|n| desk.called_off(n as i64 * 9 - 60)));
    plans.extend((0..volume.unscheduled).map(|n| desk.request(n as i64)));
    plans.extend(business.chores.iter().enumerate().filter_map(|(n, title)| desk.chore(title, n as i64 + 2)));
    plans.sort_by_key(|plan| plan.at);
    plans
}

/// The priority of what cannot wait.
const URGENT: &str = "urgent";

/// Where jobs are taken on.
struct Desk<'a> {
    business: &'a Business,
    customers: &'a [customers::Plan],
    calendar: &'a mut Calendar,
    now: Timestamp,
    dice: &'a Dice,
}

impl Desk<'_> {
    /// A visit on a day so far from today; done if its end has passed.
    fn visit(&mut self, days: i64) -> Option<Plan> {
        let taken_on = self.taken_on(days);
        let (customer, mut work) = self.what_for(taken_on);
        while days > 1 && work.priority == URGENT {
            work = self.dice.pick(self.business.work); // Nobody lets that wait.
        }
        let visit = self.book(days, work)?;
        let start = self.calendar.point(visit.start);
        let taken_on = if work.priority == URGENT { start - self.minutes(40, 900) } else { taken_on };
        let taken_on = taken_on.min(start - Duration::minutes(20)).min(self.now - self.minutes(2, 40));
        let taken_on = taken_on.max(self.customers[customer].at);
        let end = self.calendar.point(visit.end);
        let mut draft = self.draft(work, customer);
        self.schedule(&mut draft, &visit);
        let then = (end + Duration::minutes(8) <= self.now).then(|| {
            let fields = object(json!({ "status": "done", "completion_notes": work.notes }));
            let by = visit.techs.first().map(|&tech| self.techs()[tech]);
            let at = end + self.minutes(-15, 8);
            (at, Change { tool: "jobs.update", status: "done", fields, by })
        });
        Some(Plan { at: taken_on, draft, then })
    }

    /// A visit that did not take place.
    fn called_off(&mut self, days: i64) -> Option<Plan> {
        let taken_on = self.taken_on(days);
        let (customer, work) = self.what_for(taken_on);
        let visit = self.book(days, work)?;
        let mut draft = self.draft(work, customer);
        self.schedule(&mut draft, &visit);
        let reasons = [
            ("Customer cancelled", "Found it was the breaker."),
            ("Customer cancelled", "Will call again after the holidays."),
            ("No access", "Gate locked, no answer on the phone."),
            ("Weather", "Too wet for the roof."),
            ("Duplicate", "Booked twice, by phone and on the website."),
        ];
        let (reason, note) = *self.dice.pick(&reasons);
        let fields = object(json!({ "reason": reason, "note": note }));
        let latest = self.calendar.point(visit.start).min(self.now);
        let half = Duration::microseconds((latest.micros() - taken_on.micros()).max(2) / 2);
        Some(Plan {
            at: taken_on,
            draft,
            then: Some((
                taken_on + half,
                Change { tool: "jobs.cancel", status: "cancelled", fields, by: None },
            )),
        })
    }

    /// A job that waits for a day.
    fn request(&mut self, days_ago: i64) -> Plan {
        let at = self.calendar.office_hour(days_ago, self.dice);
        let (customer, work) = self.what_for(at);
        Plan { at: at.max(self.customers[customer].at), draft: self.draft(work, customer), then: None }
    }

    /// A job for the business itself: without a customer.
    fn chore(&mut self, title: &str, days: i64) -> Option<Plan> {
        let day = self.calendar.work_day(days, self.dice);
        let visit = self.calendar.book(day, 60, 1, self.techs().len(), self.dice)?;
        let mut draft =
            Draft::new(object(json!({ "title": title, "job_type": "Internal", "priority": "low" })));
        self.schedule(&mut draft, &visit);
        Some(Plan { at: self.calendar.office_hour(1, self.dice), draft, then: None })
    }

    fn minutes(&self, first: i64, last: i64) -> Duration {
        Duration::minutes(self.dice.between(first, last))
    }

    /// When a visit that lies so many days from now was asked for.
    fn taken_on(&self, days: i64) -> Timestamp {
        let lead = self.dice.between(0, 12);
        self.calendar.office_hour(if days < 0 { lead - days } else { (lead - days).max(0) }, self.dice)
    }

    /// For whom, of those who were customers by then, and what.
    fn what_for(&self, at: Timestamp) -> (usize, &'static Work) {
        let known = self.customers.iter().take_while(|customer| customer.at <= at).count();
        let customer = self.dice.mostly_small(known);
        let commercial = self.customers[customer].company && self.dice.percent(60);
        (customer, self.dice.pick(if commercial { self.business.commercial } else { self.business.work }))
    }

    fn techs(&self) -> Vec<&'static super::Person> {
        self.business.team.iter().filter(|person| person.role == Role::Tech).collect()
    }

    /// The first day from then on (or back, for the past) on which enough people are free.
    fn book(&mut self, days: i64, work: &Work) -> Option<Visit> {
        let (step, techs) = (if days < 0 { -1 } else { 1 }, self.techs().len());
        (0..14).find_map(|n| {
            let day = self.calendar.work_day(days + n * step, self.dice);
            self.calendar.book(day, work.minutes, work.crew, techs, self.dice)
        })
    }

    fn draft(&self, work: &Work, customer: usize) -> Draft {
        let mut fields = object(json!({
            "title": work.title,
            "job_type": work.job_type,
            "priority": work.priority,
            "description": work.description,
        }));
        match work.price {
            Price::Flat(price) => fields.insert("flat_price".into(), price.into()),
            Price::Lines(lines) => {
                let lines = lines.iter().map(|line| {
                    json!({ "description": line.0, "quantity": line.1, "unit": line.2, "unit_price": line.3 })
                });
                fields.insert("line_items".into(), lines.collect())
            }
        };
        if self.customers[customer].company && self.dice.percent(40) {
            fields.insert("po_number".into(), format!("PO-{}", self.dice.between(10_400, 10_999)).into());
        }
        if self.dice.percent(7) {
            fields.insert("discount".into(), json!({ "type": "percent", "value": 10 }));
        }
        let tags =
            if self.dice.percent(15) { vec![self.dice.below(self.business.tags.len())] } else { Vec::new() };
        Draft { customer: Some(customer), tags, ..Draft::new(fields) }
    }

    /// Puts a visit into a job: wall time of the business's zone, and who goes.
    fn schedule(&self, draft: &mut Draft, visit: &Visit) {
        let form = "%Y-%m-%dT%H:%M:%S";
        let techs = self.techs();
        let assignees: Value = visit.techs.iter().map(|&tech| Value::from(techs[tech].email())).collect();
        draft.fields.insert("scheduled_start".into(), visit.start.format(form).to_string().into());
        draft.fields.insert("scheduled_end".into(), visit.end.format(form).to_string().into());
        draft.fields.insert("assignee_ids".into(), assignees);
        if self.dice.percent(50) {
            draft.fields.insert("arrival_window_minutes".into(), (*self.dice.pick(&[30, 60, 120])).into());
        }
    }
}

/// The members of an object literal.
fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
