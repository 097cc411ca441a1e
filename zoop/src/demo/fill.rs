//! Fills a tenant with its history: each step is a call of Zoop's own tools at its own time. A fill that was
//! interrupted goes on where it stopped.

use anyhow::{anyhow, bail};
use mcp_server::App;
use serde_json::{Map, Value};
use shared::{clock::Clock, permit::Permit, timestamp::Timestamp};

use super::team::Team;
use crate::business::history::{Change, Deed, Draft, Kind, Step};

impl Kind {
    /// Where among three.
    fn index(self) -> usize {
        self as usize
    }

    fn create(self) -> &'static str {
        match self {
            Kind::Tag => "tags.create",
            Kind::Customer => "customers.create",
            Kind::Job => "jobs.create",
        }
    }

    /// The list that gives them, and its order: that in which they were made, as far as there is one.
    fn list(self) -> (&'static str, &'static str) {
        match self {
            Kind::Tag => ("tags.list", "name"),
            Kind::Customer => ("customers.search", "created_at"),
            Kind::Job => ("jobs.list", "number"),
        }
    }
}

/// A tenant that is being filled.
pub struct Filling<'a> {
    app: &'a App,
    /// The clock of `app`, a manual one: it is moved to each step's time.
    clock: &'a Clock,
    team: &'a Team,
    /// What is there: by kind, in the order of making.
    made: [Vec<Made>; 3],
}

/// A record that is there.
struct Made {
    id: String,
    status: String,
    name: String,
}

impl Made {
    fn of(record: &Map<String, Value>) -> anyhow::Result<Self> {
        let text = |field: &str| record.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        let made = Self { id: text("id"), status: text("status"), name: text("name") };
        if made.id.is_empty() {
            bail!("a tool answered without an id");
        }
        Ok(made)
    }
}

impl<'a> Filling<'a> {
    /// Begins, or goes on with what an interrupted start left.
    pub async fn begin(app: &'a App, clock: &'a Clock, team: &'a Team) -> anyhow::Result<Self> {
        let mut filling = Self { app, clock, team, made: Default::default() };
        for kind in [Kind::Tag, Kind::Customer, Kind::Job] {
            filling.made[kind.index()] = filling.existing(kind).await?;
        }
        Ok(filling)
    }

    async fn existing(&self, kind: Kind) -> anyhow::Result<Vec<Made>> {
        let (tool, sort) = kind.list();
        let mut arguments = Map::new();
        arguments.insert("limit".into(), 100.into());
        arguments.insert("sort".into(), sort.into());
        if kind == Kind::Customer {
            arguments.insert("includeArchived".into(), true.into());
        }
        let mut made = Vec::new();
        loop {
            let page = self.call(self.team.office(), tool, arguments.clone()).await?;
            for record in page.get("items").and_then(Value::as_array).into_iter().flatten() {
                made.extend(record.as_object().map(Made::of).transpose()?);
            }
            match page.get("nextCursor") {
                Some(Value::String(cursor)) => drop(arguments.insert("cursor".into(), cursor.clone().into())),
                _ => return Ok(made),
            }
        }
    }

    /// Takes one step, unless it was taken before.
    pub async fn take(&mut self, step: Step) -> anyhow::Result<()> {
        self.set_clock(step.at);
        match step.deed {
            Deed::Create(draft) => self.create(step.kind, step.place, draft).await,
            Deed::Change(change) => self.change(step.kind, step.place, change).await,
        }
    }

    async fn create(&mut self, kind: Kind, place: usize, draft: Draft) -> anyhow::Result<()> {
        let made = &mut self.made[kind.index()];
        // Tags are listed by name, so theirs tells which is which.
        let name = draft.fields.get("name").and_then(Value::as_str);
        if kind == Kind::Tag
            && let Some(found) = made.iter().position(|tag| Some(tag.name.as_str()) == name)
        {
            made.swap(found, place);
            return Ok(());
        }
        if kind != Kind::Tag && made.len() > place {
            return Ok(());
        }
        let mut arguments = draft.fields;
        if let Some(customer) = draft.customer {
            arguments.insert("customer_id".into(), self.id(Kind::Customer, customer)?.into());
        }
        if !draft.tags.is_empty() {
            let ids: Vec<String> =
                draft.tags.iter().map(|&tag| self.id(Kind::Tag, tag)).collect::<Result<_, _>>()?;
            arguments.insert("tag_ids".into(), ids.into());
        }
        let record = self.call(self.team.office(), kind.create(), arguments).await?;
        let made = &mut self.made[kind.index()];
        made.insert(place.min(made.len()), Made::of(&record)?);
        Ok(())
    }

    async fn change(&mut self, kind: Kind, place: usize, change: Change) -> anyhow::Result<()> {
        let Some(made) = self.made[kind.index()].get_mut(place).filter(|made| made.status != change.status)
        else {
            return Ok(());
        };
        change.status.clone_into(&mut made.status);
        let mut arguments = Map::new();
        arguments.insert("id".into(), made.id.clone().into());
        arguments.extend(change.fields);
        let by = change.by.map_or(self.team.office(), |person| self.team.permit_of(person));
        self.call(by, change.tool, arguments).await.map(drop)
    }

    /// "10 tags, 200 customers, 162 jobs"
    pub fn tally(&self) -> String {
        let [tags, customers, jobs] = self.made.each_ref().map(Vec::len);
        format!("{tags} tags, {customers} customers, {jobs} jobs")
    }

    fn id(&self, kind: Kind, place: usize) -> anyhow::Result<String> {
        let made = self.made[kind.index()].get(place);
        made.map(|made| made.id.clone())
            .ok_or_else(|| anyhow!("the demo's data names a record before it is made"))
    }

    fn set_clock(&self, to: Timestamp) {
        self.clock.advance(to.utc() - self.clock.now().utc());
    }

    async fn call(
        &self,
        by: &Permit,
        tool: &str,
        arguments: Map<String, Value>,
    ) -> anyhow::Result<Map<String, Value>> {
        self.app.call(by, tool, arguments).await.map_err(|error| match error {
            mcp_server::Error::Tool(error) => anyhow!("{tool}: {}", error.message),
            mcp_server::Error::Below(error) => anyhow::Error::from(error).context(tool.to_owned()),
        })
    }
}
