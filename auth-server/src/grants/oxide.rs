//! What passes between oxide-auth's types and ours.

use chrono::{DateTime, Utc};
use oxide_auth::primitives::{
    grant::{Extensions, GrantExtension, Value},
    scope::Scope,
};

use crate::domain::grant_scope::GrantScope;

/// A value that travels with a grant through the machines.
pub struct Key(&'static str);

impl GrantExtension for Key {
    fn identifier(&self) -> &'static str {
        self.0
    }
}

/// The company.
pub const TENANT: Key = Key("zoop.tenant");
/// The resource.
pub const RESOURCE: Key = Key("zoop.resource");
/// The redirect URI as it came: oxide-auth's grants hold a normalised one.
pub const REDIRECT_URI: Key = Key("zoop.redirect_uri");

/// Reads one value; oxide-auth has no getter but a consuming one.
pub fn peek<'a>(extensions: &'a Extensions, key: &Key) -> Option<&'a str> {
    extensions.private().find(|(name, _)| *name == key.0).and_then(|(_, value)| value)
}

/// Sets one value.
pub fn put(extensions: &mut Extensions, key: &Key, value: &str) {
    extensions.set(key, Value::private(Some(value.to_owned())));
}

/// The machines ask the machine's clock, where ours is injected. So a life is judged by our clock and handed over as
/// one of two times that no clock can turn round.
pub fn until(alive: bool) -> DateTime<Utc> {
    if alive { DateTime::<Utc>::MAX_UTC } else { DateTime::<Utc>::MIN_UTC }
}

/// Our scope as oxide-auth's; the names hold no character that it refuses.
pub fn scope(scope: GrantScope) -> Result<Scope, ()> {
    scope.to_string().parse().map_err(drop)
}

/// oxide-auth's scope as ours.
pub fn grant_scope(scope: &Scope) -> GrantScope {
    GrantScope::parse_known(&scope.iter().collect::<Vec<_>>().join(" "))
}
