//! What `docker compose up` starts, without Docker: the compose file is in order, and its services, each started with
//! the environment, the user and the secrets that the file gives it, are one origin behind the project's Caddyfile.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod compose;
mod machine;
mod people;

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use machine::Stack;
use people::{App, EMAIL, PASSWORD};
use serde_json::{Value, json};
use testing::{Browser, Caller, http_client};

#[test]
fn the_file_is_in_order_and_the_example_shows_its_defaults() {
    let nothing = tempfile::NamedTempFile::new().unwrap();
    let nothing = nothing.path().to_str().unwrap();
    compose::docker_compose(&[], &["--env-file", nothing, "config", "--quiet"]);
    let bare = compose::docker_compose(&[], &["--env-file", nothing, "config"]);
    let example = compose::docker_compose(&[], &["--env-file", ".env.example", "config"]);
    assert_eq!(bare, example, ".env.example shows the defaults");

    let chosen = |line: &str| {
        line.split_once('=').filter(|(name, _)| name.starts_with("ZOOP_")).map(|(name, _)| name.to_owned())
    };
    let shown: BTreeSet<String> = compose::file(".env.example").lines().filter_map(chosen).collect();
    let yaml = compose::file("docker-compose.yml");
    let asked: BTreeSet<String> =
        yaml.split("${").skip(1).map(|rest| rest.split(":-").next().unwrap().to_owned()).collect();
    assert_eq!(shown, asked, "every variable is explained, and none is explained in vain");
}

#[test]
fn every_service_can_do_little_and_comes_back() {
    for (name, service) in compose::services(&[]) {
        assert_eq!(service.0["read_only"], true, "{name}");
        assert_eq!(service.list("cap_drop"), ["ALL"], "{name}");
        assert_eq!(service.list("security_opt"), ["no-new-privileges:true"], "{name}");
        let user = service.0["user"].as_str().unwrap_or_else(|| panic!("{name} names no user"));
        assert!(!user.starts_with("0:"), "{name}");
        assert!(service.0["mem_limit"].is_string() && service.0["pids_limit"].is_number(), "{name}");
        let step = ["roles", "migrate"].contains(&name.as_str());
        assert_eq!(service.0["restart"], if step { "no" } else { "unless-stopped" }, "{name}");
        assert_eq!(service.health_check().is_some(), !step, "{name}");
        let ports = service.list("ports");
        assert_eq!(ports.is_empty(), name != "caddy", "the proxy alone is reached from outside");
        assert!(
            ports.iter().all(|port| port.starts_with("127.0.0.1:")),
            "by default from this machine: {ports:?}"
        );
        for (variable, value) in service.environment() {
            let secret = ["PASSWORD", "SECRET", "DATABASE_URL"].iter().any(|word| variable.contains(word));
            assert!(
                !secret || (variable.ends_with("_FILE") && value.starts_with("/run/secrets/")),
                "{variable}"
            );
        }
    }
}

/// An unknown variable would be passed over in silence.
#[test]
fn every_variable_is_an_option_of_its_program() {
    let programs = machine::built();
    for (name, service) in compose::services(&[]) {
        let words = service.list("command");
        if service.0["image"] != "zoop:local" {
            continue;
        }
        let mut command = Command::new(programs.join(&words[0]));
        command.args(&words[1..]).arg("--help");
        let help = compose::output(&mut command, "the program is built");
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for variable in service.environment().keys() {
            assert!(help.contains(&format!("[env: {variable}=")), "{name} has no {variable}");
        }
    }
}

