//! How much of everything there is, and when: what is true of each business, large and small.

use chrono::Duration;
use mcp_server::seed::business;
use shared::{binds, db::Db, timestamp::Timestamp};

/// Checks each tenant; the mean and the median may be so many percent off.
pub async fn hold(db: &Db, now: Timestamp, tolerance: i64) {
    let tenants: Vec<(String, String)> = db.rows("SELECT id, currency FROM tenants", vec![]).await.unwrap();
    assert!(!tenants.is_empty());
    for (tenant, currency) in &tenants {
        tickets(db, tenant, currency, tolerance).await;
        years(db, tenant, now).await;
        let sql =
            "SELECT CAST(COUNT(*) AS BIGINT) FROM notes WHERE tenant_id = $1 AND body LIKE '🚿🔧 Fixed!%'";
        let (emoji,): (i64,) = db.row(sql, binds![tenant.clone()]).await.unwrap().unwrap();
        assert_eq!(emoji, 1, "{currency}: a note full of emoji");
    }
}

/// One ticket in 25 is an install of $6,000 or more; the others have a mean of $422 and a median of $310.
async fn tickets(db: &Db, tenant: &str, currency: &str, tolerance: i64) {
    let business = business::ALL.iter().find(|business| business.currency == currency).unwrap();
    let dollars = |amount: i64| amount as f64 / business.per_dollar;
    for table in ["jobs", "quotes"] {
        let sql = format!("SELECT subtotal FROM {table} WHERE tenant_id = $1 ORDER BY subtotal");
        let all: Vec<(i64,)> = db.rows(&sql, binds![tenant]).await.unwrap();
        let count = all.len();
        let installs = all.iter().filter(|(amount,)| dollars(*amount) >= 6_000.0).count();
        assert_eq!(installs, count * 4 / 100, "{currency}: installs among {count} {table}");
    }
    // A series has one ticket many times over.
    let sql = "SELECT subtotal FROM jobs WHERE tenant_id = $1 AND series_id IS NULL ORDER BY subtotal";
    let all: Vec<(i64,)> = db.rows(sql, binds![tenant]).await.unwrap();
    let all: Vec<f64> =
        all.iter().map(|(amount,)| dollars(*amount)).filter(|ticket| *ticket < 6_000.0).collect();
    let (mean, median) = (all.iter().sum::<f64>() / all.len() as f64, all[all.len() / 2]);
    for (what, is, asked) in [("mean", mean, 422.0), ("median", median, 310.0)] {
        let off = (is / asked - 1.0).abs() * 100.0;
        assert!(off < tolerance as f64, "{currency}: the {what} is {is}, not about {asked}");
    }
}

/// Each of the five years has about as many quotes; jobs grow, and not all in the last year.
async fn years(db: &Db, tenant: &str, now: Timestamp) {
    let of_year = async |table: &str| {
        let sql = format!("SELECT created_at FROM {table} WHERE tenant_id = $1");
        let times: Vec<(Timestamp,)> = db.rows(&sql, binds![tenant]).await.unwrap();
        let begin = |year: i32| now - Duration::days(365 * i64::from(year));
        let years = (0..5)
            .map(|year| times.iter().filter(|(at,)| begin(year + 1) < *at && *at <= begin(year)).count());
        (years.collect::<Vec<usize>>(), times.len())
    };
    let (quotes, all) = of_year("quotes").await;
    let near = all * 75 / 500..=all * 125 / 500;
    assert!(quotes.iter().all(|year| near.contains(year)), "about {} a year: {quotes:?}", all / 5);
    let (jobs, all) = of_year("jobs").await;
    assert!(jobs[0] * 100 < all * 30, "under 30 % in the last year: {jobs:?}");
    assert!(jobs.iter().all(|year| year * 100 > all * 12), "some in every year: {jobs:?}");
}
