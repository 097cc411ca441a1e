//! The consent page and the decision. All state is on the server: the form carries one opaque id, the company and
//! the ticked boxes, and whatever else it carries is not looked at.

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};

use super::{
    browser::Browser,
    dead_ends::not_waiting,
    form::{Fields, Posted},
    rows,
    signed_in::{self, login_path},
    way_back,
};
use crate::{
    app::App,
    domain::{
        authorization::PendingRequest,
        grant_scope::GrantScope,
        origin::Origin,
        user::{Membership, User, role_in_words},
    },
    error::Refusal,
    grants::{
        authorization::{Request, judge},
        consent::{self as rules, Allowed, offered, remembered},
        params::Params,
        refusals,
    },
    pages::{self, App as AppWords, Boxes},
    security::{redirect_uri, secret},
    store::{audit, authorization_requests, users},
};

/// The page of a waiting request.
pub fn path(id: &str) -> String {
    format!("/oauth/consent?request={id}")
}

/// A waiting request, with the person who is to decide it.
struct Case {
    browser: Browser,
    id: String,
    pending: PendingRequest,
    params: Params,
    request: Request,
    user: User,
    memberships: Vec<Membership>,
}

/// Finds the request and its person, or what has to happen first: a page, signing in, the way back.
async fn open(
    app: &App,
    browser: Browser,
    origin: &Origin,
    id: &str,
) -> Result<Result<Case, Response>, Refusal> {
    let binding = browser.binding(app).await?;
    let pending =
        authorization_requests::waiting(&app.db, &secret::hash(id), &binding, app.clock.now()).await?;
    let pending = pending.ok_or_else(not_waiting)?;
    let Some((user, visit)) = signed_in::who(app, &browser).await? else {
        return Ok(Err(Redirect::to(&login_path(&path(id))).into_response()));
    };
    let params = Params::parse(&pending.parameters);
    let request = match judge(app, origin, &params).await {
        Ok(request) => request,
        Err(stop) => return Ok(Err(way_back::stopped(app, origin, &params, stop).await?)),
    };
    if request.prompt.wants_password(visit.proved_at, pending.created_at) {
        return Ok(Err(Redirect::to(&format!("{}&again=1", login_path(&path(id)))).into_response()));
    }
    let memberships = users::memberships(&app.db, &user.id).await?;
    if memberships.is_empty() {
        return Err(signed_in::homeless());
    }
    Ok(Ok(Case { browser, id: id.to_owned(), pending, params, request, user, memberships }))
}

/// GET /oauth/consent
pub async fn show(
    State(app): State<App>,
    browser: Browser,
    origin: Origin,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let query = Fields::parse(query.unwrap_or_default().as_bytes());
    let id = query.one("request")?.unwrap_or_default().to_owned();
    let case = match open(&app, browser, &origin, &id).await? {
        Ok(case) => case,
        Err(response) => return Ok(response),
    };
    if let Some((membership, scope)) = remembered(&app, &case.request, &case.user, &case.memberships).await? {
        let (hash, tenant_id) = (&case.pending.hash, &membership.tenant_id);
        let allowed = Allowed { request: case.request, hash, user: &case.user, tenant_id, scope };
        return way_back::grant(&app, &origin, &case.params, allowed).await;
    }
    let visit = case.browser.visit(&app).await?;
    let looked_at = visit.and_then(|visit| visit.tenant_id);
    let chosen = case.memberships.iter().find(|m| Some(&m.tenant_id) == looked_at.as_ref());
    let chosen = chosen.unwrap_or(&case.memberships[0]).clone();
    draw(&app, &case, &chosen, first_ticks(&case.request, &chosen), Words::default()).await
}

/// What is ticked at first: all that was named; of an app that named nothing, what only reads.
fn first_ticks(request: &Request, membership: &Membership) -> GrantScope {
    let offered = offered(request, membership);
    if request.named_scopes { offered } else { offered.reads() }
}

