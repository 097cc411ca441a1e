//! Sign-ins that were tried and have not succeeded: the throttle by account and by source.

use chrono::Duration;
use shared::{
    binds,
    db::{Db, Tx},
    error::Error,
    id::Ids,
    timestamp::Timestamp,
};

const WINDOW: Duration = Duration::minutes(15);
const BY_ACCOUNT: i64 = 10;
const BY_SOURCE: i64 = 30;

/// Notes a try before it is checked, so that parallel tries cannot outrun the count.
/// `None`: too many have failed; the try is neither noted nor to be checked.
pub async fn admit(
    tx: &mut Tx,
    ids: &Ids,
    account: &str,
    source: &str,
    now: Timestamp,
) -> Result<Option<String>, Error> {
    let since = now - WINDOW;
    let by_account = "SELECT COUNT(*) FROM login_attempts WHERE account = $1 AND at > $2";
    let by_source = "SELECT COUNT(*) FROM login_attempts WHERE source = $1 AND at > $2";
    for (sql, key, most) in [(by_account, account, BY_ACCOUNT), (by_source, source, BY_SOURCE)] {
        let count: Option<(i64,)> = tx.row(sql, binds![key, since]).await?;
        if count.is_some_and(|(count,)| count >= most) {
            return Ok(None);
        }
    }
    let id = ids.next("try");
    let sql = "INSERT INTO login_attempts (id, account, source, at) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, binds![&id, account, source, now]).await?;
    Ok(Some(id))
}

/// A try succeeded: the account's count starts anew.
pub async fn forgive(db: &Db, account: &str) -> Result<(), Error> {
    db.execute("DELETE FROM login_attempts WHERE account = $1", binds![account]).await.map(drop)
}
