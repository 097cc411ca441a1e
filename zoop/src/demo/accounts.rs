//! The demo's accounts: two companies, their people, the two keys. Written in one transaction, so that a start that
//! is interrupted leaves all of them or none.

use anyhow::{Context, bail};
use auth_server::{domain::user::Member, security::password, store::tenants::NewTenant};
use chrono::Duration;
use secrecy::ExposeSecret;
use shared::{
    api_key::{self, Kind},
    clock::Clock,
    db::Db,
    id::Ids,
    random::Random,
    role::Role,
};

use super::record::{Card, Owner, Record, TenantLine};
use crate::{
    accounts::{Desk, readable_password},
    business,
};

/// Longer ago than anything in the data.
const FOUNDED: Duration = Duration::days(905);

/// Whose accounts a database holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accounts {
    /// Nobody's.
    None,
    /// The card's.
    Ours,
    /// Others'.
    Strange,
}

/// A record for a new demo: fresh secrets, nothing made yet. The URLs are filled in at each start.
pub fn new_record(clock: &Clock, random: &Random) -> Record {
    let ids = Ids::new(clock.clone(), random.clone());
    let key = |kind| api_key::generate(kind, random).secret.expose_secret().to_owned();
    Record {
        card: Card {
            auth_url: String::new(),
            mcp_url: String::new(),
            issuer: String::new(),
            owner: Owner { email: business::OWNER.email(), password: readable_password(random) },
            tenants: business::ALL
                .map(|business| TenantLine { id: ids.next("ten"), name: business.name.to_owned() })
                .into(),
            user_key: key(Kind::User),
            tenant_key: key(Kind::Tenant),
        },
        key_secret: random.bytes::<32>().iter().map(|byte| format!("{byte:02x}")).collect(),
        began_at: clock.now(),
        complete: false,
    }
}

/// Looks whose accounts are there.
pub async fn whose(db: &Db, record: Option<&Record>) -> anyhow::Result<Accounts> {
    let tenants: Vec<(String,)> = db.rows("SELECT id FROM tenants", vec![]).await.context(UNREADABLE)?;
    if tenants.is_empty() {
        return Ok(Accounts::None);
    }
    let ours =
        |record: &&Record| record.card.tenants.iter().all(|line| tenants.iter().any(|(id,)| *id == line.id));
    Ok(if record.filter(ours).is_some() { Accounts::Ours } else { Accounts::Strange })
}

const UNREADABLE: &str = "the database's accounts cannot be read";

/// Writes the accounts that the record promises.
pub async fn write(db: &Db, record: &Record, clock: &Clock, random: &Random) -> anyhow::Result<()> {
    if record.card.tenants.len() != business::ALL.len() {
        bail!("`demo.json` names {} companies: remove the folder for a new demo", record.card.tenants.len());
    }
    let ids = Ids::new(clock.clone(), random.clone());
    let founded = record.began_at - FOUNDED;
    let hash = password::hash(&record.card.owner.password, random)?;
    let mut desk = Desk::open(db, ids, founded).await?;
    let owner = desk.person(business::OWNER.name, &business::OWNER.email(), Some(&hash)).await?;
    for (line, business) in record.card.tenants.iter().zip(business::ALL) {
        let company = NewTenant {
            id: line.id.clone(),
            name: business.name.to_owned(),
            currency: business.currency.to_owned(),
            country: business.country.to_owned(),
            time_zone: business.time_zone.to_owned(),
            tax_rounding: "line",
        };
        desk.company(&company).await?;
        desk.member(&line.id, &owner, Role::Owner).await?;
        for person in business.team {
            let user = desk.person(person.name, &person.email(), Some(&hash)).await?;
            desk.member(&line.id, &user, person.role).await?;
        }
    }
    let acts_as = Member { user_id: owner, name: business::OWNER.name.to_owned(), role: Role::Owner };
    let first = &record.card.tenants[0].id;
    for (kind, secret) in [(Kind::User, &record.card.user_key), (Kind::Tenant, &record.card.tenant_key)] {
        desk.key(first, &acts_as, kind, secret, clock.now()).await?;
    }
    desk.commit().await
}
