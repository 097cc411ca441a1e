//! The published MCP clients connect to the demo from a cold start: discovery, registration, sign-in and consent,
//! token, tools/list, a call, a refresh. scripts/test.sh installs them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails says where")]

mod support;

use std::{path::PathBuf, process::Command};

use support::Demo;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs a client against a demo of its own; it ends with OK.
fn connects(program: &str, script: &str, mode: &str) {
    let program = root().join(".venv/bin").join(program);
    assert!(program.exists(), "{} is not there: run scripts/test.sh, which installs it", program.display());
    let demo = Demo::ephemeral();
    let output = Command::new(program)
        .arg(root().join("zoop/tests/clients").join(script))
        .env("MCP_URL", demo.text("mcp_url"))
        .env("ZOOP_EMAIL", demo.card["owner"]["email"].as_str().unwrap())
        .env("ZOOP_PASSWORD", demo.card["owner"]["password"].as_str().unwrap())
        .env("MODE", mode)
        .output()
        .expect("the client can be started");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && stdout.trim_end().ends_with("OK"), "{stdout}\n{stderr}");
    assert!(stdout.contains("Henderson"), "{stdout}");
    assert!(stdout.to_lowercase().contains("rotated: true"), "{stdout}");
}

#[test]
fn python_s_discovers() {
    connects("python", "python_client.py", "auto");
}

#[test]
fn python_s_shakes_hands() {
    connects("python", "python_client.py", "legacy");
}

#[test]
fn typescript_s_discovers() {
    connects("node", "typescript_client.mjs", "auto");
}

#[test]
fn typescript_s_shakes_hands() {
    connects("node", "typescript_client.mjs", "legacy");
}
