//! A business's jobs: done, to come, asked for and called off, each for a customer who was there by then.

use chrono::Duration;
use mcp_server::seed::dice::Dice;
use serde_json::{Value, json};
use shared::timestamp::Timestamp;

use super::{
    Business, Price, Work,
    calendar::{Calendar, Visit},
    customers::{self, Customer},
    history::{By, History, Kind, Ref},
};

/// A job.
pub struct Job {
    /// The record.
    pub this: Ref,
    /// The place of its customer; none for a chore.
    pub customer: Option<usize>,
    /// When it was marked done, if it was.
    pub done: Option<Timestamp>,
}

/// The priority of what cannot wait.
const URGENT: &str = "urgent";

/// Where jobs are taken on.
pub struct Desk<'a> {
    /// Whose.
    pub business: &'static Business,
    /// Its customers, the oldest first.
    pub customers: &'a [Customer],
    /// Its library of tags.
    pub tags: &'a [Ref],
    /// Who is free when.
    pub calendar: &'a mut Calendar,
    /// What looks like chance.
    pub dice: &'a Dice,
}

impl Desk<'_> {
    /// Takes on all jobs that come by themselves.
    pub fn jobs(&mut self, history: &mut History) -> Vec<Job> {
        let volume = &self.business.jobs;
        let mut jobs: Vec<Job> = Vec::new();
        for n in 0..volume.done {
            // The more recent, the more: square the distance.
            let days = -1 - (300 * n * n / (volume.done * volume.done)) as i64;
            jobs.extend(self.visit(history, days));
        }
        for n in 0..volume.scheduled {
            jobs.extend(self.visit(history, (n * 18 / volume.scheduled) as i64));
        }
        for n in 0..volume.cancelled {
            self.called_off(history, n as i64 * 9 - 60);
        }
        for n in 0..volume.unscheduled {
            self.request(history, n as i64);
        }
        for (n, title) in self.business.chores.iter().enumerate() {
            self.chore(history, title, n as i64 + 2);
        }
        jobs
    }

    /// A visit on a day so far from today; done if its end has passed.
    fn visit(&mut self, history: &mut History, days: i64) -> Option<Job> {
        let taken_on = self.taken_on(days);
        let (customer, mut work) = self.what_for(taken_on);
        while days > 1 && work.priority == URGENT {
            work = self.dice.pick(self.business.work); // Nobody lets that wait.
        }
        let visit = self.book(days, work.minutes, work.crew)?;
        let start = self.calendar.point(visit.start);
        let taken_on = if work.priority == URGENT { start - self.minutes(40, 900) } else { taken_on };
        let taken_on = taken_on.min(start - Duration::minutes(20));
        let taken_on = self.by_now(taken_on).max(self.customers[customer].settled);
        let mut fields = self.fields(work, customer);
        self.schedule(&mut fields, &visit);
        let this = history.create(taken_on, By::Office, Kind::Job, fields);
        let done = self.finish(history, &this, &visit, work.notes);
        Some(Job { this, customer: Some(customer), done })
    }

    /// What a quote has become: a visit of two people for a day.
    pub fn quoted(
        &mut self,
        history: &mut History,
        quote: &Ref,
        customer: usize,
        accepted: Timestamp,
        days: i64,
    ) -> Option<Job> {
        let visit = self.book(days, 480, 2)?;
        let at = self.by_now(accepted + self.minutes(30, 200));
        let mut fields = json!({ "from_quote_id": quote, "job_type": "Install", "priority": "normal" });
        self.schedule(&mut fields, &visit);
        let this = history.create(at, By::Office, Kind::Job, fields);
        let done = self.finish(history, &this, &visit, "All done as quoted. Walked the customer through it.");
        Some(Job { this, customer: Some(customer), done })
    }

    /// The tech marks a visit done whose end has passed.
    fn finish(&self, history: &mut History, job: &Ref, visit: &Visit, notes: &str) -> Option<Timestamp> {
        let end = self.calendar.point(visit.end);
        if end + Duration::minutes(8) > self.calendar.now() {
            return None;
        }
        let at = end + self.minutes(-15, 8);
        let by = visit.techs.first().map_or(By::Office, |&tech| By::Tech(self.business.techs()[tech]));
        history.call(at, by, "jobs.update", job, json!({ "status": "done", "completion_notes": notes }));
        Some(at)
    }

    /// A visit that did not take place.
    fn called_off(&mut self, history: &mut History, days: i64) {
        let taken_on = self.taken_on(days);
        let (customer, work) = self.what_for(taken_on);
        let Some(visit) = self.book(days, work.minutes, work.crew) else { return };
        let mut fields = self.fields(work, customer);
        self.schedule(&mut fields, &visit);
        let reasons = [
            ("Customer cancelled", "Found it was the breaker."),
            ("Customer cancelled", "Will call again after the holidays."),
            ("No access", "Gate locked, no answer on the phone."),
            ("Weather", "Too wet for the roof."),
            ("Duplicate", "Booked twice, by phone and on the website."),
        ];
        let (reason, note) = *self.dice.pick(&reasons);
        let taken_on = taken_on.max(self.customers[customer].settled);
        let latest = self.by_now(self.calendar.point(visit.start));
        let half = Duration::microseconds((latest.micros() - taken_on.micros()).max(2) / 2);
        let this = history.create(taken_on, By::Office, Kind::Job, fields);
        let why = json!({ "reason": reason, "note": note });
        history.call(taken_on + half, By::Office, "jobs.cancel", &this, why);
    }

    /// A job that waits for a day.
    fn request(&mut self, history: &mut History, days_ago: i64) {
        let at = self.calendar.office_hour(days_ago, self.dice);
        let (customer, work) = self.what_for(at);
        let at = at.max(self.customers[customer].settled);
        history.create(at, By::Office, Kind::Job, self.fields(work, customer));
    }

    /// A job for the business itself: without a customer.
    fn chore(&mut self, history: &mut History, title: &str, days: i64) {
        let Some(visit) = self.book(days, 60, 1) else { return };
        let mut fields = json!({ "title": title, "job_type": "Internal", "priority": "low" });
        self.schedule(&mut fields, &visit);
        history.create(self.calendar.office_hour(1, self.dice), By::Office, Kind::Job, fields);
    }

    /// This time, or some minutes ago where it has not come yet.
    pub fn by_now(&self, at: Timestamp) -> Timestamp {
        at.min(self.calendar.now() - self.minutes(2, 40))
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
        let customer = customers::known(self.customers, at, |_| true, self.dice);
        let commercial = self.customers[customer].company && self.dice.percent(60);
        (customer, self.dice.pick(if commercial { self.business.commercial } else { self.business.work }))
    }

    /// The first day from then on (or back, for the past) on which enough people are free.
    fn book(&mut self, days: i64, minutes: i64, crew: usize) -> Option<Visit> {
        let (step, techs) = (if days < 0 { -1 } else { 1 }, self.business.techs().len());
        (0..14).find_map(|n| {
            let day = self.calendar.work_day(days + n * step, self.dice);
            self.calendar.book(day, minutes, crew, techs, self.dice)
        })
    }

    fn fields(&self, work: &Work, customer: usize) -> Value {
        let customer = &self.customers[customer];
        let mut fields = json!({
            "title": work.title,
            "job_type": work.job_type,
            "priority": work.priority,
            "description": work.description,
            "customer_id": customer.this,
        });
        if !customer.locations.is_empty() {
            fields["location_id"] = json!(self.dice.pick(&customer.locations));
        }
        match work.price {
            Price::Flat(price) => fields["flat_price"] = price.into(),
            Price::Lines(lines) => {
                let lines = lines.iter().map(|line| {
                    json!({ "description": line.0, "quantity": line.1, "unit": line.2, "unit_price": line.3 })
                });
                fields["line_items"] = lines.collect();
            }
        };
        if customer.company && self.dice.percent(40) {
            fields["po_number"] = format!("PO-{}", self.dice.between(10_400, 10_999)).into();
        }
        if self.dice.percent(7) {
            fields["discount"] = json!({ "type": "percent", "value": 10 });
        }
        if self.dice.percent(15) {
            fields["tag_ids"] = json!([self.dice.pick(self.tags)]);
        }
        fields
    }

    /// Puts a visit into a job: wall time of the business's zone, and who goes.
    fn schedule(&self, fields: &mut Value, visit: &Visit) {
        let form = "%Y-%m-%dT%H:%M:%S";
        let techs = self.business.techs();
        fields["scheduled_start"] = visit.start.format(form).to_string().into();
        fields["scheduled_end"] = visit.end.format(form).to_string().into();
        fields["assignee_ids"] = visit.techs.iter().map(|&tech| Value::from(techs[tech].email())).collect();
        if self.dice.percent(50) {
            fields["arrival_window_minutes"] = (*self.dice.pick(&[30, 60, 120])).into();
        }
    }
}
