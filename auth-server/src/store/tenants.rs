//! Companies, and who belongs to them.

use shared::{binds, db::Tx, error::Error, role::Role, timestamp::Timestamp};

/// A company that is to be.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// `ten_…`
    pub id: String,
    /// What its people call it.
    pub name: String,
    /// ISO 4217.
    pub currency: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// IANA.
    pub time_zone: String,
}

/// Keeps a new company, under the next number.
pub async fn insert(tx: &mut Tx, tenant: &NewTenant, now: Timestamp) -> Result<(), Error> {
    if !tx.is_sqlite() {
        // Two that come at once do not take the same number.
        tx.execute("LOCK TABLE tenants IN SHARE ROW EXCLUSIVE MODE", vec![]).await?;
    }
    let sql = "INSERT INTO tenants (id, number, name, currency, country, time_zone, created_at) \
               VALUES ($1, (SELECT COALESCE(MAX(number), 0) + 1 FROM tenants), $2, $3, $4, $5, $6)";
    let NewTenant { id, name, currency, country, time_zone } = tenant;
    tx.execute(sql, binds![id, name, currency, country, time_zone, now]).await.map(drop)
}

/// Makes a person a member.
pub async fn admit(
    tx: &mut Tx,
    tenant_id: &str,
    user_id: &str,
    role: Role,
    now: Timestamp,
) -> Result<(), Error> {
    let sql = "INSERT INTO members (tenant_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, binds![tenant_id, user_id, role.as_str(), now]).await.map(drop)
}
