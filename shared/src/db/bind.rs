//! The values that statements take. Each is typed even when it is null: PostgreSQL refuses a text NULL in a BIGINT.

use chrono::NaiveDate;
use serde_json::Value;
use sqlx::{
    AssertSqlSafe, Database, Encode, IntoArguments, Type,
    query::{Query, QueryAs},
};

use crate::timestamp::Timestamp;

/// One value of a statement.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each is named after what it holds")]
pub enum Bind {
    Text(Option<String>),
    Int(Option<i64>),
    Bool(Option<bool>),
    Time(Option<Timestamp>),
    Date(Option<NaiveDate>),
    Bytes(Option<Vec<u8>>),
    Json(Option<Value>),
    /// A list, for PostgreSQL's array parameters alone.
    Texts(Vec<String>),
}

macro_rules! from {
    ($($type:ty => $variant:ident),* $(,)?) => {$(
        impl From<$type> for Bind {
            fn from(value: $type) -> Self { Bind::$variant(Some(value.into())) }
        }
        impl From<Option<$type>> for Bind {
            fn from(value: Option<$type>) -> Self { Bind::$variant(value.map(Into::into)) }
        }
    )*};
}
from! {
    &str => Text, String => Text, &String => Text, i64 => Int, bool => Bool, Timestamp => Time,
    NaiveDate => Date, Vec<u8> => Bytes, &[u8] => Bytes, Value => Json,
}

/// Everything that a [`Bind`] may hold, for a database that takes it all. Both do.
pub(super) trait Holds: Database {
    fn add(arguments: &mut <Self as Database>::Arguments, bind: Bind)
    -> Result<(), sqlx::error::BoxDynError>;
}

macro_rules! holds {
    ($database:ty, |$arguments:ident, $texts:ident| $list:expr) => {
        impl Holds for $database {
            fn add(
                $arguments: &mut <Self as Database>::Arguments,
                bind: Bind,
            ) -> Result<(), sqlx::error::BoxDynError> {
                use sqlx::Arguments as _;
                match bind {
                    Bind::Text(v) => $arguments.add(v),
                    Bind::Int(v) => $arguments.add(v),
                    Bind::Bool(v) => $arguments.add(v),
                    Bind::Time(v) => $arguments.add(v),
                    Bind::Date(v) => $arguments.add(v),
                    Bind::Bytes(v) => $arguments.add(v),
                    Bind::Json(v) => $arguments.add(v.map(sqlx::types::Json)),
                    Bind::Texts($texts) => $list,
                }
            }
        }
    };
}
holds!(sqlx::Sqlite, |arguments, texts| arguments.add(texts.join(" ")));
holds!(sqlx::Postgres, |arguments, texts| arguments.add(texts));

fn arguments<DB: Holds>(binds: Vec<Bind>) -> <DB as Database>::Arguments {
    let mut arguments = <DB as Database>::Arguments::default();
    for bind in binds {
        // Encoding fails only for values over 1 GiB, which no body that is let in can hold.
        if let Err(error) = DB::add(&mut arguments, bind) {
            tracing::error!(%error, "a value could not be encoded");
        }
    }
    arguments
}

/// A query for rows. The SQL is composed from constants; what callers send stands in `binds` alone.
pub(super) fn query_as<DB, R>(
    sql: &str,
    binds: Vec<Bind>,
) -> QueryAs<'static, DB, R, <DB as Database>::Arguments>
where
    DB: Holds,
    R: for<'r> sqlx::FromRow<'r, DB::Row>,
    <DB as Database>::Arguments: IntoArguments<DB>,
{
    sqlx::query_as_with(AssertSqlSafe(sql.to_owned()), arguments::<DB>(binds))
}

/// A statement without rows.
pub(super) fn query<DB>(sql: &str, binds: Vec<Bind>) -> Query<'static, DB, <DB as Database>::Arguments>
where
    DB: Holds,
    <DB as Database>::Arguments: IntoArguments<DB>,
    i64: for<'q> Encode<'q, DB> + Type<DB>,
{
    sqlx::query_with(AssertSqlSafe(sql.to_owned()), arguments::<DB>(binds))
}
