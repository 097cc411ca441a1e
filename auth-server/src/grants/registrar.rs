//! oxide-auth's view of one client, for one request. The client was looked up before.

use std::borrow::Cow;

use async_trait::async_trait;
use oxide_auth::primitives::{
    registrar::{BoundClient, ClientUrl, PreGrant, RegisteredUrl, RegistrarError},
    scope::Scope,
};
use oxide_auth_async::primitives::Registrar;

use super::oxide;
use crate::{domain::client::Client, security::redirect_uri};

/// The one client that this request is about.
pub struct TheClient<'a> {
    /// Who.
    pub client: &'a Client,
    /// Whether it has proved itself, at the token endpoint.
    pub authenticated: bool,
}

#[async_trait]
impl Registrar for TheClient<'_> {
    async fn bound_redirect<'a>(&self, bound: ClientUrl<'a>) -> Result<BoundClient<'a>, RegistrarError> {
        let asked = bound.redirect_uri.ok_or(RegistrarError::Unspecified)?;
        if !self.client.redirect_uris.iter().any(|known| redirect_uri::matches(known, asked.as_str())) {
            return Err(RegistrarError::Unspecified);
        }
        // The string that was asked for, its port included. `Semantic` would normalise it.
        let redirect_uri = Cow::Owned(RegisteredUrl::Exact(asked.into_owned()));
        Ok(BoundClient { client_id: bound.client_id, redirect_uri })
    }

    async fn negotiate<'a>(
        &self,
        bound: BoundClient<'a>,
        asked: Option<Scope>,
    ) -> Result<PreGrant, RegistrarError> {
        let ceiling = self.client.ceiling();
        let scope =
            asked.map_or(ceiling, |asked| oxide::grant_scope(&asked).within(ceiling)).without_covered();
        if scope.tools.is_empty() {
            return Err(RegistrarError::Unspecified);
        }
        Ok(PreGrant {
            client_id: bound.client_id.into_owned(),
            redirect_uri: bound.redirect_uri.into_owned(),
            scope: oxide::scope(scope).map_err(|()| RegistrarError::PrimitiveError)?,
        })
    }

    /// The credential was checked before the machine (for 401, Basic's decoding and grants that oxide-auth does not
    /// run). Here: is the client that the machine acts for the one that proved itself?
    async fn check(&self, client_id: &str, _passphrase: Option<&[u8]>) -> Result<(), RegistrarError> {
        if self.authenticated && self.client.id == client_id {
            Ok(())
        } else {
            Err(RegistrarError::Unspecified)
        }
    }
}
