//! `zoop tools`: the table of the tools, as the catalogue has them.

use serde_json::Value;

use crate::output;

/// Lists the tools: what each needs and does.
#[derive(clap::Args)]
pub struct Options {
    /// Print JSON in place of the table.
    #[arg(long)]
    pub json: bool,
    /// Print docs/tools.md in place of the table.
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
}

/// Prints them.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let text = match (options.json, options.markdown) {
        (true, _) => serde_json::to_string_pretty(&mcp_server::tools()?)? + "\n",
        (false, true) => mcp_server::tools_markdown()?,
        (false, false) => table(&mcp_server::tools()?),
    };
    output::print(&text)
}

/// One row a tool, the columns as wide as they must be.
fn table(tools: &[Value]) -> String {
    let text =
        |tool: &Value, field: &str| tool.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let marked = |tool: &Value, field: &str| tool.get(field).and_then(Value::as_bool).unwrap_or_default();
    let who = |tool: &Value| match (marked(tool, "owner_required"), marked(tool, "user_required")) {
        (true, _) => "owner",
        (false, true) => "user",
        (false, false) => "anyone",
    };
    let head = ["Tool", "Scope", "Needs", "Does"].map(str::to_owned);
    let rows: Vec<[String; 4]> = [head]
        .into_iter()
        .chain(tools.iter().map(|t| [text(t, "name"), text(t, "scope"), who(t).to_owned(), text(t, "title")]))
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (name, scope, needs) = (width(0), width(1), width(2));
    rows.iter().map(|[a, b, c, d]| format!("{a:<name$}  {b:<scope$}  {c:<needs$}  {d}\n")).collect()
}
