//! The four pages: one struct for each template of `templates/docs/`.

use askama::Template;
use serde_json::{Value, json};
use shared::scope::{Access, Family, Scope};

use super::{
    assets, examples, json,
    parameters::grouped,
    reference::{Entry, Section, capitalised, sections},
    refusals,
};
use crate::catalog::Catalog;

/// A page.
pub struct Page {
    /// Where it is served.
    pub path: &'static str,
    /// How links to it are called.
    pub label: &'static str,
    draw: fn(&'static str, &Told) -> anyhow::Result<String>,
}

/// Every page, in the order of the links.
pub static PAGES: [Page; 4] = [
    Page { path: "/docs/tools", label: "Tools", draw: Tools::draw },
    Page { path: "/docs/authentication", label: "Authentication", draw: Authentication::draw },
    Page { path: "/docs/errors", label: "Errors", draw: Errors::draw },
    Page { path: "/docs/rate-limits", label: "Rate limits", draw: RateLimits::draw },
];

/// What pages are drawn from.
struct Told<'a> {
    catalog: &'a Catalog,
    facts: &'a Facts,
    sections: Vec<Section>,
}

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

    /// The largest body: "1 MiB (1,048,576 bytes)".
    fn body_size(&self) -> String {
        const MIB: usize = 1 << 20;
        let bytes = format!("{} bytes", grouped(i64::try_from(self.body_limit).unwrap_or(i64::MAX)));
        match self.body_limit % MIB {
            0 => format!("{} MiB ({bytes})", self.body_limit / MIB),
            _ => bytes,
        }
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
    /// The call that is refused, and how.
    call: String,
    answer: String,
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

/// Every page's path and HTML.
pub fn drawn(catalog: &Catalog, facts: &Facts) -> anyhow::Result<Vec<(&'static str, String)>> {
    let told = Told { catalog, facts, sections: sections(catalog)? };
    PAGES.iter().map(|page| Ok((page.path, (page.draw)(page.path, &told)?))).collect()
}

impl Told<'_> {
    fn tools(&self) -> impl Iterator<Item = &Entry> {
        self.sections.iter().flat_map(|section| &section.tools)
    }
}

impl Tools<'_> {
    fn draw(here: &'static str, told: &Told) -> anyhow::Result<String> {
        let (sections, count) = (&told.sections, told.tools().count());
        Ok(Tools { here, facts: told.facts, sections, count }.render()?)
    }
}

impl Authentication<'_> {
    fn draw(here: &'static str, told: &Told) -> anyhow::Result<String> {
        let page = Authentication {
            here,
            facts: told.facts,
            scopes: scopes(told.catalog),
            user: told.tools().filter(|tool| tool.user).collect(),
            owner: told.tools().filter(|tool| tool.owner).collect(),
        };
        Ok(page.render()?)
    }
}

impl Errors<'_> {
    fn draw(here: &'static str, told: &Told) -> anyhow::Result<String> {
        let refused = examples::refused()?;
        let (call, answer) = (json::html(&refused.params), json::html(&refused.answer));
        Ok(Errors { here, facts: told.facts, call, answer }.render()?)
    }
}

impl RateLimits<'_> {
    fn draw(here: &'static str, told: &Told) -> anyhow::Result<String> {
        Ok(RateLimits { here, facts: told.facts }.render()?)
    }
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

/// What the templates ask of a tool.
impl Entry {
    /// The call's params.
    pub fn params(&self) -> Value {
        let arguments = self.example.as_ref().map_or(json!({}), |example| example.arguments.clone());
        json!({"name": self.name, "arguments": arguments})
    }

    /// The call as a shell makes it.
    fn curl(&self, facts: &Facts) -> String {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": self.params()});
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
        json::html(&self.params())
    }

    fn answer(&self) -> Option<String> {
        self.example.as_ref().map(|example| json::html(&example.answer))
    }

    /// What the page's search finds it by, beside what the page shows.
    fn found_by(&self) -> String {
        let user = if self.user { " user" } else { "" };
        let owner = if self.owner { " owner" } else { "" };
        format!("{} {}{user}{owner}", self.title, self.words)
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
