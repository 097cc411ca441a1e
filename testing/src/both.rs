//! One test body, two tests: on the embedded database and on PostgreSQL.

use std::fmt::Debug;

/// Makes two tests of each function, `name::on_sqlite` and `name::on_postgres`, each with a database of its own.
///
/// ```
/// testing::on_both_databases! {
///     async fn a_new_database_holds_no_tenant(db: testing::TestDatabase) {
///         let rows: Vec<(String,)> = db.admin().await.rows("SELECT id FROM tenants", vec![]).await.unwrap();
///         assert_eq!(rows, []);
///     }
/// }
/// ```
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$attribute:meta])* async fn $name:ident($db:ident: $type:ty) $(-> $answer:ty)? $body:block)+) => {$(
        #[allow(clippy::unwrap_used, clippy::expect_used, reason = "the body of a test")]
        async fn $name($db: $type) $(-> $answer)? $body

        $(#[$attribute])*
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                let db = $crate::TestDatabase::on($crate::Engine::Sqlite).await;
                $crate::Outcome::check(super::$name(db).await);
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                let db = $crate::TestDatabase::on($crate::Engine::Postgres).await;
                $crate::Outcome::check(super::$name(db).await);
            }
        }
    )+};
}

/// What a test body may answer: nothing, or a result.
pub trait Outcome {
    /// Fails the test if it is a failure.
    fn check(self);
}

impl Outcome for () {
    fn check(self) {}
}

impl<E: Debug> Outcome for Result<(), E> {
    fn check(self) {
        if let Err(error) = self {
            panic!("{error:?}");
        }
    }
}
