//! The four pages: one struct for each template of `templates/docs/`.

use askama::Template;
use serde_json::{Value, json};
use shared::scope::{Access, Family, Scope};

use super::{
    assets, json,
    reference::{Entry, Section, capitalised, sections},
};
use crate::catalog::Catalog;

/// What the pages say of this server in particular.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The endpoint's public URL.
    pub endpoint: String,
    /// The authorization server.
    pub issuer: String,
    /// Requests a minute for each credential.
    pub per_credential: usize,
    /// Requests a minute for each tenant.
    pub per_tenant: usize,
    /// The largest request body, in bytes.
    pub body_limit: usize,
}

impl Facts {
    fn origin(&self) -> &str {
        self.endpoint.strip_suffix("/api/mcp").unwrap_or(&self.endpoint)
    }
}

#[derive(Template)]
#[template(path = "docs/tools.html")]
struct Tools<'a> {
    here: &'static str,
    facts: &'a Facts,
    sections: &'a [Section],
    count: usize,
}

#[derive(Template)]
#[template(path = "docs/authentication.html")]
struct Authentication<'a> {
    here: &'static str,
    facts: &'a Facts,
    scopes: Vec<ScopeRow>,
    user: Vec<&'a Entry>,
    owner: Vec<&'a Entry>,
}

#[derive(Template)]
#[template(path = "docs/errors.html")]
struct Errors<'a> {
    here: &'static str,
    facts: &'a Facts,
    example: String,
}

#[derive(Template)]
#[template(path = "docs/rate_limits.html")]
struct RateLimits<'a> {
    here: &'static str,
    facts: &'a Facts,
}

/// A pair of scopes and what it opens.
struct ScopeRow {
    title: String,
    read: Option<String>,
    write: Option<String>,
    opens: Vec<String>,
}

/// Every page with its path.
pub fn all(catalog: &Catalog, facts: &Facts) -> anyhow::Result<Vec<(&'static str, String)>> {
    let sections = sections(catalog)?;
    let tools = || sections.iter().flat_map(|section| &section.tools);
    Ok(vec![
        (
            "/docs/tools",
            Tools { here: "tools", facts, sections: &sections, count: tools().count() }.render()?,
        ),
        (
            "/docs/authentication",
            Authentication {
                here: "authentication",
                facts,
                scopes: scopes(catalog),
                user: tools().filter(|tool| tool.user).collect(),
                owner: tools().filter(|tool| tool.owner).collect(),
            }
            .render()?,
        ),
        ("/docs/errors", Errors { here: "errors", facts, example: json::html(&example_error()) }.render()?),
        ("/docs/rate-limits", RateLimits { here: "rate-limits", facts }.render()?),
    ])
}

/// The advertised pairs, with the entities that each opens here.
fn scopes(catalog: &Catalog) -> Vec<ScopeRow> {
    let row = |family: Family| {
        let opens: Vec<String> = catalog
            .each_entity()
            .filter(|entity| entity.family().advertised() == family)
            .map(|entity| entity.name().to_owned())
            .collect();
        let scope = |access| (!opens.is_empty()).then(|| Scope { access, family }.to_string());
        ScopeRow {
            title: capitalised(&family.as_str().replace('_', " ")),
            read: scope(Access::Read),
            write: scope(Access::Write),
            opens,
        }
    };
    Family::ADVERTISED.into_iter().map(row).filter(|row| !row.opens.is_empty()).collect()
}

fn example_error() -> Value {
    json!({"jsonrpc": "2.0", "id": 2, "error": {
        "code": -32602,
        "message": "`limit`: must be a whole number, not a string.",
        "data": {
            "kind": "invalid_input",
            "message": "`limit`: must be a whole number, not a string.",
            "field": "limit",
            "issues": [{"path": "limit", "message": "must be a whole number, not a string."}],
            "hint": "Call customers.search with {\"q\":\"Henderson\",\"limit\":5}",
            "requestId": "req_01kayk9wr0e1fvtbnmq4se0q7w"
        }
    }})
}

/// What the templates ask of a tool.
impl Entry {
    /// The call as a shell makes it.
    fn curl(&self, facts: &Facts) -> String {
        let params = json!({"name": self.name, "arguments": self.arguments()});
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        format!(
            "curl -X POST {} \\\n  -H \"Authorization: Bearer $ZOOP_API_KEY\" \\\n  -H \"Content-Type: application/json\" \\\n  \
             -H \"Accept: application/json, text/event-stream\" \\\n  -d '{}'",
            facts.endpoint,
            // A quote would end the shell's string.
            body.to_string().replace('\'', "'\\''")
        )
    }

    /// The call's params, as HTML.
    fn request(&self) -> String {
        json::html(&json!({"name": self.name, "arguments": self.arguments()}))
    }

    fn answer(&self) -> Option<String> {
        self.example.as_ref().map(|example| json::html(&example.answer))
    }

    fn arguments(&self) -> Value {
        self.example.as_ref().map_or(json!({}), |example| example.arguments.clone())
    }

    /// What a search on the page looks through, beside what it shows.
    fn words(&self) -> String {
        let names = self.own.iter().chain(&self.common).map(|parameter| parameter.name.as_str());
        let mut words = format!("{} {} {}", self.name, self.name.replace(['.', '_'], " "), self.title);
        names.for_each(|name| words = format!("{words} {name}"));
        words.to_lowercase()
    }

    /// The verb alone, for the list of contents.
    fn verb(&self) -> &str {
        self.name.split_once('.').map_or("", |(_, verb)| verb)
    }

    /// "Options of every write".
    fn common_title(&self) -> &'static str {
        if self.reads { "Paging, time and other options of every list" } else { "Options of every write" }
    }
}
