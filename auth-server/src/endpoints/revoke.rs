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
    posted.check_repeats()?;
    let client = authenticate(&app, &posted.authorization()?, &posted.form).await?;
    revoke::by_client(&app, &client, &posted.form, &origin).await?;
    Ok(StatusCode::OK)
}
