//! Where a request goes neither on nor back: pages that tell the person why, and what to do.

use axum::http::StatusCode;

use crate::{
    app::App,
    documents::Unreadable,
    domain::origin::Origin,
    error::Refusal,
    grants::{authorization::Doubt, params::Params, refusals},
    store::audit,
};

/// It cannot be read.
pub fn unreadable(what: &str) -> Refusal {
    Refusal::new(
        StatusCode::BAD_REQUEST,
        "This request cannot be read",
        format!("An app sent you to Zoop with a request that Zoop cannot read. {what}"),
        "Go back to the app and connect again. If it happens again, tell the people who make the app.",
    )
}

/// Client or redirect URI are in doubt: the person stays here, and is told what to do.
pub async fn in_doubt(app: &App, origin: &Origin, params: &Params, doubt: &Doubt) -> Refusal {
    let why = match doubt {
        Doubt::NoClient => "no_client",
        Doubt::UnknownClient => "unknown_client",
        Doubt::Document(unreadable) => unreadable.code,
        Doubt::NoRedirectUri => "no_redirect_uri",
        Doubt::RedirectUri => "redirect_uri",
    };
    let client = params.get("client_id").unwrap_or_default();
    if let Err(error) = refusals::note(app, origin, audit::stranger(), "authorize.refuse", why, client).await
    {
        return error.into();
    }
    let again =
        "Go back to the app, remove its Zoop connection and add it again: the app then registers anew.";
    let (title, what_happened, what_to_do) = match doubt {
        Doubt::Document(Unreadable { why, passing, .. }) => {
            let then = if *passing {
                "Try again in a minute."
            } else {
                "Tell the people who make the app what stands here, and try again when they have mended it."
            };
            return Refusal::new(
                StatusCode::BAD_REQUEST,
                "This app’s description cannot be read",
                format!(
                    "The app is named by the address of a document that describes it, and the document cannot be used: \
                     {why}."
                ),
                then,
            )
            .with_link("/settings", "Go to Zoop");
        }
        Doubt::NoClient => (
            "This request names no app",
            "You were sent to Zoop by a request that does not say which app it comes from.",
            "Go back to the app and connect again. If it happens again, tell the people who make the app.",
        ),
        Doubt::UnknownClient => (
            "This app is not registered here",
            "An app sent you to Zoop under a client ID that Zoop does not know. It may have been connected long ago and \
             never used, or set up for another Zoop server.",
            again,
        ),
        Doubt::NoRedirectUri => (
            "This request names no return address",
            "The app did not say where Zoop should send the answer: `redirect_uri` is missing from its request.",
            "Go back to the app and connect again. If it happens again, tell the people who make the app.",
        ),
        Doubt::RedirectUri => (
            "This app’s return address is not registered",
            "The app asked Zoop to send the answer to an address that it has not registered. To keep your data safe, \
             Zoop sends nothing there.",
            again,
        ),
    };
    Refusal::new(StatusCode::BAD_REQUEST, title, what_happened, what_to_do)
        .with_link("/settings", "Go to Zoop")
}

/// Gone, decided, or another browser's: which, is not told.
pub fn not_waiting() -> Refusal {
    Refusal::new(
        StatusCode::BAD_REQUEST,
        "This request no longer waits",
        "It was decided already, is older than an hour, or was started in another browser. Nothing was granted now.",
        "Go back to the app. If it is not connected, start again from there. If this page comes each time, your browser \
         blocks cookies for this site: allow them, since Zoop knows by a cookie that the request is yours.",
    )
    .with_link("/settings", "Go to Zoop")
}
