//! Fetching one document: bounded in time and size, no redirect, no proxy, no address that is not public.

use std::{error::Error, sync::Arc, time::Duration};

use anyhow::Context;
use reqwest::{
    Response, StatusCode,
    header::{ACCEPT, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderName},
};
use serde_json::Value;

use super::{
    Unreadable,
    guard::{Guard, NotPublic},
};

/// 32 KiB.
const LARGEST: usize = 32 * 1024;
/// A document without a Cache-Control is kept for so long.
const USUAL: i64 = 300;
/// A document is kept no shorter and no longer, whatever it says.
const BOUNDS: (i64, i64) = (60, 3600);

/// Fetches documents.
pub struct Fetcher(reqwest::Client);

impl Fetcher {
    /// `local` is for developers: http and loopback are let through. A document comes within `patience` or not at all.
    pub fn new(local: bool, patience: Duration) -> anyhow::Result<Self> {
        // Whoever was first has installed the same provider.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder()
            .dns_resolver(Arc::new(Guard { local }))
            .https_only(!local)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .referer(false)
            .user_agent("Zoop")
            .timeout(patience)
            .build()
            .context("the client that reads apps' documents could not be made")?;
        Ok(Self(client))
    }

    /// The document, and for how long it may be kept.
    pub async fn fetch(&self, address: &str) -> Result<(Value, chrono::Duration), Unreadable> {
        let asked = self.0.get(address).header(ACCEPT, "application/json").send().await;
        let mut response = asked.map_err(|error| failed(&error))?;
        let unfit = |why: &str| Err(Unreadable::new("document_answer", why));
        match response.status() {
            StatusCode::OK => {}
            status if status.is_redirection() => {
                return unfit("its address redirects, and redirects are not followed");
            }
            status => {
                let why = format!("its server answers with the status {}", status.as_u16());
                let passing = status.is_server_error()
                    || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
                return Err(Unreadable { passing, ..Unreadable::new("document_answer", why) });
            }
        }
        if !is_json(&text(&response, CONTENT_TYPE)) {
            return unfit("its Content-Type is not application/json");
        }
        if response.headers().contains_key(CONTENT_ENCODING) {
            return unfit("it is compressed: it must come as it is, without Content-Encoding");
        }
        let life = life(&text(&response, CACHE_CONTROL));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
            if body.len() + chunk.len() > LARGEST {
                return Err(Unreadable::new("document_too_large", "it is over 32 KB"));
            }
            body.extend_from_slice(&chunk);
        }
        let document = serde_json::from_slice(&body)
            .map_err(|_| Unreadable::new("document_not_json", "it is no JSON"))?;
        Ok((document, chrono::Duration::seconds(life)))
    }
}

fn text(response: &Response, header: HeaderName) -> String {
    let value = response.headers().get(header).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_ascii_lowercase()
}

/// `application/json`, or a kind of it (RFC 6839 §3.1).
fn is_json(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// Seconds, by its own word and within the bounds (RFC 9111 §5.2.2).
fn life(cache_control: &str) -> i64 {
    let mut life = USUAL;
    for part in cache_control.split(',').map(str::trim) {
        match part.strip_prefix("max-age=") {
            Some(seconds) => life = seconds.trim_matches('"').parse().unwrap_or(0),
            None if part == "no-store" || part == "no-cache" => return BOUNDS.0,
            None => {}
        }
    }
    life.clamp(BOUNDS.0, BOUNDS.1)
}

/// The reason in our words: the library's tell of addresses.
fn failed(error: &reqwest::Error) -> Unreadable {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<NotPublic>() {
            return Unreadable::new(
                "document_not_public",
                "its host has an address that is not on the public internet",
            );
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        return Unreadable::passing("document_too_slow", "it did not come within 5 seconds");
    }
    Unreadable::passing("document_unreachable", "its server cannot be reached, or broke off its answer")
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    #[tokio::test]
    async fn what_comes_drop_by_drop_is_too_slow() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/c", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 1024]).await;
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 20000\r\n\r\n";
            let mut sent = stream.write_all(head.as_bytes()).await;
            while sent.is_ok() {
                sent = stream.write_all(b" ").await;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        let fetched = Fetcher::new(true, Duration::from_millis(300)).unwrap().fetch(&address).await;
        assert_eq!(fetched.unwrap_err().code, "document_too_slow");
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_not_asked() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("https://localhost:{}/c", listener.local_addr().unwrap().port());
        let fetcher = Fetcher::new(false, Duration::from_secs(5)).unwrap();
        assert_eq!(fetcher.fetch(&address).await.unwrap_err().code, "document_not_public");
        tokio::select! {
            biased;
            _ = listener.accept() => panic!("somebody came"),
            () = std::future::ready(()) => {}
        }
    }

    #[test]
    fn it_is_kept_as_it_says_within_bounds() {
        for (said, seconds) in [
            ("", 300),
            ("max-age=120", 120),
            ("public, max-age=86400", 3600),
            ("max-age=0", 60),
            ("no-store, max-age=900", 60),
            ("max-age=900, no-cache", 60),
            ("max-age=soon", 60),
            ("must-revalidate", 300),
        ] {
            assert_eq!(life(said), seconds, "{said}");
        }
        for (kind, json) in [
            ("application/json; charset=utf-8", true),
            ("application/cimd+json", true),
            ("text/html", false),
            ("", false),
        ] {
            assert_eq!(is_json(kind), json, "{kind}");
        }
    }
}
