//! API keys: hash, prefix and last four; never the key.

use shared::{
    api_key::{Kind, NewKey},
    binds,
    db::{Bind, Db, Tx},
    error::Error,
    scope::Scopes,
    timestamp::Timestamp,
};

use crate::domain::api_key::{ApiKey, Draft};

/// A key with the name of the person it acts for.
const SELECT: &str = "SELECT k.id, k.tenant_id, k.kind, k.user_id, u.name AS user_name, k.name, k.last_four, k.scopes, \
    k.ip_allow, k.created_at, k.expires_at, k.last_used_at \
    FROM api_keys k LEFT JOIN users u ON u.id = k.user_id WHERE k.revoked_at IS NULL AND ";

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    tenant_id: String,
    kind: String,
    user_id: Option<String>,
    user_name: Option<String>,
    name: String,
    last_four: String,
    scopes: String,
    ip_allow: String,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
}

impl From<Row> for ApiKey {
    fn from(row: Row) -> Self {
        Self {
            kind: if row.kind == "user" { Kind::User } else { Kind::Tenant },
            scopes: Scopes::parse_known(&row.scopes),
            id: row.id,
            tenant_id: row.tenant_id,
            user_id: row.user_id,
            user_name: row.user_name,
            name: row.name,
            last_four: row.last_four,
            ip_allow: row.ip_allow,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
        }
    }
}

async fn list(db: &Db, condition: &str, binds: Vec<Bind>) -> Result<Vec<ApiKey>, Error> {
    let sql = format!("{SELECT}{condition} ORDER BY k.created_at DESC, k.id DESC");
    Ok(db.rows::<Row>(&sql, binds).await?.into_iter().map(ApiKey::from).collect())
}

/// A company's keys, newest first.
pub async fn of_tenant(db: &Db, tenant_id: &str) -> Result<Vec<ApiKey>, Error> {
    list(db, "k.tenant_id = $1", binds![tenant_id]).await
}

/// The keys that act as this person, in every company.
pub async fn of_user(db: &Db, user_id: &str) -> Result<Vec<ApiKey>, Error> {
    list(db, "k.user_id = $1", binds![user_id]).await
}

/// The key with this id, unless it is revoked.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<ApiKey>, Error> {
    Ok(list(db, "k.id = $1", binds![id]).await?.pop())
}

/// Keeps a new key.
pub async fn insert(
    tx: &mut Tx,
    id: &str,
    tenant_id: &str,
    draft: &Draft,
    key: &NewKey,
    maker: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let sql = "INSERT INTO api_keys (id, tenant_id, kind, user_id, name, hash, last_four, scopes, ip_allow, created_by, \
               created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let user_id = draft.user.as_ref().map(|user| user.user_id.clone());
    let binds = binds![
        id,
        tenant_id,
        draft.kind.as_str(),
        user_id,
        &draft.name,
        key.hash.clone(),
        &key.last_four,
        draft.scopes.to_string(),
        &draft.ip_allow,
        maker,
        now,
        draft.expires_at,
    ];
    tx.execute(sql, binds).await.map(drop)
}

/// Revokes a key; answers whether it lived.
pub async fn revoke(tx: &mut Tx, id: &str, now: Timestamp) -> Result<bool, Error> {
    let sql = "UPDATE api_keys SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";
    Ok(tx.execute(sql, binds![now, id]).await? > 0)
}

/// Revokes every key that acts as a person in one company.
pub async fn revoke_of(tx: &mut Tx, tenant_id: &str, user_id: &str, now: Timestamp) -> Result<(), Error> {
    let sql =
        "UPDATE api_keys SET revoked_at = $3 WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL";
    tx.execute(sql, binds![tenant_id, user_id, now]).await.map(drop)
}
