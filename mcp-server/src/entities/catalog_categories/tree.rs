//! A tenant's categories as a tree, in memory: there are hundreds at most.

use std::collections::HashMap;

use serde_json::json;
use shared::{binds, tenant_tx::TenantTx};

use crate::{
    error::{Error, Result},
    references,
};

/// A category lies at most so deep; one at the top is at 1.
const DEEPEST: usize = 5;

/// Each category's parent.
pub struct Tree(HashMap<String, Option<String>>);

impl Tree {
    /// The transaction's tenant's.
    pub async fn read(tx: &mut TenantTx) -> Result<Self> {
        let sql = "SELECT id, parent_id FROM catalog_categories WHERE tenant_id = $1";
        let rows: Vec<(String, Option<String>)> = tx.rows(sql, binds![tx.tenant_id()]).await?;
        Ok(Self(rows.into_iter().collect()))
    }

    /// Those directly below.
    pub fn children<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(_, parent)| parent.as_deref() == Some(id))
            .map(|(child, _)| child.as_str())
    }

    /// Refuses `parent` as the place of a category, with all that is below it; none: of a new one.
    pub fn check_place(&self, field: &str, category: Option<&str>, parent: &str) -> Result<()> {
        self.check_apart(field, category, parent)?;
        let height = category.map_or(1, |category| self.height(category));
        if self.up_from(parent).len() + height > DEEPEST {
            let message = format!(
                "is too deep: categories lie at most {DEEPEST} levels deep; choose a parent nearer to the top."
            );
            return Err(Error::field(field, message));
        }
        Ok(())
    }

    /// Refuses `other` if there is none such, or if it is the category itself or lies below it.
    pub fn check_apart(&self, field: &str, category: Option<&str>, other: &str) -> Result<()> {
        if !self.0.contains_key(other) {
            let issue = references::unknown(field, "catalog category", other, "catalog_categories.list");
            return Err(Error::issues(vec![issue]).then_call("catalog_categories.list", json!({})));
        }
        if category.is_some_and(|category| self.up_from(other).contains(&category)) {
            let message = format!(
                "`{field}` is the category itself or lies below it; a category cannot be within itself. Choose another."
            );
            return Err(Error::conflict("cycle", message).with("field", field));
        }
        Ok(())
    }

    /// The category and all above it.
    fn up_from<'a>(&'a self, id: &'a str) -> Vec<&'a str> {
        let mut path = vec![id];
        let mut here = id;
        while let Some(Some(parent)) = self.0.get(here) {
            path.push(parent);
            here = parent;
        }
        path
    }

    /// How many levels the category and those below it make.
    fn height(&self, id: &str) -> usize {
        1 + self.children(id).map(|child| self.height(child)).max().unwrap_or(0)
    }
}
