//! An app, as a client library would drive it: registration, PKCE, the person's browser, tokens.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Browser, Page, Server};

pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const RESOURCE: &str = "http://127.0.0.1:8081/api/mcp";
pub const DECISION: &str = "/oauth/consent/decision";

/// A registered app.
#[derive(Clone)]
pub struct App {
    pub id: String,
    pub secret: Option<String>,
    pub redirect_uri: String,
    pub base: String,
    pub http: reqwest::Client,
}

/// What a program was answered with.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn error(&self) -> &str {
        self.body["error"].as_str().unwrap_or_default()
    }

    pub fn text(&self, field: &str) -> String {
        self.body[field].as_str().unwrap_or_default().to_owned()
    }

    /// The claims of the access token, unchecked.
    pub fn claims(&self) -> Value {
        let token = self.text("access_token");
        let payload = token.split('.').nth(1).unwrap_or_default();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("claims")
    }
}

pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

pub async fn post_json(server: &Server, path: &str, body: Value) -> Answer {
    answer(testing::http_client().post(format!("{}{path}", server.url)).json(&body)).await
}

pub async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("the server answers");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.expect("text");
    let body = if text.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&text).expect("every answer is JSON")
    };
    Answer { status, headers, body }
}

impl App {
    /// A public app on the person's own computer.
    pub async fn public(server: &Server) -> Self {
        Self::register(
            server,
            json!({ "token_endpoint_auth_method": "none" }),
            "http://127.0.0.1:33418/callback",
        )
        .await
    }

    /// A confidential app on https.
    pub async fn confidential(server: &Server) -> Self {
        Self::register(server, json!({}), "https://app.example/cb").await
    }

    pub async fn register(server: &Server, more: Value, redirect_uri: &str) -> Self {
        let mut metadata = json!({
            "client_name": "Field Sync", "redirect_uris": [redirect_uri],
            "grant_types": ["authorization_code", "refresh_token"],
        });
        metadata.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = post_json(server, "/oauth/register", metadata).await;
        assert_eq!(answer.status, 201, "{:?}", answer.body);
        Self {
            id: answer.text("client_id"),
            secret: answer.body["client_secret"].as_str().map(str::to_owned),
            redirect_uri: redirect_uri.to_owned(),
            base: server.url.clone(),
            http: testing::http_client(),
        }
    }

    /// The parameters of a request that is in order.
    pub fn request(&self, scope: &str) -> Vec<(String, String)> {
        [
            ("response_type", "code"),
            ("client_id", &self.id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", scope),
            ("state", "s t+a/te"),
            ("code_challenge", &challenge(VERIFIER)),
            ("code_challenge_method", "S256"),
            ("resource", RESOURCE),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    /// Opens the consent page in a browser where a person is signed in.
    pub async fn ask(&self, browser: &Browser, scope: &str) -> Page {
        self.ask_with(browser, self.request(scope)).await
    }

    pub async fn ask_with(&self, browser: &Browser, parameters: Vec<(String, String)>) -> Page {
        let page = browser.get(&authorize(&parameters)).await;
        if page.location().starts_with("/oauth/consent") { browser.get(page.location()).await } else { page }
    }

    /// Allows all that is offered, and answers with the code.
    pub async fn code(&self, browser: &Browser, scope: &str) -> String {
        let page = self.ask(browser, scope).await;
        self.allow(browser, &page).await
    }

    pub async fn allow(&self, browser: &Browser, page: &Page) -> String {
        let boxes = page.boxes();
        let mut fields = vec![("decision", "allow")];
        fields.extend(boxes.iter().map(|scope| ("scope", scope.as_str())));
        let page = browser.submit(page, DECISION, &fields).await;
        assert_eq!(page.status, 303, "{}", page.text);
        page.back("code").unwrap_or_else(|| panic!("no code in {}", page.location()))
    }

    /// Posts to the token endpoint with these fields, proving who it is.
    pub async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        let mut request = self.http.post(format!("{}/oauth/token", self.base));
        let mut fields = fields.to_vec();
        match &self.secret {
            Some(secret) => request = request.basic_auth(&self.id, Some(secret)),
            None => fields.push(("client_id", &self.id)),
        }
        answer(request.form(&fields)).await
    }

    pub async fn exchange(&self, code: &str) -> Answer {
        self.token(&[("grant_type", "authorization_code"), ("code", code), ("code_verifier", VERIFIER)]).await
    }

    pub async fn refresh(&self, token: &str, more: &[(&str, &str)]) -> Answer {
        let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
        fields.extend(more);
        self.token(&fields).await
    }

    /// The whole way from the request to tokens.
    pub async fn connect(&self, browser: &Browser, scope: &str) -> Answer {
        let code = self.code(browser, scope).await;
        let answer = self.exchange(&code).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer
    }

    pub async fn revoke(&self, token: &str) -> Answer {
        let fields = [("token", token), ("client_id", self.id.as_str())];
        let request = self.http.post(format!("{}/oauth/revoke", self.base));
        match &self.secret {
            Some(secret) => answer(request.basic_auth(&self.id, Some(secret)).form(&fields[..1])).await,
            None => answer(request.form(&fields)).await,
        }
    }
}

/// The path of a request.
pub fn authorize(parameters: &[(String, String)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("/oauth/authorize?{query}")
}

/// The parameters with one of them replaced, or left out.
pub fn with(mut parameters: Vec<(String, String)>, name: &str, value: Option<&str>) -> Vec<(String, String)> {
    parameters.retain(|(known, _)| known != name);
    parameters.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    parameters
}

impl Page {
    /// The scopes that the page offers.
    pub fn boxes(&self) -> Vec<String> {
        let parts = self.text.split("name=\"scope\" value=\"").skip(1);
        parts.map(|part| part.split('"').next().unwrap_or_default().to_owned()).collect()
    }

    /// Those of them that are ticked.
    pub fn ticked(&self) -> Vec<String> {
        let parts = self.text.split("name=\"scope\" value=\"").skip(1);
        parts
            .filter(|part| part.split('>').next().unwrap_or_default().contains("checked"))
            .map(|part| part.split('"').next().unwrap_or_default().to_owned())
            .collect()
    }

    /// A parameter of the address that the page leads to.
    pub fn back(&self, name: &str) -> Option<String> {
        let query = self.location().split_once('?')?.1;
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.into_owned())
    }
}
