//! What the settings show, from domain values into words.

use shared::{api_key::Kind, timestamp::Timestamp};

use super::signed_in::SignedIn;
use crate::{
    app::App,
    domain::{
        api_key::ApiKey,
        user::{Membership, role_in_words},
    },
    error::Refusal,
    pages::{Frame, Here, KeyRow, TenantChoice, Time},
};

/// A time for machines and readers.
pub fn time(at: Timestamp) -> Time {
    Time { iso: at.to_string(), text: at.utc().format("%-d %b %Y, %H:%M UTC").to_string() }
}

/// How long so many seconds are, in a reader's words.
pub fn duration(seconds: i64) -> String {
    match (seconds + 59) / 60 {
        ..=1 => "a minute".to_owned(),
        60 => "an hour".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}

/// The first letter of a name, for a tile.
pub fn initial(name: &str) -> String {
    name.chars().find(|c| c.is_alphanumeric()).map_or_else(|| "·".to_owned(), |c| c.to_uppercase().collect())
}

/// The companies among which a person chooses.
pub fn tenants(memberships: &[Membership], chosen: &str) -> Vec<TenantChoice> {
    let choice = |m: &Membership| TenantChoice {
        id: m.tenant_id.clone(),
        name: m.tenant_name.clone(),
        role: role_in_words(m.role).to_owned(),
        chosen: m.tenant_id == chosen,
    };
    memberships.iter().map(choice).collect()
}

/// The frame around a page of the settings.
pub async fn frame(app: &App, person: &SignedIn, here: Here) -> Result<Frame, Refusal> {
    Ok(Frame {
        csrf: person.browser.csrf(app).await?,
        name: person.user.name.clone(),
        initial: initial(&person.user.name),
        email: person.user.email.clone(),
        tenant: person.current.tenant_name.clone(),
        tenant_id: person.current.tenant_id.clone(),
        tenants: tenants(&person.memberships, &person.current.tenant_id),
        owner: person.current.role == shared::role::Role::Owner,
        here,
        done: person.browser.said().await?,
    })
}

/// Whom a key acts for.
pub fn actor(kind: Kind, person: Option<&str>) -> String {
    match (kind, person) {
        (Kind::User, Some(name)) => format!("User key for {name}"),
        (Kind::User, None) => "User key".to_owned(),
        (Kind::Tenant, _) => "Tenant key".to_owned(),
    }
}

/// A key in a list.
pub fn key(key: &ApiKey, now: Timestamp) -> KeyRow {
    KeyRow {
        id: key.id.clone(),
        name: key.name.clone(),
        prefix: key.kind.prefix().to_owned(),
        last_four: key.last_four.clone(),
        actor: actor(key.kind, key.user_name.as_deref()),
        scopes: key.scopes.iter().map(|scope| scope.to_string()).collect(),
        made: time(key.created_at),
        last_used: key.last_used_at.map(time),
        expires: key.expires_at.map(time),
        expired: key.expires_at.is_some_and(|end| end <= now),
        sources: (!key.ip_allow.is_empty()).then(|| key.ip_allow.replace(' ', ", ")),
    }
}
