//! What jobs, quotes and invoices cost: their lines, discount, default tax rate and currency.

use shared::tenant_tx::TenantTx;

use super::place::{Payer, Place};
use crate::{
    documents::Discount,
    entity::{Entity, Link},
    error::{Error, Result},
    fields::Patch,
    lines::{self, DiscountInput, LineItem, LineItemOp, Terms},
    references::TAX_RATE,
    store::{Children, Columns},
};

/// What is written of a price.
pub struct Priced {
    /// The document's columns.
    pub columns: Columns,
    /// Its lines.
    pub lines: Children,
    /// What is to be paid, in minor units.
    pub total: i64,
}

/// Prices a document; `items` come with their ids, where they are there already.
pub async fn price(
    tx: &mut TenantTx,
    lines: Link,
    items: Vec<(Option<String>, LineItem)>,
    terms: &Terms,
) -> Result<Priced> {
    Ok(Priced::of(lines::price(tx, items, terms).await?, lines, terms))
}

impl Priced {
    /// What is written of lines that are reckoned.
    pub fn of(priced: lines::Priced, lines: Link, terms: &Terms) -> Self {
        let columns = priced.columns().and(lines::discount_columns(terms.discount));
        Self { columns, lines: priced.children(lines), total: priced.totals.total }
    }
}

/// Lines that are all new.
pub fn new_lines<L: Into<LineItem>>(items: Option<Vec<L>>) -> Vec<(Option<String>, LineItem)> {
    items.unwrap_or_default().into_iter().map(|item| (None, item.into())).collect()
}

/// A document's lines after a patch: replaced whole, or edited one by one.
pub async fn patched_lines<L: Default + Into<LineItem>>(
    tx: &mut TenantTx,
    lines: Link,
    id: &str,
    items: Option<Vec<L>>,
    ops: Option<Vec<LineItemOp<L>>>,
) -> Result<Vec<(Option<String>, LineItem)>> {
    match (items, ops) {
        (Some(_), Some(_)) => {
            Err(Error::field("line_item_ops", "cannot stand beside line_items; send one of them."))
        }
        (items @ Some(_), None) => Ok(new_lines(items)),
        (None, ops) => lines::apply(lines::load(tx, lines, id).await?, ops.unwrap_or_default()),
    }
}

/// The lines of a document as those of another: the options that were not taken stay behind, and what the first one's
/// default taxes is taxed by that rate wherever it goes.
pub async fn copied_lines(
    tx: &mut TenantTx,
    lines: Link,
    id: &str,
    default_tax_rate_id: Option<&str>,
) -> Result<Vec<(Option<String>, LineItem)>> {
    let copy = |(_, mut item): (Option<String>, LineItem)| {
        item.choice = None;
        if let (Patch::Absent, Some(rate)) = (&item.tax_rate_id, default_tax_rate_id) {
            item.tax_rate_id = Patch::Set(rate.to_owned());
        }
        (None, item)
    };
    let stored = lines::load(tx, lines, id).await?;
    Ok(stored.into_iter().filter(|(_, item)| item.is_counted()).map(copy).collect())
}

/// The discount after a patch.
pub fn patched_discount(
    discount: Patch<DiscountInput>,
    kind: Option<&str>,
    value: Option<i64>,
) -> Option<Discount> {
    discount.map(|discount| discount.0).or(lines::discount_of(kind, value))
}

/// A quote or an invoice in draft, as it is stored.
pub struct Draft<'a> {
    pub id: &'a str,
    pub customer_id: &'a String,
    pub location_id: Option<&'a String>,
    /// For lines that name none.
    pub default_tax_rate_id: Option<&'a String>,
    /// Its discount's columns.
    pub discount: (Option<&'a str>, Option<i64>),
    pub tax_rounding: &'a str,
}

/// What a patch says of a draft's content.
pub struct Redraft<L: Default> {
    pub customer_id: Option<String>,
    pub location_id: Patch<String>,
    pub line_items: Option<Vec<L>>,
    pub line_item_ops: Option<Vec<LineItemOp<L>>>,
    pub discount: Patch<DiscountInput>,
    pub default_tax_rate_id: Patch<String>,
    pub currency: Option<String>,
}

