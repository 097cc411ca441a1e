//! The real server on a free port, and a browser as plain as HTTP: cookies, forms, no redirects followed.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test that cannot be set up fails"
)]

pub mod app_key;
pub mod oauth;
pub mod website;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use auth_server::Config;
use clap::Parser;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use testing::{Member, PASSWORD, TestDatabase};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub const KEY_SECRET: &str = "a secret for tests, long enough to pass";

/// A running auth-server; it stops when it is dropped.
pub struct Server {
    pub url: String,
    shutdown: CancellationToken,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    config: Config,
}

pub fn config(arguments: &[&str]) -> Config {
    let words = ["auth-server", "--key-secret", KEY_SECRET].into_iter().chain(arguments.iter().copied());
    Options::parse_from(words).config
}

impl Server {
    /// Starts it with a key that is made in no time.
    pub async fn start(db: &TestDatabase) -> Self {
        Self::start_with(db, &["--signing-algorithm", "ES256"]).await
    }

    /// Starts it with more options; `--issuer` is its own address unless it is given.
    pub async fn start_with(db: &TestDatabase, more: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut arguments = vec!["--database-url", db.url(), "--mcp-url", "http://127.0.0.1:8081/api/mcp"];
        if !more.contains(&"--issuer") {
            arguments.extend(["--issuer", &url]);
        }
        arguments.extend(more);
        let config = config(&arguments);
        let shutdown = CancellationToken::new();
        let (clock, random, stop) = (db.clock().clone(), db.random().clone(), shutdown.clone());
        tokio::spawn(async move { auth_server::serve(config, listener, clock, random, stop).await.unwrap() });
        Self { url, shutdown }
    }

    /// One that runs here already, and is stopped by whoever started it.
    pub fn at(url: &str) -> Self {
        Self { url: url.to_owned(), shutdown: CancellationToken::new() }
    }

    /// Does what a server does from time to time.
    pub async fn keep_house(&self, db: &TestDatabase, options: &[&str]) {
        let app = Self::app(db, options).await;
        app.keep_house().await.unwrap();
        app.db.close().await;
    }

    /// What a server runs, without its routes.
    pub async fn app(db: &TestDatabase, options: &[&str]) -> auth_server::App {
        let config = config(&[&["--database-url", db.url()], options].concat());
        let open = config.open_database().await.unwrap();
        auth_server::App::new(&config, open, db.clock().clone(), db.random().clone()).await.unwrap()
    }

    pub fn browser(&self) -> Browser {
        Browser { base: self.url.clone(), http: testing::http_client(), cookies: Arc::default() }
    }

    /// A browser in which this member has signed in.
    pub async fn signed_in(&self, member: &Member) -> Browser {
        let browser = self.browser();
        let page = browser.login(&member.email, PASSWORD, "/settings").await;
        assert_eq!(page.status, 303, "{}", page.text);
        browser
    }
}

/// A browser. Clones share its cookies.
#[derive(Clone)]
pub struct Browser {
    base: String,
    http: reqwest::Client,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

/// What it was shown.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Browser {
    async fn send(&self, request: reqwest::RequestBuilder) -> Page {
        let cookies: Vec<String> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header("accept", "text/html").header(COOKIE, cookies.join("; "));
        let response = request.send().await.unwrap();
        for cookie in response.headers().get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            let mut jar = self.cookies.lock().unwrap();
            if cookie.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Page { status, headers, text: response.text().await.unwrap() }
    }

    fn url(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) }
    }

    pub async fn get(&self, path: &str) -> Page {
        self.send(self.http.get(self.url(path))).await
    }

    /// Posts these fields and nothing else.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.send(self.http.post(self.url(path)).form(fields)).await
    }

    /// Posts a form of this page: its hidden fields, and these.
    pub async fn submit(&self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let hidden = page.hidden(action);
        let mut all: Vec<(&str, &str)> =
            hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.retain(|(name, _)| !fields.iter().any(|(field, _)| field == name));
        all.extend(fields);
        self.post(action, &all).await
    }

    pub async fn login(&self, email: &str, password: &str, return_to: &str) -> Page {
        let page = self.get(&format!("/login?return_to={return_to}")).await;
        self.submit(&page, "/login", &[("email", email), ("password", password), ("return_to", return_to)])
            .await
    }

    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().unwrap().clone()
    }

    pub fn set_cookies(&self, cookies: BTreeMap<String, String>) {
        *self.cookies.lock().unwrap() = cookies;
    }
}

impl Page {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn location(&self) -> &str {
        self.headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The hidden fields of the form with this action.
    pub fn hidden(&self, action: &str) -> Vec<(String, String)> {
        let form = self.text.split(&format!("action=\"{action}\"")).nth(1);
        let form = form.unwrap_or_else(|| panic!("no form for {action} in {}", self.text));
        let form = form.split("</form>").next().unwrap();
        form.split("<input type=\"hidden\" ")
            .skip(1)
            .map(|input| (attribute(input, "name"), attribute(input, "value")))
            .collect()
    }

    /// The page's text between two marks.
    pub fn between(&self, start: &str, end: &str) -> String {
        let rest = self.text.split_once(start).unwrap_or_else(|| panic!("no {start:?} in {}", self.text)).1;
        rest.split_once(end).unwrap().0.to_owned()
    }
}

fn attribute(tag: &str, name: &str) -> String {
    let value = tag.split_once(&format!("{name}=\"")).unwrap().1.split_once('"').unwrap().0;
    value.replace("&#38;", "&").replace("&amp;", "&").replace("&#34;", "\"").replace("&#39;", "'")
}
