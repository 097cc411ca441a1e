//! The demo's accounts: two companies, their people, the two keys. Written in one transaction, so that a start that
//! is interrupted leaves all of them or none.

use anyhow::{Context, bail};
use auth_server::{
    domain::{api_key::Draft, user::Member},
    security::password,
    store::api_keys,
};
use chrono::Duration;
use secrecy::{ExposeSecret, SecretString};
use shared::{
    api_key::{self, Kind, NewKey},
    binds,
    clock::Clock,
    db::{Db, Tx},
    id::Ids,
    random::Random,
    role::Role,
    scope::{Access, Scopes},
    timestamp::Timestamp,
};

use super::record::{Card, Owner, Record, TenantLine};
use crate::business::{self, Business, Person};

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

/// 80 random bits in four groups, without letters that look like digits.
fn readable_password(random: &Random) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letters = random.bytes::<16>().map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
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
const UNWRITTEN: &str = "the demo's accounts cannot be written";

/// Writes the accounts that the record promises.
pub async fn write(db: &Db, record: &Record, clock: &Clock, random: &Random) -> anyhow::Result<()> {
    if record.card.tenants.len() != business::ALL.len() {
        bail!("`demo.json` names {} companies: remove the folder for a new demo", record.card.tenants.len());
    }
    let ids = Ids::new(clock.clone(), random.clone());
    let founded = record.began_at - FOUNDED;
    let hash = password::hash(&record.card.owner.password, random)?;
    let mut desk = Desk { tx: db.begin(Access::Write).await.context(UNWRITTEN)?, ids, founded, hash };
    let owner = desk.person(&business::OWNER).await?;
    for (number, (line, business)) in (1..).zip(record.card.tenants.iter().zip(business::ALL)) {
        desk.company(number, &line.id, business).await?;
        desk.member(&line.id, &owner, Role::Owner).await?;
        for person in business.team {
            let user = desk.person(person).await?;
            desk.member(&line.id, &user, person.role).await?;
        }
    }
    let first = &record.card.tenants[0].id;
    for (kind, secret) in [(Kind::User, &record.card.user_key), (Kind::Tenant, &record.card.tenant_key)] {
        desk.key(first, &owner, kind, secret, clock.now()).await?;
    }
    desk.tx.commit().await.context(UNWRITTEN)
}

/// One transaction that writes accounts.
struct Desk {
    tx: Tx,
    ids: Ids,
    founded: Timestamp,
    hash: String,
}

impl Desk {
    async fn company(&mut self, number: i64, id: &str, business: &Business) -> anyhow::Result<()> {
        let sql = "INSERT INTO tenants (id, number, name, currency, country, time_zone, created_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let Business { name, currency, country, time_zone, .. } = *business;
        let binds = binds![id, number, name, currency, country, time_zone, self.founded];
        self.tx.execute(sql, binds).await.map(drop).context(UNWRITTEN)
    }

    async fn person(&mut self, person: &Person) -> anyhow::Result<String> {
        let id = self.ids.next("usr");
        let sql =
            "INSERT INTO users (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)";
        let binds = binds![&id, person.email(), person.name, &self.hash, self.founded];
        self.tx.execute(sql, binds).await.context(UNWRITTEN)?;
        Ok(id)
    }

    async fn member(&mut self, tenant: &str, user: &str, role: Role) -> anyhow::Result<()> {
        let sql = "INSERT INTO members (tenant_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)";
        let binds = binds![tenant, user, role.as_str(), self.founded];
        self.tx.execute(sql, binds).await.map(drop).context(UNWRITTEN)
    }

    async fn key(
        &mut self,
        tenant: &str,
        owner: &str,
        kind: Kind,
        secret: &str,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let key = NewKey {
            hash: api_key::hash(secret),
            last_four: secret.chars().skip(secret.chars().count().saturating_sub(4)).collect(),
            secret: SecretString::from(secret),
        };
        let acts_as =
            Member { user_id: owner.to_owned(), name: business::OWNER.name.to_owned(), role: Role::Owner };
        let draft = Draft {
            name: format!("Demo {} key", kind.as_str()),
            kind,
            user: (kind == Kind::User).then_some(acts_as),
            scopes: Scopes::all(),
            ip_allow: String::new(),
            expires_at: None,
        };
        let id = self.ids.next("key");
        api_keys::insert(&mut self.tx, &id, tenant, &draft, &key, owner, now).await.context(UNWRITTEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_can_be_read_aloud_and_chosen() {
        let password = readable_password(&Random::seeded(1));
        assert_eq!((password.len(), password.split('-').count()), (19, 4));
        assert_eq!(password::objection(&password, "dana@example.com"), None);
    }
}
