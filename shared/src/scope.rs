//! Scopes: `read:<entity>` and `write:<entity>`, and the one table that says which covers what.

use std::fmt;

/// What a scope lets its holder do. Writing never implies reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// list, search, get.
    Read,
    /// create, update and the fifth verb.
    Write,
}

impl Access {
    /// Both, reading first.
    pub const BOTH: [Access; 2] = [Access::Read, Access::Write];

    fn as_str(self) -> &'static str {
        match self {
            Access::Read => "read",
            Access::Write => "write",
        }
    }
}

/// What a scope is about: an entity, or one of the two wider or older names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the name of its entity")]
pub enum Family {
    Customers,
    Notes,
    Jobs,
    JobSeries,
    Invoices,
    Quotes,
    CatalogItems,
    CatalogCategories,
    Plans,
    TaxRates,
    /// Covered by customers; accepted as a narrower scope.
    Contacts,
    /// Covered by customers; accepted as a narrower scope.
    Locations,
    /// Covered by customers; accepted as a narrower scope.
    Tags,
    /// Covers items and categories.
    Catalog,
    /// The old name of quotes.
    Estimates,
}

impl Family {
    /// The ten pairs that metadata advertises, in documentation order.
    pub const ADVERTISED: [Family; 10] = [
        Family::Customers,
        Family::Notes,
        Family::Jobs,
        Family::JobSeries,
        Family::Invoices,
        Family::Quotes,
        Family::CatalogItems,
        Family::CatalogCategories,
        Family::Plans,
        Family::TaxRates,
    ];

    /// Every accepted name.
    pub const ALL: [Family; 15] = [
        Family::Customers,
        Family::Notes,
        Family::Jobs,
        Family::JobSeries,
        Family::Invoices,
        Family::Quotes,
        Family::CatalogItems,
        Family::CatalogCategories,
        Family::Plans,
        Family::TaxRates,
        Family::Contacts,
        Family::Locations,
        Family::Tags,
        Family::Catalog,
        Family::Estimates,
    ];

    /// The name behind the colon.
    pub fn as_str(self) -> &'static str {
        match self {
            Family::Customers => "customers",
            Family::Notes => "notes",
            Family::Jobs => "jobs",
            Family::JobSeries => "job_series",
            Family::Invoices => "invoices",
            Family::Quotes => "quotes",
            Family::CatalogItems => "catalog_items",
            Family::CatalogCategories => "catalog_categories",
            Family::Plans => "plans",
            Family::TaxRates => "tax_rates",
            Family::Contacts => "contacts",
            Family::Locations => "locations",
            Family::Tags => "tags",
            Family::Catalog => "catalog",
            Family::Estimates => "estimates",
        }
    }

    /// The table of coverage: the names that also open what this one opens.
    fn also_opened_by(self) -> &'static [Family] {
        match self {
            Family::Contacts | Family::Locations | Family::Tags => &[Family::Customers],
            Family::CatalogItems | Family::CatalogCategories => &[Family::Catalog],
            Family::Quotes => &[Family::Estimates],
            Family::Estimates => &[Family::Quotes],
            _ => &[],
        }
    }

    /// The advertised name under which a missing scope is named: `customers` for contacts.
    pub fn advertised(self) -> Family {
        match self {
            Family::Contacts | Family::Locations | Family::Tags => Family::Customers,
            Family::Estimates => Family::Quotes,
            Family::Catalog => Family::CatalogItems,
            other => other,
        }
    }
}

/// One scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Read or write.
    pub access: Access,
    /// Of what.
    pub family: Family,
}

impl Scope {
    /// The 20 advertised scopes: ten pairs.
    pub fn advertised() -> impl Iterator<Item = Scope> {
        Family::ADVERTISED.into_iter().flat_map(|family| Access::BOTH.map(|access| Scope { access, family }))
    }

