//! The layers of docs/ARCHITECTURE.md hold: no room uses one above it. Read from the sources, so that it cannot go stale.

mod house;
mod paths;

use std::{
    fs,
    path::{Path, PathBuf},
};

use house::{AUTH_SERVER, House, MCP_SERVER, SHARED};

/// What the file at `file` (relative to `src/`) does against the rules of its house.
fn objections(house: &House, file: &Path, source: &str) -> Vec<String> {
    let module = module(file);
    let room = match module.first() {
        Some(room) => room.as_str(),
        None if file.ends_with("main.rs") => "main",
        None => "lib",
    };
    let floor_of = |room: &str| house.floors.iter().position(|floor| floor.contains(&room));
    let here = floor_of(room);
    let place = format!("{}/src/{}", house.name, file.display());
    if here.is_none() && !house.floors.is_empty() {
        return vec![format!(
            "{place}: the room `{room}` stands on no floor: give it one in testing/tests/layers/house.rs"
        )];
    }
    let mut objections = Vec::new();
    for path in paths::paths(without_tests(source)) {
        let Some(target) = target(&path, &module) else {
            let forbidden = house.without.iter().any(|(rooms, crates)| {
                (rooms.is_empty() || rooms.contains(&room)) && crates.contains(&path[0].as_str())
            });
            if forbidden {
                objections.push(format!("{place}: `{room}` must do without `{}`", path[0]));
            }
            continue;
        };
        let is_app = matches!(target.as_slice(), [app, name, ..] if app == "app" && name == "App")
            || matches!(target.as_slice(), [name, ..] if name == "App");
        if is_app && house.handed_the_app.contains(&room) {
            continue;
        }
        let used = target.first().map(|name| if name == "App" { "app" } else { name.as_str() });
        let Some(used) = used else { continue };
        if floor_of(used) < here && floor_of(used).is_some() {
            objections.push(format!("{place}: `{room}` uses `{}`, which stands above it", path.join("::")));
        }
    }
    objections
}

/// The file's module path: `["store", "users"]` for `store/users.rs`.
fn module(file: &Path) -> Vec<String> {
    let mut module: Vec<String> =
        file.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if matches!(module.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        module.pop();
    }
    module
}

/// What a path of this module means from the crate's root on; `None` if it names another crate.
fn target(path: &[String], module: &[String]) -> Option<Vec<String>> {
    let mut base = match path[0].as_str() {
        "crate" => Vec::new(),
        "self" | "super" => module.to_vec(),
        _ => return None,
    };
    for name in path {
        match name.as_str() {
            "crate" | "self" => {}
            "super" => drop(base.pop()),
            _ => base.push(name.clone()),
        }
    }
    Some(base)
}

/// Unit tests stand at the end of a file and may look around. A test module with a file of its own is read as any file.
fn without_tests(source: &str) -> &str {
    source.find("#[cfg(test)]\nmod tests {").map_or(source, |tests| &source[..tests])
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn nothing_points_up() {
    let mut all = Vec::new();
    for house in [AUTH_SERVER, MCP_SERVER, SHARED] {
        let src = root().join(house.name).join("src");
        let files = sources(&src);
        assert!(!files.is_empty(), "no sources in {}", src.display());
        for file in files {
            let source = fs::read_to_string(&file).unwrap();
            all.extend(objections(&house, file.strip_prefix(&src).unwrap(), &source));
        }
    }
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

#[test]
fn the_servers_depend_on_each_other_in_no_manifest() {
    for (name, others) in [
        ("auth-server", ["mcp-server", "zoop"].as_slice()),
        ("mcp-server", &["auth-server", "zoop"]),
        ("shared", &["auth-server", "mcp-server", "zoop"]),
    ] {
        let manifest = fs::read_to_string(root().join(name).join("Cargo.toml")).unwrap();
        let dependencies = manifest.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
        let found: Vec<&str> = dependencies.filter(|word| others.contains(word)).collect();
        assert!(found.is_empty(), "{name}/Cargo.toml names {found:?}");
    }
}

#[test]
fn the_checker_notices() {
    let auth = |file: &str, source: &str| objections(&AUTH_SERVER, Path::new(file), source);
    let mcp = |file: &str, source: &str| objections(&MCP_SERVER, Path::new(file), source);
    let fine = [
        auth("endpoints/token.rs", "use crate::{app::App, grants::refresh_token, store};"),
        auth("store/users.rs", "use super::rows; use crate::domain::user::User; use sqlx::FromRow;"),
        auth("lib.rs", "pub use app::App;"),
        mcp("entities/jobs.rs", "use super::customers; use crate::{entity::Entity, verbs};"),
        mcp("walk.rs", "use crate::App; #[cfg(test)]\nmod tests { use crate::http::Nothing; }"),
    ];
    assert_eq!(fine.concat(), Vec::<String>::new());
    let bad = [
        (auth("domain/code.rs", "use sqlx::FromRow;"), "must do without `sqlx`"),
        (auth("domain/code.rs", "#[derive(sqlx::FromRow)] struct Code;"), "must do without `sqlx`"),
        (auth("domain/mod.rs", "fn f() { crate::store::users::by_id() }"), "which stands above"),
        (auth("grants/refresh_token.rs", "use axum::Form;"), "must do without `axum`"),
        (auth("grants/refresh_token.rs", "use crate::endpoints::token;"), "which stands above"),
        (auth("store/users.rs", "use crate::app::App;"), "which stands above"),
        (auth("endpoints/token.rs", "use crate::{app::router, error};"), "which stands above"),
        (auth("endpoints/token.rs", "use mcp_server::walk;"), "must do without `mcp_server`"),
        (auth("cellar.rs", ""), "stands on no floor"),
        (
            mcp("entities/jobs.rs", "use crate::{entity::Entity, http::{challenge, limits}};"),
            "which stands above",
        ),
        (
            mcp("entities/invoices/payments.rs", "use super::super::super::http::limits;"),
            "which stands above",
        ),
        (mcp("store/write.rs", "use super::super::walk::call;"), "which stands above"),
        (mcp("lines.rs", "#[cfg(test)]\nmod seen;\nuse crate::verbs::list;"), "which stands above"),
        (mcp("store/write.rs", "use crate::App;"), "which stands above"),
    ];
    for (objections, expected) in bad {
        assert!(
            !objections.is_empty() && objections.iter().all(|o| o.contains(expected)),
            "{expected}: {objections:?}"
        );
    }
}
