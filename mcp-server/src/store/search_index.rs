//! The search index: the one place where the two databases part (the migrations say why).
//! Every token starts with its tenant's number and its entity, so one tenant's lists are never merged with another's.

use std::collections::HashMap;

use shared::{binds, db::Bind, tenant_tx::TenantTx};

use super::statement::Where;
use crate::{
    entity::{Entity, SearchText},
    error::Result,
    search,
};

/// At most so many hits are ranked.
const MOST_HITS: i64 = 1000;

fn prefixed<E: Entity>(tx: &TenantTx, token: &str) -> String {
    format!("{}{}x{token}", tx.tenant().number, E::PREFIX)
}

fn words<E: Entity>(tx: &TenantTx, text: SearchText) -> Vec<String> {
    let mut tokens: Vec<String> =
        text.texts.iter().flat_map(|text| search::tokens(text)).chain(text.tokens).collect();
    tokens.sort();
    tokens.dedup();
    tokens.iter().map(|token| prefixed::<E>(tx, token)).collect()
}

/// Puts a record's words into the index, in place of those it had.
pub async fn put<E: Entity>(tx: &mut TenantTx, id: &str, text: SearchText) -> Result<()> {
    let tokens = words::<E>(tx, text);
    if tx.is_sqlite() {
        let sql = "INSERT INTO search_documents (tenant_id, entity, id) VALUES ($1, $2, $3) \
                   ON CONFLICT (tenant_id, entity, id) DO UPDATE SET id = excluded.id RETURNING rowid";
        let row: Option<(i64,)> = tx.row(sql, binds![tx.tenant_id(), E::TABLE, id]).await?;
        let Some((row,)) = row else { return Ok(()) };
        tx.execute("DELETE FROM search_index WHERE rowid = $1", binds![row]).await?;
        tx.execute(
            "INSERT INTO search_index (rowid, tokens) VALUES ($1, $2)",
            vec![row.into(), Bind::Texts(tokens)],
        )
        .await?;
    } else {
        tx.execute("SELECT search_put($1, $2, $3)", vec![E::TABLE.into(), id.into(), Bind::Texts(tokens)])
            .await?;
    }
    Ok(())
}

/// Puts the words of new records into the index; few at a time, since each takes some values of a statement.
pub async fn put_new<E: Entity>(tx: &mut TenantTx, texts: Vec<(String, SearchText)>) -> Result<()> {
    if texts.is_empty() {
        return Ok(());
    }
    let many = texts.len();
    let (ids, texts): (Vec<String>, Vec<SearchText>) = texts.into_iter().unzip();
    let tokens: Vec<Bind> = texts.into_iter().map(|text| Bind::Texts(words::<E>(tx, text))).collect();
    if !tx.is_sqlite() {
        let marks = (0..many).map(|n| format!("(${}, CAST(${} AS text[]))", 2 * n + 2, 2 * n + 3));
        let sql = format!(
            "SELECT search_put($1, v.id, v.tokens) FROM (VALUES {}) AS v (id, tokens)",
            marks.collect::<Vec<_>>().join(", ")
        );
        let each = ids.into_iter().zip(tokens).flat_map(|(id, tokens)| [Bind::from(id), tokens]);
        tx.execute(&sql, std::iter::once(E::TABLE.into()).chain(each).collect()).await?;
        return Ok(());
    }
    let documents: Vec<String> = (0..many).map(|n| format!("($1, $2, ${})", n + 3)).collect();
    let sql = format!(
        "INSERT INTO search_documents (tenant_id, entity, id) VALUES {} RETURNING id, rowid",
        documents.join(", ")
    );
    let mut values = binds![tx.tenant_id(), E::TABLE];
    values.extend(ids.iter().map(Bind::from));
    let rows: HashMap<String, i64> = tx.rows::<(String, i64)>(&sql, values).await?.into_iter().collect();
    let marks: Vec<String> = (0..many).map(|n| format!("(${}, ${})", 2 * n + 1, 2 * n + 2)).collect();
    let sql = format!("INSERT INTO search_index (rowid, tokens) VALUES {}", marks.join(", "));
    let row_of = |id: &String| Bind::from(rows.get(id).copied());
    let values = ids.iter().zip(tokens).flat_map(|(id, tokens)| [row_of(id), tokens]).collect();
    tx.execute(&sql, values).await?;
    Ok(())
}

/// Takes a record out of the index.
pub async fn remove<E: Entity>(tx: &mut TenantTx, id: &str) -> Result<()> {
    if tx.is_sqlite() {
        let sql =
            "DELETE FROM search_documents WHERE tenant_id = $1 AND entity = $2 AND id = $3 RETURNING rowid";
        if let Some((row,)) = tx.row::<(i64,)>(sql, binds![tx.tenant_id(), E::TABLE, id]).await? {
            tx.execute("DELETE FROM search_index WHERE rowid = $1", binds![row]).await?;
        }
    } else {
        tx.execute("SELECT search_remove($1, $2)", binds![E::TABLE, id]).await?;
    }
    Ok(())
}

/// The join that leaves the rows which hold every word of `q`: `hits.rank` is 0 where the last word is whole,
/// 1 where it is the beginning of one. None if there is no word in `q`.
pub fn hits<E: Entity>(tx: &TenantTx, q: &str, to: &mut Where) -> Option<String> {
    let words = search::tokens(q);
    // A phone number is looked for by its digits, and as words too: a company may be called 2020 20200.
    let phone = search::phone_token(q).map(|digits| vec![digits]);
    let mut queries = Vec::new();
    for tokens in [Some(words), phone].into_iter().flatten().filter(|tokens| !tokens.is_empty()) {
        let tokens: Vec<String> = tokens.iter().take(20).map(|token| prefixed::<E>(tx, token)).collect();
        for (rank, whole) in [(0, true), (1, false)] {
            let query = match_expression(&tokens, whole, tx.is_sqlite());
            queries.push((rank, to.value(query.into())));
        }
    }
    if queries.is_empty() {
        return None;
    }
    let most = to.value(MOST_HITS.into());
    let entity = to.value(E::TABLE.into());
    let one = |(rank, query): &(i64, String)| match tx.is_sqlite() {
        true => format!(
            "SELECT d.id AS hit, {rank} AS rank FROM (SELECT rowid FROM search_index WHERE search_index MATCH {query} \
             LIMIT {most}) m JOIN search_documents d ON d.rowid = m.rowid AND d.entity = {entity}"
        ),
        false => {
            format!(
                "SELECT id AS hit, CAST({rank} AS BIGINT) AS rank FROM search_find({entity}, {query}, {most})"
            )
        }
    };
    let all: Vec<String> = queries.iter().map(one).collect();
    let source = format!("SELECT hit, MIN(rank) AS rank FROM ({}) m GROUP BY hit", all.join(" UNION ALL "));
    Some(format!(" JOIN ({source}) hits ON hits.hit = {}.id", E::TABLE))
}

/// All tokens, the last one whole or as a beginning, in the database's own query language. Quotes need no escaping:
/// tokens hold letters and digits alone.
fn match_expression(tokens: &[String], whole: bool, sqlite: bool) -> String {
    let (quote, and, beginning) = if sqlite { ('"', " AND ", "*") } else { ('\'', " & ", ":*") };
    let last = tokens.len() - 1;
    let one = |(n, token): (usize, &String)| {
        let suffix = if n == last && !whole { beginning } else { "" };
        format!("{quote}{token}{quote}{suffix}")
    };
    tokens.iter().enumerate().map(one).collect::<Vec<_>>().join(and)
}
