//! The life of one tool call. Each step returns a value that the next one needs, so none can be left out:
//! only a permit opens the tenant's transaction, and only that transaction reaches a table.

use serde_json::{Map, Value};
use shared::{audit::Event, permit::Permit, scope::Access, tenant_tx::TenantTx};

use crate::{
    app::App,
    catalog::Tool,
    error::{Error, Result},
    store::Written,
    verbs::PageSize,
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
    let prepared = match tool.parse(permit.caller(), args.clone()) {
        Ok(prepared) => prepared,
        Err(refusal) if refusal.has_issues() => return Err(advised(app, permit, tool, &args, refusal).await),
        Err(refusal) => return Err(refusal),
    };
    let mut tx = TenantTx::begin(&app.db, permit, tool.access(), &app.clock, &app.random).await?;
    let outcome = prepared(&mut tx, size).await?;
    if outcome.lasting {
        keep(tx, &tool.name, &outcome.written, Some(request_id)).await?;
    } else {
        tx.rollback().await?;
    }
    Ok(outcome.answer)
}

/// The refusal of a call's arguments, with what a look at the account adds to it; as it is while the database is away.
async fn advised(app: &App, permit: Permit, tool: &Tool, args: &Map<String, Value>, refusal: Error) -> Error {
    match TenantTx::begin(&app.db, permit, Access::Read, &app.clock, &app.random).await {
        Ok(mut tx) => tool.advise(refusal, args, &mut tx).await,
        Err(_) => refusal,
    }
}

/// Begins Zoop's own work in a tenant: what its workers write, no tool's `Needs` stand in the way of. Run steps of
/// `verbs` in it and end with [`keep`].
pub async fn begin_as_system(app: &App, tenant_id: &str) -> Result<TenantTx> {
    Ok(TenantTx::begin(&app.db, Permit::system(tenant_id), Access::Write, &app.clock, &app.random).await?)
}

/// Makes a transaction lasting. Its writes and their lines in the audit log commit together, or not at all.
pub async fn keep(
    mut tx: TenantTx,
    action: &str,
    written: &[Written],
    request_id: Option<&str>,
) -> Result<()> {
    for written in written.iter().flat_map(Written::all) {
        let actor = tx.actor().clone();
        let tenant_id = tx.tenant_id().to_owned();
        let event = Event {
            tenant_id: Some(&tenant_id),
            at: tx.now(),
            actor: &actor,
            action,
            outcome: if written.unchanged { "unchanged" } else { "ok" },
            subject: Some(written.id()),
            changes: Value::Object(written.changes()),
            request_id,
            source: None,
        };
        let id = tx.new_id(shared::audit::PREFIX);
        tx.execute(Event::INSERT, event.binds(id)).await?;
    }
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails says where")]

    use serde_json::json;
    use shared::db::Db;
    use testing::{Account, TestDatabase, on_both_databases};

    use super::*;
    use crate::{
        config::Config,
        entities::{
            customers::Customers,
            notes::{self, Notes},
        },
        entity::Entity,
        store::{Columns, Write},
        verbs,
    };

    async fn app(db: &TestDatabase) -> App {
        testing::http_client(); // the keys' client needs the TLS provider that it installs
        let mut config = Config::default();
        config.database.database_url = Some(db.url().to_owned().into());
        App::start(config, db.clock().clone(), db.random().clone()).await.unwrap()
    }

    async fn audit(db: &Db) -> Vec<(String, String, String)> {
        let sql =
            "SELECT action, subject, CAST(changes AS TEXT) FROM audit WHERE action LIKE 'test.%' ORDER BY id";
        db.rows(sql, vec![]).await.unwrap()
    }

    on_both_databases! {
        async fn zoops_own_work_writes_what_no_key_may_and_is_written_down(db: TestDatabase) {
            let account = Account::create(&db).await;
            let app = app(&db).await;
            let draft = |body: &str| -> <Notes as Entity>::Draft { serde_json::from_value(json!({"body": body})).unwrap() };
            let mut tx = begin_as_system(&app, &account.tenant_id).await.unwrap();
            let made = verbs::make::<Notes>(draft("by itself"), Columns::default().put("pinned", 1)).run(&mut tx).await.unwrap();
            let id = made.id().to_owned();
            let change: notes::Change = serde_json::from_value(json!({"body": "again"})).unwrap();
            let patched = verbs::patch::<Notes>(id.clone(), change, Columns::default()).run(&mut tx).await.unwrap();
            let altered = verbs::alter::<Notes>(id.clone(), Write::new(Columns::default().put("pinned", 0))).run(&mut tx).await.unwrap();
            assert_eq!((&made.record["pinned"], &made.record["created_by"]["type"]), (&json!(true), &json!("system")));
            assert_eq!((&patched.record["body"], &patched.record["version"]), (&json!("again"), &json!(2)));
            assert_eq!(altered.changes(), json!({"pinned": [true, false]}).as_object().unwrap().clone());
            keep(tx, "test.kept", &[made, patched, altered], None).await.unwrap();
            let lines = audit(db.admin().await).await;
            assert_eq!(lines.len(), 3);
            assert!(lines.iter().all(|(action, subject, _)| action == "test.kept" && *subject == id), "{lines:?}");

            let tx = begin_as_system(&app, &account.tenant_id).await.unwrap();
            drop(tx);
            let mut tx = begin_as_system(&app, &account.tenant_id).await.unwrap();
            let missing = verbs::alter::<Customers>("cus_no", Write::default()).run(&mut tx).await;
            assert!(missing.is_err(), "nothing is altered that is not there");
        }
    }
}
