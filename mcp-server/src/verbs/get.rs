//! `get`: one record, whole unless asked otherwise.

use serde_json::{Map, Value};
use shared::tenant_tx::TenantTx;

use super::{
    options::{GetOptions, View},
    present::{present_one, wanted},
};
use crate::{entity::Entity, error::Result, store};

/// The record of an id.
pub async fn get<E: Entity>(options: GetOptions, tx: &mut TenantTx) -> Result<Map<String, Value>> {
    let wanted = wanted::<E>(options.view.unwrap_or(View::Full), options.fields)?;
    let row = store::fetch::<E>(tx, &options.id).await?;
    present_one::<E>(&row, &wanted, tx).await
}
