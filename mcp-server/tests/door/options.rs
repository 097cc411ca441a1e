//! The program's options, as the environment gives them.

use std::process::Command;

use clap::Args;

/// Compose files and CI set variables to nothing where they mean that there is none.
#[test]
fn an_empty_variable_counts_as_none() {
    let options = mcp_server::config::Config::augment_args(clap::Command::new("options"));
    let names: Vec<_> = options.get_arguments().filter_map(|arg| arg.get_env()).collect();
    assert!(names.len() > 10, "{names:?}");
    let mut program = Command::new(env!("CARGO_BIN_EXE_mcp-server"));
    program.args(["--addr", "127.0.0.1:0"]).envs(names.iter().map(|name| (name, "")));
    let ended = program.output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(said.contains("no database is named") && ended.status.code() == Some(1), "{said}");
}
