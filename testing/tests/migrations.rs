//! Tables that are made anew keep their rows and their references.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::{borrow::Cow, path::Path};

use shared::db::{Opening, ServerRole};
use sqlx::{Connection, Executor, SqliteConnection, migrate::Migrator};

const BUSINESS: &str = "
    INSERT INTO tenants (id, number, name, currency, country, time_zone, created_at)
        VALUES ('ten_1', 1, 'Bluebonnet', 'USD', 'US', 'America/Chicago', '2026-11-24');
    INSERT INTO jobs (tenant_id, id, number, title, title_key, status, scheduled_key, created_desc, time_zone, all_day,
            tax_rounding, subtotal, discount_total, tax_total, total, billing_state, priority, custom_fields, version,
            created_at, updated_at, created_by, updated_by)
        VALUES ('ten_1', 'job_1', 1001, 'Tune-up', 'tune-up', 'unscheduled', 1, 1, 'America/Chicago', 0,
            'line', 8900, 0, 0, 8900, 'not_billable', 'normal', '{}', 3, '2026-11-24', '2026-11-24', '{}', '{}');
    INSERT INTO job_lines (tenant_id, job_id, position, id, kind, description, quantity, unit_price, taxable,
            tax_rate_none, amount, discount_amount, tax_amount, total)
        VALUES ('ten_1', 'job_1', 1, 'lin_1', 'service', 'Tune-up', 10000, 8900, 1, 0, 8900, 0, 0, 8900);
    INSERT INTO notes (tenant_id, id, body, body_key, subject_type, job_id, pinned, custom_fields, version,
            created_at, updated_at, created_by, updated_by)
        VALUES ('ten_1', 'note_1', 'Ring twice', 'ring twice', 'job', 'job_1', 0, '{}', 1,
            '2026-11-24', '2026-11-24', '{}', '{}');
";

#[tokio::test]
async fn an_older_sqlite_database_keeps_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("zoop.db").display());
    let all = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/sqlite"));
    let mut older = Migrator::new(all).await.unwrap();
    older.migrations = Cow::Owned(older.iter().filter(|one| one.version <= 12).cloned().collect());
    let mut connection = SqliteConnection::connect(&format!("{url}?mode=rwc")).await.unwrap();
    older.run(&mut connection).await.unwrap();
    connection.execute(BUSINESS).await.unwrap();
    connection.close().await.unwrap();

    let db = Opening::new(&url, ServerRole::Migrator).open().await.unwrap();
    db.migrate().await.unwrap();

    let kept = "SELECT j.version, l.total, n.body FROM jobs j JOIN job_lines l ON l.job_id = j.id \
                JOIN notes n ON n.job_id = j.id";
    assert_eq!(
        db.rows::<(i64, i64, String)>(kept, vec![]).await.unwrap(),
        [(3, 8900, "Ring twice".to_owned())]
    );
    let broken: Vec<(String,)> =
        db.rows("SELECT \"table\" FROM pragma_foreign_key_check", vec![]).await.unwrap();
    assert!(broken.is_empty(), "{broken:?}");
    // The connection that migrated writes next: it must keep references again.
    let orphan = "UPDATE notes SET job_id = 'job_2' WHERE id = 'note_1'";
    assert!(db.execute(orphan, vec![]).await.is_err(), "a note points at a job that does not exist");
}
