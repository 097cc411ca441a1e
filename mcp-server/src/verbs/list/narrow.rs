//! The filters of a list: the common ones, the entity's own, and `q`.

use std::fmt::Write as _;

use shared::{db::Bind, tenant_tx::TenantTx, timestamp::Timestamp};

use crate::{
    entity::{Entity, Q},
    error::Result,
    search,
    store::{self, Where},
    verbs::options::ListOptions,
};

/// No name or title is longer, and a pattern has its limits in both databases.
const LONGEST_SUBSTRING: usize = 1000;

/// Adds every filter; answers the join that `q` needs, or nothing.
pub async fn narrow<E: Entity>(
    options: &ListOptions,
    filter: E::Filter,
    tx: &mut TenantTx,
    to: &mut Where,
) -> Result<String> {
    let bounds: [(&str, Option<Timestamp>); 4] = [
        ("updated_at >= ?", options.updated_since.map(|moment| moment.0)),
        ("updated_at < ?", options.updated_before.map(|moment| moment.0)),
        ("created_at >= ?", options.created_since.map(|moment| moment.0)),
        ("created_at < ?", options.created_before.map(|moment| moment.0)),
    ];
    for (condition, time) in bounds {
        if let Some(time) = time {
            to.and(condition, [Bind::from(time)]);
        }
    }
    if let Some(ids) = &options.ids {
        to.any_of("id", ids.iter().map(Bind::from));
    }
    if let Some(reference) = &options.external_ref {
        let found = store::find_by_external_ref(tx, E::TABLE, &reference.system, &reference.id).await?;
        to.any_of("id", found.iter().map(Bind::from));
    }
    if let (Some(tags), Some(link)) = (&options.tag_ids, E::TAGS) {
        for tag in tags {
            let condition = format!(
                "EXISTS (SELECT 1 FROM {0} t WHERE t.tenant_id = {1}.tenant_id AND t.{2} = {1}.id AND t.tag_id = ?)",
                link.table,
                E::TABLE,
                link.owner
            );
            to.and(&condition, [Bind::from(tag)]);
        }
    }
    E::hide_by_default(&filter, options.include_archived.unwrap_or(false), to);
    E::narrow(filter, tx, to)?;
    let Some(q) = options.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) else {
        return Ok(String::new());
    };
    match E::Q {
        Q::Index => match store::hits::<E>(tx, q, to) {
            Some(join) => Ok(join),
            None => {
                // Only signs and spaces: no record holds them as a word.
                to.and("1 = 0", []);
                Ok(String::new())
            }
        },
        Q::Substring(columns) => {
            let wanted = search::sort_key(q);
            if wanted.chars().count() > LONGEST_SUBSTRING {
                to.and("1 = 0", []);
                return Ok(String::new());
            }
            let mut pattern = String::from("%");
            for c in wanted.chars() {
                let _ = if matches!(c, '%' | '_' | '\\') {
                    write!(pattern, "\\{c}")
                } else {
                    write!(pattern, "{c}")
                };
            }
            pattern.push('%');
            let like = "LIKE ? ESCAPE '\\'";
            let condition = |column: &&str| match column.split_once("{}") {
                Some((before, after)) => format!("{before}{like}{after}"),
                None => format!("{column} {like}"),
            };
            let conditions: Vec<String> = columns.iter().map(condition).collect();
            let patterns = columns.iter().map(|_| Bind::from(&pattern));
            to.and(&format!("({})", conditions.join(" OR ")), patterns);
            Ok(String::new())
        }
    }
}
