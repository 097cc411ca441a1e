//! The documentation in a real Chromium: search, copy buttons, anchors, both colour schemes, a phone's width.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails says where")]

mod support;

use serde_json::Value;
use support::chromium::{Chromium, ESCAPE};
use testing::{Engine, McpServer, TestDatabase};

/// A server that is also called by a name which browsers do not trust without TLS.
async fn server() -> (TestDatabase, McpServer) {
    let db = TestDatabase::on(Engine::Sqlite).await;
    let server = McpServer::start_with(&db, |config| {
        let named = untrusted(config.public_url[0].as_str());
        config.public_url.push(named.parse().unwrap());
    })
    .await;
    (db, server)
}

fn untrusted(url: &str) -> String {
    url.replace("127.0.0.1", "zoop.test")
}

/// The pages that each page links to.
async fn pages(chromium: &Chromium, server: &McpServer) -> Vec<String> {
    chromium.open(&format!("{}/docs/tools", server.url)).await;
    let links = chromium
        .value("[...document.querySelectorAll('nav[aria-label=Pages] a')].map((link) => link.href)")
        .await;
    let links: Vec<String> = serde_json::from_value(links).unwrap();
    assert!(links.len() >= 4, "{links:?}");
    links
}

/// The tools that are in sight.
async fn tools(chromium: &Chromium) -> Vec<String> {
    let tools = "[...document.querySelectorAll('.tool')].filter((tool) => tool.checkVisibility()).map((tool) => tool.id)";
    serde_json::from_value(chromium.value(tools).await).unwrap()
}

