//! The fifth verb: archive, delete, cancel, end or void. Repeating it is no conflict.

use serde_json::{Map, Value};
use shared::tenant_tx::TenantTx;

use super::{every_record::Common, options::Target, present::present_one, put, update::check_version};
use crate::{
    entity::{Entity, Fifth, Retired, Wanted},
    error::{Error, Kind, Result},
    schema,
    store::{self, Tombstone, Written},
};

/// Takes the record out of use; the arguments have passed the schema.
pub async fn retire<E: Entity>(mut args: Map<String, Value>, tx: &mut TenantTx) -> Result<Written> {
    let target = Target::take(&mut args)?;
    let how: E::Retire = schema::read(args)?;
    let row = match store::fetch::<E>(tx, &target.id).await {
        Err(Error::Tool(error)) if error.kind == Kind::NotFound && E::FIFTH == Fifth::Delete => {
            let gone = store::tombstone_of::<E>(tx, &target.id).await?.ok_or(Error::Tool(error))?;
            return Ok(Written::unchanged(E::NAME, gone.record()));
        }
        other => other?,
    };
    check_version::<E>(&row, target.expected_version)?;
    let before = present_one::<E>(&row, &Wanted::Full, tx).await?;
    match E::retire(&row, how, tx).await? {
        Retired::Already => Ok(Written::unchanged(E::NAME, before)),
        Retired::Changed(write) => put::update::<E>(&row, before, write, &Common::default(), tx).await,
        Retired::Deleted(mut write) => {
            let beside = write.said();
            let mut others = put::run(write.first, tx).await?;
            let version = row.meta.version + 1;
            store::unindex::<E>(tx, &target.id).await?;
            store::delete::<E>(tx, &target.id, version).await?;
            others.extend(put::run(write.then, tx).await?);
            let gone = Tombstone { id: target.id, version, deleted_at: tx.now() };
            Ok(Written { beside, others, ..Written::new(E::NAME, Some(before), gone.record()) })
        }
    }
}
