//! Who belongs to a company, as what, and since which version of that.

use shared::{
    binds,
    db::{Db, Tx},
    error::Error,
    role::Role,
};

use super::users::parse_role;

/// A member, as an operator sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The address by which they sign in.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// Whether they may sign in.
    pub active: bool,
}

/// The members of a company who were not removed, by address; none: there is no such company.
pub async fn list(db: &Db, tenant_id: &str) -> Result<Option<Vec<Listed>>, Error> {
    let known: Option<(String,)> = db.row("SELECT id FROM tenants WHERE id = $1", binds![tenant_id]).await?;
    if known.is_none() {
        return Ok(None);
    }
    let sql = "SELECT u.email, u.name, m.role, u.status FROM members m JOIN users u ON u.id = m.user_id \
               WHERE m.tenant_id = $1 AND m.status = 'active' ORDER BY u.email";
    let rows: Vec<(String, String, String, String)> = db.rows(sql, binds![tenant_id]).await?;
    let listed = rows.into_iter().map(|(email, name, role, status)| {
        Ok(Listed { email, name, role: parse_role(&role)?, active: status == "active" })
    });
    listed.collect::<Result<_, Error>>().map(Some)
}

/// Holds the company until the transaction ends: changes of its members queue here. `false`: there is none.
pub async fn hold(tx: &mut Tx, tenant_id: &str) -> Result<bool, Error> {
    let sql = "UPDATE tenants SET status = status WHERE id = $1";
    Ok(tx.execute(sql, binds![tenant_id]).await? > 0)
}

/// Their role, and whether they are a member still; none: they never were.
pub async fn of(tx: &mut Tx, tenant_id: &str, user_id: &str) -> Result<Option<(Role, bool)>, Error> {
    let sql = "SELECT role, status FROM members WHERE tenant_id = $1 AND user_id = $2";
    let row: Option<(String, String)> = tx.row(sql, binds![tenant_id, user_id]).await?;
    row.map(|(role, status)| Ok((parse_role(&role)?, status == "active"))).transpose()
}

/// How many others own the company and may sign in.
pub async fn other_owners(tx: &mut Tx, tenant_id: &str, user_id: &str) -> Result<i64, Error> {
    let sql = "SELECT COUNT(*) FROM members m JOIN users u ON u.id = m.user_id WHERE m.tenant_id = $1 \
               AND m.user_id <> $2 AND m.role = 'owner' AND m.status = 'active' AND u.status = 'active'";
    let count: Option<(i64,)> = tx.row(sql, binds![tenant_id, user_id]).await?;
    Ok(count.map_or(0, |(count,)| count))
}

/// Makes the membership so. Tokens that were made under its older version are refused from now on.
pub async fn set(tx: &mut Tx, tenant_id: &str, user_id: &str, role: Role, active: bool) -> Result<(), Error> {
    let sql = "UPDATE members SET role = $3, status = $4, authz_version = authz_version + 1 \
               WHERE tenant_id = $1 AND user_id = $2";
    let status = if active { "active" } else { "removed" };
    tx.execute(sql, binds![tenant_id, user_id, role.as_str(), status]).await.map(drop)
}

/// A company by its id and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// `ten_…`
    pub id: String,
    /// What its people call it.
    pub name: String,
}

/// Holds every company of this person, as [`hold`] does.
pub async fn hold_all_of(tx: &mut Tx, user_id: &str) -> Result<(), Error> {
    let sql =
        "UPDATE tenants SET status = status WHERE id IN (SELECT tenant_id FROM members WHERE user_id = $1)";
    tx.execute(sql, binds![user_id]).await.map(drop)
}

/// The companies that this person owns and nobody else who may sign in.
pub async fn owned_by_nobody_but(tx: &mut Tx, user_id: &str) -> Result<Vec<Company>, Error> {
    let sql = "SELECT t.id, t.name FROM members m JOIN tenants t ON t.id = m.tenant_id \
               WHERE m.user_id = $1 AND m.role = 'owner' AND m.status = 'active' AND NOT EXISTS ( \
               SELECT 1 FROM members o JOIN users u ON u.id = o.user_id WHERE o.tenant_id = m.tenant_id \
               AND o.user_id <> m.user_id AND o.role = 'owner' AND o.status = 'active' AND u.status = 'active') \
               ORDER BY t.number";
    let rows: Vec<(String, String)> = tx.rows(sql, binds![user_id]).await?;
    Ok(rows.into_iter().map(|(id, name)| Company { id, name }).collect())
}

/// Tokens that were made under any membership of this person are refused from now on.
pub async fn outdate_all_of(tx: &mut Tx, user_id: &str) -> Result<(), Error> {
    let sql = "UPDATE members SET authz_version = authz_version + 1 WHERE user_id = $1";
    tx.execute(sql, binds![user_id]).await.map(drop)
}
