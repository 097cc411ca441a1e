//! Who calls: the tenant, the actor, what the credential allows and what the role allows now.

use serde::{Deserialize, Serialize};

use crate::{role::Role, scope::Scopes};

/// The one who acts, as records and audit rows remember them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// A person, the business itself, or Zoop's own workers.
    #[serde(rename = "type")]
    pub kind: ActorKind,
    /// The user's, the tenant's id; none for the system.
    pub id: Option<String>,
    /// What people call them.
    pub name: String,
    /// The key or the app through which they act; none for the system.
    pub via: Option<String>,
}

/// What kind of actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActorKind {
    /// A person: a user key or an OAuth token.
    User,
    /// The business: a tenant key.
    Tenant,
    /// Zoop's workers and its seeding.
    System,
}

/// An authenticated caller, as of this request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The tenant that every read and write of this call is confined to.
    pub tenant_id: String,
    /// Who acts.
    pub actor: Actor,
    /// The person's role in the tenant, now; none for a tenant key.
    pub role: Option<Role>,
    /// What the credential grants, cut to what the role allows.
    pub scopes: Scopes,
    /// The key's or the grant's id: what limits count and revocation names.
    pub credential: String,
    /// Who repeats a call under the same idempotency key: the key's id, or the app and the user. Not the grant, which
    /// changes when the person consents again.
    pub repeater: String,
    /// The form of tool names that the app was registered for.
    pub underscore_names: bool,
}

impl Caller {
    /// The person's id, where a person acts.
    pub fn user_id(&self) -> Option<&str> {
        match self.actor.kind {
            ActorKind::User => self.actor.id.as_deref(),
            ActorKind::Tenant | ActorKind::System => None,
        }
    }
}