/// A draft after a patch.
pub struct Redrafted {
    /// Its price, its customer and its place.
    pub columns: Columns,
    /// Its lines.
    pub lines: Children,
    /// What is to be paid, in minor units.
    pub total: i64,
    /// Whom it is for.
    pub customer_id: String,
    /// Who pays.
    pub payer: Payer,
}

/// Prices a draft at each of its writes: what it takes of tax rates and of its customer is as of today.
pub async fn redraft<E: Entity, L: Default + Into<LineItem>>(
    tx: &mut TenantTx,
    lines: Link,
    draft: Draft<'_>,
    patch: Redraft<L>,
) -> Result<Redrafted> {
    check_currency(tx, patch.currency.as_ref())?;
    let asked = patch.customer_id.map_or(Patch::Absent, Patch::Set);
    let before = (Some(draft.customer_id), draft.location_id);
    let (customer_id, location_id) =
        match Place::patched(tx, before, &asked, &patch.location_id, E::NOUN).await? {
            Some(Place { customer_id: Some(customer), location_id, .. }) => (customer, location_id),
            _ => (draft.customer_id.clone(), draft.location_id.cloned()),
        };
    if let Patch::Set(rate) = &patch.default_tax_rate_id {
        let kept = draft.default_tax_rate_id.map(String::as_str);
        TAX_RATE.check(tx, "default_tax_rate_id", Some(rate), kept).await?;
    }
    let default_tax_rate_id = patch.default_tax_rate_id.or(draft.default_tax_rate_id.cloned());
    let payer = Payer::find(tx, Some(&customer_id), location_id.as_deref()).await?;
    let terms = Terms {
        field: "line_items",
        discount: patched_discount(patch.discount, draft.discount.0, draft.discount.1),
        rounding: lines::rounding_named(draft.tax_rounding),
        flat_price: None,
        tax_exempt: payer.tax_exempt,
        default_tax_rate_id: default_tax_rate_id.clone(),
    };
    let items = patched_lines(tx, lines, draft.id, patch.line_items, patch.line_item_ops).await?;
    let priced = price(tx, lines, items, &terms).await?;
    let columns = priced
        .columns
        .put("customer_id", customer_id.clone())
        .put("location_id", location_id)
        .put("default_tax_rate_id", default_tax_rate_id);
    Ok(Redrafted { columns, lines: priced.lines, total: priced.total, customer_id, payer })
}

/// All amounts of an account are in its one currency.
pub fn check_currency(tx: &TenantTx, asked: Option<&String>) -> Result<()> {
    let own = tx.tenant().currency.clone();
    match asked {
        Some(asked) if !asked.eq_ignore_ascii_case(&own) => {
            let message = format!(
                "This account's amounts are in {own}, not {}. Leave currency out, and send amounts in {own}.",
                asked.to_uppercase()
            );
            Err(Error::conflict("currency_mismatch", message).with("field", "currency"))
        }
        _ => Ok(()),
    }
}

/// The conflict of a change to what is fixed once a document has left draft.
pub fn locked_after_draft<E: Entity>(status: &str, fields: &[&str], then: &str) -> Error {
    let message =
        format!("The {} is {status}; {} can change in a draft alone. {then}", E::NOUN, fields.join(", "));
    Error::conflict("locked_after_draft", message).with("fields", fields.to_vec())
}

/// The default tax rate of a new document: its own, else its payer's.
pub async fn new_default(tx: &mut TenantTx, asked: Patch<String>, payer: &Payer) -> Result<Option<String>> {
    match asked {
        Patch::Absent => Ok(payer.default_tax_rate_id.clone()),
        Patch::Null => Ok(None),
        Patch::Set(rate) => {
            TAX_RATE.check(tx, "default_tax_rate_id", Some(&rate), None).await?;
            Ok(Some(rate))
        }
    }
}
