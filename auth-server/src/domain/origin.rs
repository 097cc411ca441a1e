//! Which request this is and where it comes from: what logs and the audit remember.

use std::net::IpAddr;

/// One request.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The request's id, as pages and answers show it.
    pub request_id: String,
    /// The peer's address, or what a trusted proxy says of it.
    pub source: IpAddr,
}

impl Origin {
    /// What counts as one source: an address, or the /64 that one subscriber of IPv6 has.
    pub fn network(&self) -> String {
        match self.source {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }
}
