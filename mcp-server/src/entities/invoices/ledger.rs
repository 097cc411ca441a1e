//! The money that came in for an invoice and that went back. Zoop records money; it does not move it.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::{caller::Actor, db::Bind, id::Ids, tenant_tx::TenantTx, timestamp::Timestamp};

use crate::{
    error::{Error, Result},
    fields::{LARGEST, Line, Moment, Money, words},
    store::{Children, Columns, Where},
};

words! {
    /// Money that came in, or that went back.
    EntryKind {
        /// It came in.
        Payment = "payment",
        /// It went back.
        Refund = "refund",
    }
}
words! {
    /// How it was paid.
    Method {
        /// Notes and coins.
        Cash = "cash",
        /// A cheque.
        Check = "check",
        /// A card.
        Card = "card",
        /// From bank to bank.
        Transfer = "transfer",
        /// Another way.
        Other = "other",
    }
}
/// record or refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Op {
    /// Money came in.
    Record,
    /// Money of a payment went back.
    Refund,
}

/// {op: record, amount, method, paid_at, reference} or {op: refund, payment_id, amount, reason}.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct PaymentOp {
    /// record or refund.
    op: Op,
    /// Minor units, over 0.
    amount: Money,
    /// Default other.
    #[serde(default)]
    method: Option<Method>,
    /// Default now.
    #[serde(default)]
    paid_at: Option<Moment>,
    /// E.g. a check's number.
    #[serde(default)]
    reference: Option<Line>,
    /// Of a refund: which payment goes back.
    #[serde(default)]
    payment_id: Option<String>,
    /// Of a refund.
    #[serde(default)]
    reason: Option<Line>,
}

/// One entry, as it is answered.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Entry {
    id: String,
    kind: EntryKind,
    /// Of a refund: the payment that went back.
    payment_id: Option<String>,
    amount: i64,
    method: Option<Method>,
    paid_at: Timestamp,
    reference: Option<String>,
    reason: Option<String>,
    #[schemars(with = "serde_json::Value")]
    recorded_by: Actor,
}

#[derive(sqlx::FromRow)]
struct Row {
    invoice_id: String,
    id: String,
    kind: String,
    payment_id: Option<String>,
    amount: i64,
    method: Option<String>,
    paid_at: Timestamp,
    reference: Option<String>,
    reason: Option<String>,
    recorded_by: sqlx::types::Json<Actor>,
}

/// Who records, and when.
pub struct Recording {
    /// The time.
    pub now: Timestamp,
    /// The one who does.
    pub by: Actor,
    /// What makes the entries' ids.
    pub ids: Ids,
}

impl Recording {
    /// The transaction's.
    pub fn of(tx: &TenantTx) -> Self {
        Self { now: tx.now(), by: tx.actor().clone(), ids: tx.ids().clone() }
    }

    fn new_id(&self) -> String {
        self.ids.of("pay", self.now)
    }
}

/// An invoice's payments and refunds, in the order in which they were recorded.
#[derive(Clone, Debug, Default)]
pub struct Ledger(Vec<Entry>);

impl Ledger {
    /// Those of a page of invoices.
    pub async fn of(tx: &mut TenantTx, invoices: &[&str]) -> Result<HashMap<String, Vec<Entry>>> {
        let mut to = Where::of_table("payments", tx);
        to.any_of("invoice_id", invoices.iter().map(|&id| Bind::from(id)));
        let sql = format!(
            "SELECT invoice_id, id, kind, payment_id, amount, method, paid_at, reference, reason, recorded_by \
             FROM payments WHERE {} ORDER BY invoice_id, position",
            to.sql()
        );
        let mut found: HashMap<String, Vec<Entry>> = HashMap::new();
        for row in tx.rows::<Row>(&sql, to.into_binds()).await? {
            found.entry(row.invoice_id).or_default().push(Entry {
                id: row.id,
                // The column's CHECK holds these two words alone.
                kind: EntryKind::from_word(&row.kind).unwrap_or(EntryKind::Payment),
                payment_id: row.payment_id,
                amount: row.amount,
                method: row.method.as_deref().and_then(Method::from_word),
                paid_at: row.paid_at,
                reference: row.reference,
                reason: row.reason,
                recorded_by: row.recorded_by.0,
            });
        }
        Ok(found)
    }

    /// One invoice's.
    pub async fn load(tx: &mut TenantTx, invoice: &str) -> Result<Self> {
        Ok(Self(Self::of(tx, &[invoice]).await?.remove(invoice).unwrap_or_default()))
    }

    fn sum(&self, kind: EntryKind) -> i64 {
        self.0.iter().filter(|entry| entry.kind == kind).map(|entry| entry.amount).sum()
    }

    /// What is still owed of a total.
    pub fn balance(&self, total: i64) -> i64 {
        total - self.sum(EntryKind::Payment) + self.sum(EntryKind::Refund)
    }

