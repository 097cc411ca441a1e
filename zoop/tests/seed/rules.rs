//! The rules of the domain, each as a count of the records that break it; and what the records are like as a whole.

use shared::{binds, db::Db, timestamp::Timestamp};

use super::{recurring, roles};

/// What must not be there: why, and the statement that counts it.
const BREACHES: &[(&str, &str)] = &[
    (
        "a job comes to what its lines do",
        "SELECT COUNT(*) FROM jobs d WHERE (subtotal, discount_total, tax_total, total) <> \
         (SELECT SUM(amount), SUM(discount_amount), SUM(tax_amount), SUM(total) FROM job_lines l \
         WHERE l.tenant_id = d.tenant_id AND l.job_id = d.id)",
    ),
    (
        "a quote comes to what its chosen lines do",
        "SELECT COUNT(*) FROM quotes d WHERE (subtotal, discount_total, tax_total, total) <> \
         (SELECT SUM(amount), SUM(discount_amount), SUM(tax_amount), SUM(total) FROM quote_lines l \
         WHERE l.tenant_id = d.tenant_id AND l.quote_id = d.id AND (l.selected OR NOT l.optional))",
    ),
    (
        "an invoice comes to what its lines do",
        "SELECT COUNT(*) FROM invoices d WHERE (subtotal, discount_total, tax_total, total) <> \
         (SELECT SUM(amount), SUM(discount_amount), SUM(tax_amount), SUM(total) FROM invoice_lines l \
         WHERE l.tenant_id = d.tenant_id AND l.invoice_id = d.id)",
    ),
    (
        "a document's net and tax are its total",
        "SELECT COUNT(*) FROM invoices WHERE total <> subtotal - discount_total + tax_total",
    ),
    (
        "an invoice's payments are its payments' sum",
        "SELECT COUNT(*) FROM invoices i WHERE amount_paid <> (SELECT COALESCE(SUM(amount), 0) FROM payments p \
         WHERE p.tenant_id = i.tenant_id AND p.invoice_id = i.id AND p.kind = 'payment') OR amount_refunded <> \
         (SELECT COALESCE(SUM(amount), 0) FROM payments p \
         WHERE p.tenant_id = i.tenant_id AND p.invoice_id = i.id AND p.kind = 'refund')",
    ),
    (
        "what is owed is the total less what was paid",
        "SELECT COUNT(*) FROM invoices WHERE status <> 'void' AND balance <> total - amount_paid + amount_refunded",
    ),
    (
        "an invoice's state agrees with its balance and its dates",
        "SELECT COUNT(*) FROM invoices WHERE NOT CASE status \
         WHEN 'draft' THEN number IS NULL AND sent_at IS NULL AND customer_name IS NULL \
         WHEN 'sent' THEN number IS NOT NULL AND sent_at IS NOT NULL AND balance > 0 \
         WHEN 'paid' THEN number IS NOT NULL AND sent_at IS NOT NULL AND balance = 0 \
         ELSE balance = 0 AND voided_at IS NOT NULL AND amount_paid = 0 END",
    ),
    (
        "an invoice is due when it is issued or later",
        "SELECT COUNT(*) FROM invoices WHERE due_key < issue_key",
    ),
    (
        "a customer owes what their open invoices say",
        "SELECT COUNT(*) FROM customers c WHERE balance <> (SELECT COALESCE(SUM(i.balance), 0) FROM invoices i \
         WHERE i.tenant_id = c.tenant_id AND i.customer_id = c.id AND i.status = 'sent')",
    ),
    (
        "a job is invoiced exactly while an invoice that is not void is for it",
        "SELECT COUNT(*) FROM jobs j WHERE (billing_state = 'invoiced') <> EXISTS (SELECT 1 FROM invoices i \
         WHERE i.tenant_id = j.tenant_id AND i.job_id = j.id AND i.status <> 'void')",
    ),
    (
        "an invoice of a job is its customer's, and comes to the same",
        "SELECT COUNT(*) FROM invoices i JOIN jobs j ON j.tenant_id = i.tenant_id AND j.id = i.job_id \
         WHERE i.customer_id <> j.customer_id OR i.total <> j.total OR j.status <> 'done' OR i.created_at < j.done_at",
    ),
    (
        "a job of a quote is its customer's, and comes after it was accepted",
        "SELECT COUNT(*) FROM jobs j JOIN quotes q ON q.tenant_id = j.tenant_id AND q.id = j.quote_id \
         WHERE q.customer_id <> j.customer_id OR q.status <> 'accepted' OR j.created_at < q.decided_at",
    ),
    (
        "a job of a quote takes its discount, its place and its price from there",
        "SELECT COUNT(*) FROM jobs j JOIN quotes q ON q.tenant_id = j.tenant_id AND q.id = j.quote_id \
         WHERE (j.title, j.subtotal, j.discount_total, j.tax_total, j.total, j.tax_rounding) \
         <> (q.title, q.subtotal, q.discount_total, q.tax_total, q.total, q.tax_rounding) \
         OR COALESCE(j.discount_type, '') <> COALESCE(q.discount_type, '') \
         OR COALESCE(j.discount_value, 0) <> COALESCE(q.discount_value, 0) \
         OR COALESCE(j.location_id, '') <> COALESCE(q.location_id, '')",
    ),
    (
        "a line that comes from a quote keeps the rate that taxed it there",
        "SELECT COUNT(*) FROM jobs j JOIN quotes q ON q.tenant_id = j.tenant_id AND q.id = j.quote_id \
         JOIN job_lines l ON l.tenant_id = j.tenant_id AND l.job_id = j.id \
         WHERE l.tax_rate_default OR COALESCE(l.tax_rate_id, '') <> COALESCE(q.default_tax_rate_id, '')",
    ),
    (
        "an invoice of a job takes its discount and its order's number from there",
        "SELECT COUNT(*) FROM invoices i JOIN jobs j ON j.tenant_id = i.tenant_id AND j.id = i.job_id \
         WHERE COALESCE(i.discount_type, '') <> COALESCE(j.discount_type, '') \
         OR COALESCE(i.discount_value, 0) <> COALESCE(j.discount_value, 0) \
         OR COALESCE(i.po_number, '') <> COALESCE(j.po_number, '')",
    ),
    (
        "invoices are numbered in the order in which they were sent",
        "SELECT COUNT(*) FROM (SELECT sent_at, LAG(sent_at) OVER (PARTITION BY tenant_id ORDER BY number) AS before \
         FROM invoices WHERE number IS NOT NULL) i WHERE sent_at < before",
    ),
    (
        "the pricebook is there before the first customer, and so before the first line",
        "SELECT COUNT(*) FROM catalog_items i WHERE created_at >= \
         (SELECT MIN(created_at) FROM customers c WHERE c.tenant_id = i.tenant_id)",
    ),
    (
        "a job's state agrees with its dates",
        "SELECT COUNT(*) FROM jobs WHERE NOT CASE status WHEN 'unscheduled' THEN scheduled_start IS NULL \
         WHEN 'scheduled' THEN scheduled_start IS NOT NULL AND done_at IS NULL \
         WHEN 'done' THEN done_at IS NOT NULL ELSE cancelled_at IS NOT NULL AND done_at IS NULL END",
    ),
    (
        "a quote's state agrees with its dates",
        "SELECT COUNT(*) FROM quotes WHERE NOT CASE status WHEN 'draft' THEN sent_at IS NULL \
         WHEN 'sent' THEN sent_at IS NOT NULL AND decided_at IS NULL \
         ELSE decided_at > sent_at AND (status = 'declined') = (decline_reason IS NOT NULL) END",
    ),
    (
        "a job's place is its customer's",
        "SELECT COUNT(*) FROM jobs j JOIN locations l ON l.tenant_id = j.tenant_id AND l.id = j.location_id \
         WHERE l.customer_id <> j.customer_id OR l.created_at > j.created_at",
    ),
    (
        "a contact's places are their customer's",
        "SELECT COUNT(*) FROM contact_locations x \
         JOIN contacts c ON c.tenant_id = x.tenant_id AND c.id = x.contact_id \
         JOIN locations l ON l.tenant_id = x.tenant_id AND l.id = x.location_id WHERE l.customer_id <> c.customer_id",
    ),
    (
        "every customer has one primary contact and one primary location",
        "SELECT COUNT(*) FROM customers c WHERE (SELECT COUNT(*) FROM contacts p WHERE p.tenant_id = c.tenant_id \
         AND p.customer_id = c.id AND p.is_primary) <> 1 OR (SELECT COUNT(*) FROM locations p \
         WHERE p.tenant_id = c.tenant_id AND p.customer_id = c.id AND p.is_primary) <> 1",
    ),
    (
        "nothing begins with a customer who is archived, and nothing of theirs is open",
        "SELECT COUNT(*) FROM customers c WHERE archived_at IS NOT NULL AND (EXISTS (SELECT 1 FROM jobs j \
         WHERE j.tenant_id = c.tenant_id AND j.customer_id = c.id AND (j.status IN ('scheduled', 'unscheduled') \
         OR j.created_at > c.archived_at)) OR EXISTS (SELECT 1 FROM invoices i WHERE i.tenant_id = c.tenant_id \
         AND i.customer_id = c.id AND (i.status IN ('draft', 'sent') OR i.created_at > c.archived_at)))",
    ),
    (
        "by the time that a customer is archived, all of theirs is done and paid",
        "SELECT COUNT(*) FROM customers c WHERE archived_at IS NOT NULL AND (EXISTS (SELECT 1 FROM jobs j \
         WHERE j.tenant_id = c.tenant_id AND j.customer_id = c.id AND j.updated_at > c.archived_at) \
         OR EXISTS (SELECT 1 FROM quotes q \
         WHERE q.tenant_id = c.tenant_id AND q.customer_id = c.id AND q.updated_at > c.archived_at) \
         OR EXISTS (SELECT 1 FROM invoices i LEFT JOIN payments p ON p.tenant_id = i.tenant_id AND p.invoice_id = i.id \
         WHERE i.tenant_id = c.tenant_id AND i.customer_id = c.id \
         AND (i.updated_at > c.archived_at OR p.paid_at > c.archived_at)))",
    ),
    (
        "everything comes after its customer",
        "SELECT COUNT(*) FROM customers c WHERE EXISTS (SELECT 1 FROM jobs j WHERE j.tenant_id = c.tenant_id \
         AND j.customer_id = c.id AND j.created_at < c.created_at) OR EXISTS (SELECT 1 FROM quotes q \
         WHERE q.tenant_id = c.tenant_id AND q.customer_id = c.id AND q.created_at < c.created_at)",
    ),
    (
        "a tag hangs where it says",
        "SELECT COUNT(*) FROM tags t WHERE usage_count <> \
         (SELECT COUNT(*) FROM customer_tags x WHERE x.tenant_id = t.tenant_id AND x.tag_id = t.id) + \
         (SELECT COUNT(*) FROM location_tags x WHERE x.tenant_id = t.tenant_id AND x.tag_id = t.id) + \
         (SELECT COUNT(*) FROM job_tags x WHERE x.tenant_id = t.tenant_id AND x.tag_id = t.id)",
    ),
    (
        "mail goes to example.com alone, calls to numbers that are reserved for fiction",
        "SELECT COUNT(*) FROM customers WHERE email NOT LIKE '%@example.com' OR phone_e164 NOT LIKE '%555%01__'",
    ),
    (
        "contacts too",
        "SELECT COUNT(*) FROM contacts WHERE email NOT LIKE '%@example.com' OR phone_e164 NOT LIKE '%555%01__'",
    ),
    (
        "a bundle's parts are neither bundles nor discounts",
        "SELECT COUNT(*) FROM catalog_components x JOIN catalog_items i ON i.tenant_id = x.tenant_id \
         AND i.id = x.catalog_item_id WHERE i.kind IN ('bundle', 'discount')",
    ),
];

