//! What tables hold, brought to one form for both databases.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use shared::db::Db;

/// Everything but secrets and the search index, whose form is each database's own.
const TABLES: &[&str] = &[
    "tenants",
    "members",
    "tax_rates",
    "catalog_categories",
    "catalog_items",
    "catalog_components",
    "tags",
    "customers",
    "customer_tags",
    "contacts",
    "contact_locations",
    "locations",
    "location_tags",
    "quotes",
    "quote_lines",
    "jobs",
    "job_lines",
    "job_assignees",
    "job_tags",
    "job_series",
    "series_lines",
    "series_assignees",
    "plans",
    "plan_lines",
    "invoices",
    "invoice_lines",
    "payments",
    "notes",
    "external_refs",
    "due",
    "counters",
    "tenant_clocks",
];

/// The columns of each table with their types, as PostgreSQL knows them.
pub type Columns = BTreeMap<String, Vec<(String, String)>>;

/// Asks PostgreSQL for them.
pub async fn columns(postgres: &Db) -> Columns {
    let sql = "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT) \
               FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, column_name";
    let mut columns = Columns::new();
    for (table, column, kind) in postgres.rows::<(String, String, String)>(sql, vec![]).await.unwrap() {
        columns.entry(table).or_default().push((column, kind));
    }
    columns
}

/// For each table, how many rows there are, and a sum of their hashes.
pub async fn digests(db: &Db, columns: &Columns) -> BTreeMap<&'static str, (usize, u64)> {
    let mut digests = BTreeMap::new();
    for &table in TABLES {
        let texts: Vec<String> = columns[table]
            .iter()
            .map(|(column, kind)| {
                format!("COALESCE({}, '~')", text(column, kind, matches!(db, Db::Sqlite { .. })))
            })
            .collect();
        let sql = format!("SELECT {} FROM {table}", texts.join(" || '|' || "));
        let rows: Vec<(String,)> = db.rows(&sql, vec![]).await.unwrap();
        let sum = rows.iter().fold(0u64, |sum, (row,)| {
            let mut hasher = DefaultHasher::new();
            row.hash(&mut hasher);
            sum.wrapping_add(hasher.finish())
        });
        digests.insert(table, (rows.len(), sum));
    }
    digests
}

/// A column's value as the same text on both.
fn text(column: &str, kind: &str, sqlite: bool) -> String {
    match (kind, sqlite) {
        ("jsonb", true) => format!(
            "(SELECT GROUP_CONCAT(e.key || '=' || COALESCE(e.value, ''), ',') \
             FROM (SELECT key, value FROM json_each({column}) ORDER BY key) e)"
        ),
        ("jsonb", false) => format!(
            "(CASE jsonb_typeof({column}) WHEN 'object' THEN \
             (SELECT STRING_AGG(e.key || '=' || COALESCE(e.value, ''), ',' ORDER BY e.key COLLATE \"C\") \
             FROM jsonb_each_text({column}) e) WHEN 'array' THEN \
             (SELECT STRING_AGG((e.n - 1) || '=' || COALESCE(e.value, ''), ',' ORDER BY e.n) \
             FROM jsonb_array_elements_text({column}) WITH ORDINALITY AS e (value, n)) END)"
        ),
        ("timestamp with time zone", false) => {
            format!("TO_CHAR({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
        }
        ("boolean", false) => format!("CAST(CAST({column} AS INT) AS TEXT)"),
        _ => format!("CAST({column} AS TEXT)"),
    }
}
