//! Whom the stack serves: a company with its owner, written as auth-server writes them, and an app that connects.

use auth_server::security::password;
use serde_json::{Value, json};
use shared::{
    binds,
    clock::Clock,
    db::{Db, Opening, ServerRole},
    id::Ids,
    random::Random,
};
use testing::{Browser, Page};

use super::machine::Stack;

pub const EMAIL: &str = "oda@lakeside.example";
pub const PASSWORD: &str = "correct horse battery staple";

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "http://127.0.0.1:33418/callback";

/// The database as its owner.
pub async fn database(stack: &Stack) -> Db {
    let url = stack.secret("migrate", "owner_database_url");
    Opening::new(&url, ServerRole::Migrator).open().await.expect("the owner may connect")
}

/// Writes a company with an owner.
pub async fn move_in(db: &Db) {
    let (clock, random) = (Clock::system(), Random::system());
    let ids = Ids::new(clock.clone(), random.clone());
    let (tenant, user, now) = (ids.next("ten"), ids.next("usr"), clock.now());
    let sql = "INSERT INTO tenants (id, number, name, currency, country, time_zone, created_at) \
               VALUES ($1, 1, 'Lakeside Plumbing', 'USD', 'US', 'America/Chicago', $2)";
    db.execute(sql, binds![&tenant, now]).await.expect("a company");
    let hash = password::hash(PASSWORD, &random).expect("a hash");
    let sql =
        "INSERT INTO users (id, email, name, password_hash, created_at) VALUES ($1, $2, 'Oda Owner', $3, $4)";
    db.execute(sql, binds![&user, EMAIL, hash, now]).await.expect("a person");
    let sql = "INSERT INTO members (tenant_id, user_id, role, created_at) VALUES ($1, $2, 'owner', $3)";
    db.execute(sql, binds![&tenant, &user, now]).await.expect("a member");
}

/// An app that knows nothing but the endpoint's URL.
pub struct App {
    metadata: Value,
    resource: String,
    client_id: String,
    http: reqwest::Client,
}

impl App {
    /// Finds its way from a 401 to the authorization server (RFC 9728 §5) and registers (RFC 7591).
    pub async fn discover(http: &reqwest::Client, endpoint: &str) -> Self {
        let refused = http.post(endpoint).send().await.expect("the endpoint answers");
        assert_eq!(refused.status(), 401);
        let challenge = refused.headers()["www-authenticate"].to_str().expect("text");
        let url = challenge.split("resource_metadata=\"").nth(1).and_then(|rest| rest.split('"').next());
        let resource = get(http, url.expect("the challenge names the metadata")).await;
        let issuer = resource["authorization_servers"][0].as_str().expect("an issuer").to_owned();
        let metadata = get(http, &format!("{issuer}/.well-known/oauth-authorization-server")).await;
        assert_eq!(metadata["issuer"], json!(issuer), "byte for byte (RFC 8414 §3.3)");
        let wanted = json!({
            "client_name": "Field Sync", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
        });
        let registration = metadata["registration_endpoint"].as_str().expect("open registration");
        let answer = http.post(registration).json(&wanted).send().await.expect("an answer");
        assert_eq!(answer.status(), 201);
        let registered: Value = json_of(answer).await;
        Self {
            client_id: registered["client_id"].as_str().expect("a client_id").to_owned(),
            resource: resource["resource"].as_str().expect("a resource").to_owned(),
            metadata,
            http: http.clone(),
        }
    }

    /// Sends the person's browser to ask; answers where it ends up after signing in: the consent page.
    pub async fn ask(&self, browser: &Browser) -> Page {
        let mut url: url::Url = self.endpoint("authorization_endpoint").parse().expect("a URL");
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", CALLBACK)
            .append_pair("scope", "read:customers write:customers offline_access")
            .append_pair("state", "s t+a/te")
            .append_pair("code_challenge", CHALLENGE)
            .append_pair("code_challenge_method", "S256")
            .append_pair("resource", &self.resource);
        let mut page = browser.get(url.as_str()).await;
        for _ in 0..5 {
            page = match (page.status, page.location().to_owned()) {
                (200, _) if page.text.contains("name=\"password\"") => {
                    let fields = [("email", EMAIL), ("password", PASSWORD)];
                    browser.submit(&page, "/login", &fields).await
                }
                (200, _) => return page,
                (303, location) => {
                    assert!(
                        location.starts_with('/'),
                        "a redirect within the site names no host: {location}"
                    );
                    browser.get(&location).await
                }
                (status, _) => panic!("{status}: {}", page.text),
            };
        }
        panic!("redirected in a circle: {}", page.location())
    }

    /// Allows what is offered; answers the code that comes back.
    pub async fn allow(&self, browser: &Browser, page: &Page) -> String {
        let parts = page.text.split("name=\"scope\" value=\"").skip(1);
        let boxes: Vec<&str> = parts.filter_map(|part| part.split('"').next()).collect();
        let mut fields = vec![("decision", "allow")];
        fields.extend(boxes.iter().map(|scope| ("scope", *scope)));
        let page = browser.submit(page, "/oauth/consent/decision", &fields).await;
        assert!(page.status == 303 && page.location().starts_with(CALLBACK), "{page:?}");
        let back: url::Url = page.location().parse().expect("a URL");
        let value = |name: &str| {
            let found = back.query_pairs().find(|(known, _)| known == name);
            found.unwrap_or_else(|| panic!("no {name} in {back}")).1.into_owned()
        };
        assert_eq!(value("state"), "s t+a/te");
        assert_eq!(json!(value("iss")), self.metadata["issuer"], "RFC 9207");
        value("code")
    }

    /// The tokens for a code.
    pub async fn exchange(&self, code: &str) -> Value {
        let fields = [("grant_type", "authorization_code"), ("code", code), ("code_verifier", VERIFIER)];
        self.token(&fields).await
    }

    /// The tokens for a refresh token.
    pub async fn refresh(&self, token: &str) -> Value {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// A member of the metadata.
    pub fn endpoint(&self, name: &str) -> &str {
        self.metadata[name].as_str().unwrap_or_else(|| panic!("no {name} in the metadata"))
    }

    async fn token(&self, fields: &[(&str, &str)]) -> Value {
        let mut fields = fields.to_vec();
        fields.push(("client_id", &self.client_id));
        let request = self.http.post(self.endpoint("token_endpoint")).form(&fields);
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let body = json_of(answer).await;
        assert_eq!(status, 200, "{body}");
        body
    }
}

async fn get(http: &reqwest::Client, url: &str) -> Value {
    let answer = http.get(url).send().await.expect("an answer");
    assert_eq!(answer.status(), 200, "{url}");
    json_of(answer).await
}

async fn json_of(answer: reqwest::Response) -> Value {
    answer.json().await.expect("JSON")
}