#[test]
fn the_images_are_built_from_all_that_the_build_reads_and_from_nothing_secret() {
    let sent: BTreeSet<String> = compose::build_context().into_iter().collect();
    let allowed =
        ["auth-server/", "mcp-server/", "shared/", "testing/", "zoop/", "migrations/", "templates/"];
    for name in &sent {
        let known =
            allowed.iter().any(|folder| name.starts_with(folder) || *name == folder.trim_end_matches('/'));
        let other =
            ["Cargo.toml", "Cargo.lock", "Dockerfile", ".dockerignore", "compose/healthy.sh", "compose"];
        assert!(
            known || other.contains(&name.as_str()),
            "`{name}` is sent to the engine: keep it out in .dockerignore"
        );
    }
    let mut git = Command::new("git");
    git.current_dir(compose::root()).args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
        "Cargo.*",
    ]);
    let tracked = compose::output(git.args(allowed), "git is not installed: apt-get install git");
    for name in
        tracked.lines().filter(|name| !name.contains("/tests/") && compose::root().join(name).exists())
    {
        assert!(sent.contains(name), "`{name}` is kept from the build by .dockerignore");
    }
    // The workspace is whole without what is left out.
    let context = tempfile::tempdir().unwrap();
    for name in sent.iter().filter(|name| compose::root().join(name).is_file()) {
        let copy = context.path().join(name);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(compose::root().join(name), copy).unwrap();
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(context.path()).args([
        "metadata",
        "--locked",
        "--offline",
        "--no-deps",
        "--format-version",
        "1",
    ]);
    compose::output(&mut cargo, "cargo");
    assert!(context.path().join("compose/healthy.sh").is_file());

    let line = compose::build_line();
    let programs = machine::programs_of(&line);
    assert!(line.contains(&"--release".to_owned()) && line.contains(&"--locked".to_owned()), "{line:?}");
    assert_eq!(programs, ["zoop", "auth-server", "mcp-server"]);
    let dockerfile = compose::file("Dockerfile");
    for program in programs {
        assert!(dockerfile.contains(&format!(" target/release/{program}")), "{program} is installed");
    }
    for stage in dockerfile.split("\nFROM ").filter(|stage| stage.contains("\nCMD ")) {
        assert!(stage.starts_with("base AS "), "an image runs as the base's user: {stage}");
    }
    assert!(dockerfile.contains("\nUSER 10001:10001\n"));
}

#[tokio::test]
async fn one_origin_serves_scripts_people_and_apps() {
    let mut stack = Stack::up(|ports| format!("http://localhost:{}", ports.http));
    let origin = stack.origin.clone();
    let endpoint = format!("{origin}/api/mcp");
    let db = people::database(&stack).await;
    people::move_in(&db).await;

    metadata_is_the_origins(&origin, &endpoint).await;
    forwarded_headers_change_nothing(&stack).await;
    let key = a_person_makes_a_key(&origin, &endpoint).await;
    let caller = Caller::new(&endpoint, Some(&key));
    let made =
        caller.ok("customers.create", json!({ "type": "company", "company_name": "Henderson & Sons" })).await;
    assert_eq!(made["created_by"]["name"], "Oda Owner", "{made}");
    let tools = caller.method("tools/list", json!({})).await.result();
    assert!(tools["tools"].as_array().unwrap().len() > 10, "{tools}");
    an_app_connects(&origin, &endpoint).await;
    the_source_of_a_sign_in_is_the_client(&stack, &db).await;
    the_servers_own_nothing(&stack, &db).await;

    // A second `up` runs the steps again, and all goes on.
    stack.run_step("roles");
    stack.run_step("migrate");
    assert_eq!(
        caller.ok("customers.search", json!({ "q": "henderson" })).await["items"][0]["id"],
        made["id"]
    );

    // A server is gone for a while: its health check tells, the proxy says so to programs and to people, and then all
    // is as before.
    for (name, path, kind) in [
        ("mcp-server", "/api/mcp?access_token=stray", "application/json"),
        ("auth-server", "/login?code=stray", "text/plain"),
    ] {
        assert!(stack.stop(name).success(), "{name} ends cleanly: {}", stack.log(name));
        assert!(!stack.is_healthy(name), "{name} is down");
        let answer = http_client().get(format!("{origin}{path}")).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["retry-after"]),
            (503, &"5".parse().unwrap())
        );
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with(kind));
        let text = answer.text().await.unwrap();
        assert!(text.contains("Try again in a few seconds"), "{text}");
        if kind == "application/json" {
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["error"]["data"]["kind"], "unavailable");
        }
        stack.start(name);
    }
    assert_eq!(caller.call("customers.search", json!({})).await.status, 200);
    db.close().await;
    let secrets: Vec<String> = stack
        .secret("roles", "auth_database_url")
        .split([':', '@'])
        .skip(2)
        .take(1)
        .map(str::to_owned)
        .collect();
    for name in stack.running() {
        assert!(stack.stop(&name).success(), "{name} ends cleanly: {}", stack.log(&name));
        let log = stack.log(&name);
        assert!(
            !log.contains(&key) && !secrets.iter().any(|secret| log.contains(secret)),
            "{name} logs a secret"
        );
    }
}

