//! What the README tells people to paste works: its curl and its two Python programs.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::{path::Path, process::Command};

use support::Demo;

/// The code blocks of this language, with this demo's endpoint and key in them.
fn blocks(language: &str, demo: &Demo) -> Vec<String> {
    let readme = include_str!("../../README.md");
    let fence = format!("```{language}\n");
    readme
        .split(&fence)
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .map(|block| block.replace("http://127.0.0.1:8081/api/mcp", demo.text("mcp_url")))
        .map(|block| block.replace("zoop_uk_<secret>", demo.text("user_key")))
        .collect()
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} cannot be run: {error}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn its_examples_run_as_they_stand() {
    let demo = Demo::ephemeral();
    let curl =
        blocks("sh", &demo).into_iter().find(|block| block.starts_with("curl ")).expect("the first call");
    let answer = output(Command::new("sh").args(["-c", &curl]));
    assert!(answer.contains("\"structuredContent\"") && answer.contains("Henderson"), "{answer}");

    let [script, sdk] = &blocks("python", &demo)[..] else { panic!("the README holds two Python programs") };
    let listed = output(Command::new("python3").args(["-c", script, demo.text("user_key")]));
    assert!(listed.lines().count() > 150 && listed.lines().all(|line| line.starts_with("cus_")), "{listed}");

    // Where scripts/test.sh puts the real clients.
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.venv/bin/python3");
    let found = output(Command::new(python).args(["-c", sdk, demo.text("user_key")]));
    assert_eq!(found.lines().filter(|line| line.to_lowercase().contains("henderson")).count(), 25, "{found}");
    assert_eq!(demo.stop().0, Some(0));
}
