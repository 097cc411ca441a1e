//! The address that a request comes from, as far as those who pass it on can be believed.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;

use super::Network;

/// The peer; or, if the peer is a trusted proxy, the address in X-Forwarded-For that a trusted proxy vouches for and
/// that is none itself. Each proxy appends whom it heard from, so the header is read from its end: what stands left of
/// the first stranger was written by the stranger.
pub fn source(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let values: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().map(|value| value.to_str().unwrap_or_default()).collect();
    let hops = values.iter().rev().flat_map(|value| value.rsplit(','));
    let mut source = peer.to_canonical();
    for hop in hops {
        if !is_trusted(source) {
            break;
        }
        match address(hop.trim()) {
            Some(hop) => source = hop.to_canonical(),
            // `unknown`, or nonsense: the last one who was to be believed.
            None => break,
        }
    }
    source
}

/// Some proxies add the port.
fn address(hop: &str) -> Option<IpAddr> {
    hop.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn forwarded_addresses_count_only_from_trusted_proxies_and_from_the_right() {
        let trusted: Vec<Network> = ["10.0.0.0/8", "2001:db8::/32"].map(|text| text.parse().unwrap()).into();
        for (peer, forwarded, expected) in [
            ("198.51.100.1", vec!["203.0.113.9"], "198.51.100.1"),
            ("10.0.0.1", vec![], "10.0.0.1"),
            ("10.0.0.1", vec!["203.0.113.9"], "203.0.113.9"),
            ("::ffff:10.0.0.1", vec!["203.0.113.9:4711"], "203.0.113.9"),
            ("10.0.0.1", vec!["[2001:db9::1]:4711,2001:db8::7"], "2001:db9::1"),
            ("10.0.0.1", vec!["1.2.3.4, 203.0.113.9, 10.0.0.7"], "203.0.113.9"),
            ("10.0.0.1", vec!["1.2.3.4", "203.0.113.9", "10.0.0.7"], "203.0.113.9"),
            ("10.0.0.1", vec!["nonsense, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", vec!["203.0.113.9, unknown"], "10.0.0.1"),
            ("10.0.0.1", vec!["203.0.113.9", ""], "10.0.0.1"),
            ("10.0.0.1", vec!["10.0.0.7"], "10.0.0.7"),
        ] {
            let mut headers = HeaderMap::new();
            for &value in &forwarded {
                headers.append("x-forwarded-for", HeaderValue::from_static(value));
            }
            let source = source(peer.parse().unwrap(), &headers, &trusted);
            assert_eq!(source.to_string(), expected, "{peer}, {forwarded:?}");
        }
    }
}