async fn metadata_is_the_origins(origin: &str, endpoint: &str) {
    let browser = Browser::at(origin);
    for (path, resource) in [("/api/mcp", endpoint), ("", origin)] {
        let metadata = browser.get(&format!("/.well-known/oauth-protected-resource{path}")).await.json();
        assert_eq!(metadata["resource"], resource);
        assert_eq!(metadata["authorization_servers"], json!([origin]));
    }
    for document in ["oauth-authorization-server", "openid-configuration"] {
        let metadata = browser.get(&format!("/.well-known/{document}")).await.json();
        assert_eq!(metadata["issuer"], origin);
        let members = metadata.as_object().unwrap();
        let endpoints: Vec<&Value> = members
            .iter()
            .filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri")
            .map(|(_, url)| url)
            .collect();
        assert!(endpoints.len() >= 5);
        for url in endpoints {
            let path = url.as_str().unwrap().strip_prefix(origin).unwrap_or_else(|| panic!("{url}"));
            let answer = browser.get(path).await;
            assert_ne!(answer.status, 404, "{url}");
        }
    }
    assert_eq!(browser.get("/.well-known/jwks.json").await.json()["keys"].as_array().unwrap().len(), 1);
    let challenge = Caller::new(endpoint, None).method("tools/list", json!({})).await;
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
    // Another name of the machine leads to the right one.
    let other = origin.replace("localhost", "127.0.0.1");
    let answer = Browser::at(&other).get("/login?x=1").await;
    assert_eq!((answer.status, answer.location()), (308, format!("{origin}/login?x=1").as_str()));
}

/// Through the proxy, and past it.
async fn forwarded_headers_change_nothing(stack: &Stack) {
    let host = stack.origin.strip_prefix("http://").unwrap();
    let forged = [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", "4443"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-original-host", "evil.example"),
        ("x-real-ip", "203.0.113.9"),
    ];
    let mcp = format!("http://127.0.0.1:{}", stack.ports.mcp);
    let auth = format!("http://127.0.0.1:{}", stack.ports.auth);
    let paths = [
        (&mcp, "/.well-known/oauth-protected-resource/api/mcp"),
        (&mcp, "/.well-known/oauth-protected-resource"),
        (&mcp, "/api/mcp"),
        (&auth, "/.well-known/oauth-authorization-server"),
        (&auth, "/.well-known/openid-configuration"),
        (&auth, "/settings"),
        (&auth, "/login"),
    ];
    for (server, path) in paths {
        let answer = async |base: &str, headers: &[(&str, &str)]| {
            let method = if path == "/api/mcp" { reqwest::Method::POST } else { reqwest::Method::GET };
            let mut request = http_client().request(method, format!("{base}{path}")).header("host", host);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let answer = request.send().await.unwrap();
            let header =
                |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            let told = (
                answer.status().as_u16(),
                header("location"),
                header("www-authenticate"),
                header("strict-transport-security"),
            );
            let secure = header("set-cookie").is_some_and(|cookie| cookie.contains("Secure"));
            // The form's CSRF token is another each time.
            let text = answer.text().await.unwrap();
            let text = if path == "/login" { text.contains("evil.example").to_string() } else { text };
            (told, secure, text)
        };
        let honest = answer(&stack.origin, &[]).await;
        assert_ne!(honest.0.0, 404, "{path}");
        assert_eq!(answer(&stack.origin, &forged).await, honest, "{path}, through the proxy");
        assert_eq!(answer(server, &forged).await, honest, "{path}, past the proxy");
    }
    // A foreign Host, which only somebody past the proxy could send: refused, or answered with the configured issuer.
    let ask = async |url: String| http_client().get(url).header("host", "evil.example").send().await.unwrap();
    assert_eq!(ask(format!("{mcp}/.well-known/oauth-protected-resource")).await.status(), 403);
    let metadata: Value =
        ask(format!("{auth}/.well-known/oauth-authorization-server")).await.json().await.unwrap();
    assert_eq!(metadata["issuer"], stack.origin);
}

