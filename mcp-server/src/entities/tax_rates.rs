//! Tax rates: one of them is the tenant's default. Documents keep a snapshot of the rate that they were taxed by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use shared::{binds, scope::Family, tenant_tx::TenantTx, timestamp::Timestamp};

use crate::{
    entity::{About, BY_CREATION, BY_UPDATE, Entity, Fifth, Key, Order, Q, Retired, Stored, Wanted},
    error::{Error, Result},
    fields::{Line, Patch, Set, ShortLine, TaxPercentage, parts},
    search::sort_key,
    store::{Columns, Step, Where, Write},
    verbs,
};

/// A tax rate's own columns.
#[derive(sqlx::FromRow)]
pub struct Row {
    name: String,
    rate_millionths: i64,
    is_default: bool,
    code: Option<String>,
    jurisdiction: Option<String>,
    archived_at: Option<Timestamp>,
}

/// A tax rate.
#[derive(Serialize, JsonSchema)]
pub struct Record {
    name: String,
    /// A decimal in a string: "8.25".
    rate_percentage: String,
    /// The same as a share of one: "0.0825".
    rate_decimal: String,
    is_default: bool,
    code: Option<String>,
    jurisdiction: Option<String>,
    archived_at: Option<Timestamp>,
}

/// A new tax rate.
#[derive(Deserialize, JsonSchema)]
pub struct Draft {
    name: Line,
    /// E.g. 8.25; up to 4 decimals.
    rate_percentage: TaxPercentage,
    /// Goes on new documents unless they say otherwise; takes over from the other.
    #[serde(default)]
    is_default: Set<bool>,
    /// Short, e.g. TX.
    #[serde(default)]
    code: Option<ShortLine>,
    /// Who levies it.
    #[serde(default)]
    jurisdiction: Option<Line>,
}

/// What changes.
#[derive(Deserialize, JsonSchema)]
pub struct Change {
    #[serde(default)]
    name: Set<Line>,
    /// E.g. 8.25; up to 4 decimals.
    #[serde(default)]
    rate_percentage: Set<TaxPercentage>,
    /// true takes over from the other.
    #[serde(default)]
    is_default: Set<bool>,
    /// Short, e.g. TX.
    #[serde(default)]
    code: Patch<ShortLine>,
    /// Who levies it.
    #[serde(default)]
    jurisdiction: Patch<Line>,
}

/// Tax rates have no filters of their own.
#[derive(Deserialize, JsonSchema)]
pub struct Filter {}

/// Nothing beside the id.
#[derive(Deserialize, JsonSchema)]
pub struct Retire {}

/// The entity.
pub struct TaxRates;

impl Entity for TaxRates {
    type Row = Row;
    type Record = Record;
    type Draft = Draft;
    type Change = Change;
    type Filter = Filter;
    type Retire = Retire;

