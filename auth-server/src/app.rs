//! What a running server holds, and its routes.

use std::{ops::Deref, sync::Arc};

use axum::{
    Router,
    middleware::from_fn,
    routing::{get, post},
};
use shared::{clock::Clock, db::Db, id::Ids, random::Random};

use crate::{
    config::{Config, Settings},
    documents::Documents,
    endpoints::{
        apps, assets, authorize, consent, health, login, logout, metadata, program, register, revoke,
        settings, settings_api, token,
    },
    front_door,
    grants::{
        refusals::Refusals,
        signing::{self, Next, Signing},
    },
    security::password::Passwords,
    sweep,
};

/// A running server. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What [`App`] holds.
pub struct Inner {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// Identifiers.
    pub ids: Ids,
    /// The options, checked.
    pub settings: Settings,
    /// Hashing of passwords, in its bounded pool.
    pub passwords: Passwords,
    /// The keys that sign access tokens.
    pub(crate) signing: Signing,
    /// What apps publish about themselves.
    pub(crate) documents: Documents,
    /// The refusals that were written down lately.
    pub(crate) refusals: Refusals,
}

impl Deref for App {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// Sets a server up over an open database.
    pub async fn new(config: &Config, db: Db, clock: Clock, random: Random) -> anyhow::Result<Self> {
        let settings = config.settings()?;
        let ids = Ids::new(clock.clone(), random.clone());
        let passwords = Passwords::new(&random)?;
        let signing =
            Signing::new(settings.signing_algorithm, settings.signing_key_term, &config.key_secret()?)?;
        let documents = Documents::new(settings.local_documents)?;
        let refusals = Refusals::default();
        let inner = Inner { db, clock, random, ids, settings, passwords, signing, documents, refusals };
        let app = Self(Arc::new(inner));
        signing::look_after(&app).await?;
        Ok(app)
    }

    /// What a server does from time to time: looks after its signing keys and sweeps what has ended.
    pub async fn keep_house(&self) -> anyhow::Result<()> {
        signing::look_after(self).await?;
        Ok(sweep::run(self).await?)
    }

    /// Makes the next signing key before its time, unless one waits already.
    pub async fn rotate_keys(&self) -> anyhow::Result<Next> {
        signing::rotate(self).await
    }

    /// Deletes a signing key at once, with all that it signed; `Err`: the ids of those that there are.
    pub async fn revoke_key(&self, id: &str) -> anyhow::Result<Result<(), Vec<String>>> {
        signing::revoke(self, id).await
    }

    /// All routes, behind the front door.
    pub fn router(&self) -> Router {
        let pages = Router::new()
            .route("/", get(settings::home))
            .route("/login", get(login::show).post(login::submit))
            .route("/logout", get(logout::show).post(logout::submit))
            .route("/settings", get(settings::show))
            .route("/settings/tenant", post(settings::switch_tenant))
            .route("/settings/password", post(settings::change_password))
            .route("/settings/sessions/{id}/end", post(settings::end_session))
            .route("/settings/keys/{id}/revoke", post(settings::revoke_own_key))
            .route("/settings/api", get(settings_api::show))
            .route("/settings/api/keys", post(settings_api::make_key))
            .route("/settings/api/keys/{id}/revoke", post(settings_api::revoke_key))
            .route("/settings/apps/{id}/revoke", post(apps::disconnect))
            .route("/settings/apps/{id}/tool-names", post(apps::name_tools))
            .route("/oauth/authorize", get(authorize::show))
            .route("/oauth/consent", get(consent::show))
            .route("/oauth/consent/decision", post(consent::decide));
        let pages = front_door::with_sessions(pages, self);
        let programs = Router::new()
            .route(
                "/.well-known/oauth-authorization-server",
                get(metadata::authorization_server).options(program::preflight),
            )
            .route(
                "/.well-known/openid-configuration",
                get(metadata::openid_configuration).options(program::preflight),
            )
            .route("/.well-known/jwks.json", get(metadata::jwks).options(program::preflight))
            .route("/oauth/register", post(register::submit).options(program::preflight))
            .route("/oauth/token", post(token::submit).options(program::preflight))
            .route("/oauth/revoke", post(revoke::submit).options(program::preflight))
            .layer(from_fn(program::open_to_all));
        let rest =
            Router::new().route("/healthz", get(health::show)).route("/assets/{file}", get(assets::show));
        front_door::around(pages.merge(programs).merge(rest), self)
    }
}
