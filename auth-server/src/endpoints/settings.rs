//! Settings → Profile & security: one's own sessions, keys, apps and password; and which company is looked at.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use serde_json::json;
use shared::scope::Access;

use super::{
    apps,
    form::Posted,
    login::{self, Outcome},
    rows,
    signed_in::SignedIn,
};
use crate::{
    app::App,
    domain::{user::role_in_words, visit::Visit},
    error::Refusal,
    grants,
    pages::{self, Here, SessionRow},
    security::{password, return_path::within_site},
    store::{self, api_keys, sessions, users},
};

/// GET /
pub async fn home() -> Redirect {
    Redirect::to("/settings")
}

/// GET /settings
pub async fn show(State(app): State<App>, person: SignedIn) -> Result<Response, Refusal> {
    draw(&app, &person, None).await
}

async fn draw(app: &App, person: &SignedIn, password_error: Option<String>) -> Result<Response, Refusal> {
    let now = app.clock.now();
    let here = person.browser.handle();
    let sessions = sessions::of_user(&app.db, &person.user.id, now).await?;
    let session = |(id, visit): (String, Visit)| SessionRow {
        here: Some(&id) == here.as_ref(),
        device: visit.device,
        source: visit.source,
        signed_in: rows::time(visit.signed_in_at),
        id,
    };
    let keys = api_keys::of_user(&app.db, &person.user.id).await?;
    let apps = store::grants::apps_of_user(&app.db, &person.user.id, now).await?;
    let page = pages::Profile {
        frame: rows::frame(app, person, Here::Profile).await?,
        role: role_in_words(person.current.role).to_owned(),
        sessions: sessions.into_iter().map(session).collect(),
        apps: apps.into_iter().map(|app| apps::row(app, true)).collect(),
        renewed_within: rows::duration(app.settings.access_token_ttl),
        keys: keys.iter().map(|key| rows::key(key, now)).collect(),
        password_error,
    };
    pages::settings(&page)
}

/// POST /settings/tenant
pub async fn switch_tenant(person: SignedIn, form: Posted) -> Result<Response, Refusal> {
    let wanted = form.text("tenant_id")?;
    let membership = person.memberships.iter().find(|m| m.tenant_id == wanted);
    let membership = membership.ok_or_else(super::signed_in::not_yours)?;
    let visit = Visit { tenant_id: Some(membership.tenant_id.clone()), ..person.visit.clone() };
    person.browser.update(&visit).await?;
    let back = match within_site(form.text("return_to")?) {
        "/settings/api" if membership.role != shared::role::Role::Owner => "/settings",
        path => path,
    };
    Ok(Redirect::to(back).into_response())
}

/// POST /settings/sessions/{id}/end
pub async fn end_session(
    State(app): State<App>,
    person: SignedIn,
    Path(id): Path<String>,
    _form: Posted,
) -> Result<Response, Refusal> {
    sessions::end(&app.db, &person.user.id, &id).await?;
    person.browser.say("That browser is signed out.").await?;
    Ok(Redirect::to("/settings").into_response())
}

/// POST /settings/password
pub async fn change_password(
    State(app): State<App>,
    person: SignedIn,
    form: Posted,
) -> Result<Response, Refusal> {
    let (current, new) = (form.text("current_password")?, form.text("new_password")?);
    if let Some(objection) = password::objection(new, &person.user.email) {
        return draw(&app, &person, Some(objection.to_owned())).await;
    }
    let outcome = login::check(&app, &person.origin, &person.user.email, current).await?;
    let error = match outcome {
        Outcome::Right(_) => None,
        Outcome::Wrong => Some("The current password is wrong: nothing was changed."),
        Outcome::TooMany => Some("Too many tries. Wait 15 minutes, then try again."),
    };
    if let Some(error) = error {
        return draw(&app, &person, Some(error.to_owned())).await;
    }
    let hash = app.passwords.hash(new, &app.random).await?;
    let mut tx = app.db.begin(Access::Write).await?;
    users::set_password(&mut tx, &person.user.id, &hash).await?;
    sessions::end_others(&mut tx, &person.user.id, &person.browser.handle().unwrap_or_default()).await?;
    person.audit(&app, "password.change", None, json!({})).write(&mut tx, &app.ids).await?;
    tx.commit().await?;
    let visit = Visit { proved_at: app.clock.now(), ..person.visit.clone() };
    person.browser.sign_in(&app, &visit).await?;
    person.browser.say("Your password is changed, and your other browsers are signed out.").await?;
    Ok(Redirect::to("/settings").into_response())
}

/// POST /settings/keys/{id}/revoke: a key that acts as the person who asks.
pub async fn revoke_own_key(
    State(app): State<App>,
    person: SignedIn,
    Path(id): Path<String>,
    _form: Posted,
) -> Result<Response, Refusal> {
    let key = api_keys::by_id(&app.db, &id).await?;
    let key =
        key.filter(|key| key.user_id.as_ref() == Some(&person.user.id)).ok_or_else(Refusal::not_found)?;
    grants::api_keys::revoke(&app, &key, &person.user, &person.origin).await?;
    person.browser.say(&format!("The key that ended in {} is revoked.", key.last_four)).await?;
    Ok(Redirect::to("/settings").into_response())
}
