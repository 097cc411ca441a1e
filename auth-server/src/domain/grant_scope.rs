//! What an app asks for and is granted: scopes over the tools, and whether it may stay connected.

use std::fmt;

use shared::{
    role::Role,
    scope::{Access, Family, Scope, Scopes},
};

/// The scope that lets an app go on while its person is away (OpenID Connect Core §11).
pub const OFFLINE_ACCESS: &str = "offline_access";

/// Scopes over the tools, with `offline_access` beside them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GrantScope {
    /// Over the tools.
    pub tools: Scopes,
    /// `offline_access`
    pub offline: bool,
}

impl GrantScope {
    /// All that an app can ask for.
    pub fn all() -> Self {
        Self { tools: Scopes::all(), offline: true }
    }

    /// Reads a list with spaces between; what Zoop does not know is dropped.
    pub fn parse_known(text: &str) -> Self {
        Self { tools: Scopes::parse_known(text), offline: text.split(' ').any(|word| word == OFFLINE_ACCESS) }
    }

    /// What of this set the other one covers too.
    pub fn within(self, other: Self) -> Self {
        Self { tools: self.tools.within(other.tools), offline: self.offline && other.offline }
    }

    /// What of this set a role can grant.
    pub fn within_role(self, role: Role) -> Self {
        Self { tools: self.tools.within(role.ceiling()), ..self }
    }

    /// Without the narrower names whose wider one is there too: one box for one right.
    pub fn without_covered(self) -> Self {
        let wider = |scope: &Scope| {
            let parents: &[Family] = match scope.family {
                Family::Contacts | Family::Locations | Family::Tags => &[Family::Customers],
                Family::CatalogItems | Family::CatalogCategories => &[Family::Catalog],
                Family::Estimates => &[Family::Quotes],
                _ => &[],
            };
            parents.iter().any(|&family| self.tools.contains(Scope { family, ..*scope }))
        };
        Self { tools: self.tools.iter().filter(|scope| !wider(scope)).collect(), ..self }
    }

    /// Only what reads.
    pub fn reads(self) -> Self {
        Self { tools: self.tools.iter().filter(|scope| scope.access == Access::Read).collect(), ..self }
    }
}

impl fmt::Display for GrantScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.tools.is_empty(), self.offline) {
            (false, true) => write!(f, "{} {OFFLINE_ACCESS}", self.tools),
            (true, true) => f.write_str(OFFLINE_ACCESS),
            (_, false) => write!(f, "{}", self.tools),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_box_for_one_right() {
        let asked = |text: &str| GrantScope::parse_known(text).without_covered().to_string();
        assert_eq!(asked("read:contacts read:customers openid"), "read:customers");
        assert_eq!(
            asked("read:contacts write:customers offline_access"),
            "write:customers read:contacts offline_access"
        );
        assert_eq!(asked("read:catalog read:catalog_items read:estimates"), "read:catalog read:estimates");
    }

    #[test]
    fn nothing_widens() {
        let (all, tech) = (GrantScope::all(), GrantScope::all().within_role(Role::Tech));
        assert_eq!(tech.to_string(), "read:notes write:notes read:jobs write:jobs offline_access");
        assert_eq!(all.within(tech), tech);
        assert_eq!(tech.within(GrantScope::parse_known("read:jobs")).to_string(), "read:jobs");
    }
}
