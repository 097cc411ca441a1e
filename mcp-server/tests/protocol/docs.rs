//! The documentation: pages that tell the whole catalogue, may be kept and run nothing foreign; docs/tools.md is fresh.

mod errors;

use std::collections::HashSet;

use reqwest::StatusCode;
use serde_json::Value;
use testing::{Engine, McpServer, TestDatabase, http_client};

async fn server() -> (TestDatabase, McpServer) {
    let db = TestDatabase::on(Engine::Sqlite).await;
    let server = McpServer::start(&db).await;
    (db, server)
}

async fn get(server: &McpServer, path: &str) -> reqwest::Response {
    http_client().get(format!("{}{path}", server.url)).send().await.unwrap()
}

/// The paths of all pages: each page links to all of them.
async fn paths(server: &McpServer) -> Vec<String> {
    let html = get(server, "/docs/tools").await.text().await.unwrap();
    let links = html.split("<nav aria-label=\"Pages\">").nth(1).unwrap().split("</nav>").next().unwrap();
    let paths: Vec<String> = values(links, "href").into_iter().map(str::to_owned).collect();
    assert!(paths.len() >= 4, "{paths:?}");
    paths
}

/// The values of an attribute, as far as they need no unescaping.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    html.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_tool_and_every_parameter_stands_on_the_page() {
    let (_db, server) = server().await;
    let html = get(&server, "/docs/tools").await.text().await.unwrap();
    let ids: HashSet<&str> = values(&html, "id").into_iter().collect();
    for tool in mcp_server::tools().unwrap() {
        let name = tool["name"].as_str().unwrap();
        assert!(ids.contains(name), "{name} has an anchor");
        let about = html.split(&format!("id=\"{name}\"")).nth(1).unwrap().split("</article>").next().unwrap();
        assert!(about.contains(tool["scope"].as_str().unwrap()), "{name} names its scope");
        assert_eq!(
            about.contains(">U</span>"),
            tool["user_required"] == true,
            "{name} bears the mark U where it must"
        );
        for parameter in tool["input_schema"]["properties"].as_object().unwrap().keys() {
            assert!(about.contains(&format!(">{parameter}</code>")), "{name} tells of {parameter}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_lead_somewhere_and_names_are_given_once() {
    let (_db, server) = server().await;
    let mut pages = Vec::new();
    for path in paths(&server).await {
        let answer = get(&server, &path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        pages.push((path, answer.text().await.unwrap()));
    }
    let mut files = HashSet::new();
    for (path, html) in &pages {
        let ids = values(html, "id");
        assert_eq!(ids.len(), ids.iter().collect::<HashSet<_>>().len(), "{path}: an id is given once");
        for link in values(html, "href").into_iter().chain(values(html, "src")) {
            let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if target.is_empty() { path } else { target };
            let page = pages.iter().find(|(path, _)| path == target);
            match page {
                Some((_, html)) => assert!(
                    anchor.is_empty() || values(html, "id").contains(&anchor),
                    "{path}: {link} leads nowhere"
                ),
                None if target.starts_with("http") => {}
                None => drop(files.insert(target.to_owned())),
            }
        }
        for copied in values(html, "data-copy") {
            assert!(ids.contains(&copied), "{path}: {copied} is there to be copied");
        }
        assert!(
            !html.contains(" style=") && !html.contains("<style") && !html.contains("<script>"),
            "{path}"
        );
    }
    assert!(files.len() >= 4, "{files:?}");
    for file in files {
        let answer = get(&server, &file).await;
        assert_eq!(answer.status(), StatusCode::OK, "{file}");
        assert!(answer.headers()["cache-control"].to_str().unwrap().contains("immutable"), "{file}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_are_kept_until_they_change_and_run_nothing_foreign() {
    let (_db, server) = server().await;
    let start = get(&server, "/docs").await;
    assert_eq!(
        (start.status(), &start.headers()["location"]),
        (StatusCode::PERMANENT_REDIRECT, &"/docs/tools".parse().unwrap())
    );
    for path in paths(&server).await {
        let answer = get(&server, &path).await;
        let headers = answer.headers();
        assert_eq!(headers["content-type"], "text/html; charset=utf-8");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        let etag = headers["etag"].to_str().unwrap().to_owned();
        for (known, status) in [
            (etag.clone(), StatusCode::NOT_MODIFIED),
            (format!("\"other\", W/{etag}"), StatusCode::NOT_MODIFIED),
            ("\"other\"".to_owned(), StatusCode::OK),
        ] {
            let url = format!("{}{path}", server.url);
            let again = http_client().get(url).header("if-none-match", &known).send().await.unwrap();
            assert_eq!(
                (again.status(), again.headers()["etag"].to_str().unwrap()),
                (status, etag.as_str()),
                "{known}"
            );
            assert_eq!(again.text().await.unwrap().is_empty(), status == StatusCode::NOT_MODIFIED);
        }
    }
    for path in ["/docs/nope", "/docs/", "/docs/tools/customers", "/docs/assets/zoop.css"] {
        assert_eq!(get(&server, path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let posted = http_client().post(format!("{}/docs/tools", server.url)).send().await.unwrap();
    assert_eq!(
        (posted.status(), &posted.headers()["allow"]),
        (StatusCode::METHOD_NOT_ALLOWED, &"GET, HEAD".parse().unwrap())
    );
}

#[test]
fn the_repositorys_page_is_fresh() {
    let kept = include_str!("../../../docs/tools.md");
    let fresh = mcp_server::tools_markdown().unwrap();
    assert!(kept == fresh, "docs/tools.md is stale: cargo run -q -- tools --markdown > docs/tools.md");
}

#[test]
fn the_repositorys_page_shows_each_call_and_its_answer() {
    let text = mcp_server::tools_markdown().unwrap();
    for tool in mcp_server::tools().unwrap() {
        let name = tool["name"].as_str().unwrap();
        let about = text.split(&format!("\n### {name}\n")).nth(1).unwrap().split("\n### ").next().unwrap();
        let fenced = about.split("```json\n").skip(1).map(|rest| rest.split("\n```").next().unwrap());
        let shown: Vec<Value> = fenced.map(|json| serde_json::from_str(json).unwrap()).collect();
        let [call, answer] = shown.as_slice() else { panic!("{name} shows {} of two", shown.len()) };
        assert_eq!(call["name"], name);
        assert!(call["arguments"].is_object() && answer.is_object(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sizes_are_told_as_people_read_them() {
    let (_db, server) = server().await;
    for path in ["/docs/errors", "/docs/rate-limits"] {
        let html = get(&server, path).await.text().await.unwrap();
        assert!(html.contains("1 MiB (1,048,576 bytes)"), "{path}");
    }
}
