//! Resources: the team, the settings, and what each entity is.

use serde_json::{Map, Value, json};
use shared::{caller::Caller, permit::Permit, scope::Access, tenant::Tenant, tenant_tx::TenantTx};

use super::{Answer, RpcError, answer::Cached};
use crate::{app::App, docs::moves, entities::team, error::Result};

const MINUTE: Option<Cached> = Some(Cached { ttl: 60_000 });

/// resources/list
pub fn list(app: &App) -> Answer {
    let mut resources = vec![
        json!({"uri": "zoop://team", "name": "team", "title": "Team", "description": "Whom to assign: id, name and role.", "mimeType": "application/json"}),
        json!({"uri": "zoop://settings", "name": "settings", "title": "Settings", "description": "Currency, time zone and country of the account.", "mimeType": "application/json"}),
    ];
    resources.extend(app.catalog.entities().map(|entity| {
        json!({"uri": format!("zoop://docs/{entity}"), "name": format!("docs-{entity}"), "title": format!("How {entity} work"), "mimeType": "text/markdown"})
    }));
    Answer::Result(Map::from_iter([("resources".to_owned(), resources.into())]), MINUTE)
}

/// resources/templates/list
pub fn templates() -> Answer {
    let templates =
        json!([{"uriTemplate": "zoop://docs/{entity}", "name": "docs", "mimeType": "text/markdown"}]);
    Answer::Result(Map::from_iter([("resourceTemplates".to_owned(), templates)]), MINUTE)
}

/// resources/read
pub async fn read(app: &App, caller: &Caller, params: &Map<String, Value>) -> Answer {
    let Some(uri) = params.get("uri").and_then(Value::as_str) else {
        return Answer::Error(RpcError::new(
            -32602,
            "invalid_params",
            "`params.uri` must be a resource's URI.",
        ));
    };
    let content = match uri {
        "zoop://team" => team_json(app, caller).await.map(|text| ("application/json", text)),
        "zoop://settings" => tenant(app, &caller.tenant_id).await.map(|tenant| {
            let text = json!({"account": tenant.name, "currency": tenant.currency, "time_zone": tenant.time_zone,
                "country": tenant.country, "tax_rounding": tenant.tax_rounding});
            ("application/json", text.to_string())
        }),
        _ => match uri.strip_prefix("zoop://docs/").and_then(|entity| docs(app, entity)) {
            Some(text) => Ok(("text/markdown", text)),
            None => {
                let message = format!("There is no resource `{}`; resources/list names all there are.", crate::error::shown(uri));
                let mut error = RpcError::new(-32602, "unknown_resource", message);
                error.data.insert("uri".into(), uri.into());
                return Answer::Error(error);
            }
        },
    };
    match content {
        Ok((mime, text)) => {
            let contents = json!([{"uri": uri, "mimeType": mime, "text": text}]);
            Answer::Result(Map::from_iter([("contents".to_owned(), contents)]), MINUTE)
        }
        Err(error) => Answer::Failed(error),
    }
}

/// The caller's tenant.
pub async fn tenant(app: &App, id: &str) -> Result<Tenant> {
    let sql = format!("SELECT {} FROM tenants WHERE id = $1", Tenant::COLUMNS);
    let tenant = app.db.row(&sql, shared::binds![id]).await?;
    let gone = || shared::error::Error::internal(anyhow::anyhow!("no tenant {id}"));
    Ok(tenant.ok_or_else(gone)?)
}

async fn team_json(app: &App, caller: &Caller) -> Result<String> {
    // Every caller of the account may know its team: no scope is asked for, and so none can be missing.
    let permit = Permit::check(caller, &[]).map_err(|missing| {
        shared::error::Error::internal(anyhow::anyhow!("{missing} missing of no scopes"))
    })?;
    let mut tx = TenantTx::begin(&app.db, permit, Access::Read, &app.clock, &app.random).await?;
    let members = team::members(&mut tx).await?;
    let members: Vec<Value> = members
        .iter()
        .map(|member| json!({"id": member.id, "name": member.name, "role": member.role}))
        .collect();
    Ok(json!({"team": members}).to_string())
}

fn docs(app: &App, entity: &str) -> Option<String> {
    let tools: Vec<_> = app.catalog.tools().iter().filter(|tool| tool.entity.name() == entity).collect();
    let moves = moves(tools.first()?.entity, tools.iter().copied());
    let mut text = format!("# {entity}\n\n");
    for tool in &tools {
        text += &format!("- `{}`: {}\n", tool.name, tool.description);
    }
    if !moves.is_empty() {
        text += "\nStates:\n";
        for (from, to, by) in moves {
            let by = by.map_or("by itself, in time".to_owned(), |tool| format!("by `{tool}`"));
            text += &format!("- {from} → {to}, {by}\n");
        }
    }
    Some(text)
}
