//! Fills a tenant with its history: each step is a call of Zoop's own tools at its own time. A fill that was
//! interrupted goes on where it stopped: every step has written something at its time, so the last time of writing
//! tells which were taken.

use std::collections::{HashMap, VecDeque};

use anyhow::{Context, anyhow};
use mcp_server::App;
use serde_json::{Map, Value, json};
use shared::{clock::Clock, permit::Permit, timestamp::Timestamp};

use super::team::Team;
use crate::business::history::{APART, Deed, Kind, Ref, Step};

/// A tenant that is being filled.
pub struct Filling<'a> {
    app: &'a App,
    /// The clock of `app`, a manual one: it is moved to each step's time.
    clock: &'a Clock,
    team: &'a Team,
    /// The ids of what is made, by kind and place.
    made: HashMap<(Kind, usize), String>,
    /// What an interrupted start has left: its ids by kind, in the order of making.
    left: HashMap<Kind, VecDeque<String>>,
    /// The last time of writing that it has left.
    through: Option<Timestamp>,
}

impl<'a> Filling<'a> {
    /// Begins, or goes on with what an interrupted start left.
    pub async fn begin(app: &'a App, clock: &'a Clock, team: &'a Team) -> anyhow::Result<Self> {
        let (made, left) = (HashMap::new(), HashMap::new());
        let mut filling = Self { app, clock, team, made, left, through: None };
        for kind in Kind::ALL {
            let left = filling.existing(kind).await?;
            filling.left.insert(kind, left);
        }
        Ok(filling)
    }

    /// The ids of what is there of a kind, in the order of making, but for what workers made.
    async fn existing(&mut self, kind: Kind) -> anyhow::Result<VecDeque<String>> {
        let workers = match kind {
            Kind::Job => "series_id",
            Kind::Invoice => "plan_id",
            _ => "id",
        };
        let tool = format!("{}.{}", kind.entity(), if kind == Kind::Customer { "search" } else { "list" });
        let mut arguments =
            json!({ "limit": 100, "includeArchived": true, "fields": ["updated_at", workers] });
        let mut ids = Vec::new();
        loop {
            let page = self.call(self.team.office(), &tool, arguments.clone()).await?;
            for record in page.get("items").and_then(Value::as_array).into_iter().flatten() {
                let written = serde_json::from_value(record["updated_at"].clone()).ok();
                self.through = self.through.max(written);
                if workers == "id" || record[workers].is_null() {
                    ids.push(text(record, "/id")?);
                }
            }
            match page.get("nextCursor") {
                Some(Value::String(cursor)) => arguments["cursor"] = cursor.clone().into(),
                _ => break,
            }
        }
        // Ids sort by time, and no two steps are at the same one.
        ids.sort();
        Ok(ids.into())
    }

    /// Takes one step, unless it was taken before.
    pub async fn take(&mut self, step: Step) -> anyhow::Result<()> {
        let taken = self.through.is_some_and(|through| step.at <= through);
        self.clock.advance(step.at.utc() - self.clock.now().utc());
        match step.deed {
            Deed::Create(kind, place, _) if taken => {
                let id = self.left.get_mut(&kind).and_then(VecDeque::pop_front);
                let id = id.ok_or_else(|| anyhow!("{} were removed meanwhile", kind.entity()))?;
                self.made.insert((kind, place), id);
            }
            Deed::Create(kind, place, mut fields) => {
                self.resolve(&mut fields).await?;
                let record = self
                    .call(self.team.permit_of(step.by), &format!("{}.create", kind.entity()), fields)
                    .await?;
                self.made.insert((kind, place), text(&record, "/id")?);
            }
            // It may have been interrupted between two pieces of its work; done again, it finds nothing to do.
            Deed::CatchUp if self.through.is_none_or(|through| through < step.at + APART) => {
                self.app.catch_up().await.map_err(|error| told("workers", error))?;
            }
            Deed::CatchUp => {}
            Deed::Call(..) if taken => {}
            Deed::Call(tool, of, mut fields) => {
                self.resolve(&mut fields).await?;
                fields["id"] = self.find(&of).await?;
                self.call(self.team.permit_of(step.by), tool, fields).await?;
            }
        }
        Ok(())
    }

    /// Puts what references stand for in their places.
    async fn resolve(&self, value: &mut Value) -> anyhow::Result<()> {
        if let Some(found) = Ref::in_value(value) {
            *value = self.find(&found).await?;
            return Ok(());
        }
        let members: Vec<&mut Value> = match value {
            Value::Object(members) => members.values_mut().collect(),
            Value::Array(members) => members.iter_mut().collect(),
            _ => return Ok(()),
        };
        for member in members {
            Box::pin(self.resolve(member)).await?;
        }
        Ok(())
    }

    async fn find(&self, what: &Ref) -> anyhow::Result<Value> {
        let office = self.team.office();
        match what {
            Ref::Made(kind, place) => self.id(*kind, *place).map(Value::from),
            Ref::Visit { series, on } => {
                let series = self.id(Kind::Series, *series)?;
                let found = json!({ "seriesId": series, "from": on, "to": on, "fields": ["id"] });
                let found = self.call(office, "jobs.list", found).await?;
                text(&found, "/items/0/id").map(Value::from)
            }
            Ref::Bill { plan, on } => {
                let plan = self.id(Kind::Plan, *plan)?;
                let found = json!({ "planId": plan, "issuedFrom": on, "issuedTo": on, "fields": ["id"] });
                let found = self.call(office, "invoices.list", found).await?;
                text(&found, "/items/0/id").map(Value::from)
            }
            Ref::Of(invoice, pointer) => {
                let id = Box::pin(self.find(invoice)).await?;
                let record = self.call(office, "invoices.get", json!({ "id": id })).await?;
                record.pointer(pointer).cloned().with_context(|| format!("an invoice without {pointer}"))
            }
        }
    }

    fn id(&self, kind: Kind, place: usize) -> anyhow::Result<String> {
        let id = self.made.get(&(kind, place)).cloned();
        id.ok_or_else(|| anyhow!("the demo's data names one of {} before it is made", kind.entity()))
    }

    /// "200 customers, 170 jobs, 25 quotes, 104 invoices, 7 plans"
    pub fn tally(&self) -> String {
        let count = |kind| self.made.keys().filter(|(of, _)| *of == kind).count();
        let kinds = [Kind::Customer, Kind::Job, Kind::Quote, Kind::Invoice, Kind::Plan];
        kinds.map(|kind| format!("{} {}", count(kind), kind.entity())).join(", ")
    }

    async fn call(&self, by: &Permit, tool: &str, arguments: Value) -> anyhow::Result<Value> {
        let arguments = match arguments {
            Value::Object(arguments) => arguments,
            _ => Map::new(),
        };
        self.app.call(by, tool, arguments).await.map(Value::Object).map_err(|error| told(tool, error))
    }
}

fn text(answer: &Value, pointer: &str) -> anyhow::Result<String> {
    let found = answer.pointer(pointer).and_then(Value::as_str);
    found.map(str::to_owned).ok_or_else(|| anyhow!("a tool answered without {pointer}"))
}

fn told(what: &str, error: mcp_server::Error) -> anyhow::Error {
    match error {
        mcp_server::Error::Tool(error) => anyhow!("{what}: {}", error.message),
        mcp_server::Error::Below(error) => anyhow::Error::from(error).context(what.to_owned()),
    }
}

#[cfg(test)]
mod tests;