    const NAME: &'static str = "tax_rates";
    const NOUN: &'static str = "tax rate";
    const NOUNS: &'static str = "tax rates";
    const PREFIX: &'static str = "tax";
    const FAMILY: Family = Family::TaxRates;
    const TABLE: &'static str = "tax_rates";
    const COLUMNS: &'static str = "name, rate_millionths, is_default, code, jurisdiction, archived_at";
    const FIFTH: Fifth = Fifth::Archive;
    const UNPAGED: bool = true;
    const SIGNED: bool = false;
    const ORDERS: &'static [Order] =
        &[BY_CREATION, Order::rising("name", &[Key::Text("name_key")]), BY_UPDATE];
    const SUMMARY: &'static [&'static str] =
        &["name", "rate_percentage", "rate_decimal", "is_default", "code", "jurisdiction"];
    const Q: Q = Q::Substring(&["name_key"]);
    const ABOUT: About = About {
        list: "Use it to find the ids that lines take: without arguments all active ones, newest first, and the default_tax_rate_id.",
        get: "Use it for the exact rate; rate_decimal is the factor, 0.0825 for 8.25.",
        create: "Use it for a new tax or place; is_default true takes over from the other default.",
        update: "Use it when the rate changes: it holds for new lines and drafts; issued documents keep theirs. archived false restores.",
        retire: "Use it for a rate that has ended: hides it from new lines; it stays where it is used. Undo with tax_rates.update archived false.",
    };

    async fn create(draft: Draft, id: &str, tx: &mut TenantTx) -> Result<Write> {
        let is_default = draft.is_default.0.unwrap_or(false);
        let gives_way = if is_default { before(tx, id).await? } else { None };
        let columns = Columns::default()
            .put("name_key", sort_key(&draft.name.0))
            .put("name", draft.name.0)
            .put("rate_millionths", draft.rate_percentage.0)
            .put("is_default", is_default)
            .put("code", draft.code.map(|code| code.0))
            .put("jurisdiction", draft.jurisdiction.map(|text| text.0));
        Ok(Write::new(columns).first(gives_way))
    }

    async fn change(row: &Stored<Row>, change: Change, tx: &mut TenantTx) -> Result<Write> {
        if change.is_default.0 == Some(true) && row.archived_at.is_some() {
            let message = "an archived tax rate cannot be the default; send `archived: false` too.";
            return Err(Error::field("is_default", message));
        }
        patched(row, change, tx).await
    }

    async fn restore(row: &Stored<Row>, change: Change, tx: &mut TenantTx) -> Result<Write> {
        patched(row, change, tx).await
    }

    async fn retire(row: &Stored<Row>, _: Retire, tx: &mut TenantTx) -> Result<Retired> {
        if row.archived_at.is_some() {
            return Ok(Retired::Already);
        }
        if row.is_default {
            let message = format!(
                "{} is the default tax rate; the default is not archived. Make another one the default first \
                 (tax_rates.update is_default true), or have none (is_default false).",
                row.name
            );
            let unset = json!({"id": row.meta.id, "is_default": false});
            return Err(Error::conflict("is_default", message).then_call("tax_rates.update", unset));
        }
        Ok(Retired::columns(Columns::default().put("archived_at", tx.now())))
    }

    fn narrow(_: Filter, _: &TenantTx, _: &mut Where) -> Result<()> {
        Ok(())
    }

    async fn present(rows: &[Stored<Row>], _: &Wanted, _: &mut TenantTx) -> Result<Vec<Record>> {
        let record = |row: &Stored<Row>| Record {
            name: row.name.clone(),
            rate_percentage: TaxPercentage(row.rate_millionths).to_string(),
            rate_decimal: parts(row.rate_millionths),
            is_default: row.is_default,
            code: row.code.clone(),
            jurisdiction: row.jurisdiction.clone(),
            archived_at: row.archived_at,
        };
        Ok(rows.iter().map(record).collect())
    }

    async fn beside_list(tx: &mut TenantTx) -> Result<Map<String, Value>> {
        Ok(Map::from_iter([("default_tax_rate_id".to_owned(), json!(default_id(tx).await?))]))
    }
}

async fn default_id(tx: &mut TenantTx) -> Result<Option<String>> {
    let sql = "SELECT id FROM tax_rates WHERE tenant_id = $1 AND is_default";
    let row: Option<(String,)> = tx.row(sql, binds![tx.tenant_id()]).await?;
    Ok(row.map(|(id,)| id))
}

async fn patched(row: &Stored<Row>, change: Change, tx: &mut TenantTx) -> Result<Write> {
    let gives_way = if change.is_default.0 == Some(true) { before(tx, &row.meta.id).await? } else { None };
    let mut columns = Columns::default()
        .set("rate_millionths", change.rate_percentage, |rate| rate.0)
        .set("is_default", change.is_default, |yes| yes)
        .patch("code", change.code, |code| code.0)
        .patch("jurisdiction", change.jurisdiction, |text| text.0);
    if let Some(name) = change.name.0 {
        columns = columns.put("name_key", sort_key(&name.0)).put("name", name.0);
    }
    Ok(Write::new(columns).first(gives_way))
}

/// The default before gives it up: a change of that record too, which consumers that sync must see.
async fn before(tx: &mut TenantTx, own: &str) -> Result<Option<Step>> {
    let before = default_id(tx).await?.filter(|before| before != own);
    let given_up = || Write::new(Columns::default().put("is_default", false));
    Ok(before.map(|before| verbs::alter::<TaxRates>(before, given_up())))
}