    /// Reads one scope; `None` for a name that Zoop does not know.
    pub fn parse(word: &str) -> Option<Scope> {
        let (access, name) = word.split_once(':')?;
        let access = Access::BOTH.into_iter().find(|a| a.as_str() == access)?;
        let family = Family::ALL.into_iter().find(|f| f.as_str() == name)?;
        Some(Scope { access, family })
    }

    /// The name under which this scope is asked for when it is missing.
    pub fn as_advertised(self) -> Scope {
        Scope { access: self.access, family: self.family.advertised() }
    }

    fn bit(self) -> u32 {
        1 << (self.family as u32 * 2 + self.access as u32)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.access.as_str(), self.family.as_str())
    }
}

/// A set of scopes. Shown and parsed as RFC 6749 §3.3 writes it: names with spaces between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scopes(u32);

impl Scopes {
    /// The empty set.
    pub fn none() -> Self {
        Self(0)
    }

    /// Every advertised scope.
    pub fn all() -> Self {
        Scope::advertised().collect()
    }

    /// Reads a list with spaces between; unknown names are dropped.
    pub fn parse_known(text: &str) -> Self {
        text.split(' ').filter_map(Scope::parse).collect()
    }

    /// This set and one scope more.
    pub fn with(self, access: Access, family: Family) -> Self {
        Self(self.0 | Scope { access, family }.bit())
    }

    /// Whether the set holds exactly this name.
    pub fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether the set opens what `wanted` opens, by that name or by a wider one.
    pub fn covers(self, wanted: Scope) -> bool {
        self.contains(wanted)
            || wanted
                .family
                .also_opened_by()
                .iter()
                .any(|&family| self.contains(Scope { access: wanted.access, family }))
    }

    /// What of this set the other one covers too.
    pub fn within(self, ceiling: Scopes) -> Scopes {
        self.iter()
            .filter(|&scope| match scope.family {
                // The wide name is within a ceiling that holds both of its parts.
                Family::Catalog => [Family::CatalogItems, Family::CatalogCategories]
                    .into_iter()
                    .all(|family| ceiling.covers(Scope { family, ..scope })),
                _ => ceiling.covers(scope),
            })
            .collect()
    }

    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The scopes, in documentation order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Family::ALL
            .into_iter()
            .flat_map(|family| Access::BOTH.map(|access| Scope { access, family }))
            .filter(move |&scope| self.contains(scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, scope) in self.iter().enumerate() {
            if n > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{scope}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Scopes {
        Scopes::parse_known(text)
    }
    fn scope(text: &str) -> Scope {
        Scope::parse(text).unwrap()
    }

    #[test]
    fn coverage_is_the_documented_table() {
        for narrow in ["read:contacts", "read:locations", "read:tags"] {
            assert!(scopes("read:customers").covers(scope(narrow)), "{narrow}");
            assert!(!scopes(narrow).covers(scope("read:customers")), "{narrow}");
        }
        assert!(scopes("read:catalog").covers(scope("read:catalog_items")));
        assert!(scopes("write:catalog").covers(scope("write:catalog_categories")));
        assert!(scopes("read:estimates").covers(scope("read:quotes")));
        assert!(!scopes("write:jobs").covers(scope("read:jobs")));
        assert!(!scopes("read:jobs").covers(scope("read:job_series")));
    }

    #[test]
    fn names_are_read_and_written_alike_and_unknown_ones_dropped() {
        assert_eq!(
            scopes("openid write:jobs read:nope read:customers").to_string(),
            "read:customers write:jobs"
        );
        assert_eq!(Scopes::all().iter().count(), 20);
        assert_eq!(scope("read:contacts").as_advertised().to_string(), "read:customers");
    }

    #[test]
    fn a_ceiling_cuts_wide_names_too() {
        let jobs = scopes("read:jobs write:jobs read:notes write:notes");
        assert_eq!(scopes("read:catalog read:jobs read:customers").within(jobs), scopes("read:jobs"));
        assert_eq!(scopes("read:catalog read:tags").within(Scopes::all()), scopes("read:catalog read:tags"));
    }
}
