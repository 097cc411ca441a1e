//! The rules of series and plans, of which workers make jobs and invoices; and the hours of clock changes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Duration, NaiveDateTime};
use shared::{db::Db, timestamp::Timestamp};

/// What must not be there; `$1` is now, in microseconds.
pub const BREACHES: &[(&str, &str)] = &[
    (
        "a job of a series comes to what its lines do",
        "SELECT COUNT(*) FROM job_series d WHERE (subtotal, discount_total, tax_total, total) <> \
         (SELECT SUM(amount), SUM(discount_amount), SUM(tax_amount), SUM(total) FROM series_lines l \
         WHERE l.tenant_id = d.tenant_id AND l.series_id = d.id)",
    ),
    (
        "a series and its jobs are of one customer and one place, and cost the same",
        "SELECT COUNT(*) FROM jobs j JOIN job_series s ON s.tenant_id = j.tenant_id AND s.id = j.series_id \
         WHERE j.customer_id <> s.customer_id OR COALESCE(j.location_id, '') <> COALESCE(s.location_id, '') \
         OR (j.title, j.total, j.time_zone, j.tax_rounding) <> (s.title, s.total, s.time_zone, s.tax_rounding) \
         OR j.created_at < s.created_at OR j.scheduled_start <= s.created_at OR j.status = 'unscheduled'",
    ),
    (
        "the techs of a job are its series'",
        "SELECT COUNT(*) FROM jobs j WHERE series_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM job_assignees a \
         JOIN series_assignees s ON s.tenant_id = a.tenant_id AND s.user_id = a.user_id \
         WHERE a.tenant_id = j.tenant_id AND a.job_id = j.id AND s.series_id = j.series_id)",
    ),
    (
        "an occurrence has one job",
        "SELECT COUNT(*) FROM jobs j JOIN jobs k ON k.tenant_id = j.tenant_id AND k.series_id = j.series_id \
         AND k.id < j.id WHERE k.occurrence_local = j.occurrence_local OR k.scheduled_key = j.scheduled_key",
    ),
    (
        "a series happens next when its next job does, or when its jobs are not made yet",
        "SELECT COUNT(*) FROM job_series s WHERE status = 'active' AND (next_key <= $1 OR EXISTS (SELECT 1 FROM jobs j \
         WHERE j.tenant_id = s.tenant_id AND j.series_id = s.id AND j.scheduled_key > $1 AND j.scheduled_key < s.next_key) \
         OR NOT (next_occurrence_at > generated_through OR EXISTS (SELECT 1 FROM jobs j WHERE j.tenant_id = s.tenant_id \
         AND j.series_id = s.id AND j.scheduled_start = s.next_occurrence_at AND j.scheduled_key = s.next_key)))",
    ),
    (
        "a series that is ended happens no more",
        "SELECT COUNT(*) FROM job_series s WHERE (status = 'ended') <> (ended_on IS NOT NULL) \
         OR (status = 'ended') <> (next_occurrence_at IS NULL) OR (status = 'ended') <> (next_key = 9223372036854775807) \
         OR (status = 'ended' AND EXISTS (SELECT 1 FROM jobs j WHERE j.tenant_id = s.tenant_id AND j.series_id = s.id \
         AND (j.status = 'scheduled' AND j.scheduled_key > $1 OR SUBSTR(j.occurrence_local, 1, 10) > CAST(s.ended_on AS TEXT))))",
    ),
    (
        "a worker looks at a series that goes on, when it happens next or before",
        "SELECT COUNT(*) FROM job_series s LEFT JOIN due d ON d.tenant_id = s.tenant_id AND d.kind = 'job_series' \
         AND d.subject = s.id WHERE (s.status = 'active') <> (d.at IS NOT NULL) OR d.at > s.next_occurrence_at",
    ),
    (
        "an invoice of a plan comes to what the plan's lines do",
        "SELECT COUNT(*) FROM plans d WHERE (subtotal, discount_total, tax_total, total) <> \
         (SELECT SUM(amount), SUM(discount_amount), SUM(tax_amount), SUM(total) FROM plan_lines l \
         WHERE l.tenant_id = d.tenant_id AND l.plan_id = d.id)",
    ),
    (
        "an invoice of a plan is its customer's, of its date, and costs the same",
        "SELECT COUNT(*) FROM invoices i JOIN plans p ON p.tenant_id = i.tenant_id AND p.id = i.plan_id \
         WHERE i.customer_id <> p.customer_id OR i.total <> p.total OR i.tax_rounding <> p.tax_rounding \
         OR i.plan_period <> i.issue_key OR NOT i.issue_date_set OR i.created_at < p.created_at \
         OR i.issue_date < p.starts_on OR i.issue_date >= p.next_bill_on OR i.job_id IS NOT NULL",
    ),
    (
        "a plan has made as many invoices as it says, the last for the date that it is billed through",
        "SELECT COUNT(*) FROM plans p WHERE runs <> (SELECT COUNT(*) FROM invoices i \
         WHERE i.tenant_id = p.tenant_id AND i.plan_id = p.id) OR (runs = 0) <> (billed_through IS NULL) \
         OR billed_through <> (SELECT MAX(issue_date) FROM invoices i \
         WHERE i.tenant_id = p.tenant_id AND i.plan_id = p.id) OR version < runs + 1",
    ),
    (
        "a plan's state agrees with its dates",
        "SELECT COUNT(*) FROM plans WHERE (status = 'active') <> (next_bill_on IS NOT NULL) \
         OR (next_bill_on IS NULL) <> (next_run_on IS NULL) OR (next_run_on IS NULL) <> (next_run_key = 9223372036854775807) \
         OR (status = 'cancelled') <> (cancelled_at IS NOT NULL) OR next_bill_on < starts_on OR next_run_on > next_bill_on \
         OR next_bill_on <= billed_through OR (lead_days = 0 AND next_run_on <> next_bill_on)",
    ),
    (
        "a plan that is ended bills by a rule that has come to its end",
        "SELECT COUNT(*) FROM plans WHERE status = 'ended' AND (rrule NOT LIKE '%COUNT=%' OR runs = 0)",
    ),
    (
        "a worker looks at a plan that bills, and has made all that was due",
        "SELECT COUNT(*) FROM plans p LEFT JOIN due d ON d.tenant_id = p.tenant_id AND d.kind = 'plans' \
         AND d.subject = p.id WHERE (p.status = 'active') <> (d.at IS NOT NULL)",
    ),
    (
        "nothing recurs for a customer who is archived",
        "SELECT COUNT(*) FROM customers c WHERE archived_at IS NOT NULL AND (EXISTS (SELECT 1 FROM plans p \
         WHERE p.tenant_id = c.tenant_id AND p.customer_id = c.id AND p.status = 'active') OR EXISTS (SELECT 1 FROM job_series s \
         WHERE s.tenant_id = c.tenant_id AND s.customer_id = c.id AND s.status = 'active'))",
    ),
    (
        "what recurs comes after its customer and its place",
        "SELECT COUNT(*) FROM customers c WHERE EXISTS (SELECT 1 FROM plans p WHERE p.tenant_id = c.tenant_id \
         AND p.customer_id = c.id AND p.created_at < c.created_at) OR EXISTS (SELECT 1 FROM job_series s \
         LEFT JOIN locations l ON l.tenant_id = s.tenant_id AND l.id = s.location_id WHERE s.tenant_id = c.tenant_id \
         AND s.customer_id = c.id AND (s.created_at < c.created_at OR l.created_at > s.created_at OR l.customer_id <> c.id))",
    ),
];

