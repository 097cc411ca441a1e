//! Ending an API key: by the person it acts as, or by an owner.

use serde_json::json;
use shared::{
    error::Error,
    revocations::{self, Revoked},
    scope::Access,
};

use crate::{
    app::App,
    domain::{api_key::ApiKey, origin::Origin, user::User},
    store::{api_keys, audit},
};

/// Ends a key at once, in this person's name. One that has ended before is let be.
pub async fn revoke(app: &App, key: &ApiKey, person: &User, origin: &Origin) -> Result<(), Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin(Access::Write).await?;
    if api_keys::revoke(&mut tx, &key.id, now).await? {
        revocations::record(&mut tx, &app.ids, now, &Revoked::Key(key.id.clone())).await?;
        audit::Entry {
            tenant_id: Some(&key.tenant_id),
            at: now,
            actor: audit::person(person),
            action: "api_key.revoke",
            outcome: "ok",
            subject: Some(&key.id),
            details: json!({ "name": key.name }),
            request_id: &origin.request_id,
            source: origin.source.to_string(),
        }
        .write(&mut tx, &app.ids)
        .await?;
    }
    tx.commit().await
}
