//! The members of a tenant, as records name them: assignees, authors. auth-server keeps them.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use shared::{binds, db::Bind, tenant_tx::TenantTx};

use crate::{
    error::{Error, Issue, Result},
    references,
};

/// One active member.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Member {
    /// `usr_…`
    pub id: String,
    /// What people call them.
    pub name: String,
    /// By which they may be named too.
    pub email: String,
    /// owner, office or tech.
    pub role: String,
}

impl Member {
    fn is_named(&self, name: &str) -> bool {
        self.id == name.trim() || self.email == name.trim().to_lowercase()
    }
}

/// All active members, by name.
pub async fn members(tx: &mut TenantTx) -> Result<Vec<Member>> {
    let sql = "SELECT u.id, u.name, u.email, m.role FROM members m JOIN users u ON u.id = m.user_id \
               WHERE m.tenant_id = $1 AND m.status = 'active' AND u.status = 'active' ORDER BY u.name, u.id";
    Ok(tx.rows(sql, binds![tx.tenant_id()]).await?)
}

/// The ids of members who are named by id or email; an unknown one is refused with all who could be meant.
pub async fn resolve(tx: &mut TenantTx, field: &str, named: &[String]) -> Result<Vec<String>> {
    if named.is_empty() {
        return Ok(vec![]);
    }
    let members = members(tx).await?;
    let mut ids = Vec::with_capacity(named.len());
    let mut issues = Vec::new();
    for (n, name) in named.iter().enumerate() {
        match members.iter().find(|member| member.is_named(name)) {
            Some(member) if !ids.contains(&member.id) => ids.push(member.id.clone()),
            Some(_) => {}
            None => issues.push(stranger(format!("{field}[{n}]"), name, "`allowed` lists who is.")),
        }
    }
    if issues.is_empty() {
        return Ok(ids);
    }
    let allowed: Vec<Value> =
        members.iter().map(|member| json!({"id": member.id, "name": member.name})).collect();
    Err(Error::issues(issues).with("allowed", allowed))
}

/// Whom of the team the arguments of a write name that is not in it.
pub async fn misnamed(args: &Map<String, Value>, tx: &mut TenantTx) -> Result<Vec<Issue>> {
    let named = references::named(args, "assignee_ids");
    if named.is_empty() {
        return Ok(vec![]);
    }
    let members = members(tx).await?;
    let unknown = named.into_iter().filter(|(_, name)| !members.iter().any(|member| member.is_named(name)));
    let issue = |(path, name): (String, &str)| {
        stranger(path, name, "name one by id or email, as in the resource zoop://team.")
    };
    Ok(unknown.map(issue).collect())
}

fn stranger(path: String, name: &str, then: &str) -> Issue {
    let message = format!("`{}` is no member of the team; {then}", crate::error::shown(name));
    Issue { path, message, reason: Some("bad_reference") }
}

/// The names of these users, members or no longer.
pub async fn names(tx: &mut TenantTx, ids: &[&str]) -> Result<HashMap<String, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let marks: Vec<String> = (0..ids.len()).map(|n| format!("${}", n + 2)).collect();
    let sql = format!(
        "SELECT u.id, u.name FROM members m JOIN users u ON u.id = m.user_id WHERE m.tenant_id = $1 AND u.id IN ({})",
        marks.join(", ")
    );
    let mut binds = binds![tx.tenant_id()];
    binds.extend(ids.iter().map(|&id| Bind::from(id)));
    let rows: Vec<(String, String)> = tx.rows(&sql, binds).await?;
    Ok(rows.into_iter().collect())
}