/// In each tenant there are series at an hour of the night that clocks skip or have twice: always half past two, every
/// Sunday, whatever the offset is. Phoenix has one offset; the others have both.
pub async fn nights(db: &Db, tenants: usize) {
    let sql = "SELECT s.id, s.time_zone, j.occurrence_local, j.scheduled_key FROM jobs j \
               JOIN job_series s ON s.tenant_id = j.tenant_id AND s.id = j.series_id \
               WHERE s.title LIKE 'Night check%' ORDER BY j.occurrence_local";
    let mut series: BTreeMap<(String, String), Vec<(NaiveDateTime, i64)>> = BTreeMap::new();
    for (zone, id, local, at) in db.rows::<(String, String, String, i64)>(sql, vec![]).await.unwrap() {
        series.entry((zone, id)).or_default().push((local.parse().unwrap(), at));
    }
    let mut zones: BTreeMap<&str, usize> = BTreeMap::new();
    for ((_, zone), times) in &series {
        *zones.entry(zone).or_default() += 1;
        assert!(times.len() > 60 && times.iter().all(|(local, _)| local.to_string().ends_with("02:30:00")));
        assert!(
            times.windows(2).all(|two| two[1].0 - two[0].0 == Duration::weeks(1)),
            "every Sunday: {zone}"
        );
        let offsets: BTreeSet<i64> = times
            .iter()
            .map(|(local, at)| (*local - Timestamp::from_micros(*at).utc().naive_utc()).num_hours())
            .collect();
        let known: &[i64] = match zone.as_str() {
            "America/New_York" => &[-5, -4],
            "America/Phoenix" => &[-7],
            "Australia/Sydney" => &[10, 11],
            _ => &[12, 13],
        };
        assert_eq!(offsets.iter().copied().collect::<Vec<_>>(), known, "{zone}");
    }
    assert_eq!(zones.len(), 4);
    assert!(zones.values().all(|count| *count == tenants), "{zones:?}");
}
