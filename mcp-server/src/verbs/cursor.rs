//! Cursors: opaque to callers, bound to the tool, the tenant, the filters and the order; they never expire.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use shared::{db::Bind, tenant_tx::TenantTx, timestamp::Timestamp};

use crate::{
    entity::{Entity, Key},
    error::{Error, Result},
};

/// What does not change which rows a list has, or in which order.
const NOT_PART_OF_IT: &[&str] = &["cursor", "page", "limit", "view", "fields", "includeTotal"];

/// The place where a page ended.
#[derive(Debug, Serialize, Deserialize)]
pub struct Cursor {
    /// Of the list that it belongs to.
    h: String,
    /// The key values of the last row, in the order's order.
    k: Vec<Value>,
    /// The last row's id.
    i: String,
}

/// What ties a cursor to its list.
pub fn fingerprint<E: Entity>(args: &Map<String, Value>, tx: &TenantTx) -> String {
    let mut parts: Vec<(&String, &Value)> =
        args.iter().filter(|(name, _)| !NOT_PART_OF_IT.contains(&name.as_str())).collect();
    parts.sort_by_key(|(name, _)| *name);
    let text =
        format!("{}\n{}\n{}", E::NAME, tx.tenant_id(), serde_json::to_string(&parts).unwrap_or_default());
    URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..9])
}

impl Cursor {
    /// The place behind this row.
    pub fn new(fingerprint: &str, keys: Vec<Value>, id: &str) -> Self {
        Self { h: fingerprint.to_owned(), k: keys, i: id.to_owned() }
    }

    /// As it is handed out.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Reads one that a caller brought back; one of another list is refused.
    pub fn decode(text: &str, fingerprint: &str) -> Result<Self> {
        let cursor: Option<Cursor> =
            URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        match cursor {
            Some(cursor) if cursor.h == fingerprint => Ok(cursor),
            Some(_) => Err(Error::field(
                "cursor",
                "belongs to another list: repeat it with the filters and the sort of the call that gave it.",
            )),
            None => Err(Error::field(
                "cursor",
                "is none of Zoop's; send `nextCursor` of the page before, unchanged.",
            )),
        }
    }

    /// Its values, typed as their columns are; the id last.
    pub fn binds(self, keys: &[Key]) -> Result<Vec<Bind>> {
        let broken =
            || Error::field("cursor", "is none of Zoop's; send `nextCursor` of the page before, unchanged.");
        if self.k.len() != keys.len() || self.i.contains('\0') {
            return Err(broken());
        }
        let mut binds = Vec::with_capacity(keys.len() + 1);
        for (key, value) in keys.iter().zip(self.k) {
            binds.push(match (key, value) {
                (Key::Text(_), Value::String(text)) if !text.contains('\0') => Bind::from(text),
                (Key::Int(_), Value::Number(n)) => Bind::from(n.as_i64().ok_or_else(broken)?),
                (Key::Time(_), Value::Number(n)) => {
                    Bind::from(Timestamp::from_micros(n.as_i64().ok_or_else(broken)?))
                }
                _ => return Err(broken()),
            });
        }
        binds.push(Bind::from(self.i));
        Ok(binds)
    }
}
