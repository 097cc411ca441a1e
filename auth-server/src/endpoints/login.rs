//! Signing in. A wrong password, an unknown address and a throttled one look alike and take alike.

use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde_json::json;
use shared::scope::Access;

use super::{
    browser::Browser,
    consent,
    form::{Fields, Posted},
    signed_in,
};
use crate::{
    app::App,
    domain::{
        origin::Origin,
        user::{self, User},
        visit::{self, Visit},
    },
    error::Refusal,
    grants::refusals,
    pages,
    security::{password, return_path::within_site},
    store::{audit, login_attempts, users},
};

/// GET /login
pub async fn show(
    State(app): State<App>,
    browser: Browser,
    origin: Origin,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let query = Fields::parse(query.as_deref().unwrap_or("").as_bytes());
    let return_to = within_site(query.one("return_to")?.unwrap_or("/settings")).to_owned();
    let person = signed_in::who(&app, &browser).await?;
    let again = query.one("again")? == Some("1");
    match person {
        Some(_) if !again => Ok(Redirect::to(&return_to).into_response()),
        person => {
            let waiting = consent::waiting_app(&app, &origin, &browser, &return_to).await?;
            // For an app another person may take over; for a page of the settings it is the same one.
            let (email, confirming) = match person {
                Some((user, _)) if waiting.is_some() => (user.email, None),
                person => (String::new(), person.map(|(user, _)| user.email)),
            };
            let csrf = browser.csrf(&app).await?;
            pages::html(&pages::Login { csrf, return_to, email, confirming, app: waiting, error: None })
        }
    }
}

/// POST /login
pub async fn submit(
    State(app): State<App>,
    browser: Browser,
    origin: Origin,
    headers: HeaderMap,
    form: Posted,
) -> Result<Response, Refusal> {
    let return_to = within_site(form.text("return_to")?).to_owned();
    let email = user::fold_email(form.text("email")?);
    match check(&app, &origin, &email, form.text("password")?).await? {
        Outcome::Right(user) => {
            let now = app.clock.now();
            let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("");
            let visit = Visit {
                user_id: user.id,
                signed_in_at: now,
                proved_at: now,
                tenant_id: None,
                device: visit::device(agent),
                source: origin.source.to_string(),
            };
            browser.sign_in(&app, &visit).await?;
            Ok(Redirect::to(&return_to).into_response())
        }
        outcome => {
            let (status, error) = match outcome {
                Outcome::TooMany => {
                    (StatusCode::TOO_MANY_REQUESTS, "Too many tries. Wait 15 minutes, then try again.")
                }
                _ => (
                    StatusCode::UNAUTHORIZED,
                    "That address and password do not match. Check both and try again.",
                ),
            };
            let waiting = consent::waiting_app(&app, &origin, &browser, &return_to).await?;
            let person = signed_in::who(&app, &browser).await?.filter(|_| waiting.is_none());
            let confirming = person.map(|(user, _)| user.email).filter(|e| *e == email);
            let csrf = browser.csrf(&app).await?;
            let page = pages::Login {
                csrf,
                return_to,
                email,
                error: Some(error.to_owned()),
                app: waiting,
                confirming,
            };
            let mut response = (status, pages::html(&page)?).into_response();
            if status == StatusCode::TOO_MANY_REQUESTS {
                response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("900"));
            }
            Ok(response)
        }
    }
}

/// How a try ended.
pub enum Outcome {
    /// It is this person.
    Right(User),
    /// It is not, or there is no such person.
    Wrong,
    /// Nothing was checked.
    TooMany,
}

/// Checks an address and a password under the throttle, and writes down how it went.
pub async fn check(app: &App, origin: &Origin, email: &str, password: &str) -> Result<Outcome, Refusal> {
    let now = app.clock.now();
    let source = origin.network();
    let mut tx = app.db.begin(Access::Write).await?;
    let admitted = login_attempts::admit(&mut tx, &app.ids, email, &source, now).await?;
    tx.commit().await?;
    let user = users::by_email(&app.db, email).await?;
    // Of an address that nobody has, nothing is kept: people mistype, and type passwords there.
    let account = user.as_ref().map(|user| user.id.clone());
    if admitted.is_none() {
        let account = account.unwrap_or_default();
        refusals::note(app, origin, audit::stranger(), "login", "too_many_tries", &account).await?;
        return Ok(Outcome::TooMany);
    }
    let user = user.filter(|user| user.active);
    let hash = user.as_ref().and_then(|user| user.password_hash.as_deref());
    let right = password.len() <= password::LONGEST && app.passwords.verify(password, hash).await?;
    let user = user.filter(|_| right);
    audit::Entry {
        tenant_id: None,
        at: now,
        actor: user.as_ref().map_or_else(audit::stranger, audit::person),
        action: "login",
        outcome: if user.is_some() { "ok" } else { "wrong_password" },
        subject: account.as_deref(),
        details: json!({}),
        request_id: &origin.request_id,
        source: origin.source.to_string(),
    }
    .write_alone(&app.db, &app.ids)
    .await?;
    let Some(user) = user else { return Ok(Outcome::Wrong) };
    login_attempts::forgive(&app.db, email).await?;
    Ok(Outcome::Right(user))
}
