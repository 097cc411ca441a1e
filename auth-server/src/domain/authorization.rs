//! The code grant's own data: a request that waits for a person, a code, a grant, a refresh token.

use chrono::Duration;
use shared::{role::Role, timestamp::Timestamp};

use super::{grant_scope::GrantScope, tool_names::ToolNames};

/// A request waits so long for its person to sign in and decide.
pub const REQUEST_LIFE: Duration = Duration::hours(1);
/// A code waits so long for its app (RFC 9700 §2.1.1 asks for a short time).
pub const CODE_LIFE: Duration = Duration::seconds(60);
/// A grant ends after this, however often it is refreshed.
pub const GRANT_LIFE: Duration = Duration::days(180);
/// A refresh token that is not used ends after this.
pub const REFRESH_IDLE: Duration = Duration::days(30);
/// A rotated refresh token answers the same again for so long: its app may not have got the answer.
pub const REFRESH_GRACE: Duration = Duration::seconds(30);

/// A request that waits.
#[derive(Debug, Clone)]
pub struct PendingRequest {
    /// SHA-256 of its id.
    pub hash: Vec<u8>,
    /// Its query, byte for byte.
    pub parameters: String,
    /// The company whose page was shown last.
    pub tenant_id: Option<String>,
    /// When it came.
    pub created_at: Timestamp,
}

/// A code, as it is kept.
#[derive(Debug, Clone)]
pub struct Code {
    /// For which app.
    pub client_id: String,
    /// Whose.
    pub user_id: String,
    /// In which company.
    pub tenant_id: String,
    /// What was granted.
    pub scope: GrantScope,
    /// For which resource.
    pub resource: String,
    /// Where it was sent, the exact string.
    pub redirect_uri: String,
    /// The S256 challenge.
    pub challenge: String,
    /// Its end.
    pub expires_at: Timestamp,
    /// The grant that its one use made.
    pub used_by: Option<String>,
}

/// What a person has granted an app.
#[derive(Debug, Clone)]
pub struct Grant {
    /// `gra_…`
    pub id: String,
    /// To which app.
    pub client_id: String,
    /// By whom.
    pub user_id: String,
    /// In which company.
    pub tenant_id: String,
    /// What.
    pub scope: GrantScope,
    /// For which resource.
    pub resource: String,
    /// How the app sees the names of tools here; none: as the client has it.
    pub tool_names: Option<ToolNames>,
    /// Its end, however often it is refreshed.
    pub expires_at: Timestamp,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
}

impl Grant {
    /// Whether it was neither ended nor has run out.
    pub fn lives(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at > now
    }
}

/// A refresh token, as it is kept.
#[derive(Debug, Clone)]
pub struct RefreshToken {
    /// Of which grant.
    pub grant_id: String,
    /// Its end, unless it is used.
    pub idle_until: Timestamp,
    /// When it was used.
    pub rotated_at: Option<Timestamp>,
    /// The scope and resource that were asked for when it was used.
    pub asked: Option<String>,
    /// What it was answered with, sealed under the token itself; gone after its grace.
    pub answer: Option<Vec<u8>>,
}

impl RefreshToken {
    /// Whether it was used longer ago than its grace: whoever sends it now has it from somewhere.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.rotated_at.is_some_and(|at| at + REFRESH_GRACE < now)
    }
}

/// Where a person stands in a company, now: person, place and company are all active.
#[derive(Debug, Clone)]
pub struct Standing {
    /// What they are called.
    pub name: String,
    /// What they may do there at most.
    pub role: Role,
    /// Copied into tokens; an older one is refused.
    pub authz_version: i64,
}

/// A connected app, as its person and the owners see it.
#[derive(Debug, Clone)]
pub struct ConnectedApp {
    /// The grant.
    pub grant_id: String,
    /// In which company.
    pub tenant_id: String,
    /// Its name.
    pub tenant_name: String,
    /// By whom.
    pub user_id: String,
    /// Their name.
    pub user_name: String,
    /// The app's name.
    pub client_name: String,
    /// Whether an owner registered it.
    pub verified: bool,
    /// Where its answers go.
    pub redirect_host: String,
    /// What it may do.
    pub scope: GrantScope,
    /// How it sees the names of tools.
    pub tool_names: ToolNames,
    /// Since when.
    pub created_at: Timestamp,
    /// When it last fetched a token.
    pub last_used_at: Option<Timestamp>,
}
