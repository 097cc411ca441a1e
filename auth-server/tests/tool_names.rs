//! Tool names with dots or with underscores: as the app needs them, until somebody chooses under connected apps.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use shared::role::Role;
use support::{
    Browser, Page, Server,
    oauth::{Answer, App, with},
};
use testing::{Account, McpServer, TestDatabase};
use tokio::time::{sleep, timeout};

const SCOPE: &str = "read:customers offline_access";
const CLAUDE: &str = "https://claude.ai/api/mcp/auth_callback";

/// Where the choice for this grant is sent.
fn action(answer: &Answer) -> String {
    format!("/settings/apps/{}/tool-names", answer.claims()["grant_id"].as_str().unwrap())
}

/// What the page shows as chosen: the name that stands there, and the button.
fn shown(page: &Page, action: &str) -> (String, String) {
    let before = page.text.split(&format!("action=\"{action}\"")).next().unwrap();
    let example = before.rsplit("<code>").next().unwrap().split('<').next().unwrap();
    let form = page.between(&format!("action=\"{action}\""), "</form>");
    let mut buttons = form.split("name=\"tool_names\" value=\"").skip(1);
    let chosen = buttons.find(|button| button.split('>').next().unwrap().contains("checked")).unwrap();
    (example.to_owned(), chosen.split('"').next().unwrap().to_owned())
}

async fn choose(browser: &Browser, from: &str, action: &str, names: &str) -> Page {
    let page = browser.submit(&browser.get(from).await, action, &[("tool_names", names)]).await;
    assert_eq!((page.status, page.location()), (303, from), "{}", page.text);
    browser.get(from).await
}

async fn refreshed(app: &App, answer: &Answer) -> Answer {
    let answer = app.refresh(&answer.text("refresh_token"), &[]).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    answer
}

async fn changes(db: &TestDatabase) -> Vec<(String, Value)> {
    let sql =
        "SELECT outcome, CAST(changes AS TEXT) FROM audit WHERE action = 'grant.name_tools' ORDER BY at, id";
    let rows: Vec<(String, String)> = db.admin().await.rows(sql, vec![]).await.unwrap();
    rows.into_iter().map(|(outcome, changes)| (outcome, serde_json::from_str(&changes).unwrap())).collect()
}