async fn a_person_makes_a_key(origin: &str, endpoint: &str) -> String {
    let browser = Browser::at(origin);
    let page = browser.login(EMAIL, PASSWORD, "/settings/api").await;
    assert_eq!((page.status, page.location()), (303, "/settings/api"), "{}", page.text);
    let cookie = page.header("set-cookie");
    assert!(
        cookie.starts_with("zoop=") && !cookie.contains("Secure") && !cookie.contains("Domain"),
        "{cookie}"
    );
    let page = browser.get("/settings/api").await;
    let fields = [
        ("name", "Nightly export"),
        ("actor_type", "user"),
        ("scope", "read:customers"),
        ("scope", "write:customers"),
    ];
    let page = browser.submit(&page, "/settings/api/keys", &fields).await;
    assert!(page.status == 200 && page.text.contains(endpoint), "{}", page.text);
    page.between("<code id=\"key\">", "</code>")
}

async fn an_app_connects(origin: &str, endpoint: &str) {
    let app = App::discover(endpoint).await;
    let browser = Browser::at(origin);
    let page = app.ask(&browser).await;
    assert!(page.text.contains("Field Sync") && page.text.contains("Lakeside Plumbing"), "{}", page.text);
    let code = app.allow(&browser, &page).await;
    let first = app.exchange(&code).await;
    let mut token = first;
    for _ in 0..2 {
        let access = token["access_token"].as_str().expect("an access token");
        let found =
            Caller::new(endpoint, Some(access)).ok("customers.search", json!({ "q": "Henderson" })).await;
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
        token = app.refresh(token["refresh_token"].as_str().expect("a refresh token")).await;
    }
}

