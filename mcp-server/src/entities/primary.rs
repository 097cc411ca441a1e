//! The one contact, and the one location, that stands for its customer. An archived one never does.
//! A flag that another record gives up is a change of that record too: consumers that sync must see it.

use shared::{binds, tenant_tx::TenantTx};

use crate::{
    entity::Entity,
    error::{Error, Result},
    store::{self, Columns, Write},
};

/// Whether a record will be its customer's primary one; the one before gives it up.
pub async fn settle<E: Entity>(
    tx: &mut TenantTx,
    customer: &str,
    own: &str,
    asked: Option<bool>,
    now: Now,
) -> Result<bool> {
    match (asked, now) {
        (Some(true), Now::Archived) => Err(Error::field(
            "is_primary",
            format!("an archived {} cannot be the primary one; send `archived: false` too.", E::NOUN),
        )),
        (_, Now::Archived) | (Some(false), _) => Ok(false),
        (Some(true), _) => {
            take_over::<E>(tx, customer, own).await?;
            Ok(true)
        }
        (None, Now::Stays { primary }) => Ok(primary),
        (None, Now::Comes) => Ok(others::<E>(tx, customer, own).await?.is_empty()),
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

async fn take_over<E: Entity>(tx: &mut TenantTx, customer: &str, own: &str) -> Result<()> {
    let sql = format!(
        "SELECT id FROM {} WHERE tenant_id = $1 AND customer_id = $2 AND is_primary AND id <> $3",
        E::TABLE
    );
    if let Some((before,)) = tx.row::<(String,)>(&sql, binds![tx.tenant_id(), customer, own]).await? {
        store::update::<E>(tx, &before, Write::new(Columns::default().put("is_primary", false))).await?;
    }
    Ok(())
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

/// Whether a patch restores a record: archiving itself is the fifth verb's alone.
pub fn restores<E: Entity>(archived: Option<bool>) -> Result<bool> {
    match archived {
        Some(true) => Err(Error::field(
            "archived",
            format!("is set by {}.{}; call that tool.", E::NAME, E::FIFTH.as_str()),
        )),
        asked => Ok(asked == Some(false)),
    }
}
