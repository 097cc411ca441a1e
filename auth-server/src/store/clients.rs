//! Apps.

use chrono::Duration;
use shared::{
    binds,
    db::{Bind, Db, Tx},
    error::Error,
    timestamp::Timestamp,
};

use crate::domain::{
    client::{AuthMethod, Client, Keys},
    grant_scope::GrantScope,
    tool_names::ToolNames,
};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    redirect_uris: String,
    scopes: String,
    grant_types: String,
    auth_method: String,
    secret_hash: Option<Vec<u8>>,
    jwks: Option<String>,
    jwks_uri: Option<String>,
    tool_names: Option<String>,
    registered_by: Option<String>,
}

/// The app with this client_id.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<Client>, Error> {
    let sql = "SELECT id, name, redirect_uris, scopes, grant_types, auth_method, secret_hash, jwks, jwks_uri, \
               tool_names, registered_by FROM clients WHERE id = $1";
    let Some(row) = db.row::<Row>(sql, binds![id]).await? else { return Ok(None) };
    let method = AuthMethod::parse(&row.auth_method);
    let given = row.jwks.map(|text| serde_json::from_str(&text)).transpose().map_err(Error::internal)?;
    Ok(Some(Client {
        id: row.id,
        name: row.name,
        redirect_uris: row.redirect_uris.split(' ').map(str::to_owned).collect(),
        scope: (!row.scopes.is_empty()).then(|| GrantScope::parse_known(&row.scopes)),
        grant_types: row.grant_types.split(' ').map(str::to_owned).collect(),
        auth_method: method
            .ok_or_else(|| Error::internal(anyhow::anyhow!("an unknown auth_method is stored")))?,
        secret_hash: row.secret_hash,
        keys: given.map(Keys::Given).or(row.jwks_uri.map(Keys::At)),
        tool_names: row.tool_names.as_deref().and_then(ToolNames::parse),
        registered_by: row.registered_by,
    }))
}

/// How many apps have registered in the last hour: from this source, and overall.
pub async fn registered_lately(tx: &mut Tx, source: &str, now: Timestamp) -> Result<(i64, i64), Error> {
    let sql = "SELECT CAST(COALESCE(SUM(CASE WHEN source = $1 THEN 1 ELSE 0 END), 0) AS BIGINT), COUNT(*) FROM clients \
               WHERE created_at > $2 AND source <> ''";
    Ok(tx.row(sql, binds![source, now - Duration::hours(1)]).await?.unwrap_or((0, 0)))
}

const INSERT: &str = "INSERT INTO clients (id, name, redirect_uris, scopes, grant_types, auth_method, secret_hash, jwks, \
                      jwks_uri, tool_names, registered_by, source, created_at) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

/// Keeps a new app.
pub async fn insert(tx: &mut Tx, client: &Client, source: &str, now: Timestamp) -> Result<(), Error> {
    tx.execute(INSERT, values(client, source, now)).await.map(drop)
}

/// Keeps an app as its document describes it now: what is granted to it refers to this row. Its source is empty, since
/// nobody registered it.
pub async fn keep_published(tx: &mut Tx, client: &Client, now: Timestamp) -> Result<(), Error> {
    let sql = format!(
        "{INSERT} ON CONFLICT (id) DO UPDATE SET name = excluded.name, redirect_uris = excluded.redirect_uris, \
         scopes = excluded.scopes, grant_types = excluded.grant_types, auth_method = excluded.auth_method, \
         jwks = excluded.jwks, jwks_uri = excluded.jwks_uri, tool_names = excluded.tool_names, \
         created_at = excluded.created_at"
    );
    tx.execute(&sql, values(client, "", now)).await.map(drop)
}

/// URIs hold no space, so a space separates them.
fn values(client: &Client, source: &str, now: Timestamp) -> Vec<Bind> {
    let (jwks, jwks_uri) = match &client.keys {
        Some(Keys::Given(set)) => (Some(set.to_string()), None),
        Some(Keys::At(uri)) => (None, Some(uri.clone())),
        None => (None, None),
    };
    binds![
        &client.id,
        &client.name,
        client.redirect_uris.join(" "),
        client.scope.map(|scope| scope.to_string()).unwrap_or_default(),
        client.grant_types.join(" "),
        client.auth_method.as_str(),
        client.secret_hash.clone(),
        jwks,
        jwks_uri,
        client.tool_names.map(|names| names.as_str().to_owned()),
        client.registered_by.clone(),
        source,
        now,
    ]
}
