//! People and the companies they belong to.

use shared::role::Role;

/// A person.
#[derive(Debug, Clone)]
pub struct User {
    /// `usr_…`
    pub id: String,
    /// Folded to lower case.
    pub email: String,
    /// What people call them.
    pub name: String,
    /// Argon2id, in PHC form; none before a first password is chosen.
    pub password_hash: Option<String>,
    /// Whether they may sign in.
    pub active: bool,
}

/// A person's place in a company that is not suspended.
#[derive(Debug, Clone)]
pub struct Membership {
    /// The tenant.
    pub tenant_id: String,
    /// Its name.
    pub tenant_name: String,
    /// What the person may do there at most.
    pub role: Role,
    /// Moves with role and status.
    pub authz_version: i64,
}

/// A member as the others of the company see them.
#[derive(Debug, Clone)]
pub struct Member {
    /// The user's id.
    pub user_id: String,
    /// Their name.
    pub name: String,
    /// Their role in this company.
    pub role: Role,
}

/// An address as it is stored and compared: however it was typed, it is one person's.
pub fn fold_email(typed: &str) -> String {
    typed.trim().to_lowercase().chars().take(254).collect()
}

/// "an owner", "an office member", "a tech": a role with its article.
pub fn role_in_words(role: Role) -> &'static str {
    match role {
        Role::Owner => "an owner",
        Role::Office => "in the office",
        Role::Tech => "a tech",
    }
}
