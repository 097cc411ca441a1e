//! The addresses that a key may come from: single ones and ranges, as auth-server has checked and stored them.

use std::net::IpAddr;

/// A key's allow-list. Empty allows any address; what cannot be read allows none.
#[derive(Clone, Debug, Default)]
pub struct Sources(Option<Vec<(IpAddr, u32)>>);

impl Sources {
    /// Reads `203.0.113.7 2001:db8::/32`.
    pub fn parse(text: &str) -> Self {
        let mut words =
            text.split([',', ' ', '\n']).map(str::trim).filter(|word| !word.is_empty()).peekable();
        words
            .peek()
            .is_some()
            .then(|| words.filter_map(range).collect())
            .map_or(Self(None), |list| Self(Some(list)))
    }

    /// Whether the key may come from this address. An IPv4 address in IPv6's clothes counts as IPv4.
    pub fn allow(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let within = |&(first, length): &(IpAddr, u32)| {
            first.is_ipv4() == address.is_ipv4() && leading(first, length) == leading(address, length)
        };
        self.0.as_ref().is_none_or(|ranges| ranges.iter().any(within))
    }
}

fn range(word: &str) -> Option<(IpAddr, u32)> {
    let (address, length) =
        word.split_once('/').map_or((word, None), |(address, length)| (address, Some(length)));
    let first: IpAddr = address.parse().ok()?;
    let bits = if first.is_ipv4() { 32 } else { 128 };
    let length = length.map_or(Some(bits), |length| length.parse().ok())?;
    (length <= bits).then_some((first, length))
}

/// The address's first bits, alone.
fn leading(address: IpAddr, length: u32) -> u128 {
    let (number, bits) = match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    };
    number.checked_shr(bits - length).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Sources;

    #[test]
    fn a_list_allows_what_it_names_and_nothing_it_cannot_read() {
        let allow = |list: &str, address: &str| Sources::parse(list).allow(address.parse().unwrap());
        assert!(allow("", "8.8.8.8") && allow(" \n", "::1"));
        assert!(allow("203.0.113.7 2001:db8::/32", "203.0.113.7"));
        assert!(allow("203.0.113.7,2001:db8::/32", "2001:db8:ffff::1"));
        assert!(allow("10.0.0.0/8", "::ffff:10.1.2.3"));
        assert!(allow("0.0.0.0/0", "8.8.8.8") && !allow("0.0.0.0/0", "2001:db8::1"));
        assert!(!allow("10.0.0.0/8", "11.0.0.1") && !allow("203.0.113.7", "203.0.113.8"));
        for unreadable in ["everywhere", "10.0.0.0/33", "10.0.0.0/-1", "::/129"] {
            assert!(!allow(unreadable, "10.0.0.1"), "{unreadable}");
        }
    }
}