/// A search, tools that it finds, and some that it puts away.
const SEARCHES: &[(&str, &[&str], &[&str])] = &[
    ("customers.archive", &["customers.archive"], &["customers.get", "contacts.archive"]),
    ("refund", &["invoices.update", "invoices.void"], &["jobs.update", "customers.get"]),
    ("recurring", &["job_series.create", "plans.create"], &["jobs.update", "tags.list"]),
    ("restore", &["customers.update", "notes.update"], &["customers.get", "notes.list"]),
    ("owner", &["notes.update", "quotes.archive"], &["customers.create", "jobs.get"]),
    ("write:jobs", &["jobs.create", "jobs.cancel"], &["jobs.get", "customers.create"]),
    ("amount_paid", &["invoices.get", "invoices.list"], &["quotes.get", "jobs.update"]),
    ("next_run_on", &["plans.get", "plans.list"], &["jobs.get", "invoices.list"]),
    ("conflict", &["customers.update", "jobs.update"], &["customers.get", "jobs.list"]),
    ("unit_price", &["jobs.create", "invoices.update", "quotes.create"], &["customers.create", "tags.list"]),
    ("delete customer", &["customers.archive"], &["customers.create", "tags.create"]),
    ("Version EXPECTED", &["customers.update"], &["customers.get"]),
    ("cancelled", &["jobs.cancel"], &["customers.get"]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_narrows_and_escape_undoes_it() {
    let ((_db, server), chromium) = (server().await, Chromium::start().await);
    chromium.open(&format!("{}/docs/tools", server.url)).await;
    let all = tools(&chromium).await;
    assert_eq!(all.len(), mcp_server::tools().unwrap().len());
    let announced = "document.querySelector('#found[aria-live=polite]').textContent";
    for (search, finds, hides) in SEARCHES {
        chromium.type_into("#search", search).await;
        let found = tools(&chromium).await;
        for tool in *finds {
            assert!(found.iter().any(|found| found == tool), "{search} does not find {tool} but {found:?}");
        }
        for tool in *hides {
            assert!(all.iter().any(|all| all == tool), "there is no {tool}");
            assert!(!found.iter().any(|found| found == tool), "{search} finds {tool} too: {found:?}");
        }
        let count = if found.len() == 1 { "1 tool".to_owned() } else { format!("{} tools", found.len()) };
        assert_eq!(chromium.value(announced).await, count, "{search}");
        chromium.press("#search", ESCAPE).await;
        assert_eq!(tools(&chromium).await, all, "Escape brings all back after {search}");
        assert_eq!(chromium.value("document.querySelector('#search').value").await, "");
    }
    chromium.type_into("#search", "amount_paid").await;
    let shown = "[...document.querySelectorAll('.name')].some((name) => name.textContent === 'amount_paid' && name.checkVisibility())";
    assert_eq!(chromium.value(shown).await, true, "what was found is unfolded");
    chromium.press("#search", ESCAPE).await;
    assert_eq!(chromium.value(shown).await, false, "and folded again");
    chromium.type_into("#search", "zzz").await;
    assert_eq!(tools(&chromium).await, Vec::<String>::new());
    assert_eq!(chromium.value("document.querySelector('#nothing').checkVisibility()").await, true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_copied_is_the_text() {
    let ((_db, server), chromium) = (server().await, Chromium::start().await);
    let label = |id: &str| format!("document.querySelector('[data-copy=\"{id}\"]').textContent");
    let text = |id: &str| format!("document.getElementById('{id}').textContent");
    let press = |id: &str| format!("[data-copy=\"{id}\"]");
    let page = format!("{}/docs/tools", server.url);

    chromium.open(&page).await;
    let id = "customers.search-curl";
    chromium.click(&press(id)).await;
    chromium.becomes(&label(id), "Copied").await;
    let copied = chromium.clipboard().await;
    assert!(copied.as_str().unwrap().starts_with("curl -X POST "), "{copied}");
    assert_eq!(copied, chromium.value(&text(id)).await);
    chromium.becomes(&label(id), "Copy as curl").await;

    // On plain http elsewhere than on this machine, browsers have no navigator.clipboard.
    for id in ["customers.get-curl", "customers.get-answer"] {
        chromium.open(&untrusted(&page)).await;
        assert_eq!(chromium.value("isSecureContext || !!navigator.clipboard").await, false);
        chromium.click(&press(id)).await;
        chromium.becomes(&label(id), "Copied").await;
        let text = chromium.value(&text(id)).await;
        chromium.open(&page).await;
        assert_eq!(chromium.clipboard().await, text);
    }

    // Where the browser refuses that too, the reader's own keys can do it.
    chromium.open(&untrusted(&page)).await;
    chromium.value("document.execCommand = () => false").await;
    chromium.click(&press(id)).await;
    chromium.becomes(&label(id), "Press Ctrl+C").await;
    let chosen = "document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)";
    assert_eq!(chromium.value(chosen).await, chromium.value(&text(id)).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_lands_at_its_tool() {
    let ((_db, server), chromium) = (server().await, Chromium::start().await);
    chromium.open(&format!("{}/docs/tools#invoices.update", server.url)).await;
    let top = "document.getElementById('invoices.update').getBoundingClientRect().top";
    let bar = "document.querySelector('.bar').getBoundingClientRect().bottom";
    // Below the bar, and nothing of the tool before between them.
    chromium.becomes(&format!("{top} >= {bar} && {top} < {bar} + 60"), true).await;
    chromium.becomes("document.querySelector('.contents a[aria-current]')?.hash", "#invoices.update").await;
    // From a search that has put it away, a link brings it back.
    chromium.type_into("#search", "tags.delete").await;
    assert_eq!(tools(&chromium).await, ["tags.delete"]);
    chromium.value("location.hash = '#invoices.get'").await;
    chromium.becomes("document.getElementById('invoices.get').checkVisibility()", true).await;
    let top = "document.getElementById('invoices.get').getBoundingClientRect().top";
    chromium.becomes(&format!("{top} >= {bar} && {top} < {bar} + 60"), true).await;
}

/// Each pair of colours in which a text stands on its ground, with an element that has it.
const COLOURS: &str = "(() => {
    document.querySelectorAll('details').forEach((fold) => (fold.open = true));
    const pairs = new Map();
    for (const element of document.querySelectorAll('body *')) {
        const has = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
        if (!has || !element.checkVisibility()) continue;
        let ground = element;
        while (getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)') ground = ground.parentElement;
        const pair = [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor];
        pairs.set(pair.join(), [...pair, `${element.className} ${element.textContent.slice(0, 40)}`]);
    }
    return [...pairs.values()];
})()";

/// WCAG 2.2, relative luminance.
fn luminance(colour: &str) -> f64 {
    let numbers = colour.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')'));
    let numbers = numbers.unwrap_or_else(|| panic!("{colour} is not opaque"));
    let channels: Vec<f64> =
        numbers.split(", ").map(|number| number.parse::<f64>().unwrap() / 255.0).collect();
    let linear = |c: f64| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
    0.2126 * linear(channels[0]) + 0.7152 * linear(channels[1]) + 0.0722 * linear(channels[2])
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_text_can_be_read_in_light_and_in_dark() {
    let ((_db, server), chromium) = (server().await, Chromium::start().await);
    for page in pages(&chromium, &server).await {
        let mut grounds = Vec::new();
        for scheme in ["light", "dark"] {
            chromium.prefers(scheme).await;
            chromium.open(&page).await;
            let pairs: Vec<[String; 3]> = serde_json::from_value(chromium.value(COLOURS).await).unwrap();
            assert!(pairs.len() >= 4, "{page}: {pairs:?}");
            for [text, ground, element] in pairs {
                let contrast = contrast(&text, &ground);
                assert!(
                    contrast >= 4.5,
                    "{page}, {scheme}: {contrast:.2} for {text} on {ground}, at {element}"
                );
            }
            let body =
                "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]";
            grounds.push(chromium.value(body).await);
        }
        let is_dark =
            |body: &Value| luminance(body[1].as_str().unwrap()) < luminance(body[0].as_str().unwrap());
        assert_eq!((is_dark(&grounds[0]), is_dark(&grounds[1])), (false, true), "{page}: {grounds:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_scrolls_sideways_on_a_phone() {
    let ((_db, server), chromium) = (server().await, Chromium::start().await);
    chromium.resize(390, 844).await;
    for page in pages(&chromium, &server).await {
        chromium.open(&page).await;
        chromium.value("document.querySelectorAll('details').forEach((fold) => (fold.open = true))").await;
        let width = chromium.value("document.documentElement.scrollWidth").await;
        assert!(width.as_u64().unwrap() <= 390, "{page} is {width} wide");
    }
}
