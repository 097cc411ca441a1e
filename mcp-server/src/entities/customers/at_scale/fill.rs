//! A tenant full of customers, written by the database itself: one by one through the endpoint takes an hour.

use testing::Engine;

/// Rows as the server writes them, made by the database itself: `n` counts them, `$1` is the tenant, `$2` their number,
/// `$3` the tenant's number in the search index.
pub fn statements(engine: Engine) -> Vec<String> {
    let (numbers, pad) = match engine {
        Engine::Sqlite => (
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < $2)",
            "printf('%06d', n)",
        ),
        Engine::Postgres => {
            ("WITH n AS (SELECT n FROM generate_series(1, $2) n)", "lpad(CAST(n AS TEXT), 6, '0')")
        }
    };
    let when = match engine {
        Engine::Sqlite => "strftime('%Y-%m-%dT%H:%M:%S+00:00', 1700000000 + n / 3, 'unixepoch')",
        Engine::Postgres => "to_timestamp(1700000000 + n / 3)",
    };
    let json = |text: &str| match engine {
        Engine::Sqlite => format!("'{text}'"),
        Engine::Postgres => format!("CAST('{text}' AS JSONB)"),
    };
    let actor = json(r#"{"type":"system","id":null,"name":"Zoop","via":null}"#);
    let (list, object) = (json("[]"), json("{}"));
    let id = format!("'cus_' || $1 || {pad}");
    let family = "CASE n % 2500 WHEN 0 THEN 'henderson' WHEN 1 THEN 'nunez' ELSE 'family' || CAST(n % 5000 AS TEXT) END";
    let status = "CASE WHEN n % 50 = 0 THEN 'archived' WHEN n % 10 = 0 THEN 'inactive' ELSE 'active' END";
    let customers = format!(
        "{numbers} INSERT INTO customers (tenant_id, id, number, type, first_name, last_name, display_name, name_key, status, \
         email, email_key, phone, phone_e164, phones, billing_city, city_key, region_key, postal_key, vip, do_not_contact, \
         tax_exempt, balance, archived_at, custom_fields, version, created_at, updated_at, created_by, updated_by) \
         SELECT $1, {id}, n, 'individual', 'ana', {family}, 'ana ' || {family}, 'ana ' || {family}, {status}, \
         'a' || CAST(n AS TEXT) || '@example.com', 'a' || CAST(n AS TEXT) || '@example.com', '5125550' || CAST(n % 900 + 100 AS TEXT), \
         '+15125550' || CAST(n % 900 + 100 AS TEXT), {list}, 'City', 'city' || CAST(n % 300 AS TEXT), 'tx', CAST(78700 + n % 80 AS TEXT), \
         n % 100 = 0, n % 200 = 0, n % 300 = 0, CASE WHEN n % 20 = 0 THEN 12500 ELSE 0 END, \
         CASE WHEN n % 50 = 0 THEN {when} END, {object}, 1, {when}, {when}, {actor}, {actor} FROM n"
    );
    let tag = format!(
        "INSERT INTO tags (tenant_id, id, name, name_key, unique_key, color, usage_count, custom_fields, version, created_at, \
         updated_at, created_by, updated_by) SELECT $1, 'tag_' || $1, 'vip', 'vip', 'vip', '#ffffff', 0, {object}, 1, {when}, {when}, \
         {actor}, {actor} FROM (SELECT 1 AS n) one"
    );
    let tagged = format!(
        "{numbers} INSERT INTO customer_tags (tenant_id, customer_id, tag_id) SELECT $1, {id}, 'tag_' || $1 FROM n WHERE n % 25 = 0"
    );
    let token = |text: &str| format!("$3 || 'cusx' || {text}");
    let tokens =
        ["'ana'", family, "'5125550' || CAST(n % 900 + 100 AS TEXT)", "'c'", "CAST(n AS TEXT)"].map(token);
    let indexed = match engine {
        Engine::Sqlite => vec![
            format!(
                "{numbers} INSERT INTO search_documents (tenant_id, entity, id) SELECT $1, 'customers', {id} FROM n"
            ),
            format!(
                "{numbers} INSERT INTO search_index (rowid, tokens) SELECT d.rowid, {} FROM n JOIN search_documents d \
                 ON d.tenant_id = $1 AND d.entity = 'customers' AND d.id = {id}",
                tokens.join(" || ' ' || ")
            ),
        ],
        Engine::Postgres => vec![format!(
            "{numbers} INSERT INTO search (tenant_id, entity, id, tsv) SELECT $1, 'customers', {id}, \
             array_to_tsvector(ARRAY[{}]) FROM n",
            tokens.join(", ")
        )],
    };
    [customers, tag, tagged].into_iter().chain(indexed).collect()
}
