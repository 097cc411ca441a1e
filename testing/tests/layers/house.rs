//! Which room stands on which floor, as docs/ARCHITECTURE.md draws it.

/// One crate's rooms: the modules directly under its `src/`.
pub struct House {
    /// The crate's folder.
    pub name: &'static str,
    /// From the top down. A room may use its own floor and those below.
    pub floors: &'static [&'static [&'static str]],
    /// Rooms above whose floor `App` stands and which it is handed to: they may name that type, nothing else up there.
    pub handed_the_app: &'static [&'static str],
    /// Crates that a room must not name.
    pub without: &'static [(&'static [&'static str], &'static [&'static str])],
}

/// auth-server. Its domain is pure, so the store stands above it and answers in its words.
pub const AUTH_SERVER: House = House {
    name: "auth-server",
    floors: &[
        &["main", "lib"],
        &["app"],
        &["endpoints", "front_door", "sweep"],
        &["grants"],
        &["store"],
        &["pages", "error", "documents"],
        &["config"],
        &["domain", "security"],
    ],
    handed_the_app: &["endpoints", "front_door", "sweep", "grants"],
    without: &[
        (&["domain", "security"], &["sqlx", "axum"]),
        (&["grants", "store"], &["axum"]),
        (&["endpoints", "front_door", "grants", "pages", "documents"], &["sqlx"]),
        (&[], &["mcp_server"]),
    ],
};

/// mcp-server. The trait of an entity and the statements that take any entity name each other: one floor.
pub const MCP_SERVER: House = House {
    name: "mcp-server",
    floors: &[
        &["main", "lib"],
        &["app"],
        &["http", "protocol", "workers"],
        &["walk", "tally", "docs"],
        &["catalog"],
        &["entities"],
        &["verbs"],
        &["entity", "store", "references", "documents", "lines", "schema"],
        &["fields", "money", "recurrence", "search"],
        &["config", "error"],
    ],
    handed_the_app: &["http", "protocol", "workers", "walk"],
    without: &[
        (
            &[
                "walk",
                "docs",
                "catalog",
                "entities",
                "verbs",
                "entity",
                "store",
                "documents",
                "fields",
                "money",
            ],
            &["axum"],
        ),
        (&["protocol", "walk", "docs", "catalog"], &["sqlx"]),
        (&[], &["auth_server"]),
    ],
};

/// shared: below both.
pub const SHARED: House = House {
    name: "shared",
    floors: &[],
    handed_the_app: &[],
    without: &[(&[], &["auth_server", "mcp_server", "testing", "zoop"])],
};
