//! What every file of the seed works with: one tenant, its people, chance, the time, and the way into the database.

use chrono::Duration;
use chrono_tz::Tz;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::{
    caller::{Actor, ActorKind},
    clock::Clock,
    db::Db,
    id::Ids,
    permit::Permit,
    random::Random,
    role::Role,
    scope::Access,
    tenant_tx::TenantTx,
    timestamp::Timestamp,
};

use super::{
    Tenant,
    business::{Business, Place},
    clients::{Client, Site},
    dice::Dice,
    names::Names,
    pricebook::Pricebook,
    size::{Volume, YEARS},
};
use crate::{
    entities::{place::Payer, team},
    entity::Entity,
    error::Result,
    fields::zone_named,
    lines::Sources,
    schema,
    store::{self, Past},
};

/// Records in one transaction: large enough for speed, small enough that other writers need not wait long.
pub const AT_ONCE: usize = 2000;

/// As long it takes until the customers of the opening have come.
pub const FIRST_CUSTOMERS: Duration = Duration::days(1);

/// So long a customer is there before anything is done for them: their address and their people are written down.
pub const SETTLED: Duration = Duration::hours(1);

/// Somebody of the team.
pub struct Colleague {
    /// `usr_…`
    pub id: String,
    /// Who they are.
    pub who: Actor,
    /// The same, as records remember who wrote them.
    pub actor: Value,
}

/// One tenant that is being filled.
pub struct Scene<'a> {
    /// What it is.
    pub business: &'static Business,
    /// How much of everything it has.
    pub volume: Volume,
    /// The end of its records' time.
    pub now: Timestamp,
    /// The beginning.
    pub opening: Timestamp,
    /// Chance.
    pub dice: Dice,
    /// People's names.
    pub names: Names,
    /// What lines are taken from.
    pub pricebook: Pricebook,
    /// The tax rates of places, by their percentage.
    pub rates: Vec<(&'static str, String)>,
    /// The tenant's own tax rate.
    pub default_rate: Option<String>,
    /// What is done by itself is Zoop's.
    pub zoop: Value,
    /// Those who write, the owners first.
    office: Vec<Colleague>,
    owners: usize,
    /// Those who go out.
    pub techs: Vec<Colleague>,
    db: &'a Db,
    clock: Clock,
    random: Random,
    /// What makes ids.
    pub ids: Ids,
    permit: Permit,
    written: usize,
    progress: &'a mut (dyn FnMut(usize, usize) + Send),
}

impl<'a> Scene<'a> {
    /// Looks who is there.
    pub async fn open(
        tenant: &Tenant<'a>,
        progress: &'a mut (dyn FnMut(usize, usize) + Send),
    ) -> Result<Self> {
        let (clock, random) = (Clock::manual(tenant.now.utc()), Random::seeded(tenant.seed));
        let permit = Permit::system(tenant.id);
        let mut tx = TenantTx::begin(tenant.db, permit.clone(), Access::Read, &clock, &random).await?;
        let (mut office, mut techs, mut owners) = (Vec::new(), Vec::new(), 0);
        for member in team::members(&mut tx).await? {
            let who = Actor {
                kind: ActorKind::User,
                id: Some(member.id.clone()),
                name: member.name,
                via: Some("Zoop's seed".to_owned()),
            };
            let actor = serde_json::to_value(&who).unwrap_or_default();
            let colleague = Colleague { id: member.id, who, actor };
            match member.role.parse() {
                Ok(Role::Tech) => techs.push(colleague),
                Ok(Role::Owner) => {
                    office.insert(owners, colleague);
                    owners += 1;
                }
                Ok(Role::Office) | Err(_) => office.push(colleague),
            }
        }
        if owners == 0 || techs.is_empty() {
            return Err(shared::error::Error::internal(anyhow::anyhow!("the tenant has no team")).into());
        }
        tx.rollback().await?;
        Ok(Self {
            business: tenant.business,
            volume: tenant.volume,
            now: tenant.now,
            opening: tenant.now - Duration::days(365 * YEARS as i64 + 1),
            dice: Dice::new(tenant.seed),
            names: Names::new(tenant.seed),
            pricebook: Pricebook::default(),
            rates: vec![],
            default_rate: None,
            zoop: serde_json::to_value(&permit.caller().actor).unwrap_or_default(),
            office,
            owners,
            techs,
            db: tenant.db,
            ids: Ids::new(clock.clone(), random.clone()),
            clock,
            random,
            permit,
            written: 0,
            progress,
        })
    }

    /// A transaction in the tenant.
    pub async fn begin(&self) -> Result<TenantTx> {
        let permit = self.permit.clone();
        Ok(TenantTx::begin(self.db, permit, Access::Write, &self.clock, &self.random).await?)
    }

