//! Connected apps in the settings: listed for their person and for owners, disconnected and adjusted by either.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use serde_json::json;
use shared::{role::Role, scope::Access};

use super::{form::Posted, rows, signed_in::SignedIn};
use crate::{
    app::App,
    domain::{
        authorization::{ConnectedApp, Grant},
        tool_names::ToolNames,
    },
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
        underscore_names: app.tool_names == ToolNames::Underscore,
        connected: rows::time(app.created_at),
        last_used: app.last_used_at.map(rows::time),
    }
}

/// The grant behind a connected app, for its person and for the owners of its company; for others there is none.
async fn theirs(app: &App, person: &SignedIn, id: &str) -> Result<Grant, Refusal> {
    let grant = grants::by_id(&app.db, id).await?.ok_or_else(Refusal::not_found)?;
    let owned = person.memberships.iter().any(|m| m.tenant_id == grant.tenant_id && m.role == Role::Owner);
    if grant.user_id == person.user.id || owned { Ok(grant) } else { Err(Refusal::not_found()) }
}

/// POST /settings/apps/{id}/revoke
pub async fn disconnect(
    State(app): State<App>,
    person: SignedIn,
    Path(id): Path<String>,
    form: Posted,
) -> Result<Response, Refusal> {
    let grant = theirs(&app, &person, &id).await?;
    revoke::end(&app, &grant.id, audit::person(&person.user), "disconnected", &person.origin).await?;
    person.browser.say("The app is disconnected.").await?;
    Ok(Redirect::to(within_site(form.text("return_to")?)).into_response())
}

/// POST /settings/apps/{id}/tool-names. The choice is the grant's: the client is shared by all who connect the app.
pub async fn name_tools(
    State(app): State<App>,
    person: SignedIn,
    Path(id): Path<String>,
    form: Posted,
) -> Result<Response, Refusal> {
    let grant = theirs(&app, &person, &id).await?;
    let now = app.clock.now();
    if !grant.lives(now) {
        return Err(Refusal::not_found());
    }
    let names = ToolNames::parse(form.text("tool_names")?);
    let names = names.ok_or_else(|| Refusal::bad_form("It chooses neither dots nor underscores."))?;
    let mut tx = app.db.begin(Access::Write).await?;
    if grants::name_tools(&mut tx, &grant.id, names, now).await? {
        let details = json!({
            "client_id": grant.client_id, "user_id": grant.user_id, "tool_names": names.as_str(),
        });
        let entry = person.audit(&app, "grant.name_tools", Some(&grant.id), details);
        audit::Entry { tenant_id: Some(&grant.tenant_id), ..entry }.write(&mut tx, &app.ids).await?;
    }
    tx.commit().await?;
    let example = match names {
        ToolNames::Dot => "customers.search",
        ToolNames::Underscore => "customers_search",
    };
    let said = format!("The app will see names like {example} once it has renewed its access.");
    person.browser.say(&said).await?;
    Ok(Redirect::to(within_site(form.text("return_to")?)).into_response())
}
