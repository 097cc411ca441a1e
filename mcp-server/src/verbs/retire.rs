//! The fifth verb: archive, delete, cancel, end or void. Repeating it is no conflict.

use serde_json::{Map, Value, json};
use shared::{binds, tenant_tx::TenantTx, timestamp::Timestamp};

use super::{
    create::{add_warnings, reindex},
    options::UpdateOptions,
    present::present_one,
    update::check_version,
};
use crate::{
    entity::{Entity, Fifth, Retired, Wanted},
    error::{Error, Kind, Result},
    schema, store,
};

/// Takes the record out of use; the arguments have passed the schema.
pub async fn retire<E: Entity>(
    options: UpdateOptions,
    args: Map<String, Value>,
    tx: &mut TenantTx,
) -> Result<Map<String, Value>> {
    let how: E::Retire = schema::read(args)?;
    let row = match store::fetch::<E>(tx, &options.id).await {
        Err(Error::Tool(error)) if error.kind == Kind::NotFound && E::FIFTH == Fifth::Delete => {
            return tombstone::<E>(&options.id, tx).await?.ok_or(Error::Tool(error));
        }
        other => other?,
    };
    check_version::<E>(&row, options.expected_version)?;
    match E::retire(&row, how, tx).await? {
        Retired::Already => present_one::<E>(row, &Wanted::Full, tx).await,
        Retired::Changed(write) => {
            let warnings = write.warnings.clone();
            let row = store::update::<E>(tx, &options.id, write).await?;
            reindex::<E>(&row, tx).await?;
            let mut answer = present_one::<E>(row, &Wanted::Full, tx).await?;
            add_warnings(&mut answer, warnings);
            Ok(answer)
        }
        Retired::Deleted(beside) => {
            store::unindex::<E>(tx, &options.id).await?;
            store::delete::<E>(tx, &options.id, row.meta.version + 1).await?;
            let mut answer = tombstone::<E>(&options.id, tx).await?.unwrap_or_default();
            answer.extend(beside);
            Ok(answer)
        }
    }
}

/// What stands for a deleted record.
async fn tombstone<E: Entity>(id: &str, tx: &mut TenantTx) -> Result<Option<Map<String, Value>>> {
    let sql = "SELECT version, deleted_at FROM tombstones WHERE tenant_id = $1 AND entity = $2 AND id = $3";
    let row: Option<(i64, Timestamp)> = tx.row(sql, binds![tx.tenant_id(), E::TABLE, id]).await?;
    Ok(row.map(|(version, deleted_at)| {
        Map::from_iter([
            ("id".to_owned(), json!(id)),
            ("deleted".to_owned(), json!(true)),
            ("deleted_at".to_owned(), json!(deleted_at)),
            ("version".to_owned(), json!(version)),
        ])
    }))
}
