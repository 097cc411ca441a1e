//! What people and programs do at the origin, whichever scheme it has.

use reqwest::Client;
use serde_json::{Value, json};
use testing::{Browser, Caller, Page};

use super::{
    machine::Stack,
    people::{App, EMAIL, PASSWORD},
};

/// The origin, as its visitors know it.
pub struct Site {
    pub origin: String,
    pub endpoint: String,
    https: bool,
    http_port: u16,
    client: Client,
}

impl Site {
    pub fn of(stack: &Stack) -> Self {
        Self {
            origin: stack.origin.clone(),
            endpoint: format!("{}/api/mcp", stack.origin),
            https: stack.origin.starts_with("https:"),
            http_port: stack.ports.http,
            client: stack.http_client(),
        }
    }

    pub fn browser(&self) -> Browser {
        Browser::by(self.client.clone(), &self.origin)
    }

    pub fn caller(&self, token: Option<&str>) -> Caller {
        Caller::by(self.client.clone(), &self.endpoint, token)
    }

    pub async fn metadata_is_the_origins(&self) {
        let (origin, endpoint) = (&self.origin, &self.endpoint);
        let browser = self.browser();
        for (path, resource) in [("/api/mcp", endpoint), ("", origin)] {
            let metadata = browser.get(&format!("/.well-known/oauth-protected-resource{path}")).await.json();
            assert_eq!(&metadata["resource"], resource);
            assert_eq!(metadata["authorization_servers"], json!([origin]));
        }
        for document in ["oauth-authorization-server", "openid-configuration"] {
            let metadata = browser.get(&format!("/.well-known/{document}")).await.json();
            assert_eq!(&metadata["issuer"], origin);
            let members = metadata.as_object().unwrap();
            let endpoints: Vec<&Value> = members
                .iter()
                .filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri")
                .map(|(_, url)| url)
                .collect();
            assert!(endpoints.len() >= 5);
            for url in endpoints {
                let path =
                    url.as_str().unwrap().strip_prefix(origin.as_str()).unwrap_or_else(|| panic!("{url}"));
                let answer = browser.get(path).await;
                assert_ne!(answer.status, 404, "{url}");
            }
        }
        assert_eq!(browser.get("/.well-known/jwks.json").await.json()["keys"].as_array().unwrap().len(), 1);
        let challenge = self.caller(None).method("tools/list", json!({})).await;
        assert_eq!(challenge.status, 401);
        let url = format!("resource_metadata=\"{origin}/.well-known/oauth-protected-resource/api/mcp\"");
        assert!(challenge.header("www-authenticate").contains(&url), "{challenge:?}");
        // What is no route of mcp-server's is a page of auth-server's.
        for (path, location) in [
            ("/", "/settings"),
            ("/settings", "/login?return_to=%2Fsettings"),
            ("/settings/api", "/login?return_to=%2Fsettings%2Fapi"),
        ] {
            let page = browser.get(path).await;
            assert_eq!((page.status, page.location()), (303, location), "{path}");
            assert_eq!(page.header("server"), "");
        }
        let stylesheet = browser.get("/login").await.between("<link rel=\"stylesheet\" href=\"", "\"");
        assert_eq!(browser.get(&stylesheet).await.status, 200, "{stylesheet}");
        assert_eq!(browser.get("/api/other").await.json()["error"]["code"], -32601, "mcp-server's own 404");
        // Another name of the machine, or http where the origin is https, leads to the right one.
        for host in ["127.0.0.1", "localhost"] {
            let other = format!("http://{host}:{}", self.http_port);
            if other != *origin {
                let answer = Browser::at(&other).get("/login?x=1").await;
                assert_eq!((answer.status, answer.location()), (308, format!("{origin}/login?x=1").as_str()));
            }
        }
    }

    /// The endpoint's answers and the documentation are compressed; pages with forms and their secrets never (BREACH).
    pub async fn large_answers_are_compressed(&self, key: &str) {
        let tools = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
        let endpoint = self
            .client
            .post(&self.endpoint)
            .bearer_auth(key)
            .header("accept", "application/json, text/event-stream")
            .json(&tools);
        for (name, request, compressed) in [
            ("tools/list", endpoint, true),
            ("/docs/tools", self.client.get(format!("{}/docs/tools", self.origin)), true),
            ("/login", self.client.get(format!("{}/login", self.origin)), false),
        ] {
            let answer = request.header("accept-encoding", "gzip").send().await.unwrap();
            assert_eq!(answer.status(), 200, "{name}");
            let encoding = answer.headers().get("content-encoding").map(|value| value.to_str().unwrap());
            assert_eq!(encoding, compressed.then_some("gzip"), "{name}");
        }
    }

    /// Answers the key, which is good from these addresses.
    pub async fn a_person_makes_a_key(&self, ip_allow: &str) -> String {
        let browser = self.browser();
        let page = browser.login(EMAIL, PASSWORD, "/settings/api").await;
        assert_eq!((page.status, page.location()), (303, "/settings/api"), "{}", page.text);
        self.cookies_are_this_sites(&page);
        let page = browser.get("/settings/api").await;
        let fields = [
            ("name", "Nightly export"),
            ("actor_type", "user"),
            ("scope", "read:customers"),
            ("scope", "write:customers"),
            ("ip_allow", ip_allow),
        ];
        let page = browser.submit(&page, "/settings/api/keys", &fields).await;
        assert!(page.status == 200 && page.text.contains(&self.endpoint), "{}", page.text);
        page.between("<code id=\"key\">", "</code>")
    }

    /// On https browsers are made to insist on it (RFC 6265bis §4.1.3.2, RFC 6797).
    fn cookies_are_this_sites(&self, page: &Page) {
        let cookies: Vec<&str> =
            page.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
        assert!(!cookies.is_empty());
        for cookie in cookies {
            let name = if self.https { "__Host-zoop=" } else { "zoop=" };
            assert!(cookie.starts_with(name) && cookie.contains("HttpOnly"), "{cookie}");
            assert!(cookie.contains("Path=/") && !cookie.contains("Domain"), "{cookie}");
            assert_eq!(cookie.contains("Secure"), self.https, "{cookie}");
        }
        assert_eq!(page.headers.contains_key("strict-transport-security"), self.https);
    }

    pub async fn an_app_connects(&self) {
        let app = App::discover(&self.client, &self.endpoint).await;
        let browser = self.browser();
        let page = app.ask(&browser).await;
        assert!(page.text.contains("Field Sync") && page.text.contains("Lakeside Plumbing"), "{}", page.text);
        let code = app.allow(&browser, &page).await;
        let mut token = app.exchange(&code).await;
        for _ in 0..2 {
            let access = token["access_token"].as_str().expect("an access token");
            let found = self.caller(Some(access)).ok("customers.search", json!({ "q": "Henderson" })).await;
            assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
            token = app.refresh(token["refresh_token"].as_str().expect("a refresh token")).await;
        }
    }
}
