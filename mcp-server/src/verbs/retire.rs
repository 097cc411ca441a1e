//! The fifth verb: archive, delete, cancel, end or void. Repeating it is no conflict.

use serde_json::{Map, Value};
use shared::tenant_tx::TenantTx;

use super::{
    create::reindex,
    options::Target,
    present::{copy_of, present_one},
    update::check_version,
    write::Written,
};
use crate::{
    entity::{Entity, Fifth, Retired, Wanted},
    error::{Error, Kind, Result},
    schema,
    store::{self, Tombstone},
};

/// Takes the record out of use; the arguments have passed the schema.
pub async fn retire<E: Entity>(mut args: Map<String, Value>, tx: &mut TenantTx) -> Result<Written> {
    let target = Target::take(&mut args)?;
    let how: E::Retire = schema::read(args)?;
    let row = match store::fetch::<E>(tx, &target.id).await {
        Err(Error::Tool(error)) if error.kind == Kind::NotFound && E::FIFTH == Fifth::Delete => {
            let gone = store::tombstone_of::<E>(tx, &target.id).await?.ok_or(Error::Tool(error))?;
            return Ok(Written::unchanged(gone.record()));
        }
        other => other?,
    };
    check_version::<E>(&row, target.expected_version)?;
    let before = copy_of::<E>(&target.id, tx).await?;
    match E::retire(&row, how, tx).await? {
        Retired::Already => Ok(Written::unchanged(before)),
        Retired::Changed(write) => {
            let warnings = write.warnings.clone();
            let row = store::update::<E>(tx, &target.id, write).await?;
            reindex::<E>(&row, tx).await?;
            let record = present_one::<E>(row, &Wanted::Full, tx).await?;
            Ok(Written::new(Some(before), record).warned(warnings))
        }
        Retired::Deleted(beside) => {
            store::unindex::<E>(tx, &target.id).await?;
            store::delete::<E>(tx, &target.id, row.meta.version + 1).await?;
            let gone = Tombstone { id: target.id, version: row.meta.version + 1, deleted_at: tx.now() };
            let mut written = Written::new(Some(before), gone.record());
            written.beside.extend(beside);
            Ok(written)
        }
    }
}