/// POST /oauth/consent/decision
pub async fn decide(
    State(app): State<App>,
    browser: Browser,
    origin: Origin,
    form: Posted,
) -> Result<Response, Refusal> {
    let case = match open(&app, browser, &origin, form.text("request")?).await? {
        Ok(case) => case,
        Err(response) => return Ok(response),
    };
    match form.text("decision")? {
        "switch" => {
            case.browser.forget_person(&app).await?;
            return Ok(Redirect::to(&login_path(&path(&case.id))).into_response());
        }
        "deny" => {
            if !rules::deny(&app, &origin, &case.request, &case.pending.hash, &case.user).await? {
                return Err(not_waiting());
            }
            return way_back::refuse(&app, &case.params, &case.request, "access_denied");
        }
        _ => {}
    }
    let shown = case.pending.tenant_id.as_deref().unwrap_or_default();
    let wanted = form.text("tenant_id")?;
    let wanted = if wanted.is_empty() { shown } else { wanted };
    let Some(membership) = case.memberships.iter().find(|m| m.tenant_id == wanted) else {
        let (actor, client) = (audit::person(&case.user), &case.request.client.id);
        refusals::note(&app, &origin, actor, "consent.refuse", "foreign_tenant", client).await?;
        return Err(signed_in::not_yours());
    };
    if membership.tenant_id != shown {
        // The boxes are what will be granted, so the other company's boxes are shown first.
        let note =
            format!("These are the boxes for {}. Look at them, then allow or deny.", membership.tenant_name);
        let words = Words { note: Some(note), error: None };
        return draw(&app, &case, membership, first_ticks(&case.request, membership), words).await;
    }
    let offered = offered(&case.request, membership);
    let ticked = form.all("scope").join(" ");
    // What was not offered is not granted, whoever added it to the form.
    let ticked = GrantScope::parse_known(&ticked);
    let ticked = GrantScope {
        tools: ticked.tools.iter().filter(|&scope| offered.tools.contains(scope)).collect(),
        offline: ticked.offline && offered.offline,
    };
    match (form.text("preset")?, form.text("decision")?) {
        ("all", _) => draw(&app, &case, membership, offered, Words::default()).await,
        ("read", _) => draw(&app, &case, membership, offered.reads(), Words::default()).await,
        ("", "allow") if ticked.tools.is_empty() => {
            let error = "Nothing was ticked, so nothing was allowed. Tick what the app may do, or deny.";
            draw(&app, &case, membership, ticked, Words { error: Some(error.to_owned()), note: None }).await
        }
        ("", "allow") => {
            let (hash, tenant_id) = (&case.pending.hash, &membership.tenant_id);
            let allowed = Allowed { request: case.request, hash, user: &case.user, tenant_id, scope: ticked };
            way_back::grant(&app, &origin, &case.params, allowed).await
        }
        _ => draw(&app, &case, membership, ticked, Words::default()).await,
    }
}

#[derive(Default)]
struct Words {
    error: Option<String>,
    note: Option<String>,
}

async fn draw(
    app: &App,
    case: &Case,
    membership: &Membership,
    ticked: GrantScope,
    words: Words,
) -> Result<Response, Refusal> {
    authorization_requests::show(&app.db, &case.pending.hash, &membership.tenant_id).await?;
    let (request, client) = (&case.request, &case.request.client);
    let offered = offered(request, membership);
    let withheld: Vec<String> = {
        let all = request.scope.tools.iter().filter(|&scope| !offered.tools.contains(scope));
        all.map(|scope| scope.to_string()).collect()
    };
    let withheld = (!withheld.is_empty()).then(|| {
        format!(
            "Left out, because your role in {} cannot grant it: {}.",
            membership.tenant_name,
            withheld.join(", ")
        )
    });
    let nothing = offered.tools.is_empty().then(|| {
        format!(
            "Nothing that {} asks for is yours to allow: you are {} in {}. Ask an owner there to connect it.",
            client.name,
            role_in_words(membership.role),
            membership.tenant_name
        )
    });
    let page = pages::Consent {
        csrf: case.browser.csrf(app).await?,
        request: case.id.clone(),
        app: AppWords {
            initial: rows::initial(&client.name),
            name: client.name.clone(),
            client_id: client.id.clone(),
            published_at: client.published_at(),
            redirect_host: redirect_uri::host(&request.redirect_uri),
            verified: client.registered_by.is_some(),
            loopback: redirect_uri::is_this_computer(&request.redirect_uri),
        },
        account: format!("{} · {}", case.user.name, case.user.email),
        tenants: rows::tenants(&case.memberships, &membership.tenant_id),
        scopes: Boxes::draw(
            offered.tools,
            |scope| ticked.tools.contains(scope),
            offered.offline.then_some(ticked.offline),
        ),
        withheld,
        nothing,
        error: words.error,
        note: words.note,
    };
    pages::html(&page)
}

/// The name of the app that waits behind a way back, for the sign-in page.
pub async fn waiting_app(
    app: &App,
    origin: &Origin,
    browser: &Browser,
    return_to: &str,
) -> Result<Option<String>, Refusal> {
    let Some(id) = return_to.strip_prefix("/oauth/consent?request=") else { return Ok(None) };
    let binding = browser.binding(app).await?;
    let now = app.clock.now();
    let Some(pending) = authorization_requests::waiting(&app.db, &secret::hash(id), &binding, now).await?
    else {
        return Ok(None);
    };
    let judged = judge(app, origin, &Params::parse(&pending.parameters)).await;
    Ok(judged.ok().map(|request| request.client.name))
}
