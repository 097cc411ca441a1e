//! The browser at the other end: its session, its CSRF token, who is signed in there.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use serde::{Serialize, de::DeserializeOwned};
use tower_sessions::Session;

use crate::{
    app::App,
    domain::visit::Visit,
    error::Refusal,
    security::secret,
    store::sessions::{self, VISIT},
};

const CSRF: &str = "csrf";
const DONE: &str = "done";
const BINDING: &str = "browser";

/// A browser and what its session remembers.
#[derive(Debug, Clone)]
pub struct Browser(Session);

impl FromRequestParts<App> for Browser {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Refusal> {
        parts.extensions.get::<Session>().cloned().map(Self).ok_or_else(|| {
            shared::error::Error::internal(anyhow::anyhow!("a page stands outside the session layer")).into()
        })
    }
}

impl Browser {
    /// The token that every form of this session carries; made at the first form.
    pub async fn csrf(&self, app: &App) -> Result<String, Refusal> {
        if let Some(token) = self.get::<String>(CSRF).await? {
            return Ok(token);
        }
        let token = secret::generate(&app.random);
        self.put(CSRF, &token).await?;
        Ok(token)
    }

    /// Refuses a form that another site, or another session, has sent.
    pub async fn check_csrf(&self, given: Option<&str>) -> Result<(), Refusal> {
        match (self.get::<String>(CSRF).await?, given) {
            (Some(token), Some(given)) if secret::equal(&token, given) => Ok(()),
            _ => Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "This form has expired",
                "The form was not sent from a page that Zoop has just shown in this browser. Nothing was changed.",
                "Go back, reload the page and send the form again. Cookies must be allowed for this site.",
            )
            .with_link("/settings", "Go to Zoop")),
        }
    }

    /// Who is signed in here, if the session still lives.
    pub async fn visit(&self, app: &App) -> Result<Option<Visit>, Refusal> {
        Ok(self.get::<Visit>(VISIT).await?.filter(|visit| visit.lives(app.clock.now())))
    }

    /// Signs a person in: the session gets a new id and a new CSRF token, so that an old one is worth nothing.
    pub async fn sign_in(&self, app: &App, visit: &Visit) -> Result<(), Refusal> {
        self.0.cycle_id().await?;
        self.put(CSRF, &secret::generate(&app.random)).await?;
        self.put(VISIT, visit).await
    }

    /// Changes what is remembered of the person signed in.
    pub async fn update(&self, visit: &Visit) -> Result<(), Refusal> {
        self.put(VISIT, visit).await
    }

    /// Signs out and forgets everything.
    pub async fn sign_out(&self) -> Result<(), Refusal> {
        Ok(self.0.flush().await?)
    }

    /// Forgets who was signed in, but not what waits for a decision: another person may take over.
    pub async fn forget_person(&self, app: &App) -> Result<(), Refusal> {
        self.0.remove::<Visit>(VISIT).await?;
        self.0.cycle_id().await?;
        self.put(CSRF, &secret::generate(&app.random)).await
    }

    /// The hash of a secret of this browser's session: what waits for a decision waits for this browser alone.
    pub async fn binding(&self, app: &App) -> Result<Vec<u8>, Refusal> {
        let bound = match self.get::<String>(BINDING).await? {
            Some(bound) => bound,
            None => {
                let fresh = secret::generate(&app.random);
                self.put(BINDING, &fresh).await?;
                fresh
            }
        };
        Ok(secret::hash(&bound))
    }

    /// A sentence for the next page that is shown.
    pub async fn say(&self, done: &str) -> Result<(), Refusal> {
        self.put(DONE, done).await
    }

    /// That sentence, once.
    pub async fn said(&self) -> Result<Option<String>, Refusal> {
        // Asked for first: removing marks the session as changed even where there is nothing.
        match self.get::<String>(DONE).await? {
            Some(_) => Ok(self.0.remove(DONE).await?),
            None => Ok(None),
        }
    }

    /// What stands in the session table in the cookie's place.
    pub fn handle(&self) -> Option<String> {
        self.0.id().map(|id| sessions::handle(&id))
    }

    /// Something that the session remembers.
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Refusal> {
        Ok(self.0.get(key).await?)
    }

    /// Lets the session remember something.
    pub async fn put(&self, key: &str, value: impl Serialize) -> Result<(), Refusal> {
        Ok(self.0.insert(key, value).await?)
    }
}
