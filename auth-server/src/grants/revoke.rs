//! Ending a grant: by its app (RFC 7009), by its person or by an owner.

use serde_json::json;
use shared::{
    caller::Actor,
    error::Error,
    revocations::{self, Revoked},
    scope::Access,
};

use super::{fault::Fault, params::Params};
use crate::{
    app::App,
    domain::{client::Client, origin::Origin},
    security::{jwt, secret},
    store::{audit, consents, grants, refresh_tokens},
};

/// An app gives a token back: its whole grant ends, the access tokens of it too. A token that nobody knows, or one
/// already dead, is no error (RFC 7009 §2.2).
pub async fn by_client(app: &App, client: &Client, form: &Params, origin: &Origin) -> Result<(), Fault> {
    let token = form.get("token").ok_or(Fault::InvalidRequest("`token` is missing."))?;
    let grant_id = match refresh_tokens::by_hash(&app.db, &secret::hash(token)).await? {
        Some(row) => Some(row.grant_id),
        None => jwt::read(token, &app.signing.published(&app.db).await?).map(|claims| claims.grant_id),
    };
    let Some(grant_id) = grant_id else { return Ok(()) };
    let Some(grant) = grants::by_id(&app.db, &grant_id).await? else { return Ok(()) };
    if grant.client_id != client.id {
        return Err(Fault::InvalidGrant("This token was given to another client."));
    }
    let nobody = audit::stranger();
    let actor = Actor { name: client.name.clone(), ..nobody };
    Ok(end(app, &grant_id, actor, "by_client", origin).await?)
}

/// Ends a grant, and forgets the consent behind it.
pub async fn end(app: &App, grant_id: &str, actor: Actor, why: &str, origin: &Origin) -> Result<(), Error> {
    let now = app.clock.now();
    let Some(grant) = grants::by_id(&app.db, grant_id).await? else { return Ok(()) };
    let mut tx = app.db.begin(Access::Write).await?;
    if grants::revoke(&mut tx, grant_id, now).await? {
        revocations::record(&mut tx, &app.ids, now, &Revoked::Grant(grant_id.to_owned())).await?;
        consents::forget(&mut tx, &grant.user_id, &grant.client_id, &grant.tenant_id).await?;
        audit::Entry {
            tenant_id: Some(&grant.tenant_id),
            at: now,
            actor,
            action: "grant.revoke",
            outcome: why,
            subject: Some(grant_id),
            details: json!({ "client_id": grant.client_id, "user_id": grant.user_id }),
            request_id: &origin.request_id,
            source: origin.source.to_string(),
        }
        .write(&mut tx, &app.ids)
        .await?;
    }
    tx.commit().await
}
