//! The stack without Docker: every service of the compose file as a process of this machine, under its user id, with
//! its environment, its secrets and nothing else. Names and ports of the containers become free ports of this machine.

mod ports;
mod postgres;
mod programs;
mod secrets;
mod service;

use std::{
    collections::BTreeMap,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

pub use ports::Ports;
use programs::postgres_programs;
pub use programs::{built, programs_of};

use super::compose::{self, Service, output, root};

/// How long a service may take to become healthy, on a machine that builds something else meanwhile.
const PATIENCE: Duration = Duration::from_secs(60);

/// A stack that runs.
pub struct Stack {
    /// The one origin, as the compose file's variable names it.
    pub origin: String,
    /// The ports of this machine.
    pub ports: Ports,
    services: BTreeMap<String, Service>,
    folder: TempDir,
    running: Vec<(String, Child)>,
}

impl Stack {
    /// Does what `docker compose up` does: each service when what it waits for is there.
    pub fn up(origin: impl FnOnce(Ports) -> String) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("it is ours");
        let ports = Ports::free();
        let origin = origin(ports);
        let (http, https) = (ports.http.to_string(), ports.https.to_string());
        let services = compose::services(&[
            ("ZOOP_ORIGIN", &origin),
            ("ZOOP_HTTP_PORT", &http),
            ("ZOOP_HTTPS_PORT", &https),
            ("ZOOP_PROXY_ADDRESS", "127.0.0.1"),
        ]);
        let mut stack = Self { origin, ports, services, folder, running: vec![] };
        stack.make_secrets();
        stack.install_programs();
        let mut ready: Vec<String> = vec![];
        while ready.len() < stack.services.len() {
            let next = stack.services.iter().find(|(name, service)| {
                !ready.contains(name) && service.waits_for().iter().all(|(other, _)| ready.contains(other))
            });
            let name = next.expect("services do not wait for each other in a circle").0.clone();
            if stack.is_step(&name) {
                stack.run_step(&name);
            } else {
                stack.start(&name);
            }
            ready.push(name);
        }
        stack
    }

    /// Whether others wait for its end.
    fn is_step(&self, name: &str) -> bool {
        let mut waiting = self.services.values().flat_map(Service::waits_for);
        waiting.any(|(other, condition)| other == name && condition == "service_completed_successfully")
    }

    /// Runs a one-shot service to its end; answers what it printed.
    pub fn run_step(&mut self, name: &str) -> String {
        let (status, log) = self.run(name);
        assert!(status.success(), "{name} failed ({status}): {log}");
        log
    }

    /// Runs a service that is to fail; answers what it printed.
    pub fn run_to_its_end(&mut self, name: &str) -> String {
        let (status, log) = self.run(name);
        assert!(!status.success(), "{name} should fail: {log}");
        log
    }

    fn run(&self, name: &str) -> (ExitStatus, String) {
        let before = self.log(name).len();
        let mut child = self.command(name).spawn().expect("it can be started");
        let status = child.wait().expect("it ends");
        (status, self.log(name).split_off(before))
    }

    /// Starts a service and waits until its own health check is content.
    pub fn start(&mut self, name: &str) {
        let child = if name == "postgres" { self.start_postgres() } else { self.command(name).spawn() };
        self.running.push((name.to_owned(), child.expect("it can be started")));
        let begin = Instant::now();
        while !self.is_healthy(name) {
            let (_, child) = self.running.last_mut().expect("it was just started");
            let ended = child.try_wait().expect("a child of ours");
            assert!(
                ended.is_none() && begin.elapsed() < PATIENCE,
                "{name} is not healthy ({ended:?}): {}",
                self.log(name)
            );
            thread::sleep(Duration::from_millis(50));
        }
        if name == "postgres" {
            self.make_database();
        }
    }

    /// Runs the service's health check.
    pub fn is_healthy(&self, name: &str) -> bool {
        let words = self.services[name].health_check().expect("a service that stays has a health check");
        let mut command = if words[0] == "healthy" {
            let port = match words[1].as_str() {
                "8080" => self.ports.auth,
                "8081" => self.ports.mcp,
                "2020" => self.ports.health,
                other => panic!("nobody listens on {other}"),
            };
            let mut command = Command::new("bash");
            command.arg(root().join("compose/healthy.sh")).arg(port.to_string());
            command
        } else {
            let mut command = Command::new(postgres_programs().join(&words[0]));
            command.args(&words[1..]).env("PGPORT", self.ports.postgres.to_string());
            command
        };
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        quiet.status().expect("the health check can be run").success()
    }

    /// Stops a service as Docker does, and waits at most as long as Docker would.
    pub fn stop(&mut self, name: &str) -> ExitStatus {
        let at = self.running.iter().position(|(running, _)| running == name).expect("it runs");
        let (_, mut child) = self.running.remove(at);
        // PostgreSQL's image asks for SIGINT: end now, cleanly.
        signal(&child, if name == "postgres" { "INT" } else { "TERM" });
        let grace = &self.services[name].0["stop_grace_period"];
        let grace = match grace.as_str().expect("a grace period") {
            "1m0s" | "1m" => 60,
            seconds => seconds.trim_end_matches('s').parse().expect("seconds"),
        };
        let begin = Instant::now();
        loop {
            if let Some(status) = child.try_wait().expect("a child of ours") {
                return status;
            }
            if begin.elapsed() > Duration::from_secs(grace) {
                drop(child.kill());
                panic!("{name} does not stop within {grace} s: {}", self.log(name));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The services that run, the last started first.
    pub fn running(&self) -> Vec<String> {
        self.running.iter().rev().map(|(name, _)| name.clone()).collect()
    }

    /// What a service wrote.
    pub fn log(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(format!("{name}.log"))).unwrap_or_default()
    }

    /// The text of a secret, with this machine's places in it.
    pub fn secret(&self, service: &str, name: &str) -> String {
        let file = self.folder.path().join(service).join("secrets").join(name);
        fs::read_to_string(file).expect("a secret").trim_end().to_owned()
    }

    /// A client that believes who the proxy says it is. For `localhost` Caddy is its own authority.
    pub fn http_client(&self) -> reqwest::Client {
        let root = self.folder.path().join("caddy/data/caddy/pki/authorities/local/root.crt");
        match self.origin.starts_with("https:") {
            true => testing::http_client_trusting(&fs::read(root).expect("Caddy's root certificate")),
            false => testing::http_client(),
        }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // The database last. What a test stopped is gone already.
        for (_, child) in self.running.iter_mut().rev() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).status();
    assert!(sent.expect("kill can be run").success());
}
