//! A browser as plain as HTTP: it keeps cookies and fills forms, runs no script and follows no redirect.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use serde_json::Value;

use crate::http_client;

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
    /// The HTTP status.
    pub status: u16,
    /// The HTTP headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Browser {
    /// A browser without cookies; paths are of this site.
    pub fn at(base: &str) -> Self {
        Self::by(http_client(), base)
    }

    /// One that uses this client.
    pub fn by(http: reqwest::Client, base: &str) -> Self {
        Self { base: base.to_owned(), http, cookies: Arc::default() }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Page {
        let cookies: Vec<String> =
            self.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header("accept", "text/html").header(COOKIE, cookies.join("; "));
        let response = request.send().await.expect("the server answers");
        for cookie in response.headers().get_all(SET_COOKIE) {
            let cookie = cookie.to_str().expect("a cookie is text");
            let (name, value) =
                cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie has a name");
            let mut jar = self.cookies.lock().expect("no test thread panicked here");
            if cookie.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Page { status, headers, text: response.text().await.expect("the body is text") }
    }

    fn url(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) }
    }

    /// Opens a path of the site, or a whole URL.
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

    /// Opens the login page and fills it in.
    pub async fn login(&self, email: &str, password: &str, return_to: &str) -> Page {
        let page = self.get(&format!("/login?return_to={return_to}")).await;
        let fields = [("email", email), ("password", password), ("return_to", return_to)];
        self.submit(&page, "/login", &fields).await
    }

    /// The cookies it holds.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().expect("no test thread panicked here").clone()
    }

    /// Makes it hold these cookies.
    pub fn set_cookies(&self, cookies: BTreeMap<String, String>) {
        *self.cookies.lock().expect("no test thread panicked here") = cookies;
    }
}

impl Page {
    /// A header's text; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Whither it redirects.
    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The hidden fields of the form with this action.
    pub fn hidden(&self, action: &str) -> Vec<(String, String)> {
        self.inputs(action)
            .filter(|tag| attribute(tag, "type").as_deref() == Some("hidden"))
            .map(|tag| (attribute(tag, "name").expect("a name"), attribute(tag, "value").unwrap_or_default()))
            .collect()
    }

    /// The ticked boxes and chosen buttons of the form with this action.
    pub fn checked(&self, action: &str) -> Vec<(String, String)> {
        self.inputs(action)
            .filter(|tag| tag.ends_with(" checked"))
            .map(|tag| (attribute(tag, "name").expect("a name"), attribute(tag, "value").unwrap_or_default()))
            .collect()
    }

    /// The tags of the form's inputs, without their brackets.
    fn inputs(&self, action: &str) -> impl Iterator<Item = &str> {
        let form = self.text.split(&format!("action=\"{action}\"")).nth(1);
        let form = form.unwrap_or_else(|| panic!("no form for {action} in {}", self.text));
        let form = form.split("</form>").next().unwrap_or_default();
        form.split("<input ").skip(1).map(|rest| rest.split('>').next().unwrap_or_default().trim_end())
    }

    /// The page's text between two marks.
    pub fn between(&self, start: &str, end: &str) -> String {
        let found = self.text.split_once(start).and_then(|(_, rest)| rest.split_once(end));
        found.unwrap_or_else(|| panic!("no {start:?} … {end:?} in {}", self.text)).0.to_owned()
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(value.replace("&#38;", "&").replace("&amp;", "&").replace("&#34;", "\"").replace("&#39;", "'"))
}
