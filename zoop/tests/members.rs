//! `zoop tenants members`, `suspend` and `resume`, `zoop users`: an operator changes who may do what, and both servers
//! feel it at once.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared::{binds, role::Role, scope::Scopes};
use support::{Served, refusal, run};
use testing::{Account, Browser, Caller, Member, PASSWORD, TestDatabase, on_both_databases};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// How soon what is revoked is felt.
const SOON: Duration = Duration::from_secs(2);

/// An app that this person has connected: its client_id and its tokens.
async fn connect(server: &Served, person: &Member) -> (String, Value) {
    let http = testing::http_client();
    let app = json!({"client_name": "Field Sync", "redirect_uris": ["http://127.0.0.1:1/cb"], "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"]});
    let made: Value = http
        .post(format!("{}/oauth/register", server.issuer))
        .json(&app)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let client_id = made["client_id"].as_str().unwrap().to_owned();
    let browser = Browser::at(&server.issuer);
    assert_eq!(browser.login(&person.email, PASSWORD, "/settings").await.status, 303);
    let page = browser
        .get(&format!(
            "/oauth/authorize?response_type=code&client_id={client_id}&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcb&\
             code_challenge={CHALLENGE}&code_challenge_method=S256&scope=read%3Ajobs%20read%3Acustomers%20offline_access"
        ))
        .await;
    let page = browser.get(page.location()).await;
    let scopes = [("scope", "read:jobs"), ("scope", "read:customers"), ("scope", "offline_access")];
    let allowed = [&[("decision", "allow")][..], &scopes].concat();
    let page = browser.submit(&page, "/oauth/consent/decision", &allowed).await;
    let code = page.location().split("code=").nth(1).expect("a code").split('&').next().unwrap().to_owned();
    let form = [("grant_type", "authorization_code"), ("code", &code), ("code_verifier", VERIFIER)];
    let tokens = token(server, &client_id, &form).await;
    assert_eq!(tokens.0, 200, "{}", tokens.1);
    (client_id, tokens.1)
}

