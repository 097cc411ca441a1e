//! `list` and `search`: filters, orders, pages. Pages go by key, so a page costs the same however deep it lies.

mod narrow;

use serde_json::{Map, Value, json};
use shared::{db::Bind, tenant_tx::TenantTx};

use narrow::narrow;

use super::{
    cursor::{self, Cursor},
    options::{ListOptions, View},
    present::{present, wanted},
};
use crate::{
    entity::{BY_UPDATE, Entity, Fifth, Key, Order, Q, Stored, Wanted},
    error::{Error, Issue, Result},
    schema,
    store::{self, Page, Tombstone, Where},
};

/// How large a page's JSON may become, in bytes: agents read into a context, exports into a file.
#[derive(Clone, Copy, Debug)]
pub struct PageSize(pub usize);

/// By how well the words match; only with `q`.
const RELEVANCE: &str = "relevance";
/// Past this page number a cursor is the way.
const LAST_NUMBERED_PAGE: i64 = 500;
/// More rows than any account has of what is listed whole.
const WHOLE_LIST: i64 = 1_000_000;

/// The names that `sort` takes.
pub fn sorts<E: Entity>() -> Vec<String> {
    let relevance = (E::Q == Q::Index).then(|| RELEVANCE.to_owned());
    let orders = E::ORDERS.iter().flat_map(|order| {
        let (up, down) = (order.name.to_owned(), format!("-{}", order.name));
        if order.falling { [down, up] } else { [up, down] }
    });
    relevance.into_iter().chain(orders).collect()
}

/// The properties of the first verb's input: the entity's filters, then the options that it has a use for.
pub fn list_schema<E: Entity>() -> Map<String, Value> {
    let mut options = schema::properties_of::<ListOptions>();
    if E::TAGS.is_none() {
        options.shift_remove("tagIds");
    }
    if !E::NUMBERED_PAGES {
        options.shift_remove("page");
    }
    // One uniform call reads any list for a sync, but only what is deleted leaves tombstones, and what is deleted is
    // not archived.
    let useless = if E::FIFTH == Fifth::Delete { "includeArchived" } else { "includeDeleted" };
    if let Some(option) = options.get_mut(useless) {
        option[schema::UNTOLD] = true.into();
    }
    if let Some(sort) = options.get_mut("sort") {
        sort["type"] = json!("string");
        sort["enum"] = json!(sorts::<E>());
    }
    let mut properties = Map::new();
    properties.extend(options.shift_remove_entry("q"));
    properties.extend(schema::properties_of::<E::Filter>());
    properties.extend(options);
    // Null has no meaning for a filter: what is not wanted is left out.
    for property in properties.values_mut() {
        if let Some(Value::Array(kinds)) = property.get_mut("type") {
            kinds.retain(|kind| kind != "null");
            if let [one] = kinds.as_slice() {
                property["type"] = one.clone();
            }
        }
        if let Some(Value::Array(options)) = property.get_mut("enum") {
            options.retain(|option| !option.is_null());
        }
    }
    properties
}

