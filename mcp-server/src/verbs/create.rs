//! `create`: a new record, answered whole.

use serde_json::{Map, Value};
use shared::tenant_tx::TenantTx;

use super::{common::Common, present::present_one};
use crate::{
    entity::{Entity, Stored, Wanted},
    error::Result,
    schema, store,
};

/// Makes the record; the arguments have passed the schema.
pub async fn create<E: Entity>(
    mut args: Map<String, Value>,
    tx: &mut TenantTx,
) -> Result<Map<String, Value>> {
    let common = Common::take::<E>(&mut args)?;
    let draft: E::Draft = schema::read(args)?;
    let id = tx.new_id(E::PREFIX);
    let write = E::create(draft, &id, tx).await?;
    let write = common.add::<E>(write, None, tx).await?;
    let warnings = write.warnings.clone();
    let row = store::insert::<E>(tx, &id, write).await?;
    common.finish::<E>(&id, tx).await?;
    reindex::<E>(&row, tx).await?;
    let mut answer = present_one::<E>(row, &Wanted::Full, tx).await?;
    add_warnings(&mut answer, warnings);
    Ok(answer)
}

/// Brings the search index to what the row says now.
pub async fn reindex<E: Entity>(row: &Stored<E::Row>, tx: &mut TenantTx) -> Result<()> {
    match E::search_text(&row.own, tx) {
        Some(text) => store::index::<E>(tx, &row.meta.id, text).await,
        None => Ok(()),
    }
}

/// What is to say beside the record.
pub fn add_warnings(answer: &mut Map<String, Value>, warnings: Vec<Map<String, Value>>) {
    if !warnings.is_empty() {
        answer.insert("warnings".into(), warnings.into_iter().map(Value::Object).collect());
    }
}
