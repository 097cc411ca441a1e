//! One database behind both servers: embedded SQLite or PostgreSQL, one SQL text for both.

mod bind;
mod open;
mod tx;

use sqlx::{FromRow, PgPool, SqlitePool, postgres::PgRow, sqlite::SqliteRow};

pub use bind::Bind;
pub use open::{Opening, ServerRole};
pub use tx::Tx;

use crate::{error::Error, scope::Access};

/// A database. Cheap to clone.
#[derive(Clone)]
pub enum Db {
    /// Embedded. One connection writes, so that writers queue fairly instead of racing for the file's lock.
    Sqlite {
        /// Connections that only read.
        read: SqlitePool,
        /// The one that writes.
        write: SqlitePool,
    },
    /// A server; every connection has taken on its server's role.
    Postgres(PgPool),
}

/// A row type that both databases can fill.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static {}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static
{}

/// The values of a statement, in the order of `$1, $2, …`.
#[macro_export]
macro_rules! binds {
    ($($value:expr),* $(,)?) => { ::std::vec![$($crate::db::Bind::from($value)),*] };
}

impl Db {
    /// Begins a transaction over what belongs to no single tenant: people, sessions, keys.
    /// Records of a tenant are out of its reach on PostgreSQL; for those see [`crate::tenant_tx::TenantTx`].
    pub async fn begin(&self, access: Access) -> Result<Tx, Error> {
        Ok(match (self, access) {
            (Db::Sqlite { read, .. }, Access::Read) => Tx::Sqlite(read.begin().await?),
            (Db::Sqlite { write, .. }, Access::Write) => {
                Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?)
            }
            (Db::Postgres(pool), Access::Read) => {
                Tx::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
            (Db::Postgres(pool), Access::Write) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// The rows of one statement that stands alone and only reads.
    pub async fn rows<R: Row>(&self, sql: &str, binds: Vec<Bind>) -> Result<Vec<R>, Error> {
        Ok(match self {
            Db::Sqlite { read, .. } => bind::query_as(sql, binds).fetch_all(read).await?,
            Db::Postgres(pool) => bind::query_as(sql, binds).fetch_all(pool).await?,
        })
    }

    /// The first row of one statement that stands alone and only reads.
    pub async fn row<R: Row>(&self, sql: &str, binds: Vec<Bind>) -> Result<Option<R>, Error> {
        Ok(match self {
            Db::Sqlite { read, .. } => bind::query_as(sql, binds).fetch_optional(read).await?,
            Db::Postgres(pool) => bind::query_as(sql, binds).fetch_optional(pool).await?,
        })
    }

    /// Runs one writing statement that stands alone; answers how many rows it touched.
    pub async fn execute(&self, sql: &str, binds: Vec<Bind>) -> Result<u64, Error> {
        Ok(match self {
            Db::Sqlite { write, .. } => bind::query(sql, binds).execute(write).await?.rows_affected(),
            Db::Postgres(pool) => bind::query(sql, binds).execute(pool).await?.rows_affected(),
        })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), Error> {
        self.row::<(i64,)>("SELECT CAST(1 AS BIGINT)", vec![]).await.map(|_| ())
    }

    /// Closes the connections, after what runs has ended.
    pub async fn close(&self) {
        match self {
            Db::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}
