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
    /// `line` or `document`: where tax is rounded on new documents.
    pub tax_rounding: &'static str,
}

/// Keeps a new company, under the next number.
pub async fn insert(tx: &mut Tx, tenant: &NewTenant, now: Timestamp) -> Result<(), Error> {
    if !tx.is_sqlite() {
        // Two that come at once do not take the same number.
        tx.execute("LOCK TABLE tenants IN SHARE ROW EXCLUSIVE MODE", vec![]).await?;
    }
    let sql = "INSERT INTO tenants (id, number, name, currency, country, time_zone, tax_rounding, created_at) \
               VALUES ($1, (SELECT COALESCE(MAX(number), 0) + 1 FROM tenants), $2, $3, $4, $5, $6, $7)";
    let NewTenant { id, name, currency, country, time_zone, tax_rounding } = tenant;
    tx.execute(sql, binds![id, name, currency, country, time_zone, *tax_rounding, now]).await.map(drop)
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

/// Suspends a company, or lets it go on; `None`: there is none, `Some(false)`: it was so before.
pub async fn set_active(tx: &mut Tx, tenant_id: &str, active: bool) -> Result<Option<bool>, Error> {
    let found: Option<(String,)> =
        tx.row("SELECT status FROM tenants WHERE id = $1", binds![tenant_id]).await?;
    let Some((before,)) = found else { return Ok(None) };
    let status = if active { "active" } else { "suspended" };
    tx.execute("UPDATE tenants SET status = $2 WHERE id = $1", binds![tenant_id, status]).await?;
    Ok(Some(before != status))
}
