//! GET /oauth/authorize: an app sends a person here (RFC 6749 §4.1.1). The request waits on the server while they
//! sign in and decide; what is wrong with it goes back to the app only after sign-in (RFC 9700 §4.11.2).

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};

use super::{
    browser::Browser,
    consent,
    dead_ends::{in_doubt, unreadable},
    signed_in, way_back,
};
use crate::{
    app::App,
    domain::origin::Origin,
    error::Refusal,
    grants::{
        authorization::{Stop, judge},
        consent::{Allowed, remembered},
        params::Params,
    },
    security::secret,
    store::{authorization_requests, users},
};

/// GET /oauth/authorize
pub async fn show(
    State(app): State<App>,
    browser: Browser,
    origin: Origin,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let query = query.unwrap_or_default();
    if query.len() > 8192 {
        return Err(unreadable("It is longer than 8 KiB."));
    }
    let params = Params::parse(&query);
    let judged = judge(&app, &origin, &params).await;
    if let Err(Stop::Doubt(doubt)) = &judged {
        return Err(in_doubt(&app, &origin, &params, doubt).await);
    }
    let person = signed_in::who(&app, &browser).await?;
    let now = app.clock.now();
    let silent = params.get("prompt") == Some("none");
    match judged {
        Err(stop) if silent || person.is_some() => {
            return way_back::stopped(&app, &origin, &params, stop).await;
        }
        Ok(request) if silent => {
            let fresh = person.filter(|(_, visit)| !request.prompt.wants_password(visit.proved_at, now));
            let Some((user, _)) = fresh else {
                return way_back::refuse_silently(&app, &origin, &params, &request, "login_required").await;
            };
            let memberships = users::memberships(&app.db, &user.id).await?;
            let Some((membership, scope)) = remembered(&app, &request, &user, &memberships).await? else {
                return way_back::refuse_silently(&app, &origin, &params, &request, "consent_required").await;
            };
            let (_, hash) = wait(&app, &browser, &query).await?;
            let tenant_id = &membership.tenant_id;
            let allowed = Allowed { request, hash: &hash, user: &user, tenant_id, scope };
            return way_back::grant(&app, &origin, &params, allowed).await;
        }
        // Fine, or told to the app after sign-in.
        _ => {}
    }
    let (id, _) = wait(&app, &browser, &query).await?;
    Ok(Redirect::to(&consent::path(&id)).into_response())
}

/// Lets the request wait for this browser; answers its id and the hash of it.
async fn wait(app: &App, browser: &Browser, query: &str) -> Result<(String, Vec<u8>), Refusal> {
    let id = secret::generate(&app.random);
    let hash = secret::hash(&id);
    let binding = browser.binding(app).await?;
    authorization_requests::insert(&app.db, &hash, &binding, query, app.clock.now()).await?;
    Ok((id, hash))
}
