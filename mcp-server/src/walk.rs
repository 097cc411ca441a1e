//! The life of one tool call. Each step returns a value that the next one needs, so none can be left out:
//! only a permit opens the tenant's transaction, and only that transaction reaches a table.

use serde_json::{Map, Value};
use shared::{audit::Event, permit::Permit, tenant_tx::TenantTx};

use crate::{
    app::App,
    catalog::Tool,
    error::Result,
    verbs::{PageSize, Written},
};

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
    let outcome = prepared(&mut tx, size).await?;
    for written in &outcome.written {
        record(&mut tx, tool, written, request_id).await?;
    }
    if outcome.lasting {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(outcome.answer)
}

/// A write and its line in the audit log commit together, or not at all.
async fn record(tx: &mut TenantTx, tool: &Tool, written: &Written, request_id: &str) -> Result<()> {
    let actor = tx.actor().clone();
    let tenant_id = tx.tenant_id().to_owned();
    let event = Event {
        tenant_id: Some(&tenant_id),
        at: tx.now(),
        actor: &actor,
        action: &tool.name,
        outcome: if written.unchanged { "unchanged" } else { "ok" },
        subject: written.record.get("id").and_then(Value::as_str),
        changes: Value::Object(written.changes()),
        request_id: Some(request_id),
        source: None,
    };
    let id = tx.new_id(shared::audit::PREFIX);
    tx.execute(Event::INSERT, event.binds(id)).await?;
    Ok(())
}