testing::on_both_databases! {
    async fn an_app_sees_names_as_it_needs_them_until_somebody_chooses(db: TestDatabase) {
        let (account, other) = (Account::create(&db).await, Account::create(&db).await);
        let office = account.add_member(Role::Office).await;
        let server = Server::start(&db).await;
        let (owner, member) = (server.signed_in(&account.owner).await, server.signed_in(&office).await);
        let neighbour = server.signed_in(&other.owner).await;
        // What its answers' host needs, for everybody who connects it.
        let plain = App::public(&server).await.connect(&member, SCOPE).await;
        assert_eq!(plain.claims()["tool_names"], Value::Null);
        let claude = App::register(&server, json!({ "token_endpoint_auth_method": "none" }), CLAUDE).await;
        let (first, theirs) = (claude.connect(&member, SCOPE).await, claude.connect(&neighbour, SCOPE).await);
        for answer in [&first, &theirs] {
            assert_eq!(answer.claims()["tool_names"], "underscore");
        }
        let page = owner.get("/settings/api").await;
        assert_eq!(shown(&page, &action(&plain)), ("customers.search".to_owned(), "dot".to_owned()));
        assert_eq!(shown(&page, &action(&first)), ("customers_search".to_owned(), "underscore".to_owned()));
        assert!(page.text.contains("within an hour"), "{}", page.text);
        // The member chooses, then an owner; the next token says so.
        let page = choose(&member, "/settings", &action(&first), "dot").await;
        assert!(page.text.contains("The app will see names like customers.search"), "{}", page.text);
        assert_eq!(shown(&page, &action(&first)), ("customers.search".to_owned(), "dot".to_owned()));
        let second = refreshed(&claude, &first).await;
        assert_eq!(second.claims()["tool_names"], "dot");
        choose(&owner, "/settings/api", &action(&plain), "underscore").await;
        // Neither another company's grant of the same app nor the member's grant of another app has changed.
        assert_eq!(refreshed(&claude, &theirs).await.claims()["tool_names"], "underscore");
        assert_eq!(shown(&neighbour.get("/settings/api").await, &action(&theirs)).1, "underscore");
        assert_eq!(shown(&member.get("/settings").await, &action(&first)).1, "dot");
        // Connected anew, even after it was disconnected, the app sees names as before; in another company it does not.
        let again = claude.connect(&member, SCOPE).await;
        assert_eq!(again.claims()["tool_names"], "dot");
        for answer in [&first, &again] {
            let revoke = action(answer).replace("tool-names", "revoke");
            assert_eq!(member.submit(&member.get("/settings").await, &revoke, &[]).await.status, 303);
        }
        assert_eq!(claude.connect(&member, SCOPE).await.claims()["tool_names"], "dot");
        assert_eq!(claude.connect(&neighbour, SCOPE).await.claims()["tool_names"], "underscore");
        assert_eq!(claude.connect(&owner, SCOPE).await.claims()["tool_names"], "underscore", "another person's app");
        // Each change is written down once; choosing the same again is none.
        choose(&owner, "/settings/api", &action(&plain), "underscore").await;
        let line = |answer: &Answer, names: &str| {
            let details = json!({ "client_id": answer.claims()["client_id"], "user_id": office.user_id, "tool_names": names });
            ("ok".to_owned(), details)
        };
        assert_eq!(changes(&db).await, [line(&first, "dot"), line(&plain, "underscore")]);
    }

    async fn nobody_else_chooses(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = Server::start(&db).await;
        let owner = server.signed_in(&account.owner).await;
        let app = App::public(&server).await;
        let answer = app.connect(&owner, SCOPE).await;
        let action = action(&answer);
        let stranger = server.signed_in(&Account::create(&db).await.owner).await;
        let colleague = server.signed_in(&account.add_member(Role::Office).await).await;
        for browser in [&stranger, &colleague] {
            let csrf = browser.get("/settings").await.hidden("/logout").remove(0).1;
            assert_eq!(browser.post(&action, &[("csrf", &csrf), ("tool_names", "underscore")]).await.status, 404);
        }
        let page = server.browser().post(&action, &[("tool_names", "underscore")]).await;
        assert!(page.location().starts_with("/login?"), "{page:?}");
        assert_eq!(owner.post(&action, &[("tool_names", "underscore")]).await.status, 403, "without the page's token");
        let foreign = stranger.get("/settings").await.hidden("/logout").remove(0).1;
        assert_eq!(owner.post(&action, &[("csrf", &foreign), ("tool_names", "underscore")]).await.status, 403);
        let page = owner.get("/settings/api").await;
        for names in ["", "camel", "Underscore"] {
            assert_eq!(owner.submit(&page, &action, &[("tool_names", names)]).await.status, 400, "{names:?}");
        }
        let repeated = [("tool_names", "dot"), ("tool_names", "underscore")];
        assert_eq!(owner.submit(&page, &action, &repeated).await.status, 400);
        let second = refreshed(&app, &answer).await;
        assert_eq!(second.claims()["tool_names"], Value::Null, "nothing was changed");
        // An app that was disconnected is not there any more.
        owner.submit(&page, &action.replace("tool-names", "revoke"), &[]).await;
        assert_eq!(owner.submit(&page, &action, &[("tool_names", "underscore")]).await.status, 404);
        assert_eq!(changes(&db).await, []);
    }

    async fn the_endpoint_lists_tools_by_the_chosen_names(db: TestDatabase) {
        let account = Account::create(&db).await;
        let (mcp, auth) = McpServer::start_with_auth_server(&db).await;
        let server = Server::at(&auth.url);
        let owner = server.signed_in(&account.owner).await;
        let app = App::public(&server).await;
        let page = app.ask_with(&owner, with(app.request(SCOPE), "resource", None)).await;
        let first = app.exchange(&app.allow(&owner, &page).await).await;
        let listed = async |answer: &Answer| {
            let caller = mcp.bearer(&answer.text("access_token"));
            let mut tools = caller.method("tools/list", json!({})).await;
            // Until the issuer's keys have arrived.
            while tools.status == 503 {
                sleep(Duration::from_millis(20)).await;
                tools = caller.method("tools/list", json!({})).await;
            }
            let tools = tools.result()["tools"].take();
            let names = tools.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned());
            names.collect::<Vec<_>>()
        };
        let names = timeout(Duration::from_secs(10), listed(&first)).await.expect("the keys arrive");
        assert!(names.contains(&"customers.search".to_owned()), "{names:?}");
        choose(&owner, "/settings/api", &action(&first), "underscore").await;
        let second = refreshed(&app, &first).await;
        let names = listed(&second).await;
        assert!(names.contains(&"customers_search".to_owned()), "{names:?}");
        assert!(!names.iter().any(|name| name.contains('.')), "{names:?}");
        let caller = mcp.bearer(&second.text("access_token"));
        for name in ["customers.search", "customers_search"] {
            assert_eq!(caller.ok(name, json!({})).await["items"], json!([]));
        }
        assert!(listed(&first).await.contains(&"customers.search".to_owned()), "an older token says what it said");
    }
}
