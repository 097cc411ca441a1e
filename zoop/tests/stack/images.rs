//! The images are made of what the build reads, and of nothing else.

use std::{collections::BTreeSet, fs, process::Command};

use super::{compose, machine};

#[test]
fn the_images_are_built_from_all_that_the_build_reads_and_from_nothing_secret() {
    let sent: BTreeSet<String> = compose::build_context().into_iter().collect();
    let allowed =
        ["auth-server/", "mcp-server/", "shared/", "testing/", "zoop/", "migrations/", "templates/"];
    for name in &sent {
        let known =
            allowed.iter().any(|folder| name.starts_with(folder) || *name == folder.trim_end_matches('/'));
        let other =
            ["Cargo.toml", "Cargo.lock", "Dockerfile", ".dockerignore", "compose/healthy.sh", "compose"];
        assert!(
            known || other.contains(&name.as_str()),
            "`{name}` is sent to the engine: keep it out in .dockerignore"
        );
    }
    let mut git = Command::new("git");
    git.current_dir(compose::root()).args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
        "Cargo.*",
    ]);
    let tracked = compose::output(git.args(allowed), "git is not installed: apt-get install git");
    for name in
        tracked.lines().filter(|name| !name.contains("/tests/") && compose::root().join(name).exists())
    {
        assert!(sent.contains(name), "`{name}` is kept from the build by .dockerignore");
    }
    // The workspace is whole without what is left out.
    let context = tempfile::tempdir().unwrap();
    for name in sent.iter().filter(|name| compose::root().join(name).is_file()) {
        let copy = context.path().join(name);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(compose::root().join(name), copy).unwrap();
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(context.path()).args([
        "metadata",
        "--locked",
        "--offline",
        "--no-deps",
        "--format-version",
        "1",
    ]);
    compose::output(&mut cargo, "cargo");
    assert!(context.path().join("compose/healthy.sh").is_file());

    let line = compose::build_line();
    let programs = machine::programs_of(&line);
    assert!(line.contains(&"--release".to_owned()) && line.contains(&"--locked".to_owned()), "{line:?}");
    assert_eq!(programs, ["zoop", "auth-server", "mcp-server"]);
    let dockerfile = compose::file("Dockerfile");
    for program in programs {
        assert!(dockerfile.contains(&format!(" target/release/{program}")), "{program} is installed");
    }
    for stage in dockerfile.split("\nFROM ").filter(|stage| stage.contains("\nCMD ")) {
        assert!(stage.starts_with("base AS "), "an image runs as the base's user: {stage}");
    }
    assert!(dockerfile.contains("\nUSER 10001:10001\n"));
}
