//! docs/tools.md: the reference for those who read the repository.

use std::fmt::Write as _;

use super::{
    json,
    parameters::Parameter,
    reference::{Entry, Section, sections},
};
use crate::catalog::Catalog;

const HEAD: &str = "# Tools

<!-- Written by `zoop tools --markdown > docs/tools.md`. Do not edit: change what the entities say of themselves. -->

Every tool is called by `tools/call` over `POST /api/mcp`. **U** marks those that need a real user: a user key or an
OAuth token; **owner** those whose user must be an owner. Names may also be spelled with an underscore:
`customers_search`.
";

/// The text of docs/tools.md.
pub fn markdown(catalog: &Catalog) -> anyhow::Result<String> {
    let sections = sections(catalog)?;
    let mut text = HEAD.to_owned();
    text += "\n| Tool | Scope | Needs | Does |\n|---|---|---|---|\n";
    for tool in sections.iter().flat_map(|section| &section.tools) {
        let anchor = tool.name.replace('.', "");
        let _ = writeln!(
            text,
            "| [`{}`](#{anchor}) | `{}` | {} | {} |",
            tool.name,
            tool.scope,
            mark(tool),
            tool.title
        );
    }
    for section in &sections {
        write_section(section, &mut text);
    }
    Ok(text)
}

fn mark(tool: &Entry) -> &'static str {
    match (tool.owner, tool.user) {
        (true, _) => "**U**, owner",
        (false, true) => "**U**",
        (false, false) => "",
    }
}

fn write_section(section: &Section, text: &mut String) {
    let _ = write!(text, "\n## {}\n", section.title);
    if !section.moves.is_empty() {
        *text += "\n| From | To | By |\n|---|---|---|\n";
        for (from, to, by) in &section.moves {
            let by = by.as_ref().map_or("by itself, in time".to_owned(), |tool| format!("`{tool}`"));
            let _ = writeln!(text, "| {from} | {to} | {by} |");
        }
    }
    for tool in &section.tools {
        let _ = write!(text, "\n### {}\n\n{}\n\n", tool.name, tool.description);
        *text += "| Parameter | Type | Meaning |\n|---|---|---|\n";
        for parameter in tool.own.iter().chain(&tool.common) {
            write_parameter(parameter, "", text);
            for inner in &parameter.inside {
                write_parameter(inner, &format!("{}.", parameter.name), text);
            }
        }
        write_example(tool, text);
    }
}

/// The call, and its answer folded away: a reader of the parameters need not scroll past it.
fn write_example(tool: &Entry, text: &mut String) {
    let _ = write!(text, "\nCall:\n\n```json\n{}\n```\n", json::plain(&tool.params()));
    if let Some(example) = &tool.example {
        let answer = json::plain(&example.answer);
        let _ =
            write!(text, "\n<details><summary>Answer</summary>\n\n```json\n{answer}\n```\n\n</details>\n");
    }
}

fn write_parameter(parameter: &Parameter, within: &str, text: &mut String) {
    let required = if parameter.required { " **required**" } else { "" };
    let mut meaning = parameter.description.clone();
    if !parameter.values.is_empty() {
        let values: Vec<String> = parameter.values.iter().map(|value| format!("`{value}`")).collect();
        let _ = write!(meaning, " One of {}.", values.join(", "));
    }
    if !parameter.limits.is_empty() {
        let _ = write!(meaning, " ({})", parameter.limits);
    }
    let _ = writeln!(
        text,
        "| `{within}{}`{required} | {} | {} |",
        parameter.name,
        parameter.kind,
        meaning.replace('|', "\\|")
    );
}