    /// Records what a call says, in order.
    pub fn apply(&mut self, ops: Vec<PaymentOp>, total: i64, recording: &Recording) -> Result<()> {
        for (n, op) in ops.into_iter().enumerate() {
            let at = |field: &str| format!("payment_ops[{n}].{field}");
            let amount = op.amount.0;
            if amount == 0 {
                return Err(Error::field(at("amount"), "must be over 0."));
            }
            match op.op {
                Op::Record => {
                    for (field, named) in
                        [("payment_id", op.payment_id.is_some()), ("reason", op.reason.is_some())]
                    {
                        if named {
                            return Err(Error::field(at(field), "is for a refund; leave it out."));
                        }
                    }
                    let balance = self.balance(total);
                    if amount > balance {
                        let message = format!("is over the balance of {balance}; send at most that.");
                        return Err(Error::field(at("amount"), message));
                    }
                    self.record(
                        at("amount"),
                        amount,
                        op.method,
                        op.paid_at.map(|moment| moment.0),
                        op.reference,
                        recording,
                    )?;
                }
                Op::Refund => {
                    if op.method.is_some() {
                        return Err(Error::field(at("method"), "is for a payment; leave it out."));
                    }
                    let Some(payment) = op.payment_id else {
                        let message = "is required for a refund; `payments` of the invoice shows the ids.";
                        return Err(Error::field(at("payment_id"), message));
                    };
                    let left = self.left_of(&payment).ok_or_else(|| {
                        let message =
                            "names no payment of this invoice; `payments` of the invoice shows the ids.";
                        Error::field(at("payment_id"), message)
                    })?;
                    if amount > left {
                        let message =
                            format!("is over what is left of that payment, {left}; send at most that.");
                        return Err(Error::field(at("amount"), message));
                    }
                    self.0.push(Entry {
                        id: recording.new_id(),
                        kind: EntryKind::Refund,
                        payment_id: Some(payment),
                        amount,
                        method: None,
                        paid_at: op.paid_at.map_or(recording.now, |moment| moment.0),
                        reference: op.reference.map(|text| text.0),
                        reason: op.reason.map(|text| text.0),
                        recorded_by: recording.by.clone(),
                    });
                }
            }
        }
        Ok(())
    }

    /// Records a payment of all that is owed.
    pub fn settle(&mut self, total: i64, recording: &Recording) -> Result<()> {
        match self.balance(total) {
            0 => Ok(()),
            balance => self.record("status".to_owned(), balance, None, None, None, recording),
        }
    }

    fn record(
        &mut self,
        field: String,
        amount: i64,
        method: Option<Method>,
        paid_at: Option<Timestamp>,
        reference: Option<Line>,
        recording: &Recording,
    ) -> Result<()> {
        // What went back may be paid again, and so on for ever.
        if self.sum(EntryKind::Payment) > LARGEST - amount {
            return Err(Error::field(field, "brings all payments beyond 9,000,000,000,000,000."));
        }
        self.0.push(Entry {
            id: recording.new_id(),
            kind: EntryKind::Payment,
            payment_id: None,
            amount,
            method: Some(method.unwrap_or(Method::Other)),
            paid_at: paid_at.unwrap_or(recording.now),
            reference: reference.map(|text| text.0),
            reason: None,
            recorded_by: recording.by.clone(),
        });
        Ok(())
    }

    /// What a payment has left to go back; none if it is no payment.
    fn left_of(&self, payment: &str) -> Option<i64> {
        let entry = self.0.iter().find(|entry| entry.id == payment && entry.kind == EntryKind::Payment)?;
        let back = self.0.iter().filter(|entry| entry.payment_id.as_deref() == Some(payment));
        Some(entry.amount - back.map(|entry| entry.amount).sum::<i64>())
    }

    /// The last payment of which something can go back, and how much.
    pub fn refundable(&self) -> Option<(&str, i64)> {
        let left = |entry: &'_ Entry| self.left_of(&entry.id).filter(|left| *left > 0);
        self.0.iter().rev().find_map(|entry| Some((entry.id.as_str(), left(entry)?)))
    }

    /// The invoice's columns of it; `total` is what was to be paid.
    pub fn columns(&self, total: i64) -> Columns {
        Columns::default()
            .put("amount_paid", self.sum(EntryKind::Payment))
            .put("amount_refunded", self.sum(EntryKind::Refund))
            .put("balance", self.balance(total))
    }

    /// Its rows.
    pub fn children(&self) -> Children {
        let row = |(n, entry): (usize, &Entry)| {
            Columns::default()
                .put("position", i64::try_from(n + 1).unwrap_or(i64::MAX))
                .put("id", entry.id.clone())
                .put("kind", entry.kind.as_str())
                .put("payment_id", entry.payment_id.clone())
                .put("amount", entry.amount)
                .put("method", entry.method.map(Method::as_str))
                .put("paid_at", entry.paid_at)
                .put("reference", entry.reference.clone())
                .put("reason", entry.reason.clone())
                .put("recorded_by", json!(entry.recorded_by))
        };
        Children {
            table: "payments",
            owner: "invoice_id",
            rows: self.0.iter().enumerate().map(row).collect(),
        }
    }
}
