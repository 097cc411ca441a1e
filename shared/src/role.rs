//! What a member may do in a tenant, at most.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::scope::{Access, Family, Scopes};

/// A member's role in one tenant. The order is that of rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Works in the field: sees and writes the jobs assigned to them and the notes on those, alone.
    Tech,
    /// Runs the office: everything but what owners alone may do.
    Office,
    /// Owns the account.
    Owner,
}

impl Role {
    /// The scopes that this role can grant at most.
    pub fn ceiling(self) -> Scopes {
        match self {
            Role::Owner | Role::Office => Scopes::all(),
            Role::Tech => [Family::Jobs, Family::Notes]
                .into_iter()
                .fold(Scopes::none(), |s, f| s.with(Access::Read, f).with(Access::Write, f)),
        }
    }

    /// The word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Office => "office",
            Role::Tech => "tech",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word is no role.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no role: owner, office or tech")]
pub struct UnknownRole(String);

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(word: &str) -> Result<Self, UnknownRole> {
        match word {
            "owner" => Ok(Role::Owner),
            "office" => Ok(Role::Office),
            "tech" => Ok(Role::Tech),
            _ => Err(UnknownRole(word.to_owned())),
        }
    }
}
