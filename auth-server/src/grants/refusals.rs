//! Refusals in the audit log: one line a minute for each client, source and reason, so that a flood fills no table.

use std::time::Duration;

use moka::future::Cache;
use serde_json::json;
use shared::{caller::Actor, error::Error};

use crate::{app::App, domain::origin::Origin, store::audit};

/// What was written lately.
pub struct Refusals(Cache<(String, String, String), ()>);

impl Default for Refusals {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(60)).build())
    }
}

/// Writes down that this was refused, and why. `client` may be what somebody claimed to be.
pub async fn note(
    app: &App,
    origin: &Origin,
    actor: Actor,
    action: &str,
    why: &str,
    client: &str,
) -> Result<(), Error> {
    let client: String = client.chars().filter(|c| !c.is_control()).take(200).collect();
    let key = (format!("{action} {why}"), client.clone(), origin.network());
    if !app.refusals.0.entry(key).or_insert(()).await.is_fresh() {
        return Ok(());
    }
    audit::Entry {
        tenant_id: None,
        at: app.clock.now(),
        actor,
        action,
        outcome: why,
        subject: Some(&client),
        details: json!({}),
        request_id: &origin.request_id,
        source: origin.source.to_string(),
    }
    .write_alone(&app.db, &app.ids)
    .await
}
