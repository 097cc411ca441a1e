//! POST /oauth/revoke: an app gives a token back (RFC 7009).

use axum::{extract::State, http::StatusCode};

use super::program::Posted;
use crate::{
    app::App,
    domain::origin::Origin,
    error::OAuthError,
    grants::{authenticate::authenticate, revoke},
};

/// POST /oauth/revoke
pub async fn submit(
    State(app): State<App>,
    origin: Origin,
    posted: Posted,
) -> Result<StatusCode, OAuthError> {
    match revoke(&app, &origin, &posted).await {
        Ok(()) => Ok(StatusCode::OK),
        Err(refusal) => {
            posted.note_refusal(&app, &origin, "revoke.refuse", &refusal).await?;
            Err(refusal)
        }
    }
}

async fn revoke(app: &App, origin: &Origin, posted: &Posted) -> Result<(), OAuthError> {
    posted.check_repeats()?;
    let client = authenticate(app, origin, &posted.authorization()?, &posted.form).await?;
    Ok(revoke::by_client(app, &client, &posted.form, origin).await?)
}