/// Checks all of them, and that numbers go without a gap up to their counters.
pub async fn hold(db: &Db, now: Timestamp) {
    let roles = roles::breaches();
    let roles = roles.iter().map(|(rule, sql)| (rule.as_str(), sql.as_str()));
    for (rule, sql) in BREACHES.iter().chain(recurring::BREACHES).copied().chain(roles) {
        let sql = sql.replacen("COUNT(*)", "CAST(COUNT(*) AS BIGINT)", 1);
        let binds = if sql.contains("$1") { binds![now.micros()] } else { vec![] };
        let (breaches,): (i64,) = db.row(&sql, binds).await.unwrap().unwrap();
        assert_eq!(breaches, 0, "{rule}");
    }
    for table in ["customers", "jobs", "quotes", "invoices"] {
        let sql = format!(
            "SELECT MIN(number), MAX(number), CAST(COUNT(number) AS BIGINT), MAX(c.value) FROM {table} t \
             JOIN counters c ON c.tenant_id = t.tenant_id AND c.name = '{table}' GROUP BY t.tenant_id"
        );
        let numbers: Vec<(i64, i64, i64, i64)> = db.rows(&sql, vec![]).await.unwrap();
        assert!(!numbers.is_empty());
        for (first, last, count, counter) in numbers {
            assert_eq!((first, last, counter), (1001, 1000 + count, 1000 + count), "{table}");
        }
    }
    for table in [
        "customers",
        "contacts",
        "locations",
        "quotes",
        "job_series",
        "jobs",
        "plans",
        "invoices",
        "notes",
        "catalog_items",
    ] {
        let sql = format!(
            "SELECT CAST(COUNT(*) AS BIGINT) FROM {table} t JOIN tenant_clocks k ON k.tenant_id = t.tenant_id \
             WHERE updated_at < created_at OR version < 1"
        );
        let (breaches,): (i64,) = db.row(&sql, vec![]).await.unwrap().unwrap();
        assert_eq!(breaches, 0, "{table}: made before it was changed");
    }
}

