//! `update`: a partial patch. Absent is unchanged, null clears, arrays and objects replace whole.

use serde_json::{Map, Value, json};
use shared::{db::Bind, tenant_tx::TenantTx};

use super::{every_record::Common, options::Target, present::present_one, put};
use crate::{
    entity::{Entity, Stored, Wanted},
    error::{Error, Result},
    schema,
    store::{self, Columns, Written},
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
    let before = present_one::<E>(&row, &Wanted::Full, tx).await?;
    let write = match common.archived() {
        None => E::change(&row, change, tx).await?,
        Some(false) => {
            E::restore(&row, change, tx).await?.and(Columns::default().put("archived_at", Bind::Time(None)))
        }
        Some(true) => {
            let tool = format!("{}.{}", E::NAME, E::FIFTH.as_str());
            let error = Error::field("archived", format!("is set by {tool}; call that tool."));
            return Err(error.then_call(&tool, json!({"id": row.meta.id})));
        }
    };
    put::update::<E>(&row, before, write, &common, tx).await
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
