//! The one contact, and the one location, that stands for its customer. An archived one never does.
//! A flag that another record gives up is a change of that record too: consumers that sync must see it.

use shared::{binds, tenant_tx::TenantTx};

use crate::{
    entity::Entity,
    error::{Error, Result},
    store::{Columns, Step, Write},
    verbs,
};

/// Whether a record will be its customer's primary one, and how the one before gives it up: first, since an index
/// holds that there is one at a time.
pub async fn settle<E: Entity>(
    tx: &mut TenantTx,
    customer: &str,
    own: &str,
    asked: Option<bool>,
    now: Now,
) -> Result<(bool, Option<Step>)> {
    match (asked, now) {
        (Some(true), Now::Archived) => Err(Error::field(
            "is_primary",
            format!("an archived {} cannot be the primary one; send `archived: false` too.", E::NOUN),
        )),
        (_, Now::Archived) | (Some(false), _) => Ok((false, None)),
        (Some(true), _) => Ok((true, before::<E>(tx, customer, own).await?.map(|id| set::<E>(id, false)))),
        (None, Now::Stays { primary }) => Ok((primary, None)),
        (None, Now::Comes) => Ok((others::<E>(tx, customer, own).await?.is_empty(), None)),
    }
}

/// Where a record stands before it is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Now {
    /// New, restored, or from another customer: the first becomes the primary one.
    Comes,
    /// It was in use before.
    Stays {
        /// As the primary one.
        primary: bool,
    },
    /// Out of use, and stays so.
    Archived,
}

impl Now {
    /// A record that a patch changes.
    pub fn patched(archived: bool, restored: bool, moved: bool, primary: bool) -> Self {
        match (archived && !restored, restored || moved) {
            (true, _) => Self::Archived,
            (false, true) => Self::Comes,
            (false, false) => Self::Stays { primary },
        }
    }
}

/// Makes another record the primary one, or no longer so.
pub fn set<E: Entity>(id: impl Into<String>, primary: bool) -> Step {
    verbs::alter::<E>(id, Write::new(Columns::default().put("is_primary", primary)))
}

/// The customer's primary record, if that is another one.
async fn before<E: Entity>(tx: &mut TenantTx, customer: &str, own: &str) -> Result<Option<String>> {
    let sql = format!(
        "SELECT id FROM {} WHERE tenant_id = $1 AND customer_id = $2 AND is_primary AND id <> $3",
        E::TABLE
    );
    let before: Option<(String,)> = tx.row(&sql, binds![tx.tenant_id(), customer, own]).await?;
    Ok(before.map(|(id,)| id))
}

/// The customer's other records in use, by name.
pub async fn others<E: Entity>(tx: &mut TenantTx, customer: &str, own: &str) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT id FROM {} WHERE tenant_id = $1 AND customer_id = $2 AND archived_at IS NULL AND id <> $3 \
         ORDER BY name_key, id",
        E::TABLE
    );
    let rows: Vec<(String,)> = tx.rows(&sql, binds![tx.tenant_id(), customer, own]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
