//! Signing out: the browser's session ends, what apps were granted stays.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};

use super::{browser::Browser, form::Posted, signed_in};
use crate::{app::App, error::Refusal, pages};

/// GET /logout asks first: a link alone must not sign anybody out.
pub async fn show(State(app): State<App>, browser: Browser) -> Result<Response, Refusal> {
    let Some((user, _)) = signed_in::who(&app, &browser).await? else {
        return Ok(Redirect::to("/login").into_response());
    };
    pages::html(&pages::Logout { csrf: browser.csrf(&app).await?, email: user.email })
}

/// POST /logout
pub async fn submit(browser: Browser, _form: Posted) -> Result<Response, Refusal> {
    browser.sign_out().await?;
    Ok(Redirect::to("/login").into_response())
}
