//! An app registers itself (RFC 7591). What it may not decide is ignored: rights, its id, its secret.

use serde_json::{Value, json};
use shared::scope::Access;

use super::{
    client_metadata::{Metadata, Objection},
    fault::Fault,
};
use crate::{
    app::App,
    domain::{
        client::{AuthMethod, Keys},
        origin::Origin,
    },
    security::secret,
    store::{audit, clients},
};

/// Why an app is not registered.
#[derive(Debug)]
pub enum Refused {
    /// What it says of itself cannot be.
    Objection(Objection),
    /// Too many have registered lately.
    TooMany,
    /// Zoop's own failure.
    Failed(Fault),
}

impl From<Objection> for Refused {
    fn from(objection: Objection) -> Self {
        Self::Objection(objection)
    }
}

impl From<shared::error::Error> for Refused {
    fn from(error: shared::error::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Registers an app and answers with what it is now (RFC 7591 §3.2.1).
pub async fn register(app: &App, metadata: Metadata, origin: &Origin) -> Result<Value, Refused> {
    // RFC 7591 §2: the default is a secret in the Authorization header.
    let mut client = metadata.client(app.ids.next("app"), AuthMethod::Basic, &app.settings)?;
    let client_secret = client.auth_method.has_secret().then(|| secret::generate(&app.random));
    client.secret_hash = client_secret.as_deref().map(secret::hash);
    let (now, source) = (app.clock.now(), origin.network());
    let mut tx = app.db.begin(Access::Write).await?;
    let (from_source, overall) = clients::registered_lately(&mut tx, &source, now).await?;
    if from_source >= app.settings.registrations_per_source || overall >= app.settings.registrations {
        return Err(Refused::TooMany);
    }
    clients::insert(&mut tx, &client, &source, now).await?;
    audit::Entry {
        tenant_id: None,
        at: now,
        actor: audit::stranger(),
        action: "client.register",
        outcome: "ok",
        subject: Some(&client.id),
        details: json!({ "name": client.name, "redirect_uris": client.redirect_uris }),
        request_id: &origin.request_id,
        source: origin.source.to_string(),
    }
    .write(&mut tx, &app.ids)
    .await?;
    tx.commit().await?;
    let mut answer = json!({
        "client_id": client.id,
        "client_id_issued_at": now.seconds(),
        "client_name": client.name,
        "redirect_uris": client.redirect_uris,
        "grant_types": client.grant_types,
        "response_types": ["code"],
        "token_endpoint_auth_method": client.auth_method.as_str(),
    });
    if let Some(scope) = client.scope {
        answer["scope"] = json!(scope.to_string());
    }
    match &client.keys {
        Some(Keys::Given(set)) => answer["jwks"] = set.clone(),
        Some(Keys::At(uri)) => answer["jwks_uri"] = json!(uri),
        None => {}
    }
    if let Some(secret) = client_secret {
        answer["client_secret"] = json!(secret);
        answer["client_secret_expires_at"] = json!(0);
    }
    Ok(answer)
}
