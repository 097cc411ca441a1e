//! A caller as bare as the documentation's curl: JSON-RPC over one POST, no handshake, no MCP revision.

use std::sync::Once;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

/// Calls tools of a server with one token.
#[derive(Clone)]
pub struct Caller {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The HTTP headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

/// An HTTP client that follows no redirect and speaks TLS by the workspace's one provider.
pub fn http_client() -> reqwest::Client {
    plain().build().expect("an HTTP client")
}

/// One that trusts this certificate authority, as PEM, and no other.
pub fn http_client_trusting(authority: &[u8]) -> reqwest::Client {
    let authority = reqwest::Certificate::from_pem(authority).expect("a certificate");
    plain().tls_certs_only([authority]).build().expect("an HTTP client")
}

fn plain() -> reqwest::ClientBuilder {
    static PROVIDER: Once = Once::new();
    // It fails only if another part of the test was first; then there is one already.
    PROVIDER.call_once(|| drop(rustls::crypto::aws_lc_rs::default_provider().install_default()));
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy()
}

impl Caller {
    /// A caller of the endpoint at this URL.
    pub fn new(url: &str, token: Option<&str>) -> Self {
        Self::by(http_client(), url, token)
    }

    /// One that uses this client.
    pub fn by(http: reqwest::Client, url: &str, token: Option<&str>) -> Self {
        Self { http, url: url.to_owned(), token: token.map(str::to_owned) }
    }

    /// Calls a tool.
    pub async fn call(&self, tool: &str, arguments: Value) -> Answer {
        self.method("tools/call", json!({"name": tool, "arguments": arguments})).await
    }

    /// Calls a tool that is to succeed, and answers its structured content.
    pub async fn ok(&self, tool: &str, arguments: Value) -> Value {
        self.call(tool, arguments).await.content()
    }

    /// Calls a tool that is to fail, and answers the error's `data`.
    pub async fn refused(&self, tool: &str, arguments: Value) -> Value {
        self.call(tool, arguments).await.error()["data"].take()
    }

    /// Calls any method.
    pub async fn method(&self, method: &str, params: Value) -> Answer {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let headers =
            [("content-type", "application/json"), ("accept", "application/json, text/event-stream")];
        self.raw(&headers, body.to_string()).await
    }

    /// Posts these headers (and the token) and this body, whatever they are.
    pub async fn raw(&self, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> Answer {
        let mut request = self.http.post(&self.url).body(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let mut sent = HeaderMap::new();
        for (name, value) in headers {
            let name: HeaderName = name.parse().expect("a header's name");
            sent.append(name, HeaderValue::from_str(value).expect("a header's value"));
        }
        let response = request.headers(sent).send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, text: response.text().await.expect("the body is text") }
    }
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The `result` of a call that is to have succeeded.
    pub fn result(&self) -> Value {
        let mut body = self.json();
        assert!(self.status == 200 && body["error"].is_null(), "a result was expected: {self:?}");
        assert_eq!((&body["jsonrpc"], &body["id"]), (&json!("2.0"), &json!(1)), "in {self:?}");
        body["result"].take()
    }

    /// A tool's structured content, which its text repeats.
    pub fn content(&self) -> Value {
        let mut result = self.result();
        assert_ne!(result["isError"], json!(true), "{self:?}");
        let content = result["structuredContent"].take();
        let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap_or_default())
            .unwrap_or_else(|error| panic!("the text is no JSON ({error}): {self:?}"));
        assert_eq!(text, content, "the text says something else than the structured content");
        content
    }

    /// The JSON-RPC error of a call that is to have failed.
    pub fn error(&self) -> Value {
        let mut body = self.json();
        assert!(body["error"].is_object(), "an error was expected: {self:?}");
        body["error"].take()
    }

    /// The error's `data.kind`.
    pub fn kind(&self) -> String {
        self.error()["data"]["kind"].as_str().unwrap_or_default().to_owned()
    }

    /// A header's text; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
