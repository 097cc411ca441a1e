//! A permit: the proof that a call may be made. Only a permit opens a tenant's transaction.

use crate::{
    caller::{Actor, ActorKind, Caller},
    role::Role,
    scope::{Scope, Scopes},
};

/// Leave to act in one tenant. It is made by [`Permit::check`] from a caller whose scopes suffice, or for
/// Zoop's own workers; there is no other way to come by one.
#[derive(Clone, Debug)]
pub struct Permit {
    caller: Caller,
    reach: Reach,
}

/// Which jobs and notes a call may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All of the tenant's.
    All,
    /// Those assigned to this user, and the notes on them.
    AssignedTo(String),
}

impl Permit {
    /// A permit for a call that needs all of `required`, or the scopes that are missing, by their advertised names.
    pub fn check(caller: &Caller, required: &[Scope]) -> Result<Permit, Scopes> {
        let missing: Scopes = required
            .iter()
            .filter(|&&scope| !caller.scopes.covers(scope))
            .map(|scope| scope.as_advertised())
            .collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let reach = match (caller.role, caller.user_id()) {
            (Some(Role::Tech), Some(user)) => Reach::AssignedTo(user.to_owned()),
            _ => Reach::All,
        };
        Ok(Permit { caller: caller.clone(), reach })
    }

    /// A permit for Zoop's own work in a tenant: workers and seeding.
    pub fn system(tenant_id: &str) -> Permit {
        Permit {
            caller: Caller {
                tenant_id: tenant_id.to_owned(),
                actor: Actor { kind: ActorKind::System, id: None, name: "Zoop".to_owned(), via: None },
                role: Some(Role::Owner),
                scopes: Scopes::all(),
                credential: "system".to_owned(),
                repeater: "system".to_owned(),
                underscore_names: false,
            },
            reach: Reach::All,
        }
    }

    /// Who was permitted.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Which jobs and notes are in reach.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }
}
