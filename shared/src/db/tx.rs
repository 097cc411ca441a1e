//! A transaction on either database.

use sqlx::{Postgres, Sqlite, Transaction};

use super::{
    Row,
    bind::{self, Bind},
};
use crate::error::Error;

/// An open transaction. Dropped without [`Tx::commit`], it leaves nothing behind.
#[expect(missing_docs, reason = "the two databases")]
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Runs the same expression on either database's connection.
macro_rules! on {
    ($tx:expr, |$connection:ident| $body:expr) => {
        match $tx {
            Tx::Sqlite(tx) => {
                let $connection = &mut **tx;
                $body
            }
            Tx::Postgres(tx) => {
                let $connection = &mut **tx;
                $body
            }
        }
    };
}

impl Tx {
    /// All rows that the statement gives.
    pub async fn rows<R: Row>(&mut self, sql: &str, binds: Vec<Bind>) -> Result<Vec<R>, Error> {
        Ok(on!(self, |c| bind::query_as(sql, binds).fetch_all(c).await)?)
    }

    /// The first row, if there is one.
    pub async fn row<R: Row>(&mut self, sql: &str, binds: Vec<Bind>) -> Result<Option<R>, Error> {
        Ok(on!(self, |c| bind::query_as(sql, binds).fetch_optional(c).await)?)
    }

    /// Runs a statement; answers how many rows it touched.
    pub async fn execute(&mut self, sql: &str, binds: Vec<Bind>) -> Result<u64, Error> {
        Ok(on!(self, |c| bind::query(sql, binds).execute(c).await.map(|done| done.rows_affected()))?)
    }

    /// Makes everything since the beginning lasting.
    pub async fn commit(self) -> Result<(), Error> {
        match self {
            Tx::Sqlite(tx) => tx.commit().await?,
            Tx::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Takes everything since the beginning back.
    pub async fn rollback(self) -> Result<(), Error> {
        match self {
            Tx::Sqlite(tx) => tx.rollback().await?,
            Tx::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }

    /// Whether this is the embedded database: for the search index, the one place where the two part.
    pub fn is_sqlite(&self) -> bool {
        matches!(self, Tx::Sqlite(_))
    }
}
