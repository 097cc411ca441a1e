//! `create`: a new record, answered whole.

use serde_json::{Map, Value};
use shared::tenant_tx::TenantTx;

use super::{every_record::Common, options::OnDuplicate, put::insert, update::update};
use crate::{
    entity::Entity,
    error::Result,
    schema,
    store::{self, Written},
};

/// Makes the record; the arguments have passed the schema.
pub async fn create<E: Entity>(
    args: Map<String, Value>,
    on_duplicate: Option<OnDuplicate>,
    tx: &mut TenantTx,
) -> Result<Written> {
    if on_duplicate != Some(OnDuplicate::Update) {
        return make::<E>(args, tx).await;
    }
    // How a sync from another system works: one call, whether the record is there or not.
    let references = Common::take::<E>(&mut args.clone())?.external_refs;
    match store::find_any_by_external_ref::<E>(tx, &references).await? {
        None => Ok(make::<E>(args, tx).await?.beside("upserted", "created")),
        Some(id) => {
            let mut patch = Map::from_iter([("id".to_owned(), Value::from(id))]);
            patch.extend(args);
            Ok(update::<E>(patch, tx).await?.beside("upserted", "updated"))
        }
    }
}

async fn make<E: Entity>(mut args: Map<String, Value>, tx: &mut TenantTx) -> Result<Written> {
    let common = Common::take::<E>(&mut args)?;
    let draft: E::Draft = schema::read(args)?;
    let id = tx.new_id(E::PREFIX);
    let write = E::create(draft, &id, tx).await?;
    insert::<E>(&id, write, &common, tx).await
}
