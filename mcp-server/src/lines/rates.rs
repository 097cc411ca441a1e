//! The tax rates that lines name, and the one that taxes those that name none.

use std::collections::HashMap;

use shared::{binds, tenant_tx::TenantTx};

use super::{LineItem, Terms, archived, unknown};
use crate::error::{Error, Result};

/// What a line keeps of its tax rate: a document shows it unchanged, whatever becomes of the rate.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Rate {
    /// `tax_…`
    pub id: String,
    /// What it was called.
    pub name: String,
    /// In ten-thousandths of a percent.
    #[sqlx(rename = "rate_millionths")]
    pub millionths: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    rate: Rate,
    is_default: bool,
    is_archived: bool,
}

/// The tax rates of a tenant, as one document sees them.
pub struct Rates {
    by_id: HashMap<String, Rate>,
    default: Option<Rate>,
}

impl Rates {
    /// Reads them, and checks that `items` and the document name such as there are.
    pub async fn read(tx: &mut TenantTx, items: &[LineItem], terms: &Terms) -> Result<Self> {
        let sql = "SELECT id, name, rate_millionths, is_default, archived_at IS NOT NULL AS is_archived \
                   FROM tax_rates WHERE tenant_id = $1";
        let rows: Vec<Row> = tx.rows(sql, binds![tx.tenant_id()]).await?;
        let known = |id: &str| rows.iter().find(|row| row.rate.id == id);
        let mut issues = Vec::new();
        for (n, item) in items.iter().enumerate() {
            let Some(id) = item.tax_rate() else { continue };
            let path = format!("{}[{n}].tax_rate_id", terms.field);
            match known(id) {
                None => issues.push(unknown(path, "tax rate", id, "tax_rates.list")),
                Some(row) if row.is_archived && item.is_new() => {
                    issues.push(archived(path, "tax rate", id, "tax_rates.update"));
                }
                Some(_) => {}
            }
        }
        let default = match terms.default_tax_rate_id.as_deref() {
            Some(id) => known(id).or_else(|| {
                issues.push(unknown("default_tax_rate_id".to_owned(), "tax rate", id, "tax_rates.list"));
                None
            }),
            None => rows.iter().find(|row| row.is_default),
        };
        if !issues.is_empty() {
            return Err(Error::issues(issues));
        }
        let default = default.map(|row| row.rate.clone());
        Ok(Self { by_id: rows.into_iter().map(|row| (row.rate.id.clone(), row.rate)).collect(), default })
    }

    /// What taxes this line.
    pub(super) fn of(&self, item: &LineItem, tax_exempt: bool) -> Option<Rate> {
        if !item.taxable() || item.no_tax() {
            return None;
        }
        match item.tax_rate() {
            Some(id) => self.by_id.get(id).filter(|_| !tax_exempt).cloned(),
            None => self.default(tax_exempt).cloned(),
        }
    }

    /// What taxes a line that names no rate.
    pub(super) fn default(&self, tax_exempt: bool) -> Option<&Rate> {
        self.default.as_ref().filter(|_| !tax_exempt)
    }
}
