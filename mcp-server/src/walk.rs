//! The life of one tool call. Each step returns a value that the next one needs, so none can be left out:
//! only a permit opens the tenant's transaction, and only that transaction reaches a table.

use serde_json::{Map, Value};
use shared::{permit::Permit, scope::Access, tenant_tx::TenantTx};

use crate::{app::App, catalog::Tool, error::Result, verbs::PageSize};

/// Runs a permitted call: parse, begin, verb, audit, commit.
pub async fn call(
    app: &App,
    permit: Permit,
    tool: &Tool,
    args: Map<String, Value>,
    size: PageSize,
    request_id: &str,
) -> Result<Map<String, Value>> {
    let prepared = tool.parse(permit.caller(), args)?;
    let mut tx = TenantTx::begin(&app.db, permit, tool.access(), &app.clock, &app.random).await?;
    let answer = prepared(&mut tx, size).await?;
    if tool.access() == Access::Write {
        record(&mut tx, tool, &answer, request_id).await?;
    }
    tx.commit().await?;
    Ok(answer)
}

/// A write and its line in the audit log commit together, or not at all.
async fn record(tx: &mut TenantTx, tool: &Tool, answer: &Map<String, Value>, request_id: &str) -> Result<()> {
    let actor = tx.actor().clone();
    let tenant_id = tx.tenant_id().to_owned();
    let event = shared::audit::Event {
        tenant_id: Some(&tenant_id),
        at: tx.now(),
        actor: &actor,
        action: &tool.name,
        outcome: "ok",
        subject: answer.get("id").and_then(Value::as_str),
        changes: Value::Object(Map::new()),
        request_id: Some(request_id),
        source: None,
    };
    let id = tx.new_id("aud");
    tx.execute(shared::audit::Event::INSERT, event.binds(id)).await?;
    Ok(())
}
