//! A transaction inside one tenant. Only a [`Permit`] opens one, and only one of these reaches a tenant's tables.

use crate::{
    binds,
    caller::Actor,
    clock::Clock,
    db::{Bind, Db, Row, Tx},
    error::Error,
    id::Ids,
    permit::{Permit, Reach},
    random::Random,
    scope::Access,
    tenant::Tenant,
    timestamp::Timestamp,
};

/// One tenant's transaction: its time, its actor, its reach. `$1` of its statements is by custom the tenant's id.
pub struct TenantTx {
    tx: Tx,
    permit: Permit,
    tenant: Tenant,
    now: Timestamp,
    ids: Ids,
}

impl TenantTx {
    /// Begins a transaction in the permit's tenant.
    ///
    /// A write first locks the tenant's row and takes `max(clock, the last write + 1 µs)` as its time, so that one
    /// tenant's commits are in the order of `updated_at` whatever the replicas' clocks say. The tenant's writers
    /// queue there, so numbers, primaries, conversions and in-use checks need no locks of their own.
    pub async fn begin(
        db: &Db,
        permit: Permit,
        access: Access,
        clock: &Clock,
        random: &Random,
    ) -> Result<TenantTx, Error> {
        let tenant_id = permit.caller().tenant_id.clone();
        let mut tx = db.begin(access).await?;
        if !tx.is_sqlite() {
            // Row security reads it; local to the transaction, so a pooled connection never carries it on.
            let set = "SELECT set_config('app.tenant_id', $1, true)";
            tx.row::<(String,)>(set, binds![&tenant_id]).await?;
        }
        let mut now = clock.now();
        if access == Access::Write {
            let lock = "INSERT INTO tenant_clocks (tenant_id, last_us) VALUES ($1, $2) \
                        ON CONFLICT (tenant_id) DO UPDATE SET last_us = \
                        CASE WHEN excluded.last_us > tenant_clocks.last_us THEN excluded.last_us \
                        ELSE tenant_clocks.last_us + 1 END RETURNING last_us";
            let taken: Option<(i64,)> = tx.row(lock, binds![&tenant_id, now.micros()]).await?;
            now = taken.map_or(now, |(micros,)| Timestamp::from_micros(micros));
        }
        let select = format!("SELECT {} FROM tenants WHERE id = $1", Tenant::COLUMNS);
        let tenant = tx.row(&select, binds![&tenant_id]).await?;
        let tenant = tenant.ok_or_else(|| Error::internal(anyhow::anyhow!("no tenant {tenant_id}")))?;
        Ok(TenantTx { tx, permit, tenant, now, ids: Ids::new(clock.clone(), random.clone()) })
    }

    /// The tenant's id.
    pub fn tenant_id(&self) -> &str {
        &self.tenant.id
    }

    /// The tenant's settings.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// The time of this transaction: what it writes as `updated_at`.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.permit.caller().actor
    }

    /// Under whose permit.
    pub fn permit(&self) -> &Permit {
        &self.permit
    }

    /// Which jobs and notes are in reach.
    pub fn reach(&self) -> &Reach {
        self.permit.reach()
    }

    /// A new identifier.
    pub fn new_id(&self, prefix: &str) -> String {
        self.ids.next(prefix)
    }

    /// What makes its identifiers.
    pub fn ids(&self) -> &Ids {
        &self.ids
    }

    /// Whether this is the embedded database: for the search index alone.
    pub fn is_sqlite(&self) -> bool {
        self.tx.is_sqlite()
    }

    /// All rows that the statement gives.
    pub async fn rows<R: Row>(&mut self, sql: &str, binds: Vec<Bind>) -> Result<Vec<R>, Error> {
        self.tx.rows(sql, binds).await
    }

    /// The first row, if there is one.
    pub async fn row<R: Row>(&mut self, sql: &str, binds: Vec<Bind>) -> Result<Option<R>, Error> {
        self.tx.row(sql, binds).await
    }

    /// Runs a statement; answers how many rows it touched.
    pub async fn execute(&mut self, sql: &str, binds: Vec<Bind>) -> Result<u64, Error> {
        self.tx.execute(sql, binds).await
    }

    /// The next number of a counter of this tenant's, from `first` on. Gapless: it is taken back with the transaction.
    pub async fn next_number(&mut self, counter: &str, first: i64) -> Result<i64, Error> {
        self.next_numbers(counter, first, 1).await
    }

    /// The first of the next `count` numbers of a counter, all of which are taken.
    pub async fn next_numbers(&mut self, counter: &str, first: i64, count: i64) -> Result<i64, Error> {
        let sql = "INSERT INTO counters (tenant_id, name, value) VALUES ($1, $2, $3) \
                   ON CONFLICT (tenant_id, name) DO UPDATE SET value = counters.value + $4 RETURNING value";
        let binds = binds![self.tenant.id.clone(), counter, first + count - 1, count];
        let last: Option<(i64,)> = self.row(sql, binds).await?;
        Ok(last.map_or(first, |(last,)| last - count + 1))
    }

    /// Marks a place to which [`TenantTx::rollback_to_mark`] comes back: one record among many.
    pub async fn mark(&mut self) -> Result<(), Error> {
        self.execute("SAVEPOINT one_record", vec![]).await.map(|_| ())
    }

    /// Takes back what was written since the mark, and the mark.
    pub async fn rollback_to_mark(&mut self) -> Result<(), Error> {
        self.execute("ROLLBACK TO SAVEPOINT one_record", vec![]).await?;
        self.release_mark().await
    }

    /// Keeps what was written since the mark, as part of the transaction.
    pub async fn release_mark(&mut self) -> Result<(), Error> {
        self.execute("RELEASE SAVEPOINT one_record", vec![]).await.map(|_| ())
    }

    /// Makes the transaction lasting.
    pub async fn commit(self) -> Result<(), Error> {
        self.tx.commit().await
    }

    /// Takes it back, e.g. at the end of a dry run.
    pub async fn rollback(self) -> Result<(), Error> {
        self.tx.rollback().await
    }
}
