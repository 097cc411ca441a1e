//! Starts the real program as a person would, reads what it prints, and stops it as Ctrl-C does.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, reason = "each test program uses a part of it")]

pub mod chromium;

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::Value;

/// How long a start may take, on a machine that builds something else meanwhile.
const PATIENCE: Duration = Duration::from_secs(300);

/// The program, without anything that this process's environment would tell it.
pub fn zoop() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zoop"));
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").stdin(Stdio::null());
    command
}

/// Runs the program to its end: exit status, stdout, stderr.
pub fn run(arguments: &[&str]) -> (ExitStatus, String, String) {
    let output = zoop().args(arguments).output().expect("zoop can be started");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (output.status, text(output.stdout), text(output.stderr))
}

/// Runs it and expects a refusal; answers what it says.
pub fn refusal(arguments: &[&str]) -> String {
    let (status, stdout, stderr) = run(arguments);
    assert!(!status.success(), "{arguments:?} should be refused: {stdout}{stderr}");
    assert_eq!(stdout, "", "a refusal stands on stderr");
    assert!(!stderr.contains("panicked"), "{stderr}");
    stderr
}

/// A demo that runs.
pub struct Demo {
    child: Child,
    /// The line that --json prints.
    pub card: Value,
    rest: mpsc::Receiver<String>,
}

impl Demo {
    /// Starts a demo on free ports and waits for its line.
    pub fn start(arguments: &[&str]) -> Self {
        let mut command = zoop();
        command
            .args(["demo", "--json", "--auth-addr", "127.0.0.1:0", "--mcp-addr", "127.0.0.1:0"])
            .args(arguments);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("zoop can be started");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let mut stderr = child.stderr.take().expect("stderr is piped");
        let progress = thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).map(|_| text)
        });
        let ((tell, line), (tell_rest, rest)) = (mpsc::channel(), mpsc::channel());
        thread::spawn(move || {
            let mut text = String::new();
            stdout.read_line(&mut text).expect("stdout can be read");
            drop(tell.send(text));
            let mut text = String::new();
            stdout.read_to_string(&mut text).expect("stdout can be read");
            drop(tell_rest.send(text));
        });
        let line = line.recv_timeout(PATIENCE).unwrap_or_default();
        let Ok(card) = serde_json::from_str(&line) else {
            drop(child.kill());
            panic!("no card but {line:?}; stderr: {:?}", progress.join());
        };
        Self { child, card, rest }
    }

    /// Starts one that leaves nothing.
    pub fn ephemeral() -> Self {
        Self::start(&["--ephemeral"])
    }

    /// Starts one in this folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self::start(&["--data-dir", folder.to_str().expect("the folder's name is UTF-8")])
    }

    /// A member of the card.
    pub fn text(&self, member: &str) -> &str {
        self.card[member].as_str().unwrap_or_else(|| panic!("no `{member}` in the card"))
    }

    /// A caller with the user key.
    pub fn caller(&self) -> testing::Caller {
        testing::Caller::new(self.text("mcp_url"), Some(self.text("user_key")))
    }

    /// Presses Ctrl-C; answers the exit code and what stdout held after the line.
    pub fn stop(mut self) -> (Option<i32>, String) {
        signal(&self.child, "INT");
        let status = self.child.wait().expect("it ends");
        (status.code(), self.rest.recv_timeout(PATIENCE).expect("stdout is closed"))
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // After `stop` it is gone already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// `zoop serve`, running. It is stopped when it is dropped.
pub struct Served {
    pub child: Child,
    /// The authorization server's URL.
    pub issuer: String,
    /// The endpoint's URL.
    pub endpoint: String,
}

impl Served {
    /// Starts it over this database, on free ports, and waits until both servers answer.
    pub fn over(database_url: &str) -> Self {
        let mut serve = zoop();
        serve.args(["serve", "--database-url", database_url]);
        serve.args(["--key-secret", "a secret of at least thirty-two characters"]);
        serve.args(["--auth-addr", "127.0.0.1:0", "--mcp-addr", "127.0.0.1:0"]);
        let mut child =
            serve.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("zoop can be started");
        let mut lines =
            BufReader::new(child.stderr.take().expect("stderr is piped")).lines().map_while(Result::ok);
        let said = lines.find(|line| line.contains("both servers answer")).expect("the servers answer");
        thread::spawn(move || lines.for_each(drop));
        let urls: Vec<&str> = said.split(['"', ' ']).filter(|word| word.starts_with("http://")).collect();
        let endpoint = urls.iter().find(|url| url.ends_with("/api/mcp")).expect("an endpoint").to_string();
        let issuer = urls.iter().find(|url| !url.ends_with("/api/mcp")).expect("an issuer").to_string();
        Self { child, issuer, endpoint }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Sends a signal to the program.
pub fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).status();
    assert!(sent.expect("kill can be run").success());
}
