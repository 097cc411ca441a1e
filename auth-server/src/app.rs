//! What a running server holds, and its routes.

use std::{ops::Deref, sync::Arc};

use axum::{
    Router,
    routing::{get, post},
};
use shared::{clock::Clock, db::Db, id::Ids, random::Random};

use crate::{
    config::{Config, Settings},
    endpoints::{assets, health, login, logout, settings, settings_api},
    front_door,
    security::password::Passwords,
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
        Ok(Self(Arc::new(Inner { db, clock, random, ids, settings, passwords })))
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
            .route("/settings/api/keys/{id}/revoke", post(settings_api::revoke_key));
        let pages = front_door::with_sessions(pages, self);
        let rest =
            Router::new().route("/healthz", get(health::show)).route("/assets/{file}", get(assets::show));
        front_door::around(pages.merge(rest), self)
    }
}
