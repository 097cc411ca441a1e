//! People, and their places in companies.

use shared::{
    binds,
    db::{Db, Tx},
    error::Error,
    role::Role,
    timestamp::Timestamp,
};

use crate::domain::user::{Member, Membership, User};

type Row = (String, String, String, Option<String>, String);

fn user((id, email, name, password_hash, status): Row) -> User {
    User { id, email, name, password_hash, active: status == "active" }
}

/// The person with this address, already folded.
pub async fn by_email(db: &Db, email: &str) -> Result<Option<User>, Error> {
    let sql = "SELECT id, email, name, password_hash, status FROM users WHERE email = $1";
    Ok(db.row::<Row>(sql, binds![email]).await?.map(user))
}

/// Keeps a new person.
pub async fn insert(tx: &mut Tx, user: &User, now: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO users (id, email, name, password_hash, status, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
    let status = if user.active { "active" } else { "disabled" };
    let binds = binds![&user.id, &user.email, &user.name, user.password_hash.clone(), status, now];
    tx.execute(sql, binds).await.map(drop)
}

/// The person with this id.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<User>, Error> {
    let sql = "SELECT id, email, name, password_hash, status FROM users WHERE id = $1";
    Ok(db.row::<Row>(sql, binds![id]).await?.map(user))
}

/// The companies in which this person is active now, in the order in which they came to be.
pub async fn memberships(db: &Db, user_id: &str) -> Result<Vec<Membership>, Error> {
    let sql = "SELECT m.tenant_id, t.name, m.role, m.authz_version FROM members m JOIN tenants t ON t.id = m.tenant_id \
               WHERE m.user_id = $1 AND m.status = 'active' AND t.status = 'active' ORDER BY t.number";
    let rows: Vec<(String, String, String, i64)> = db.rows(sql, binds![user_id]).await?;
    rows.into_iter()
        .map(|(tenant_id, tenant_name, role, authz_version)| {
            Ok(Membership { tenant_id, tenant_name, role: parse_role(&role)?, authz_version })
        })
        .collect()
}

/// The active members of a company, by name.
pub async fn members(db: &Db, tenant_id: &str) -> Result<Vec<Member>, Error> {
    let sql = "SELECT u.id, u.name, m.role FROM members m JOIN users u ON u.id = m.user_id \
               WHERE m.tenant_id = $1 AND m.status = 'active' AND u.status = 'active' ORDER BY u.name, u.id";
    let rows: Vec<(String, String, String)> = db.rows(sql, binds![tenant_id]).await?;
    rows.into_iter()
        .map(|(user_id, name, role)| Ok(Member { user_id, name, role: parse_role(&role)? }))
        .collect()
}

/// Lets a person sign in, or not; `false`: it was so before.
pub async fn set_active(tx: &mut Tx, id: &str, active: bool) -> Result<bool, Error> {
    let sql = "UPDATE users SET status = $2 WHERE id = $1 AND status <> $2";
    let status = if active { "active" } else { "disabled" };
    Ok(tx.execute(sql, binds![id, status]).await? > 0)
}

/// Keeps the hash of a new password.
pub async fn set_password(tx: &mut Tx, id: &str, hash: &str) -> Result<(), Error> {
    tx.execute("UPDATE users SET password_hash = $1 WHERE id = $2", binds![hash, id]).await.map(drop)
}

/// A role as it is stored.
pub fn parse_role(word: &str) -> Result<Role, Error> {
    word.parse().map_err(Error::internal)
}
