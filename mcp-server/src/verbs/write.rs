//! What every write can be asked for, written once: to be repeated safely, to be tried without writing, to be done for
//! many records in one transaction.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use shared::tenant_tx::TenantTx;

use super::{
    create::create,
    options::{WriteOptions, is_default},
    retire::retire,
    update::update,
};
use crate::{
    entity::Entity,
    error::{Error, Result},
    schema::Checked,
    store::{self, Repeat, Written},
};

/// The verbs that write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteVerb {
    /// A new record.
    Create,
    /// A patch.
    Update,
    /// The fifth verb.
    Retire,
}

/// What a call comes to.
pub struct Outcome {
    /// What is answered.
    pub answer: Map<String, Value>,
    /// What was written, for the audit log.
    pub written: Vec<Written>,
    /// Whether it is to last: a dry run is not.
    pub lasting: bool,
}

impl Outcome {
    /// A reading call's.
    pub fn read(answer: Map<String, Value>) -> Self {
        Self { answer, written: vec![], lasting: true }
    }
}

/// Runs a write that has passed its schema.
pub async fn write<E: Entity>(
    verb: WriteVerb,
    tool: &str,
    call: Checked,
    tx: &mut TenantTx,
) -> Result<Outcome> {
    let arguments = call.fingerprint();
    let (options, records, many) = match call {
        Checked::One(mut args) => (WriteOptions::take(&mut args)?, vec![Ok(args)], false),
        Checked::Many { mut options, records } => (WriteOptions::take(&mut options)?, records, true),
    };
    let dry_run = options.dry_run == Some(true);
    let repeat = options.idempotency_key.as_deref().filter(|_| !dry_run).map(|key| Repeat {
        tool,
        key,
        arguments: &arguments,
    });
    if let Some(call) = &repeat
        && let Some(mut answer) = store::repeated(tx, call).await?
    {
        answer.insert("idempotentReplay".to_owned(), true.into());
        return Ok(Outcome::read(answer));
    }
    let (answer, written) = if many {
        each::<E>(verb, records, &options, tx).await?
    } else {
        // A single call holds exactly one record.
        let args = records.into_iter().next().unwrap_or_else(|| Ok(Map::new()))?;
        let written = one::<E>(verb, args, &options, tx).await?;
        (written.answer(), vec![written])
    };
    if dry_run {
        let effects: Vec<Value> = written.iter().flat_map(Written::all).map(Written::effect).collect();
        let answer = Map::from_iter([
            ("dryRun".to_owned(), Value::from(true)),
            ("would".to_owned(), Value::Object(answer)),
            ("effects".to_owned(), effects.into()),
        ]);
        return Ok(Outcome { answer, written: vec![], lasting: false });
    }
    // Successes only: after a bulk in which nothing was done, the same call is a new try.
    if let Some(call) = repeat.as_ref().filter(|_| !written.is_empty()) {
        store::keep_answer(tx, call, &answer).await?;
    }
    Ok(Outcome { answer, written, lasting: true })
}

async fn one<E: Entity>(
    verb: WriteVerb,
    args: Map<String, Value>,
    options: &WriteOptions,
    tx: &mut TenantTx,
) -> Result<Written> {
    let sent = args.clone();
    let outcome = match verb {
        WriteVerb::Create => create::<E>(args, options.on_duplicate, tx).await,
        WriteVerb::Update => update::<E>(args, tx).await,
        WriteVerb::Retire => retire::<E>(args, tx).await,
    };
    match outcome {
        // It was found at the first reference that names nothing: the refusal tells of all of them.
        Err(error) if error.has_issues() => Err(error.and_issues(E::misnamed(&sent, tx).await?)),
        other => other,
    }
}

/// Each record has its own result, in order; one that fails leaves the others alone, unless all or none was asked for.
async fn each<E: Entity>(
    verb: WriteVerb,
    records: Vec<Result<Map<String, Value>>>,
    options: &WriteOptions,
    tx: &mut TenantTx,
) -> Result<(Map<String, Value>, Vec<Written>)> {
    let mut results = Vec::with_capacity(records.len());
    let mut all = Vec::with_capacity(records.len());
    for (index, args) in records.into_iter().enumerate() {
        tx.mark().await?;
        let outcome = match args {
            Ok(args) => one::<E>(verb, args, options, tx).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(written) => {
                tx.release_mark().await?;
                results.push(json!({"index": index, "record": written.answer()}));
                all.push(written);
            }
            Err(error) if options.atomic == Some(true) => return Err(error.with("index", index)),
            Err(Error::Tool(error)) => {
                tx.rollback_to_mark().await?;
                results.push(json!({"index": index, "error": error.body()}));
            }
            Err(below) => return Err(below),
        }
    }
    let (done, failed) = (all.len(), results.len() - all.len());
    let answer = Map::from_iter([
        ("results".to_owned(), Value::from(results)),
        ("done".to_owned(), done.into()),
        ("failed".to_owned(), failed.into()),
    ]);
    Ok((answer, all))
}

impl Checked {
    /// What the arguments hash to, the idempotency key and what is said by default apart: the same call gives the same
    /// text.
    fn fingerprint(&self) -> String {
        let text = match self {
            Checked::One(args) => sorted(telling(args)),
            Checked::Many { options, records } => {
                let records: Vec<String> = records
                    .iter()
                    .map(|record| {
                        record
                            .as_ref()
                            .map_or_else(|_| "refused".to_owned(), |args| sorted(args.iter().collect()))
                    })
                    .collect();
                format!("{}\n{}", sorted(telling(options)), records.join("\n"))
            }
        };
        Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn telling(args: &Map<String, Value>) -> Vec<(&String, &Value)> {
    args.iter().filter(|(name, value)| *name != "idempotencyKey" && !is_default(name, value)).collect()
}

fn sorted(mut parts: Vec<(&String, &Value)>) -> String {
    parts.sort_by_key(|(name, _)| *name);
    serde_json::to_string(&parts).unwrap_or_default()
}