/// One page; the arguments have passed the schema.
pub async fn list<E: Entity>(
    args: Map<String, Value>,
    size: PageSize,
    tx: &mut TenantTx,
) -> Result<Map<String, Value>> {
    // Such a list is one answer, whole: neither a count of rows nor the answer's size cuts it.
    let (most, size) = match E::UNPAGED && args.is_empty() {
        true => (WHOLE_LIST, PageSize(usize::MAX)),
        false => (E::PAGE, size),
    };
    let fingerprint = cursor::fingerprint::<E>(&args, tx);
    let mut from_the_start = args.clone();
    from_the_start.shift_remove("cursor");
    from_the_start.shift_remove("page");
    let tool = format!("{}.{}", E::NAME, E::FIRST.as_str());
    let restart = |error: Error| error.then_call(&tool, from_the_start.clone());
    let (options, filter) = split::<E>(args)?;
    let offset = offset(&options, E::PAGE).map_err(restart)?;
    let wanted = wanted::<E>(options.view.unwrap_or(View::Summary), options.fields.clone())?;
    let mut to = Where::in_reach::<E>(tx);
    let join = narrow::<E>(&options, filter, tx, &mut to).await?;
    let total = match options.include_total {
        Some(true) => Some(store::count::<E>(tx, &join, to.clone()).await?),
        _ => None,
    };
    let (order, falling, ranked) = order_of::<E>(options.sort.as_deref(), !join.is_empty())?;
    let keys: Vec<Key> =
        ranked.then_some(Key::Int("hits.rank")).into_iter().chain(order.keys.iter().copied()).collect();
    let after = match &options.cursor {
        Some(text) => {
            Some(Cursor::decode(text, &fingerprint).and_then(|cursor| cursor.binds(&keys)).map_err(restart)?)
        }
        None => None,
    };
    let beyond = |to: &mut Where, columns: &[&str], after: Vec<Bind>| {
        let marks = to.marks(after);
        let than = if falling { "<" } else { ">" };
        to.push(&format!(" AND ({}, id) {than} ({marks})", columns.join(", ")));
    };
    if let Some(after) = after.clone() {
        let columns: Vec<&str> = keys.iter().map(|key| key.column()).collect();
        beyond(&mut to, &columns, after);
    }
    let limit = options.limit.unwrap_or(most);
    // One row more than asked tells whether there are more.
    let page = Page { keys: &keys, falling, limit: limit + 1, offset };
    let rows = store::page::<E>(tx, &join, to, page).await?;
    let mut entries: Vec<Entry<E::Row>> =
        rows.into_iter().map(|row| (row.keys, row.stored.meta.id.clone(), Ok(row.stored))).collect();
    if with_deleted::<E>(&options, &order)? {
        let mut gone = Where::of_table("tombstones", tx);
        for (condition, time) in
            [("deleted_at >= ?", options.updated_since), ("deleted_at < ?", options.updated_before)]
        {
            if let Some(time) = time {
                gone.and(condition, [Bind::from(time.0)]);
            }
        }
        if let Some(after) = after {
            beyond(&mut gone, &["deleted_at"], after);
        }
        let gone = store::tombstones::<E>(tx, gone, falling, limit + 1).await?;
        entries.extend(
            gone.into_iter().map(|gone| (vec![gone.deleted_at.micros().into()], gone.id.clone(), Err(gone))),
        );
        entries.sort_by_key(|(keys, id, _)| (keys.first().and_then(Value::as_i64), id.clone()));
        if falling {
            entries.reverse();
        }
    }
    let more = entries.len() as i64 > limit;
    entries.truncate(usize::try_from(limit).unwrap_or(0));
    let (places, records) = records_of::<E>(entries, &wanted, tx).await?;
    let (items, cut) = fit(records, size);
    let more = more || cut;
    let mut answer = Map::new();
    let next = match items.len().checked_sub(1).and_then(|last| places.into_iter().nth(last)) {
        Some((keys, id)) if more => json!(Cursor::new(&fingerprint, keys, &id).encode()),
        _ => Value::Null,
    };
    answer.insert("items".into(), items.into());
    answer.insert("nextCursor".into(), next);
    answer.insert("hasMore".into(), more.into());
    if let Some(total) = total {
        answer.insert("total".into(), total.into());
    }
    if cut {
        answer.insert("truncatedBy".into(), "size".into());
    }
    answer.extend(E::beside_list(tx).await?);
    Ok(answer)
}

/// A row of a page, or what stands for a deleted one; with its key values and its id.
type Entry<R> = (Vec<Value>, String, std::result::Result<Stored<R>, Tombstone>);

