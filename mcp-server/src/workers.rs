//! What Zoop does by itself. Every replica looks for what is due, and does it piece by piece, each in a transaction of
//! its tenant: that holds the tenant's row, so a piece is done once however many replicas run, and a replica that dies
//! half way leaves nothing behind.

mod due;

use std::{future::Future, pin::Pin, time::Duration};

use shared::tenant_tx::TenantTx;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    entities::{job_series, plans},
    error::Result,
    store::{self, Written},
    walk,
};
use due::Due;

/// How often a replica looks.
const PACE: Duration = Duration::from_secs(10);

/// The longest rest between two pieces.
const BREATH: Duration = Duration::from_millis(100);

/// One kind of work.
struct Work {
    /// As the table `due` names it.
    kind: &'static str,
    /// As the audit log names it.
    action: &'static str,
    /// Does one piece of it for this record, and says when the record is due again: as long as it is due still, more
    /// pieces follow. A piece writes a bounded number of rows, so that requests need not wait for it.
    piece: for<'t> fn(&'t mut TenantTx, &'t str) -> Doing<'t>,
}

type Doing<'t> = Pin<Box<dyn Future<Output = Result<Vec<Written>>> + Send + 't>>;

static WORK: &[Work] = &[
    Work {
        kind: job_series::DUE,
        action: "workers.job_series",
        piece: |tx, id| Box::pin(job_series::roll(tx, id)),
    },
    Work { kind: plans::DUE, action: "workers.plans", piece: |tx, id| Box::pin(plans::bill(tx, id)) },
];

/// Works until `stop`.
pub async fn run(app: App, stop: CancellationToken) {
    let mut tick = interval(PACE);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        if let Err(error) = catch_up(&app, &stop).await {
            tracing::warn!(cause = error.cause(), "what is due could not be looked at; the next try follows");
        }
    }
}

/// Does all that is due by now; how many pieces that were.
pub async fn catch_up(app: &App, stop: &CancellationToken) -> Result<usize> {
    let mut pieces = 0;
    loop {
        let some = due::by_now(app, WORK.iter().map(|work| work.kind)).await?;
        if some.is_empty() {
            return Ok(pieces);
        }
        for due in &some {
            if stop.is_cancelled() {
                return Ok(pieces);
            }
            let began = Instant::now();
            match piece(app, due).await {
                Ok(done) => pieces += usize::from(done),
                Err(error) => {
                    tracing::warn!(
                        kind = due.kind,
                        subject = due.subject,
                        cause = error.cause(),
                        "due work failed; it is tried again in an hour"
                    );
                    due.postpone(app).await?;
                }
            }
            // Half of the time is for requests that wait: SQLite's writers in another process do not queue, they try.
            sleep(began.elapsed().min(BREATH)).await;
        }
    }
}

/// Does one piece; false if another replica did it meanwhile.
async fn piece(app: &App, due: &Due) -> Result<bool> {
    let Some(work) = WORK.iter().find(|work| work.kind == due.kind) else { return Ok(false) };
    let mut tx = walk::begin_as_system(app, &due.tenant_id).await?;
    if !store::is_due(&mut tx, work.kind, &due.subject).await? {
        tx.rollback().await?;
        return Ok(false);
    }
    let written = (work.piece)(&mut tx, &due.subject).await?;
    walk::keep(tx, work.action, &written, None).await?;
    Ok(true)
}
