//! Grants: what a person has allowed an app in one company. Every change of what hangs on a grant updates its row
//! first, so that changes queue there, on either database.

use shared::{
    binds,
    db::{Bind, Db, Tx},
    error::Error,
    timestamp::Timestamp,
};

use super::users::parse_role;
use crate::domain::{
    authorization::{ConnectedApp, Grant, Standing},
    grant_scope::GrantScope,
    tool_names::ToolNames,
};

const COLUMNS: &str =
    "id, client_id, user_id, tenant_id, scope, resource, tool_names, expires_at, revoked_at";

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    client_id: String,
    user_id: String,
    tenant_id: String,
    scope: String,
    resource: String,
    tool_names: Option<String>,
    expires_at: Timestamp,
    revoked_at: Option<Timestamp>,
}

fn grant(row: Row) -> Grant {
    Grant {
        scope: GrantScope::parse_known(&row.scope),
        id: row.id,
        client_id: row.client_id,
        user_id: row.user_id,
        tenant_id: row.tenant_id,
        resource: row.resource,
        tool_names: row.tool_names.as_deref().and_then(ToolNames::parse),
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
    }
}

/// Keeps a new grant.
pub async fn insert(tx: &mut Tx, grant: &Grant, redirect_host: &str, now: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO grants (id, client_id, user_id, tenant_id, scope, resource, redirect_host, tool_names, \
               created_at, last_used_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)";
    let binds = binds![
        &grant.id,
        &grant.client_id,
        &grant.user_id,
        &grant.tenant_id,
        grant.scope.to_string(),
        &grant.resource,
        redirect_host,
        grant.tool_names.map(|names| names.as_str().to_owned()),
        now,
        grant.expires_at,
    ];
    tx.execute(sql, binds).await.map(drop)
}

/// The grant with this id.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<Grant>, Error> {
    Ok(db.row::<Row>(&format!("SELECT {COLUMNS} FROM grants WHERE id = $1"), binds![id]).await?.map(grant))
}

/// The living grant, held by this transaction until its end; its last use is now.
pub async fn hold(tx: &mut Tx, id: &str, now: Timestamp) -> Result<Option<Grant>, Error> {
    let sql = format!(
        "UPDATE grants SET last_used_at = $2 WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2 RETURNING {COLUMNS}"
    );
    Ok(tx.row::<Row>(&sql, binds![id, now]).await?.map(grant))
}

/// What this person chose last for this app in this company: of living and ended grants, the newest with a choice.
pub async fn tool_names_before(
    tx: &mut Tx,
    client_id: &str,
    user_id: &str,
    tenant_id: &str,
) -> Result<Option<ToolNames>, Error> {
    let sql = "SELECT tool_names FROM grants WHERE client_id = $1 AND user_id = $2 AND tenant_id = $3 \
               AND tool_names IS NOT NULL ORDER BY created_at DESC, id DESC LIMIT 1";
    let row: Option<(String,)> = tx.row(sql, binds![client_id, user_id, tenant_id]).await?;
    Ok(row.and_then(|(word,)| ToolNames::parse(&word)))
}

/// Changes how the app sees the names of tools under a living grant; `false`: it has ended, or it has them so already.
pub async fn name_tools(tx: &mut Tx, id: &str, names: ToolNames, now: Timestamp) -> Result<bool, Error> {
    let sql = "UPDATE grants SET tool_names = $2 WHERE id = $1 AND COALESCE(tool_names, '') <> $2 \
               AND revoked_at IS NULL AND expires_at > $3";
    Ok(tx.execute(sql, binds![id, names.as_str(), now]).await? > 0)
}

/// Ends a grant; `false`: it had ended before.
pub async fn revoke(tx: &mut Tx, id: &str, now: Timestamp) -> Result<bool, Error> {
    let sql = "UPDATE grants SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    Ok(tx.execute(sql, binds![id, now]).await? > 0)
}

/// Where the person stands in that company, if person, place and company are all active.
pub async fn standing(tx: &mut Tx, tenant_id: &str, user_id: &str) -> Result<Option<Standing>, Error> {
    let sql = "SELECT u.name, m.role, m.authz_version FROM members m JOIN users u ON u.id = m.user_id \
               JOIN tenants t ON t.id = m.tenant_id WHERE m.tenant_id = $1 AND m.user_id = $2 \
               AND m.status = 'active' AND u.status = 'active' AND t.status = 'active'";
    let row: Option<(String, String, i64)> = tx.row(sql, binds![tenant_id, user_id]).await?;
    row.map(|(name, role, authz_version)| Ok(Standing { name, role: parse_role(&role)?, authz_version }))
        .transpose()
}

#[derive(sqlx::FromRow)]
struct AppRow {
    grant_id: String,
    tenant_id: String,
    tenant_name: String,
    user_id: String,
    user_name: String,
    client_name: String,
    registered_by: Option<String>,
    redirect_host: String,
    scope: String,
    tool_names: Option<String>,
    created_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

async fn apps(db: &Db, condition: &str, binds: Vec<Bind>) -> Result<Vec<ConnectedApp>, Error> {
    let sql = format!(
        "SELECT g.id AS grant_id, g.tenant_id, t.name AS tenant_name, g.user_id, u.name AS user_name, \
         c.name AS client_name, c.registered_by, g.redirect_host, g.scope, \
         COALESCE(g.tool_names, c.tool_names) AS tool_names, g.created_at, g.last_used_at FROM grants g \
         JOIN clients c ON c.id = g.client_id JOIN users u ON u.id = g.user_id JOIN tenants t ON t.id = g.tenant_id \
         WHERE g.revoked_at IS NULL AND g.expires_at > $2 AND {condition} ORDER BY g.created_at DESC, g.id DESC LIMIT 500"
    );
    let app = |row: AppRow| ConnectedApp {
        scope: GrantScope::parse_known(&row.scope),
        grant_id: row.grant_id,
        tenant_id: row.tenant_id,
        tenant_name: row.tenant_name,
        user_id: row.user_id,
        user_name: row.user_name,
        client_name: row.client_name,
        verified: row.registered_by.is_some(),
        redirect_host: row.redirect_host,
        tool_names: row.tool_names.as_deref().and_then(ToolNames::parse).unwrap_or(ToolNames::Dot),
        created_at: row.created_at,
        last_used_at: row.last_used_at,
    };
    Ok(db.rows::<AppRow>(&sql, binds).await?.into_iter().map(app).collect())
}

/// The apps connected to a company, newest first.
pub async fn apps_of_tenant(db: &Db, tenant_id: &str, now: Timestamp) -> Result<Vec<ConnectedApp>, Error> {
    apps(db, "g.tenant_id = $1", binds![tenant_id, now]).await
}

/// The apps that act as this person, in every company.
pub async fn apps_of_user(db: &Db, user_id: &str, now: Timestamp) -> Result<Vec<ConnectedApp>, Error> {
    apps(db, "g.user_id = $1", binds![user_id, now]).await
}

/// Ends every grant of a person in one company.
pub async fn revoke_of(tx: &mut Tx, tenant_id: &str, user_id: &str, now: Timestamp) -> Result<(), Error> {
    let sql =
        "UPDATE grants SET revoked_at = $3 WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL";
    tx.execute(sql, binds![tenant_id, user_id, now]).await.map(drop)
}
