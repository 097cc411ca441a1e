//! The addresses that a key may come from.

use std::{fmt, net::IpAddr, str::FromStr};

use super::{Network, NotANetwork};

/// Addresses and ranges: `203.0.113.7 2001:db8::/32`. An empty list allows any address.
#[derive(Clone, Debug, Default)]
pub struct AllowList(Vec<Network>);

impl AllowList {
    /// Whether a key may come from this address.
    pub fn allows(&self, address: IpAddr) -> bool {
        self.0.is_empty() || self.0.iter().any(|network| network.contains(address))
    }

    /// What it names.
    pub fn networks(&self) -> &[Network] {
        &self.0
    }
}

/// Commas, semicolons and white space stand between.
impl FromStr for AllowList {
    type Err = NotANetwork;
    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let words = text.split(|c: char| c == ',' || c == ';' || c.is_whitespace());
        words.filter(|word| !word.is_empty()).map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

/// As it is stored.
impl fmt::Display for AllowList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, network) in self.0.iter().enumerate() {
            write!(f, "{}{network}", if at == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::AllowList;

    #[test]
    fn a_list_allows_what_it_names_and_an_empty_one_everybody() {
        let list = |text: &str| text.parse::<AllowList>();
        let allows = |text: &str, address: &str| list(text).unwrap().allows(address.parse().unwrap());
        assert!(allows("", "8.8.8.8") && allows(" \n", "::1"));
        assert!(allows("203.0.113.7 2001:db8::/32", "203.0.113.7"));
        assert!(allows("203.0.113.7,2001:db8::/32", "2001:db8:ffff::1"));
        assert!(allows("10.0.0.0/8", "::ffff:10.1.2.3"));
        assert!(!allows("10.0.0.0/8", "11.0.0.1") && !allows("203.0.113.7", "203.0.113.8"));
        assert_eq!(list("203.0.113.7;\n 2001:db8::/32,").unwrap().to_string(), "203.0.113.7 2001:db8::/32");
        for unreadable in ["everywhere", "203.0.113.7 10.0.0.0/33", "10.0.0.0/-1", "::/129"] {
            assert!(list(unreadable).is_err(), "{unreadable}");
        }
    }
}
