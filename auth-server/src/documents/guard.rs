//! Which addresses are connected to: every address of a name is checked, and exactly those that were checked are
//! handed on, so that a second look at the name cannot lead elsewhere.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::security::public_address::is_public;

/// Resolves names of the internet. `local` lets loopback through.
pub struct Guard {
    /// For developers.
    pub local: bool,
}

/// A name leads into a network that is not the internet.
#[derive(Debug, thiserror::Error)]
#[error("the host has an address that is not public")]
pub struct NotPublic;

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let local = self.local;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let addresses: Addrs = Box::new(admit(found, local)?.into_iter());
            Ok(addresses)
        })
    }
}

/// All of them, or none if one of them is not public.
fn admit(found: Vec<SocketAddr>, local: bool) -> Result<Vec<SocketAddr>, NotPublic> {
    let admitted = |at: &SocketAddr| is_public(at.ip()) || (local && at.ip().to_canonical().is_loopback());
    if found.iter().all(admitted) { Ok(found) } else { Err(NotPublic) }
}

#[cfg(test)]
mod tests {
    use super::admit;

    #[test]
    fn one_bad_address_spoils_a_name() {
        let found = |texts: &[&str]| texts.iter().map(|text| format!("{text}:0").parse().unwrap()).collect();
        assert_eq!(admit(found(&["1.1.1.1", "[2606:4700::1111]"]), false).unwrap().len(), 2);
        assert!(admit(found(&["1.1.1.1", "10.0.0.1"]), false).is_err());
        assert!(admit(found(&["1.1.1.1", "[::ffff:127.0.0.1]"]), false).is_err());
        assert!(admit(found(&["127.0.0.1", "[::1]"]), true).is_ok());
        assert!(admit(found(&["127.0.0.1", "192.168.1.1"]), true).is_err());
    }
}