/// The throttle and the audit log see who comes to the proxy, not the proxy, and nobody can claim to be another.
async fn the_source_of_a_sign_in_is_the_client(stack: &Stack, db: &shared::db::Db) {
    let port = stack.ports.http;
    let client = reqwest::Client::builder()
        .no_proxy()
        .local_address(std::net::IpAddr::from([127, 0, 0, 7]))
        .resolve("localhost", std::net::SocketAddr::from(([127, 0, 0, 1], port)))
        .build()
        .unwrap();
    let page = client.get(format!("{}/login", stack.origin)).send().await.unwrap();
    let cookie = page.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let page =
        testing::Page { status: 200, headers: page.headers().clone(), text: page.text().await.unwrap() };
    let mut fields = page.hidden("/login");
    fields.extend(
        [("email", EMAIL), ("password", "wrong")].map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    let request = client.post(format!("{}/login", stack.origin)).header("cookie", cookie);
    let answer = request.header("x-forwarded-for", "203.0.113.9").form(&fields).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let sql = "SELECT source FROM audit WHERE action = 'login' AND outcome = 'wrong_password'";
    let rows: Vec<(String,)> = db.rows(sql, vec![]).await.unwrap();
    assert_eq!(rows, [("127.0.0.7".to_owned(),)]);
}

async fn the_servers_own_nothing(stack: &Stack, db: &shared::db::Db) {
    let sql = "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname LIKE 'zoop%' ORDER BY rolname";
    type Role = (String, bool, bool, bool, bool);
    let roles: Vec<Role> = db.rows(sql, vec![]).await.unwrap();
    let plain = |name: &str| (name.to_owned(), false, false, false, false);
    let owner = ("zoop_owner".to_owned(), false, true, false, false);
    assert_eq!(
        roles,
        [plain("zoop_auth"), plain("zoop_auth_server"), plain("zoop_mcp"), plain("zoop_mcp_server"), owner]
    );
    let sql = "SELECT DISTINCT CAST(relowner::regrole AS TEXT) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    let owners: Vec<(String,)> = db.rows(sql, vec![]).await.unwrap();
    assert_eq!(owners, [("zoop_owner".to_owned(),)]);
    // Their passwords are needed, their URLs open nothing before they take their role on, and each takes only its own.
    for (service, secret, other) in
        [("auth-server", "auth_database_url", "zoop_mcp"), ("mcp-server", "mcp_database_url", "zoop_auth")]
    {
        let url = stack.secret(service, secret);
        let psql = |url: &str, sql: &str| {
            let output = Command::new("psql")
                .args(["--no-psqlrc", "--no-password", url, "-c", sql])
                .stdin(Stdio::null())
                .output();
            let output = output.expect("psql comes with PostgreSQL: apt-get install postgresql");
            (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
        };
        let (user, rest) = url.rsplit_once(':').map_or(("", ""), |_| url.split_once('@').unwrap());
        let wrong = format!("{}x@{rest}", user);
        assert!(psql(&wrong, "SELECT 1").1.contains("password authentication failed"), "{service}");
        assert_eq!(psql(&url, "SELECT 1"), (true, String::new()));
        for sql in [
            "SELECT * FROM users",
            &format!("SET ROLE {other}"),
            "CREATE TABLE mine (x INT)",
            "SET ROLE zoop_owner",
            "CREATE TEMPORARY TABLE mine (x INT)",
        ] {
            let (worked, said) = psql(&url, sql);
            assert!(!worked && said.contains("permission denied"), "{service}: {sql}: {said}");
        }
    }
}

#[tokio::test]
async fn an_https_origin_gets_its_certificate_and_host_cookies() {
    // For `localhost` Caddy is its own certificate authority; for a real host it asks a public one.
    let stack = Stack::up(|ports| format!("https://localhost:{}", ports.https));
    let authority = fs::read(stack.proxy_data().join("caddy/pki/authorities/local/root.crt")).unwrap();
    let authority = reqwest::Certificate::from_pem(&authority).unwrap();
    http_client(); // the TLS provider
    let redirects = reqwest::redirect::Policy::none();
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(redirects)
        .tls_certs_only([authority])
        .build()
        .unwrap();
    let origin = &stack.origin;

    let get = async |url: String| client.get(url).send().await.unwrap();
    let page = get(format!("{origin}/login")).await;
    let cookie = page.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("__Host-zoop=")
            && cookie.contains("Secure")
            && cookie.contains("Path=/")
            && !cookie.contains("Domain"),
        "{cookie}"
    );
    assert!(page.headers().contains_key("strict-transport-security"));
    let metadata: Value =
        get(format!("{origin}/.well-known/oauth-authorization-server")).await.json().await.unwrap();
    assert_eq!(
        (&metadata["issuer"], &metadata["token_endpoint"]),
        (&json!(origin), &json!(format!("{origin}/oauth/token")))
    );
    let metadata: Value =
        get(format!("{origin}/.well-known/oauth-protected-resource/api/mcp")).await.json().await.unwrap();
    assert_eq!(
        (&metadata["resource"], &metadata["authorization_servers"]),
        (&json!(format!("{origin}/api/mcp")), &json!([origin]))
    );
    let challenge = client.post(format!("{origin}/api/mcp")).send().await.unwrap();
    assert_eq!(challenge.status(), 401);
    assert!(
        challenge.headers()["www-authenticate"]
            .to_str()
            .unwrap()
            .contains(&format!("\"{origin}/.well-known/oauth-protected-resource/api/mcp\""))
    );

    // Plain http leads to https.
    let plain = get(format!("http://localhost:{}/settings?x=1", stack.ports.http)).await;
    assert_eq!(
        (plain.status().as_u16(), plain.headers()["location"].to_str().unwrap()),
        (308, format!("{origin}/settings?x=1").as_str())
    );
    assert!(Path::new(&stack.proxy_data()).join("caddy/certificates").is_dir());
}
