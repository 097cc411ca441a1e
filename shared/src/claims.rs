//! The claims of an access token (RFC 9068 §2.2, and Zoop's own: tenant, role, grant).

use serde::{Deserialize, Serialize};

use crate::role::Role;

/// The `typ` header of an access token (RFC 9068 §2.1).
pub const ACCESS_TOKEN_TYPE: &str = "at+jwt";

/// What an access token says. Times are seconds since 1970.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    /// The authorization server's issuer identifier.
    pub iss: String,
    /// The user's id: every OAuth token is a person's.
    pub sub: String,
    /// The resource that the token is for.
    pub aud: String,
    /// The app.
    pub client_id: String,
    /// The app's name, for `created_by.via`.
    pub client_name: String,
    /// The tenant that the person chose at consent.
    pub tenant_id: String,
    /// The person's role there when the token was made.
    pub role: Role,
    /// The membership's version under which it was made; an older one is refused.
    pub authz_version: i64,
    /// What was granted, names with spaces between.
    pub scope: String,
    /// The grant: what is revoked, and what limits count.
    pub grant_id: String,
    /// The form of tool names that the app wants: `underscore`, else dots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_names: Option<String>,
    /// This token's own id.
    pub jti: String,
    /// When it was made.
    pub iat: i64,
    /// Not before.
    pub nbf: i64,
    /// When it ends.
    pub exp: i64,
}
