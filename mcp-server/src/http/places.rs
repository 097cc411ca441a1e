//! Under which names the endpoint is reached, and from which pages: Host, Origin, resource identifiers.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use url::{Host, Url};

use super::Fault;
use crate::config::Config;

/// The endpoint's public places.
pub struct Places {
    endpoints: Vec<Endpoint>,
    allowed_origins: Vec<String>,
    /// Loopback pages may call while the server itself listens on loopback.
    loopback: bool,
}

struct Endpoint {
    /// Without trailing slash: the `resource` of the path form.
    url: String,
    /// The base URL that scripts put before /api/mcp: the `resource` of the root form.
    origin: String,
    /// As a Host header says it: without the scheme's own port, or with it.
    hosts: Vec<String>,
}

impl Places {
    /// From the configured public URLs, the first of which is the one that is told.
    pub fn new(public: &[Url], config: &Config) -> Self {
        let endpoints = public
            .iter()
            .map(|url| Endpoint {
                url: url.as_str().trim_end_matches('/').to_owned(),
                origin: url.origin().ascii_serialization(),
                hosts: [
                    url.port().is_none().then(|| url.host_str().map(str::to_owned)).flatten(),
                    url.host_str()
                        .zip(url.port_or_known_default())
                        .map(|(host, port)| format!("{host}:{port}")),
                ]
                .into_iter()
                .flatten()
                .collect(),
            })
            .collect();
        Self {
            endpoints,
            allowed_origins: config.allowed_origins.clone(),
            loopback: config.addr.ip().is_loopback(),
        }
    }

    /// Every identifier under which a token may be for this server.
    pub fn resources(&self) -> Vec<String> {
        self.endpoints.iter().flat_map(|endpoint| [endpoint.url.clone(), endpoint.origin.clone()]).collect()
    }

    fn asked_for(&self, headers: &HeaderMap) -> Option<&Endpoint> {
        let host = only(headers, &header::HOST)?.to_str().ok()?;
        self.endpoints
            .iter()
            .find(|endpoint| endpoint.hosts.iter().any(|known| known.eq_ignore_ascii_case(host)))
    }

    /// The endpoint's URL under the Host that was asked for.
    pub fn endpoint_url(&self, headers: &HeaderMap) -> &str {
        self.asked_for(headers).or(self.endpoints.first()).map_or("", |endpoint| &endpoint.url)
    }

    /// The origin under the Host that was asked for.
    pub fn origin(&self, headers: &HeaderMap) -> &str {
        self.asked_for(headers).or(self.endpoints.first()).map_or("", |endpoint| &endpoint.origin)
    }

    /// Refuses foreign Hosts and Origins; answers the Origin that CORS echoes, if there is one.
    /// The resource metadata is public: any page may read it.
    pub fn check(&self, headers: &HeaderMap, path: &str) -> Result<Option<HeaderValue>, Fault> {
        if self.asked_for(headers).is_none() {
            let message = "The Host of this request is none of this server's public names. Use the endpoint's public URL.";
            return Err(Fault::new(StatusCode::FORBIDDEN, -32001, "forbidden_origin", message));
        }
        if !headers.contains_key(header::ORIGIN) || path.starts_with("/.well-known/") {
            return Ok(None);
        }
        let allowed = |origin: &&HeaderValue| origin.to_str().is_ok_and(|text| self.is_allowed(text));
        only(headers, &header::ORIGIN).filter(allowed).cloned().map(Some).ok_or_else(forbidden)
    }

    fn is_allowed(&self, origin: &str) -> bool {
        self.endpoints.iter().any(|endpoint| endpoint.origin == origin)
            || self.allowed_origins.iter().any(|allowed| allowed == origin)
            || (self.loopback && is_loopback(origin))
    }
}

/// A header that stands there once; of two, neither is chosen.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

fn forbidden() -> Fault {
    let message = "Pages of this Origin may not call Zoop. Call from a server, or ask for the Origin to be allowed (ZOOP_ALLOWED_ORIGINS).";
    Fault::new(StatusCode::FORBIDDEN, -32001, "forbidden_origin", message)
}

fn is_loopback(origin: &str) -> bool {
    Url::parse(origin).is_ok_and(|url| {
        url.origin().ascii_serialization() == origin
            && match url.host() {
                Some(Host::Ipv4(ip)) => ip.is_loopback(),
                Some(Host::Ipv6(ip)) => ip.is_loopback(),
                Some(Host::Domain(name)) => name == "localhost",
                None => false,
            }
    })
}
