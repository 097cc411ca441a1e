//! Where the two servers listen, and under which URLs they are reached.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::Context;
use shared::http::listen;
use tokio::net::TcpListener;

/// Both listeners, bound: whoever connects from now on waits for the servers.
pub struct Listeners {
    /// auth-server's.
    pub auth: TcpListener,
    /// mcp-server's.
    pub mcp: TcpListener,
}

/// The URLs that follow from the addresses that were bound.
#[derive(Clone)]
pub struct Urls {
    /// The issuer, which is where pages are too.
    pub issuer: String,
    /// The endpoint's, the first of which is shown.
    pub endpoints: Vec<String>,
}

impl Listeners {
    /// Binds both addresses; port 0 takes a free one.
    pub async fn bind(auth: SocketAddr, mcp: SocketAddr) -> anyhow::Result<Self> {
        Ok(Self { auth: listen("auth-addr", auth).await?, mcp: listen("mcp-addr", mcp).await? })
    }

    /// The URLs.
    pub fn urls(&self) -> anyhow::Result<Urls> {
        let address = |listener: &TcpListener| listener.local_addr().context("a listener has no address");
        let (auth, mcp) = (address(&self.auth)?, address(&self.mcp)?);
        let issuer = origin(&SocketAddr::new(reached_at(auth.ip()), auth.port()).to_string());
        Ok(Urls { issuer, endpoints: endpoints(mcp) })
    }
}

/// The endpoint by its address and, where that is this machine's own, by the name `localhost`.
pub fn endpoints(mcp: SocketAddr) -> Vec<String> {
    let ip = reached_at(mcp.ip());
    let mut hosts = vec![SocketAddr::new(ip, mcp.port()).to_string()];
    if ip.is_loopback() {
        hosts.push(format!("localhost:{}", mcp.port()));
    }
    hosts.iter().map(|host| format!("{}/api/mcp", origin(host))).collect()
}

/// An origin as clients write it: without the port that http has anyway (RFC 6454 §6.2).
fn origin(host: &str) -> String {
    format!("http://{}", host.strip_suffix(":80").unwrap_or(host))
}

/// "All addresses" is no address that one could call: this machine is.
fn reached_at(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(v4) if v4.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(v6) if v6.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loopback_address_is_localhost_too() {
        let urls = |address: &str| endpoints(address.parse().unwrap());
        assert_eq!(
            urls("127.0.0.1:8081"),
            ["http://127.0.0.1:8081/api/mcp", "http://localhost:8081/api/mcp"]
        );
        assert_eq!(urls("0.0.0.0:80"), ["http://127.0.0.1/api/mcp", "http://localhost/api/mcp"]);
        assert_eq!(urls("[::1]:8081"), ["http://[::1]:8081/api/mcp", "http://localhost:8081/api/mcp"]);
        assert_eq!(urls("192.0.2.7:8081"), ["http://192.0.2.7:8081/api/mcp"]);
    }
}
