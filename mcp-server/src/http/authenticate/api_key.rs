//! API keys: found by hash, with their user's rights as of now.

use std::sync::Arc;

use shared::{
    api_key, binds,
    caller::{Actor, ActorKind, Caller},
    db::Db,
    role::Role,
    scope::Scopes,
    timestamp::Timestamp,
};

use super::{Known, Refusal};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    tenant_id: String,
    tenant_name: String,
    tenant_status: String,
    kind: String,
    name: String,
    scopes: String,
    ip_allow: String,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    user_id: Option<String>,
    user_name: Option<String>,
    user_status: Option<String>,
    role: Option<String>,
    member_status: Option<String>,
}

/// Finds a key. A typing error is refused without the database.
pub async fn look_up(db: &Db, key: &str, now: Timestamp, generation: u64) -> Result<Known, Refusal> {
    if !api_key::is_well_formed(key) {
        return Err(Refusal::Invalid(Some("bad_checksum")));
    }
    let sql = "SELECT k.id, k.tenant_id, t.name AS tenant_name, t.status AS tenant_status, k.kind, k.name, k.scopes, \
               k.ip_allow, k.expires_at, k.revoked_at, k.user_id, u.name AS user_name, u.status AS user_status, \
               m.role, m.status AS member_status \
               FROM api_keys k JOIN tenants t ON t.id = k.tenant_id \
               LEFT JOIN users u ON u.id = k.user_id \
               LEFT JOIN members m ON m.tenant_id = k.tenant_id AND m.user_id = k.user_id \
               WHERE k.hash = $1";
    let row: Option<Row> = db.row(sql, binds![api_key::hash(key)]).await?;
    let row = row.ok_or(Refusal::Invalid(None))?;
    if row.revoked_at.is_some() {
        return Err(Refusal::Invalid(Some("key_revoked")));
    }
    if row.expires_at.is_some_and(|end| end <= now) {
        return Err(Refusal::Invalid(Some("key_expired")));
    }
    if row.tenant_status != "active" {
        return Err(Refusal::Invalid(Some("tenant_suspended")));
    }
    let granted = Scopes::parse_known(&row.scopes);
    let (actor, role, scopes) = if row.kind == "user" {
        let active =
            row.user_status.as_deref() == Some("active") && row.member_status.as_deref() == Some("active");
        // A user key has the rights of its user at each request, at most.
        let role: Role = row
            .role
            .as_deref()
            .filter(|_| active)
            .and_then(|role| role.parse().ok())
            .ok_or(Refusal::Invalid(None))?;
        let actor = Actor {
            kind: ActorKind::User,
            id: row.user_id,
            name: row.user_name.unwrap_or_default(),
            via: Some(row.name),
        };
        (actor, Some(role), granted.within(role.ceiling()))
    } else {
        let actor = Actor {
            kind: ActorKind::Tenant,
            id: Some(row.tenant_id.clone()),
            name: row.tenant_name,
            via: Some(row.name),
        };
        (actor, None, granted)
    };
    let caller = Caller {
        tenant_id: row.tenant_id,
        actor,
        role,
        scopes,
        repeater: row.id.clone(),
        credential: row.id,
        underscore_names: false,
    };
    Ok(Known {
        caller: Arc::new(caller),
        expires_at: row.expires_at,
        // A list that cannot be read was meant to keep somebody out.
        sources: row.ip_allow.parse().map(Arc::new).map_err(|_| Refusal::Invalid(Some("address")))?,
        generation,
    })
}
