//! A real Chromium, driven by its own driver over the WebDriver protocol.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// How long a page may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Keys (W3C WebDriver §17.4.2).
pub const ENTER: &str = "\u{e007}";
pub const SPACE: &str = " ";
pub const DOWN: &str = "\u{e015}";
pub const ESCAPE: &str = "\u{e00c}";
/// How a WebDriver answer names an element (W3C WebDriver §11).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser with a profile of its own. It ends when it is dropped.
pub struct Chromium {
    driver: Child,
    session: String,
    http: reqwest::Client,
    _profile: tempfile::TempDir,
}

impl Chromium {
    /// Starts one.
    pub async fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver can be started: scripts/test.sh installs it");
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines
            .map_while(Result::ok)
            .find_map(|line| {
                line.split_once("started successfully on port ").map(|(_, port)| port.to_owned())
            })
            .expect("chromedriver says its port");
        let port = port.trim_end_matches('.').to_owned();
        let profile = tempfile::tempdir().unwrap();
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,1400",
            // Names by which this machine is no trusted origin, as a server on plain http is none.
            "--host-resolver-rules=MAP *.test 127.0.0.1",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"},
        }}});
        let http = testing::http_client();
        let base = format!("http://127.0.0.1:{port}/session");
        let made: Value = http.post(&base).json(&capabilities).send().await.unwrap().json().await.unwrap();
        let id = made["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {made}"));
        Self { driver, session: format!("{base}/{id}"), http, _profile: profile }
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.http.post(format!("{}{path}", self.session)).json(&body).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["value"].take()
    }

    /// Opens an address.
    pub async fn open(&self, url: &str) {
        self.post("/url", json!({"url": url})).await;
    }

    /// Where it is.
    pub async fn url(&self) -> String {
        let answer: Value =
            self.http.get(format!("{}/url", self.session)).send().await.unwrap().json().await.unwrap();
        answer["value"].as_str().unwrap_or_default().to_owned()
    }

    /// The element of this CSS selector, once it is there.
    async fn element(&self, css: &str) -> String {
        let begin = Instant::now();
        loop {
            let found = self.post("/element", json!({"using": "css selector", "value": css})).await;
            if let Some(id) = found[ELEMENT].as_str() {
                return id.to_owned();
            }
            assert!(begin.elapsed() < PATIENCE, "no {css} at {}: {found}", self.url().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Types into a field.
    pub async fn type_into(&self, css: &str, text: &str) {
        let id = self.element(css).await;
        self.post(&format!("/element/{id}/value"), json!({"text": text})).await;
    }

    /// Clicks.
    pub async fn click(&self, css: &str) {
        let id = self.element(css).await;
        let answer = self.post(&format!("/element/{id}/click"), json!({})).await;
        assert!(answer.is_null(), "{css} cannot be clicked: {answer}");
    }

    /// Presses a key while this element has the focus.
    pub async fn press(&self, css: &str, key: &str) {
        let id = self.element(css).await;
        let answer = self.post(&format!("/element/{id}/value"), json!({"text": key})).await;
        assert!(answer.is_null(), "{css} takes no key: {answer}");
    }

    /// What this expression is in the page.
    pub async fn value(&self, expression: &str) -> Value {
        self.post("/execute/sync", json!({"script": format!("return {expression}"), "args": []})).await
    }

    /// Makes the page this wide and high, as a phone's is.
    pub async fn resize(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": true});
        let command = json!({"cmd": "Emulation.setDeviceMetricsOverride", "params": metrics});
        self.post("/goog/cdp/execute", command).await;
    }

    /// Asks pages for this colour scheme: `light` or `dark`.
    pub async fn prefers(&self, scheme: &str) {
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.post("/goog/cdp/execute", json!({"cmd": "Emulation.setEmulatedMedia", "params": media})).await;
    }

    /// What the clipboard holds. Only pages of a trusted origin can tell.
    pub async fn clipboard(&self) -> Value {
        let grant = json!({"descriptor": {"name": "clipboard-read"}, "state": "granted"});
        let answer = self.post("/permissions", grant).await;
        assert!(answer.is_null(), "the clipboard cannot be read: {answer}");
        self.value("navigator.clipboard.readText()").await
    }

    /// Waits until this expression is so.
    pub async fn becomes(&self, expression: &str, wanted: impl Into<Value>) {
        let (begin, wanted) = (Instant::now(), wanted.into());
        loop {
            let value = self.value(expression).await;
            if value == wanted {
                return;
            }
            assert!(
                begin.elapsed() < PATIENCE,
                "{expression} is {value}, not {wanted}, at {}",
                self.url().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What the page's text is.
    pub async fn text(&self) -> String {
        let id = self.element("body").await;
        let answer = self.http.get(format!("{}/element/{id}/text", self.session)).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["value"].as_str().unwrap_or_default().to_owned()
    }

    /// The lines of one of its logs since the last look: `performance` (the network) or `browser` (the console).
    pub async fn log(&self, kind: &str) -> Vec<String> {
        let entries = self.post("/se/log", json!({"type": kind})).await;
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries.iter().filter_map(|entry| entry["message"].as_str().map(str::to_owned)).collect()
    }

    /// Waits until the network's log shows this text, and answers the line.
    pub async fn network_shows(&self, text: &str) -> String {
        let begin = Instant::now();
        loop {
            if let Some(line) = self.log("performance").await.into_iter().find(|line| line.contains(text)) {
                return line;
            }
            assert!(begin.elapsed() < PATIENCE, "the network never showed {text}; at {}", self.url().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // The driver ends its browser when it is asked to.
        super::signal(&self.driver, "TERM");
        drop(self.driver.wait());
    }
}
