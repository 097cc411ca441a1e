//! Connected apps in the settings: listed for their person and for owners, disconnected by either.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use shared::role::Role;

use super::{form::Posted, rows, signed_in::SignedIn};
use crate::{
    app::App,
    domain::authorization::ConnectedApp,
    error::Refusal,
    grants::revoke,
    pages::AppRow,
    security::return_path::within_site,
    store::{audit, grants},
};

/// An app in a list; `tenant` where the list spans companies.
pub fn row(app: ConnectedApp, with_tenant: bool) -> AppRow {
    let mut scopes: Vec<String> = app.scope.tools.iter().map(|scope| scope.to_string()).collect();
    scopes.extend(app.scope.offline.then(|| crate::domain::grant_scope::OFFLINE_ACCESS.to_owned()));
    AppRow {
        grant_id: app.grant_id,
        name: app.client_name,
        host: app.redirect_host,
        verified: app.verified,
        person: app.user_name,
        tenant: with_tenant.then_some(app.tenant_name),
        scopes,
        connected: rows::time(app.created_at),
        last_used: app.last_used_at.map(rows::time),
    }
}

/// POST /settings/apps/{id}/revoke
pub async fn disconnect(
    State(app): State<App>,
    person: SignedIn,
    Path(id): Path<String>,
    form: Posted,
) -> Result<Response, Refusal> {
    let grant = grants::by_id(&app.db, &id).await?.ok_or_else(Refusal::not_found)?;
    let owned = person.memberships.iter().any(|m| m.tenant_id == grant.tenant_id && m.role == Role::Owner);
    if grant.user_id != person.user.id && !owned {
        return Err(Refusal::not_found());
    }
    revoke::end(&app, &id, audit::person(&person.user), "disconnected", &person.origin).await?;
    person.browser.say("The app is disconnected.").await?;
    Ok(Redirect::to(within_site(form.text("return_to")?)).into_response())
}
