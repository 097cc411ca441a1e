//! Writing one record with all that comes with it, once for every verb; and the same for records that another one's
//! write touches, or that Zoop's own workers make.

use serde_json::{Map, Value};
use shared::tenant_tx::TenantTx;

use super::{every_record::Common, present::present_one};
use crate::{
    entity::{Entity, Stored, Wanted},
    error::Result,
    store::{self, Columns, Step, Write, Written},
};

/// A new record of this entity, made as its `create` makes it; `more` are columns that no caller can name.
#[allow(dead_code, reason = "no entity and no worker makes records of another yet")]
pub fn make<E: Entity>(draft: E::Draft, more: Columns) -> Step {
    Step::new(move |tx| {
        Box::pin(async move {
            let id = tx.new_id(E::PREFIX);
            let write = E::create(draft, &id, tx).await?.and(more);
            insert::<E>(&id, write, &Common::default(), tx).await
        })
    })
}

/// A patch of another record, with the checks that its `update` makes; `more` are columns that no caller can name.
#[allow(dead_code, reason = "no entity and no worker patches records of another yet")]
pub fn patch<E: Entity>(id: impl Into<String>, change: E::Change, more: Columns) -> Step {
    let id = id.into();
    Step::new(move |tx| {
        Box::pin(async move {
            let row = store::fetch_any::<E>(tx, &id).await?;
            let write = E::change(&row, change, tx).await?.and(more);
            let before = present_one::<E>(&row, &Wanted::Full, tx).await?;
            update::<E>(&row, before, write, &Common::default(), tx).await
        })
    })
}

/// Other columns of another record, set without asking its entity. With columns alone only those fields are told.
pub fn alter<E: Entity>(id: impl Into<String>, write: Write) -> Step {
    let id = id.into();
    Step::new(move |tx| {
        Box::pin(async move {
            let row = store::fetch_any::<E>(tx, &id).await?;
            let wanted = match write.children.is_empty() {
                true => Wanted::Only(write.columns.names().map(str::to_owned).collect()),
                false => Wanted::Full,
            };
            let before = present_one::<E>(&row, &wanted, tx).await?;
            put::<E>(Put::Update(&row, before), &wanted, write, &Common::default(), tx).await
        })
    })
}

/// Writes a new record.
pub async fn insert<E: Entity>(
    id: &str,
    write: Write,
    common: &Common,
    tx: &mut TenantTx,
) -> Result<Written> {
    let write = common.add::<E>(write, None, tx).await?;
    put::<E>(Put::Insert(id), &Wanted::Full, write, common, tx).await
}

/// Writes a change of a record, which was as `before` tells it.
pub async fn update<E: Entity>(
    row: &Stored<E::Row>,
    before: Map<String, Value>,
    write: Write,
    common: &Common,
    tx: &mut TenantTx,
) -> Result<Written> {
    let write = common.add::<E>(write, Some(row), tx).await?;
    put::<E>(Put::Update(row, before), &Wanted::Full, write, common, tx).await
}

/// Makes steps, one after the other.
pub async fn run(steps: Vec<Step>, tx: &mut TenantTx) -> Result<Vec<Written>> {
    let mut written = Vec::with_capacity(steps.len());
    for step in steps {
        written.push(step.run(tx).await?);
    }
    Ok(written)
}

enum Put<'a, R> {
    Insert(&'a str),
    Update(&'a Stored<R>, Map<String, Value>),
}

async fn put<E: Entity>(
    how: Put<'_, E::Row>,
    wanted: &Wanted,
    mut write: Write,
    common: &Common,
    tx: &mut TenantTx,
) -> Result<Written> {
    let (first, then) = (std::mem::take(&mut write.first), std::mem::take(&mut write.then));
    let beside = write.said();
    let mut others = run(first, tx).await?;
    let (row, indexed, before) = match how {
        Put::Insert(id) => (store::insert::<E>(tx, id, write).await?, None, None),
        Put::Update(was, before) => {
            let indexed = E::search_text(&was.own, tx);
            (store::update::<E>(tx, &was.meta.id, write).await?, indexed, Some(before))
        }
    };
    common.finish::<E>(&row.meta.id, tx).await?;
    if let Some(text) = E::search_text(&row.own, tx)
        && indexed.as_ref() != Some(&text)
    {
        store::index::<E>(tx, &row.meta.id, text).await?;
    }
    others.extend(run(then, tx).await?);
    let record = present_one::<E>(&row, wanted, tx).await?;
    Ok(Written { beside, others, ..Written::new(E::NAME, before, record) })
}
