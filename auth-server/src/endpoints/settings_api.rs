//! Settings → API & MCP, for owners: keys are made, shown once and revoked; apps are disconnected.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use secrecy::ExposeSecret;
use serde_json::json;
use shared::{
    api_key,
    role::Role,
    scope::{Access, Scope, Scopes},
};

use super::{
    apps,
    form::Posted,
    login::{self, Outcome},
    rows,
    signed_in::{Owner, SignedIn, not_yours, owners_only},
};
use crate::{
    app::App,
    domain::{
        api_key::{Draft, Typed},
        user::Member,
        visit::Visit,
    },
    error::Refusal,
    grants,
    pages::{self, Boxes, Here, KeyForm, Person},
    store::{self, api_keys, users},
};

/// GET /settings/api
pub async fn show(State(app): State<App>, Owner(person): Owner) -> Result<Response, Refusal> {
    draw(&app, &person, &Typed { actor_type: "user".to_owned(), ..Typed::default() }, None).await
}

async fn draw(
    app: &App,
    person: &SignedIn,
    typed: &Typed,
    error: Option<String>,
) -> Result<Response, Refusal> {
    let now = app.clock.now();
    let keys = api_keys::of_tenant(&app.db, &person.current.tenant_id).await?;
    let members = users::members(&app.db, &person.current.tenant_id).await?;
    let ticked = Scopes::parse_known(&typed.scopes.join(" "));
    let chosen = if typed.user_id.is_empty() { &person.user.id } else { &typed.user_id };
    let status = if error.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let form = KeyForm {
        error,
        name: typed.name.clone(),
        tenant_key: typed.actor_type == "tenant",
        people: members.iter().map(|member| choice(member, chosen)).collect(),
        scopes: Boxes::draw(Scopes::all(), |scope| ticked.contains(scope), None),
        expires_at: typed.expires_at.clone(),
        earliest: now.utc().date_naive().to_string(),
        ip_allow: typed.ip_allow.clone(),
        confirm_password: !person.visit.is_recent(now),
    };
    let apps = store::grants::apps_of_tenant(&app.db, &person.current.tenant_id, now).await?;
    let page = pages::Api {
        frame: rows::frame(app, person, Here::Api).await?,
        endpoint: app.settings.mcp_urls[0].clone(),
        keys: keys.iter().map(|key| rows::key(key, now)).collect(),
        apps: apps.into_iter().map(|app| apps::row(app, false)).collect(),
        renewed_within: rows::duration(app.settings.access_token_ttl),
        form,
    };
    Ok((status, pages::settings(&page)?).into_response())
}

fn choice(member: &Member, chosen: &str) -> Person {
    Person {
        id: member.user_id.clone(),
        name: member.name.clone(),
        role: member.role.to_string(),
        chosen: member.user_id == chosen,
    }
}

/// POST /settings/api/keys: makes a key, or redraws the form with a preset's boxes ticked.
pub async fn make_key(
    State(app): State<App>,
    mut person: SignedIn,
    form: Posted,
) -> Result<Response, Refusal> {
    // The page names the company it was drawn for: another tab may have switched meanwhile.
    let tenant_id = form.text("tenant_id")?;
    if !tenant_id.is_empty() && tenant_id != person.current.tenant_id {
        match person.memberships.iter().find(|m| m.tenant_id == tenant_id) {
            Some(named) => person.current = named.clone(),
            None => {
                person.note_refusal(&app, "api_key.create", "foreign_tenant").await?;
                return Err(not_yours());
            }
        }
    }
    if person.current.role != Role::Owner {
        person.note_refusal(&app, "api_key.create", "not_an_owner").await?;
        return Err(owners_only(&person.current.tenant_name));
    }
    let mut typed = Typed {
        name: form.text("name")?.to_owned(),
        actor_type: form.text("actor_type")?.to_owned(),
        user_id: form.text("user_id")?.to_owned(),
        scopes: form.all("scope"),
        expires_at: form.text("expires_at")?.to_owned(),
        ip_allow: form.text("ip_allow")?.to_owned(),
    };
    let every =
        |wanted: fn(&Scope) -> bool| Scope::advertised().filter(wanted).map(|s| s.to_string()).collect();
    match form.text("preset")? {
        "" => {}
        preset => {
            match preset {
                "all" => typed.scopes = every(|_| true),
                "read" => typed.scopes = every(|scope| scope.access == Access::Read),
                _ => {}
            }
            return draw(&app, &person, &typed, None).await;
        }
    }
    let now = app.clock.now();
    if !person.visit.is_recent(now) {
        let outcome = login::check(&app, &person.origin, &person.user.email, form.text("password")?).await?;
        let error = match outcome {
            Outcome::Right(_) => None,
            Outcome::Wrong => {
                Some("Give your password: you signed in a while ago, and a new key needs it once more.")
            }
            Outcome::TooMany => Some("Too many wrong passwords. Wait 15 minutes, then try again."),
        };
        if let Some(error) = error {
            return draw(&app, &person, &typed, Some(error.to_owned())).await;
        }
        person.visit = Visit { proved_at: now, ..person.visit };
        person.browser.update(&person.visit).await?;
    }
    let members = users::members(&app.db, &person.current.tenant_id).await?;
    let draft = match Draft::parse(&typed, &person.user.id, &members, now) {
        Ok(draft) => draft,
        Err(error) => {
            person.note_refusal(&app, "api_key.create", "invalid").await?;
            return draw(&app, &person, &typed, Some(error)).await;
        }
    };
    let key = api_key::generate(draft.kind, &app.random);
    let id = app.ids.next("key");
    let mut tx = app.db.begin(Access::Write).await?;
    api_keys::insert(&mut tx, &id, &person.current.tenant_id, &draft, &key, &person.user.id, now).await?;
    let details = json!({
        "name": draft.name, "kind": draft.kind.as_str(), "scopes": draft.scopes.to_string(),
        "user_id": draft.user.as_ref().map(|user| &user.user_id), "last_four": key.last_four,
    });
    person.audit(&app, "api_key.create", Some(&id), details).write(&mut tx, &app.ids).await?;
    tx.commit().await?;
    let page = pages::NewKey {
        frame: rows::frame(&app, &person, Here::Api).await?,
        endpoint: app.settings.mcp_urls[0].clone(),
        name: draft.name,
        key: key.secret.expose_secret().to_owned(),
        actor: rows::actor(draft.kind, draft.user.as_ref().map(|user| user.name.as_str())),
        scopes: draft.scopes.iter().map(|scope| scope.to_string()).collect(),
        expires: draft.expires_at.map(rows::time),
    };
    pages::settings(&page)
}

/// POST /settings/api/keys/{id}/revoke
pub async fn revoke_key(
    State(app): State<App>,
    person: SignedIn,
    Path(id): Path<String>,
    _form: Posted,
) -> Result<Response, Refusal> {
    let key = api_keys::by_id(&app.db, &id).await?.ok_or_else(Refusal::not_found)?;
    // A key of a company that is not theirs does not exist for them.
    let owned = |m: &&crate::domain::user::Membership| m.tenant_id == key.tenant_id && m.role == Role::Owner;
    person.memberships.iter().find(owned).ok_or_else(Refusal::not_found)?;
    grants::api_keys::revoke(&app, &key, &person.user, &person.origin).await?;
    person.browser.say(&format!("The key that ended in {} is revoked.", key.last_four)).await?;
    Ok(Redirect::to("/settings/api").into_response())
}
