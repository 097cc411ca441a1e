//! Accounts as auth-server keeps them, for the demo and the seed: companies, people, keys. Written in one transaction, so
//! that all of them are there or none.

use anyhow::Context;
use auth_server::{
    domain::{
        api_key::Draft,
        user::{Member, User},
    },
    store::{
        api_keys,
        tenants::{self, NewTenant},
        users,
    },
};
use secrecy::SecretString;
use shared::{
    api_key::{self, Kind, NewKey},
    db::{Db, Tx},
    id::Ids,
    random::Random,
    role::Role,
    scope::{Access, Scopes},
    timestamp::Timestamp,
};

const UNWRITTEN: &str = "the accounts cannot be written";

/// 80 random bits in four groups, without letters that look like digits.
pub fn readable_password(random: &Random) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letters = random.bytes::<16>().map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// One transaction that writes accounts.
pub struct Desk {
    tx: Tx,
    ids: Ids,
    founded: Timestamp,
}

impl Desk {
    /// Begins; everything will have been there since `founded`.
    pub async fn open(db: &Db, ids: Ids, founded: Timestamp) -> anyhow::Result<Self> {
        Ok(Self { tx: db.begin(Access::Write).await.context(UNWRITTEN)?, ids, founded })
    }

    /// A company.
    pub async fn company(&mut self, company: &NewTenant) -> anyhow::Result<()> {
        tenants::insert(&mut self.tx, company, self.founded).await.context(UNWRITTEN)
    }

    /// A person; answers their id. Without a password they cannot sign in.
    pub async fn person(&mut self, name: &str, email: &str, hash: Option<&str>) -> anyhow::Result<String> {
        let user = User {
            id: self.ids.next("usr"),
            email: email.to_owned(),
            name: name.to_owned(),
            password_hash: hash.map(str::to_owned),
            active: true,
        };
        users::insert(&mut self.tx, &user, self.founded).await.context(UNWRITTEN)?;
        Ok(user.id)
    }

    /// The person's place in the company.
    pub async fn member(&mut self, tenant: &str, user: &str, role: Role) -> anyhow::Result<()> {
        tenants::admit(&mut self.tx, tenant, user, role, self.founded).await.context(UNWRITTEN)
    }

    /// A key with all scopes. A user key acts as the owner.
    pub async fn key(
        &mut self,
        tenant: &str,
        owner: &Member,
        kind: Kind,
        secret: &str,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let key = NewKey {
            hash: api_key::hash(secret),
            last_four: secret.chars().skip(secret.chars().count().saturating_sub(4)).collect(),
            secret: SecretString::from(secret),
        };
        let draft = Draft {
            name: format!("First {} key", kind.as_str()),
            kind,
            user: (kind == Kind::User).then(|| owner.clone()),
            scopes: Scopes::all(),
            ip_allow: String::new(),
            expires_at: None,
        };
        let id = self.ids.next("key");
        let by = &owner.user_id;
        api_keys::insert(&mut self.tx, &id, tenant, &draft, &key, by, now).await.context(UNWRITTEN)
    }

    /// Makes it lasting.
    pub async fn commit(self) -> anyhow::Result<()> {
        self.tx.commit().await.context(UNWRITTEN)
    }
}

#[cfg(test)]
mod tests {
    use auth_server::security::password;

    use super::*;

    #[test]
    fn a_password_can_be_read_aloud_and_chosen() {
        let password = readable_password(&Random::seeded(1));
        assert_eq!((password.len(), password.split('-').count()), (19, 4));
        assert_eq!(password::objection(&password, "dana@example.com"), None);
    }
}