    /// All that lines may name, once it is written.
    pub async fn sources(&self) -> Result<Sources> {
        let mut tx = self.begin().await?;
        let sources = Sources::all(&mut tx).await?;
        tx.rollback().await?;
        Ok(sources)
    }

    /// Writes these records in a transaction of their own.
    pub async fn write<E: Entity>(&mut self, records: Vec<Past>) -> Result<()> {
        let tx = self.begin().await?;
        self.finish::<E>(tx, records).await
    }

    /// Writes these records, and ends the transaction.
    pub async fn finish<E: Entity>(&mut self, mut tx: TenantTx, records: Vec<Past>) -> Result<()> {
        let count = records.len();
        store::insert_many::<E>(&mut tx, records).await?;
        tx.commit().await?;
        self.written += count;
        (self.progress)(self.written, self.volume.records());
        Ok(())
    }

    /// How many records are written.
    pub fn written(&self) -> usize {
        self.written
    }

    /// A new record's id.
    pub fn id<E: Entity>(&self, at: Timestamp) -> String {
        self.ids.of(E::PREFIX, at)
    }

    /// A new line's id.
    pub fn line_id(&self, at: Timestamp) -> String {
        self.ids.of("lin", at)
    }

    /// Somebody in the office, an owner among them.
    pub fn clerk(&self) -> &Colleague {
        self.dice.pick(&self.office)
    }

    /// An owner: there is what nobody else may do.
    pub fn owner(&self) -> &Colleague {
        self.dice.pick(&self.office[..self.owners])
    }

    /// When the account is set up: its prices and tags are there before the first customer comes.
    pub fn set_up(&self) -> Timestamp {
        self.opening - Duration::days(3)
    }

    /// When the customers of the opening have all come, and begin to call.
    pub fn first_call(&self) -> Timestamp {
        self.opening + FIRST_CUSTOMERS + SETTLED
    }

    /// The tax rate of a place; none: the tenant's own.
    pub fn rate_of(&self, place: &Place) -> Option<&str> {
        let found = self.rates.iter().find(|(tax, _)| Some(*tax) == place.tax);
        found.map(|(_, id)| id.as_str())
    }

    /// Who pays for work at this address.
    pub fn payer(&self, client: &Client, site: Option<&Site>) -> Payer {
        let local = site.and_then(|site| self.rate_of(site.place)).or(self.default_rate.as_deref());
        Payer {
            tax_exempt: client.tax_exempt,
            payment_terms_days: client.terms,
            default_tax_rate_id: local.map(str::to_owned),
        }
    }

    /// So many dollars' worth, in the tenant's minor units.
    pub fn money(&self, dollars: f64) -> i64 {
        (dollars * self.business.per_dollar).round() as i64
    }

    /// So many times in rising order, spread evenly.
    pub fn spread(&self, count: usize, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
        let (start, length) = (from.micros(), (to.micros() - from.micros()) as f64);
        let one = |n| start + (length * (n as f64 + self.dice.unit()) / count as f64) as i64;
        (0..count).map(|n| Timestamp::from_micros(one(n))).collect()
    }

    /// So many times in rising order, from the first call until now, in a business that grows: there are by the `growth`,
    /// a part of 1, more of them at the end than on the average, and as many less at the beginning.
    pub fn growing(&self, count: usize, growth: f64) -> Vec<Timestamp> {
        let (start, begun) = (self.first_call(), 1.0 - growth);
        let length = (self.now.micros() - start.micros()) as f64;
        // The density rises in a straight line; this is where it has come to a share of the whole.
        let place = |share: f64| ((begun * begun + 4.0 * growth * share).sqrt() - begun) / (2.0 * growth);
        let one = |n| start.micros() + (length * place((n as f64 + self.dice.unit()) / count as f64)) as i64;
        (0..count).map(|n| Timestamp::from_micros(one(n))).collect()
    }

    /// A time between two.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> Timestamp {
        let length = (to.micros() - from.micros()).max(0) as f64;
        Timestamp::from_micros(from.micros() + (length * self.dice.unit()) as i64)
    }

    /// A number to call in this place, as people type it.
    pub fn phone(&self, place: &Place) -> String {
        place.phone.replace("##", &format!("{:02}", self.dice.below(100)))
    }
}

/// The zone of a table; a test reads them all.
pub fn zone(name: &str) -> Tz {
    zone_named(name).unwrap_or(Tz::UTC)
}

/// A discount of so many percent, as a tool takes it.
pub fn percent_off(percent: Option<i64>) -> Option<Value> {
    percent.map(|value| json!({ "type": "percent", "value": value }))
}

/// What a tool would take, read as the tool reads it.
pub fn draft<T: DeserializeOwned>(fields: Value) -> Result<T> {
    match fields {
        Value::Object(fields) => schema::read(fields),
        _ => schema::read(serde_json::Map::new()),
    }
}
