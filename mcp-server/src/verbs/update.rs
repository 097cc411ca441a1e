//! `update`: a partial patch. Absent is unchanged, null clears, arrays and objects replace whole.

use serde_json::{Map, Value, json};
use shared::{db::Bind, tenant_tx::TenantTx, timestamp::Timestamp};

use super::{
    create::reindex,
    every_record::Common,
    options::Target,
    present::{copy_of, present_one},
    write::Written,
};
use crate::{
    entity::{Entity, Stored, Wanted},
    error::{Error, Result},
    schema, store,
};

/// Changes the record; the arguments have passed the schema.
pub async fn update<E: Entity>(mut args: Map<String, Value>, tx: &mut TenantTx) -> Result<Written> {
    let target = Target::take(&mut args)?;
    if args.is_empty() {
        return Err(Error::invalid(format!(
            "The call names no field to change. Send the fields of the {} that change, beside `id`.",
            E::NOUN
        )));
    }
    let common = Common::take::<E>(&mut args)?;
    let change: E::Change = schema::read(args)?;
    let row = store::fetch::<E>(tx, &target.id).await?;
    check_version::<E>(&row, target.expected_version)?;
    let before = copy_of::<E>(&target.id, tx).await?;
    let mut write = E::change(&row, change, tx).await?;
    if let Some(archived) = common.archived() {
        let at: Option<Timestamp> = archived.then(|| tx.now());
        if archived {
            return Err(Error::field(
                "archived",
                format!("is set by {}.{}; call that tool.", E::NAME, E::FIFTH.as_str()),
            ));
        }
        write.columns = write.columns.put("archived_at", Bind::from(at));
    }
    let write = common.add::<E>(write, Some(&row), tx).await?;
    let warnings = write.warnings.clone();
    let row = store::update::<E>(tx, &target.id, write).await?;
    common.finish::<E>(&target.id, tx).await?;
    reindex::<E>(&row, tx).await?;
    let record = present_one::<E>(row, &Wanted::Full, tx).await?;
    Ok(Written::new(Some(before), record).warned(warnings))
}

/// Refuses a change made against another version than the caller read.
pub fn check_version<E: Entity>(row: &Stored<E::Row>, expected: Option<i64>) -> Result<()> {
    match expected {
        Some(expected) if expected != row.meta.version => Err(Error::conflict(
            "version_mismatch",
            format!(
                "The {} is at version {}, not {expected}: somebody changed it since. Read it again with {}.get, then repeat your change.",
                E::NOUN, row.meta.version, E::NAME
            ),
        )
        .with("current_version", row.meta.version)
        .then_call(&format!("{}.get", E::NAME), json!({"id": row.meta.id}))),
        _ => Ok(()),
    }
}