/// What a small business is like.
pub async fn distributions(db: &Db) {
    let one = async |sql: &str| db.row::<(i64,)>(sql, vec![]).await.unwrap().unwrap().0;
    let gone = "SELECT CAST(COUNT(*) AS BIGINT) FROM jobs j JOIN customers c ON c.tenant_id = j.tenant_id \
                AND c.id = j.customer_id WHERE c.archived_at IS NOT NULL";
    assert!(one(gone).await > 10, "those who left had work done, too");
    let most =
        "SELECT CAST(COUNT(*) AS BIGINT) FROM jobs GROUP BY customer_id ORDER BY 1 DESC LIMIT 1 OFFSET ";
    let (first, fourth) = (one(&format!("{most}0")).await, one(&format!("{most}3")).await);
    assert!(first > 900 && first > 3 * fourth, "Zipf: {first}, {fourth}");
    for (status, share) in [("paid", 9030), ("void", 210), ("draft", 210), ("sent", 1050)] {
        let count =
            one(&format!("SELECT CAST(COUNT(*) AS BIGINT) FROM invoices WHERE status = '{status}'")).await;
        assert_eq!(count, share, "{status}");
    }
    let partly = "SELECT CAST(COUNT(*) AS BIGINT) FROM invoices WHERE status = 'sent' AND balance < total";
    assert_eq!(one(partly).await, 210);
    let longest =
        "SELECT CAST(COUNT(*) AS BIGINT) FROM invoice_lines GROUP BY invoice_id ORDER BY 1 DESC LIMIT 1";
    assert_eq!(one(longest).await, 300);
    assert_eq!(one("SELECT CAST(MAX(LENGTH(body)) AS BIGINT) FROM notes").await, 20_000);
    let agents =
        "SELECT CAST(COUNT(*) AS BIGINT) FROM notes WHERE body LIKE 'IMPORTANT: ignore all previous%'";
    assert_eq!(one(agents).await, 1);
}
