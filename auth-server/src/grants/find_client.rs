//! Which app a client_id names: one that has registered, or one that publishes a document about itself and is named by
//! the document's address (draft-ietf-oauth-client-id-metadata-document).

use serde::Deserialize;
use serde_json::Value;
use shared::error::Error;

use super::client_metadata::{Metadata, Objection};
use crate::{
    app::App,
    documents::Unreadable,
    domain::{
        client::{self, AuthMethod, Client, Keys},
        origin::Origin,
    },
    security::client_keys::{self, ClientKey},
    store::clients,
};

/// Why there is no such app.
#[derive(Debug)]
pub enum Missing {
    /// Nobody registered it.
    Unknown,
    /// It has a document, which is of no use.
    Unreadable(Unreadable),
    /// Zoop's own failure.
    Failed(Error),
}

impl From<Error> for Missing {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// The app with this client_id, for whoever sends this request.
pub async fn find_client(app: &App, origin: &Origin, id: &str) -> Result<Client, Missing> {
    if !client::is_address(id) {
        return clients::by_id(&app.db, id).await?.ok_or(Missing::Unknown);
    }
    let document =
        app.documents.get(id, &origin.network(), app.clock.now()).await.map_err(Missing::Unreadable)?;
    match described(app, id, &document) {
        Ok(client) => Ok(client),
        Err(why) => {
            app.documents.forget(id).await;
            Err(Missing::Unreadable(Unreadable::new("document_metadata", why)))
        }
    }
}

/// The app that a document describes.
fn described(app: &App, id: &str, document: &Value) -> Result<Client, String> {
    if document["client_id"] != id {
        return Err("its `client_id` is not its own address, letter for letter".to_owned());
    }
    let secret =
        ["client_secret", "client_secret_expires_at"].iter().any(|name| document.get(name).is_some());
    let metadata =
        Metadata::deserialize(document).map_err(|error| format!("it is no client metadata: {error}"))?;
    let client = metadata.client(id.to_owned(), AuthMethod::None, &app.settings).map_err(|objection| {
        let (Objection::RedirectUri(words) | Objection::Metadata(words)) = objection;
        words.trim_end_matches('.').to_owned()
    })?;
    // What everybody can read is no secret.
    if secret || client.auth_method.has_secret() {
        return Err(
            "it speaks of a client secret, and a public document has none: use `none` or `private_key_jwt`"
                .to_owned(),
        );
    }
    Ok(client)
}

/// The keys by which an app proves itself; `kid` is the one that is wanted: where keys are published, a set without it
/// is read anew.
pub async fn keys_of(
    app: &App,
    origin: &Origin,
    client: &Client,
    kid: Option<&str>,
) -> Result<Vec<ClientKey>, Unreadable> {
    let unusable = |why| Unreadable::new("document_keys", why);
    let address = match &client.keys {
        Some(Keys::Given(set)) => return client_keys::read(set).map_err(unusable),
        Some(Keys::At(address)) => address,
        None => return Err(unusable("there are none")),
    };
    let (source, now) = (origin.network(), app.clock.now());
    let mut set = app.documents.get(address, &source, now).await?;
    if kid.is_some_and(|kid| !has_key(&set, kid)) {
        set = app.documents.get_anew(address, &source, now).await?;
    }
    match client_keys::read(&set) {
        Ok(keys) => Ok(keys),
        Err(why) => {
            app.documents.forget(address).await;
            Err(unusable(why))
        }
    }
}

fn has_key(set: &Value, kid: &str) -> bool {
    set["keys"].as_array().is_some_and(|keys| keys.iter().any(|key| key["kid"] == kid))
}
