//! Accounts to test with: a tenant, its people and its API keys, written in plain SQL as auth-server writes them.

use std::sync::LazyLock;

use argon2::{Algorithm, Argon2, Params, Version, password_hash::PasswordHasher};
use secrecy::ExposeSecret;
use shared::{
    api_key::{self, Kind},
    binds,
    clock::Clock,
    db::Db,
    id::Ids,
    random::Random,
    role::Role,
    scope::Scopes,
    timestamp::Timestamp,
};

use crate::TestDatabase;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";

/// Its hash, made once and cheaply: the hash itself says how, so the server checks it as cheaply.
static PASSWORD_HASH: LazyLock<String> = LazyLock::new(|| {
    let params = Params::new(Params::MIN_M_COST, 1, 1, None).expect("the smallest parameters are valid");
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash: argon2::password_hash::phc::PasswordHash =
        argon2.hash_password_with_salt(PASSWORD.as_bytes(), &[7; 16]).expect("a password can be hashed");
    hash.to_string()
});

/// What a tenant is to be like. `NewAccount { currency: "JPY", ..NewAccount::default() }.create(&db).await`
#[derive(Clone, Copy, Debug)]
pub struct NewAccount {
    /// What its people call it.
    pub name: &'static str,
    /// ISO 4217.
    pub currency: &'static str,
    /// ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// IANA.
    pub time_zone: &'static str,
    /// `line` or `document`.
    pub tax_rounding: &'static str,
}

impl Default for NewAccount {
    fn default() -> Self {
        Self {
            name: "Lakeside Plumbing",
            currency: "USD",
            country: "US",
            time_zone: "America/Chicago",
            tax_rounding: "line",
        }
    }
}

/// A tenant with its owner.
pub struct Account {
    /// `ten_…`
    pub tenant_id: String,
    /// Who owns it.
    pub owner: Member,
    db: Db,
    clock: Clock,
    random: Random,
    ids: Ids,
}

/// A person in a tenant. The password is [`PASSWORD`].
#[derive(Clone, Debug)]
pub struct Member {
    /// `usr_…`
    pub user_id: String,
    /// How they sign in.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// What they may do here.
    pub role: Role,
}

/// An API key.
#[derive(Clone, Debug)]
pub struct Key {
    /// Under which it is stored.
    pub id: String,
    /// What goes into the Authorization header.
    pub secret: String,
}

impl NewAccount {
    /// Writes the tenant and an owner.
    pub async fn create(self, db: &TestDatabase) -> Account {
        let (ids, now) = (db.ids(), db.clock().now());
        let admin = db.admin().await.clone();
        let tenant_id = ids.next("ten");
        let sql = "INSERT INTO tenants (id, number, name, currency, country, time_zone, tax_rounding, created_at) \
                   VALUES ($1, (SELECT COALESCE(MAX(number), 0) + 1 FROM tenants), $2, $3, $4, $5, $6, $7)";
        let binds = binds![
            &tenant_id,
            self.name,
            self.currency,
            self.country,
            self.time_zone,
            self.tax_rounding,
            now
        ];
        admin.execute(sql, binds).await.expect("a tenant can be written");
        let nobody =
            Member { user_id: String::new(), email: String::new(), name: String::new(), role: Role::Owner };
        let (clock, random) = (db.clock().clone(), db.random().clone());
        let mut account = Account { tenant_id, owner: nobody, db: admin, clock, random, ids };
        account.owner = account.add_member(Role::Owner).await;
        account
    }
}

impl Account {
    /// An account of the usual kind.
    pub async fn create(db: &TestDatabase) -> Account {
        NewAccount::default().create(db).await
    }

    /// Adds a new person with this role.
    pub async fn add_member(&self, role: Role) -> Member {
        let user_id = self.ids.next("usr");
        let (_, random_part) = user_id.split_at(user_id.len() - 6);
        let member = Member {
            email: format!("{role}.{random_part}@example.com"),
            name: format!("{} {random_part}", ["Tess Tech", "Olga Office", "Oda Owner"][role as usize]),
            user_id,
            role,
        };
        let sql =
            "INSERT INTO users (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)";
        let binds =
            binds![&member.user_id, &member.email, &member.name, PASSWORD_HASH.as_str(), self.clock.now()];
        self.db.execute(sql, binds).await.expect("a user can be written");
        self.admit(&member, role).await
    }

    /// Makes a person of another account a member of this one too.
    pub async fn admit(&self, person: &Member, role: Role) -> Member {
        let sql = "INSERT INTO members (tenant_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)";
        let binds = binds![&self.tenant_id, &person.user_id, role.as_str(), self.clock.now()];
        self.db.execute(sql, binds).await.expect("a member can be written");
        Member { role, ..person.clone() }
    }

    /// Makes a key that acts as this member, with these scopes (`"read:jobs write:jobs"`, or `Scopes::all()`).
    pub async fn user_key(&self, member: &Member, scopes: impl ToString) -> Key {
        self.key(Kind::User, Some(&member.user_id), scopes.to_string()).await
    }

    /// Makes a key that acts as the business.
    pub async fn tenant_key(&self, scopes: impl ToString) -> Key {
        self.key(Kind::Tenant, None, scopes.to_string()).await
    }

    /// The owner's key that may do everything: what most tests call with.
    pub async fn full_key(&self) -> Key {
        self.user_key(&self.owner, Scopes::all()).await
    }

    /// The time by the test's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new identifier with this prefix.
    pub fn new_id(&self, prefix: &str) -> String {
        self.ids.next(prefix)
    }

    async fn key(&self, kind: Kind, user_id: Option<&String>, scopes: String) -> Key {
        let (id, key) = (self.ids.next("key"), api_key::generate(kind, &self.random));
        let sql = "INSERT INTO api_keys (id, tenant_id, kind, user_id, name, hash, last_four, scopes, created_by, \
                   created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let binds = binds![
            &id,
            &self.tenant_id,
            kind.as_str(),
            user_id.cloned(),
            format!("A {} key", kind.as_str()),
            key.hash,
            key.last_four,
            scopes,
            &self.owner.user_id,
            self.clock.now()
        ];
        self.db.execute(sql, binds).await.expect("a key can be written");
        Key { id, secret: key.secret.expose_secret().to_owned() }
    }
}
