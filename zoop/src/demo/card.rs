//! The card that a newcomer reads: where to look, the keys, the two first calls, and how to connect an agent.

use std::fmt::Write;

use shared::role::Role;

use super::record::Card;
use crate::business;

/// Draws the card. `stays` tells where the data is.
pub fn draw(card: &Card, stays: &str, colors: bool) -> String {
    let paint = |code: &str, text: &str| match colors {
        true if !text.is_empty() => format!("\x1b[{code}m{text}\x1b[0m"),
        _ => text.to_owned(),
    };
    let heading = |text: &str| {
        let rule = "─".repeat(74usize.saturating_sub(text.chars().count()));
        format!("\n{} {} {}\n\n", paint("36", "──"), paint("1", text), paint("36", &rule))
    };
    let mut out = String::new();
    let mut row = |label: &str, value: &str, note: &str| {
        // Keys are longer than anything else: the notes beside them need no column.
        let gap = if note.is_empty() {
            String::new()
        } else {
            " ".repeat(28usize.saturating_sub(value.chars().count()) + 2)
        };
        let label = paint("2", &format!("{label:<11}"));
        let _ = writeln!(out, "  {label} {}{gap}{}", paint("1", value), paint("2", note));
    };
    row("Settings", &format!("{}/settings/api", card.auth_url), "");
    row("  email", &card.owner.email, "owner of both companies");
    row("  password", &card.owner.password, "");
    for person in business::ALL[0].team.iter().take(2) {
        let role =
            if person.role == Role::Office { "office" } else { "a tech, who sees their own jobs alone" };
        row("  or", &person.email(), &format!("{role}; the same password"));
    }
    for (tenant, business) in card.tenants.iter().zip(business::ALL) {
        row("Company", &tenant.name, &format!("{}, in {}", business.trade, business.currency));
    }
    row("Endpoint", &card.mcp_url, "");
    row("User key", &card.user_key, "acts as the owner");
    row("Tenant key", &card.tenant_key, "acts as the first company");

    let chat = format!("{}?tool_names=underscore", card.mcp_url);
    let zoop = paint("1", "Zoop is running.");
    let mut text = format!("\n  {zoop} {stays} Ctrl-C stops it.\n\n{out}");
    text += &heading("Which tools are there?");
    text += &tools_list(card);
    text += &heading("Find the Hendersons");
    text += &search(card);
    text += &heading("Add Zoop to Claude Code");
    text += &format!(
        "claude mcp add --transport http zoop \"{chat}\"\n\n  {}\n\n\
         claude mcp add --transport http zoop \"{chat}\" --header \"Authorization: Bearer {}\"\n",
        paint("2", "then /mcp signs you in through the browser; or with the key, without a browser:"),
        card.user_key
    );
    text += &heading("Then ask it");
    for question in business::QUESTIONS {
        text += &format!("{question}\n");
    }
    text += &heading("Add Zoop to any other MCP client");
    text += &format!(
        "{{\"mcpServers\": {{\"zoop\": {{\"type\": \"http\", \"url\": \"{chat}\"}}}}}}\n\n  {}\n\n\
         {{\"mcpServers\": {{\"zoop\": {{\"command\": \"npx\", \"args\": [\"mcp-remote\", \"{chat}\"]}}}}}}\n\n",
        paint("2", "or, for a client that knows no HTTP:"),
    );
    text
}

/// The product page's first call, with the key in it.
pub fn tools_list(card: &Card) -> String {
    let (url, key) = (&card.mcp_url, &card.user_key);
    format!(
        r#"curl -X POST {url} \
-H "Authorization: Bearer {key}" \
-H "Content-Type: application/json" \
-H "Accept: application/json, text/event-stream" \
-d '{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{}}}}'
"#
    )
}

/// Its second.
pub fn search(card: &Card) -> String {
    let (url, key) = (&card.mcp_url, &card.user_key);
    format!(
        r#"curl -X POST {url} \
-H "Authorization: Bearer {key}" \
-H "Content-Type: application/json" \
-H "Accept: application/json, text/event-stream" \
-d '{{
"jsonrpc": "2.0",
"id": 2,
"method": "tools/call",
"params": {{
"name": "customers.search",
"arguments": {{ "q": "Henderson" }}
}}
}}'
"#
    )
}