async fn token(server: &Served, client_id: &str, form: &[(&str, &str)]) -> (u16, Value) {
    let form = [form, &[("client_id", client_id)]].concat();
    let request = testing::http_client().post(format!("{}/oauth/token", server.issuer)).form(&form);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn refresh(server: &Served, client_id: &str, tokens: &Value) -> (u16, Value) {
    let refresh = tokens["refresh_token"].as_str().unwrap();
    token(server, client_id, &[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await
}

fn members(db: &TestDatabase, account: &Account, arguments: &[&str]) -> String {
    let (action, rest) = arguments.split_first().unwrap();
    let whose = ["tenants", "members", action, "--database-url", db.url(), "--tenant", &account.tenant_id];
    let (status, said, refused) = run(&[&whose, rest].concat());
    assert!(status.success(), "{refused}");
    said
}

fn users(db: &TestDatabase, arguments: &[&str]) -> String {
    let (status, said, refused) = run(&[&["users"], arguments, &["--database-url", db.url()]].concat());
    assert!(status.success(), "{refused}");
    said
}

fn refused(db: &TestDatabase, tenant: &str, arguments: &[&str]) -> String {
    let (action, rest) = arguments.split_first().unwrap();
    let whose = ["tenants", "members", action, "--database-url", db.url(), "--tenant", tenant];
    refusal(&[&whose, rest].concat())
}

/// The status that this credential gets within two seconds.
async fn becomes(server: &Served, credential: &str, status: u16) {
    let caller = Caller::new(&server.endpoint, Some(credential));
    let begin = Instant::now();
    loop {
        let answer = caller.method("tools/list", json!({})).await;
        if answer.status == status {
            return;
        }
        assert!(begin.elapsed() < SOON, "{} instead of {status} after two seconds", answer.status);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn revoked(db: &TestDatabase, kind: &str) -> i64 {
    let sql = "SELECT COUNT(*) FROM revocations WHERE kind = $1";
    db.admin().await.row::<(i64,)>(sql, binds![kind]).await.unwrap().unwrap().0
}

on_both_databases! {
    async fn another_role_and_an_end_are_felt_at_once(db: TestDatabase) {
        let account = Account::create(&db).await;
        let person = account.add_member(Role::Office).await;
        let key = account.user_key(&person, Scopes::all()).await;
        let server = Served::over(db.url());
        let (app, tokens) = connect(&server, &person).await;
        let access = tokens["access_token"].as_str().unwrap();
        becomes(&server, access, 200).await;
        let with_key = Caller::new(&server.endpoint, Some(&key.secret));
        with_key.ok("customers.search", json!({})).await;

        // A lower role: the token is of the older membership, the next one holds what the role still allows.
        let said = members(&db, &account, &["role", "--email", &person.email, "tech"]);
        assert!(said.contains("is tech in"), "{said}");
        becomes(&server, access, 401).await;
        assert_eq!(revoked(&db, "member").await, 1);
        let (status, tokens) = refresh(&server, &app, &tokens).await;
        assert_eq!((status, &tokens["scope"]), (200, &json!("read:jobs offline_access")), "{tokens}");
        becomes(&server, tokens["access_token"].as_str().unwrap(), 200).await;
        assert_eq!(with_key.call("customers.search", json!({})).await.status, 403, "the key has its user's rights");

        let said = members(&db, &account, &["remove", "--email", &person.email]);
        assert!(said.contains("no member of"), "{said}");
        becomes(&server, tokens["access_token"].as_str().unwrap(), 401).await;
        becomes(&server, &key.secret, 401).await;
        assert_eq!(refresh(&server, &app, &tokens).await.1["error"], "invalid_grant");
        let page = Browser::at(&server.issuer).login(&person.email, PASSWORD, "/settings").await;
        assert_eq!(page.status, 303, "they can sign in, and belong to no company");

        // Who comes back has nothing of what they had.
        let said = members(&db, &account, &["add", "--email", &person.email, "--role", "office"]);
        assert!(said.contains("is office in"), "{said}");
        assert_eq!(refresh(&server, &app, &tokens).await.1["error"], "invalid_grant");
        assert_eq!(with_key.method("tools/list", json!({})).await.status, 401);
        let (_, tokens) = connect(&server, &person).await;
        becomes(&server, tokens["access_token"].as_str().unwrap(), 200).await;
        let sql = "SELECT action FROM audit WHERE action LIKE 'member.%' AND tenant_id = $1 AND subject = $2 ORDER BY at, id";
        let audited: Vec<(String,)> = db.admin().await.rows(sql, binds![&account.tenant_id, &person.user_id]).await.unwrap();
        assert_eq!(audited.iter().map(|row| row.0.as_str()).collect::<Vec<_>>(), ["member.role", "member.remove", "member.add"]);
    }

    async fn a_disabled_person_is_out_everywhere_until_they_are_enabled(db: TestDatabase) {
        let (account, other) = (Account::create(&db).await, Account::create(&db).await);
        let (person, colleague) = (account.add_member(Role::Office).await, account.add_member(Role::Office).await);
        let key = account.user_key(&person, Scopes::all()).await;
        let elsewhere = other.user_key(&other.admit(&person, Role::Tech).await, Scopes::all()).await;
        let (others, of_tenant) = (account.user_key(&colleague, Scopes::all()).await, account.tenant_key(Scopes::all()).await);
        let server = Served::over(db.url());
        let (app, tokens) = connect(&server, &person).await;
        let access = tokens["access_token"].as_str().unwrap();
        let browser = Browser::at(&server.issuer);
        assert_eq!(browser.login(&person.email, PASSWORD, "/settings").await.status, 303);
        assert_eq!(browser.get("/settings").await.status, 200);
        for credential in [access, &key.secret, &elsewhere.secret, &others.secret, &of_tenant.secret] {
            becomes(&server, credential, 200).await;
        }

        assert!(users(&db, &["disable", &person.email.to_uppercase()]).contains("is disabled now"));
        for credential in [access, &key.secret, &elsewhere.secret] {
            becomes(&server, credential, 401).await;
        }
        for credential in [&others.secret, &of_tenant.secret] {
            becomes(&server, credential, 200).await;
        }
        assert_eq!(browser.get("/settings").await.status, 303, "signed out");
        let sessions: (i64,) = db.admin().await.row("SELECT COUNT(*) FROM sessions WHERE user_id = $1", binds![&person.user_id]).await.unwrap().unwrap();
        assert_eq!(sessions.0, 0);
        let page = Browser::at(&server.issuer).login(&person.email, PASSWORD, "/settings").await;
        assert_ne!(page.status, 303, "their password opens nothing");
        assert_eq!(refresh(&server, &app, &tokens).await.1["error"], "invalid_grant");
        assert!(users(&db, &["disable", &person.email]).contains("was disabled before"));
        assert_eq!(revoked(&db, "user").await, 1);

        assert!(users(&db, &["enable", &person.email]).contains("is enabled now"));
        assert!(users(&db, &["enable", &person.email]).contains("was enabled before"));
        becomes(&server, &key.secret, 200).await;
        becomes(&server, access, 401).await;
        assert_eq!(browser.get("/settings").await.status, 303, "that browser stays signed out");
        assert_eq!(browser.login(&person.email, PASSWORD, "/settings").await.status, 303);
        let (status, tokens) = refresh(&server, &app, &tokens).await;
        assert_eq!(status, 200, "{tokens}");
        becomes(&server, tokens["access_token"].as_str().unwrap(), 200).await;
        let sql = "SELECT action FROM audit WHERE action LIKE 'user.%' AND subject = $1 ORDER BY at, id";
        let audited: Vec<(String,)> = db.admin().await.rows(sql, binds![&person.user_id]).await.unwrap();
        assert_eq!(audited.iter().map(|row| row.0.as_str()).collect::<Vec<_>>(), ["user.disable", "user.enable"]);
    }

    async fn the_only_owner_is_disabled_on_demand_alone(db: TestDatabase) {
        let account = Account::create(&db).await;
        let owner = account.owner.email.as_str();
        let disable = ["users", "disable", "--database-url", db.url(), owner];
        let said = refusal(&disable);
        assert!(said.contains(&format!("({})", account.tenant_id)) && said.contains("--yes"), "{said}");
        let said = refusal(&["users", "disable", "--database-url", db.url(), "nobody@example.com"]);
        assert!(said.contains("nobody signs in as `nobody@example.com`"), "{said}");
        assert_eq!(revoked(&db, "user").await, 0, "nothing was changed");
        let said = users(&db, &["disable", owner, "--yes"]);
        assert!(said.contains("is disabled now") && said.contains(&account.tenant_id), "{said}");
        users(&db, &["enable", owner]);
        // Beside another owner nobody asks.
        account.add_member(Role::Owner).await;
        let said = users(&db, &["disable", owner]);
        assert!(said.contains("is disabled now") && !said.contains("Nobody else"), "{said}");
    }

    async fn a_suspended_business_is_out_until_it_goes_on(db: TestDatabase) {
        let (account, other) = (Account::create(&db).await, Account::create(&db).await);
        let (key, foreign) = (account.full_key().await, other.full_key().await);
        let server = Served::over(db.url());
        becomes(&server, &key.secret, 200).await;
        let (status, said, _) = run(&["tenants", "suspend", "--database-url", db.url(), &account.tenant_id]);
        assert!(status.success() && said.contains("is suspended now"), "{said}");
        becomes(&server, &key.secret, 401).await;
        let told = Caller::new(&server.endpoint, Some(&key.secret)).method("tools/list", json!({})).await;
        assert_eq!(told.error()["data"]["reason"], "tenant_suspended");
        becomes(&server, &foreign.secret, 200).await;
        let (_, said, _) = run(&["tenants", "suspend", "--database-url", db.url(), &account.tenant_id]);
        assert!(said.contains("was suspended before"), "{said}");
        let (status, _, _) = run(&["tenants", "resume", "--database-url", db.url(), &account.tenant_id]);
        assert!(status.success());
        becomes(&server, &key.secret, 200).await;
        assert_eq!(revoked(&db, "tenant").await, 2);
        assert!(refusal(&["tenants", "suspend", "--database-url", db.url(), "ten_nobody"]).contains("no business"));
    }

    async fn members_are_listed_and_what_cannot_be_says_why(db: TestDatabase) {
        let account = Account::create(&db).await;
        let tech = account.add_member(Role::Tech).await;
        let listed = members(&db, &account, &["list"]);
        let line = |member: &Member| format!("{}\t{}\t{}", member.email, member.role, member.name);
        assert_eq!(listed.lines().map(str::to_owned).collect::<Vec<_>>(), [line(&account.owner), line(&tech)]);

        let (tenant, owner) = (account.tenant_id.as_str(), account.owner.email.as_str());
        for arguments in [&["remove", "--email", owner][..], &["role", "--email", owner, "office"]] {
            let said = refused(&db, tenant, arguments);
            assert!(said.contains("the only owner"), "{said}");
        }
        for (arguments, words) in [
            (&["role", "--email", &tech.email, "tech"][..], "that role already"),
            (&["role", "--email", &tech.email, "boss"], "is no role"),
            (&["role", "--email", "nobody@example.com", "tech"], "is no member"),
            (&["remove", "--email", "nobody@example.com"], "is no member"),
            (&["add", "--email", &tech.email], "is tech in"),
            (&["add", "--email", "new@example.com"], "standard input"),
            (&["add", "--email", "new"], "is no address"),
        ] {
            let said = refused(&db, tenant, arguments);
            assert!(said.contains(words), "{arguments:?}: {said}");
        }
        for arguments in [&["list"][..], &["remove", "--email", owner], &["add", "--email", owner]] {
            let said = refused(&db, "ten_nobody", arguments);
            assert!(said.contains("no business `ten_nobody`"), "{arguments:?}: {said}");
        }
        assert_eq!(revoked(&db, "member").await, 0, "nothing was changed");
        // With a second owner the first one may go.
        members(&db, &account, &["role", "--email", &tech.email, "owner"]);
        members(&db, &account, &["remove", "--email", owner]);
        assert_eq!(members(&db, &account, &["list"]).lines().count(), 1);
    }
}