/// Whether tombstones are to stand between the rows: only the order of changes has a place for them.
fn with_deleted<E: Entity>(options: &ListOptions, order: &Order) -> Result<bool> {
    if options.include_deleted != Some(true) || E::FIFTH != Fifth::Delete {
        return Ok(false);
    }
    if order.name == BY_UPDATE.name {
        return Ok(true);
    }
    Err(Error::field("includeDeleted", "goes with the order of changes: send `sort: \"updated_at\"` too."))
}

/// The places and the answers of a page's entries, in order.
async fn records_of<E: Entity>(
    entries: Vec<Entry<E::Row>>,
    wanted: &Wanted,
    tx: &mut TenantTx,
) -> Result<(Vec<(Vec<Value>, String)>, Vec<Map<String, Value>>)> {
    let mut places = Vec::with_capacity(entries.len());
    let mut rows = Vec::with_capacity(entries.len());
    let mut gone = Vec::with_capacity(entries.len());
    for (keys, id, entry) in entries {
        places.push((keys, id));
        match entry {
            Ok(row) => {
                rows.push(row);
                gone.push(None);
            }
            Err(tombstone) => gone.push(Some(tombstone.record())),
        }
    }
    let mut present = present::<E>(&rows, wanted, tx).await?.into_iter();
    let records = gone.into_iter().filter_map(|gone| gone.or_else(|| present.next())).collect();
    Ok((places, records))
}

fn split<E: Entity>(mut args: Map<String, Value>) -> Result<(ListOptions, E::Filter)> {
    let mut options = Map::new();
    for name in super::list_option_names() {
        if let Some(value) = args.shift_remove(&name) {
            options.insert(name, value);
        }
    }
    Ok((schema::read(options)?, schema::read(args)?))
}

/// The order, whether it falls, and whether the hits' rank stands before it.
fn order_of<E: Entity>(sort: Option<&str>, with_hits: bool) -> Result<(Order, bool, bool)> {
    let default = E::ORDERS[0];
    match sort {
        None if with_hits => Ok((by_name::<E>(), false, true)),
        None => Ok((default, default.falling, false)),
        Some(RELEVANCE) if with_hits => Ok((by_name::<E>(), false, true)),
        Some(RELEVANCE) => Ok((default, default.falling, false)),
        Some(sort) => {
            let (name, falling) = sort.strip_prefix('-').map_or((sort, false), |name| (name, true));
            let order = E::ORDERS.iter().find(|order| order.name == name);
            // The schema's enum lets no other name through.
            order
                .map(|&order| (order, falling, false))
                .ok_or_else(|| Error::issues(vec![Issue::new("sort", "is no order of this list.")]))
        }
    }
}

/// Equally good hits are in the order of the first text order: by name.
fn by_name<E: Entity>() -> Order {
    *E::ORDERS.iter().find(|order| matches!(order.keys, [Key::Text(_)])).unwrap_or(&E::ORDERS[0])
}

fn offset(options: &ListOptions, page_size: i64) -> Result<i64> {
    match options.page {
        None => Ok(0),
        Some(_) if options.cursor.is_some() => {
            Err(Error::field("page", "cannot stand beside `cursor`; send one of them."))
        }
        Some(page) if page > LAST_NUMBERED_PAGE => Err(Error::field(
            "page",
            format!(
                "goes to {LAST_NUMBERED_PAGE}; page on with `cursor`, which each answer gives as `nextCursor`."
            ),
        )),
        Some(page) => Ok((page - 1) * options.limit.unwrap_or(page_size)),
    }
}

/// As many records as fit; one over the size comes whole, so that a list always gets on.
fn fit(records: Vec<Map<String, Value>>, size: PageSize) -> (Vec<Value>, bool) {
    let mut used = 0;
    let mut items = Vec::with_capacity(records.len());
    for record in records {
        let record = Value::Object(record);
        used += serde_json::to_vec(&record).map_or(0, |json| json.len() + 1);
        if used > size.0 && !items.is_empty() {
            return (items, true);
        }
        items.push(record);
    }
    (items, false)
}
