//! The stack without Docker: every service of the compose file as a process of this machine, under its user id, with
//! its environment, its secrets and nothing else. Names and ports of the containers become free ports of this machine.

use std::{
    collections::BTreeMap,
    fs::{self, File, Permissions},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

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

/// Free ports, one for each that a container has.
#[derive(Clone, Copy)]
pub struct Ports {
    pub postgres: u16,
    pub auth: u16,
    pub mcp: u16,
    pub http: u16,
    pub https: u16,
    health: u16,
}

impl Ports {
    fn free() -> Self {
        let listeners: [TcpListener; 6] =
            std::array::from_fn(|_| TcpListener::bind("0.0.0.0:0").expect("a free port"));
        let [postgres, auth, mcp, http, https, health] =
            listeners.each_ref().map(|listener| listener.local_addr().expect("an address").port());
        Self { postgres, auth, mcp, http, https, health }
    }

    /// Where on this machine the container's places are.
    fn here(&self, text: &str) -> String {
        let Self { postgres, auth, mcp, health, .. } = self;
        text.replace("@postgres:5432/", &format!("@127.0.0.1:{postgres}/"))
            .replace("0.0.0.0:8080", &format!("0.0.0.0:{auth}"))
            .replace("auth-server:8080", &format!("127.0.0.1:{auth}"))
            .replace("0.0.0.0:8081", &format!("0.0.0.0:{mcp}"))
            .replace("mcp-server:8081", &format!("127.0.0.1:{mcp}"))
            .replace("127.0.0.1:2020", &format!("127.0.0.1:{health}"))
    }
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
        let mut child = self.command(name).spawn().expect("it can be started");
        let status = child.wait().expect("it ends");
        let log = self.log(name);
        assert!(status.success(), "{name} failed ({status}): {log}");
        log
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

    /// Where the proxy keeps its certificates.
    pub fn proxy_data(&self) -> PathBuf {
        self.folder.path().join("caddy/data")
    }

    /// Makes them by the documented command, and hands each service its own.
    fn make_secrets(&self) {
        let made = self.folder.path().join("secrets");
        let mut command = Command::new("sh");
        command.arg(root().join("compose/secrets.sh")).arg(&made);
        let first = output(&mut command, "sh");
        assert_eq!(first.lines().count(), 5, "{first}");
        assert_eq!(output(&mut command, "sh"), "", "a second run keeps them");
        let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode(&made), 0o700, "other users of the machine are kept out");
        for (service, declared) in &self.services {
            let own = self.folder.path().join(service).join("secrets");
            fs::create_dir_all(&own).expect("a folder");
            for name in declared.secrets() {
                let text =
                    fs::read_to_string(made.join(&name)).expect("secrets.sh makes all that is declared");
                fs::write(own.join(&name), self.ports.here(&text)).expect("writable");
                fs::set_permissions(own.join(&name), Permissions::from_mode(mode(&made.join(&name))))
                    .expect("it is ours");
            }
            for folder in ["data", "config"] {
                self.own_folder(service, folder);
            }
        }
    }

    /// A folder that the service may write in.
    fn own_folder(&self, service: &str, name: &str) -> PathBuf {
        let folder = self.folder.path().join(service).join(name);
        fs::create_dir_all(&folder).expect("a folder");
        if is_root() {
            let owner = if service == "postgres" { 65534 } else { 10001 };
            std::os::unix::fs::chown(&folder, Some(owner), Some(owner)).expect("root may");
        }
        folder
    }

    /// What the Dockerfile puts into the images: the programs that it builds, and the proxy.
    fn install_programs(&self) {
        let target = built();
        let programs = self.folder.path().join("programs");
        fs::create_dir(&programs).expect("a folder");
        for name in programs_of(&compose::build_line()) {
            // A link where the folders are on one disk: the programs are large.
            let (from, to) = (target.join(&name), programs.join(&name));
            fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(drop)).expect("a program");
        }
    }

    /// The service's command, with its environment, its user, its log and nothing else.
    fn command(&self, name: &str) -> Command {
        let service = &self.services[name];
        let mut words = service.list("command");
        if words.is_empty() {
            words = compose::image_command(service.0["build"]["target"].as_str().expect("a target"));
        }
        for word in &mut words {
            for (there, here) in service.mounts() {
                *word = word.replace(&there, &here);
            }
        }
        let programs = self.folder.path().join("programs");
        let mut program = programs.join(&words[0]);
        if words[0] == "caddy" {
            program = proxy();
        } else if words[0] == "sh" {
            program = "sh".into();
        }
        let mut command = unprivileged(service.0["user"].as_str().expect("a user"));
        command.arg(program).args(&words[1..]).env_clear();
        command.env("PATH", format!("{}:/usr/bin:/bin", postgres_programs().display()));
        let folder = self.folder.path().join(name);
        let secrets = folder.join("secrets");
        for (variable, value) in service.environment() {
            let value = value.replace("/run/secrets", &secrets.display().to_string());
            let value = match (variable.as_str(), value.as_str()) {
                ("PGHOST", "postgres") => "127.0.0.1".to_owned(),
                ("PGPORT", "5432") => self.ports.postgres.to_string(),
                (_, value) => self.ports.here(value),
            };
            command.env(variable, value);
        }
        if let Some(stage) = service.0["build"]["target"].as_str() {
            for (variable, value) in compose::image_environment(stage) {
                command.env(variable, format!("{}{value}", folder.display()));
            }
        }
        command.current_dir("/").stdin(Stdio::null());
        self.log_to(&mut command, name);
        command
    }

    fn log_to(&self, command: &mut Command, name: &str) {
        let path = self.folder.path().join(format!("{name}.log"));
        let log = File::options().create(true).append(true).open(path).expect("a log");
        command.stdout(log.try_clone().expect("a handle")).stderr(log);
    }

    /// What PostgreSQL's image does at its first start, with the environment that the compose file gives it.
    fn start_postgres(&self) -> std::io::Result<Child> {
        let environment = self.services["postgres"].environment();
        let secrets = self.folder.path().join("postgres/secrets");
        let password =
            environment["POSTGRES_PASSWORD_FILE"].replace("/run/secrets", &secrets.display().to_string());
        let data = self.own_folder("postgres", "data");
        let mut initdb = unprivileged("postgres");
        initdb.arg(postgres_programs().join("initdb")).arg("--pgdata").arg(&data);
        initdb.args(["--auth-host=scram-sha-256", "--auth-local=trust", "--no-sync"]);
        initdb.arg(format!("--username={}", environment["POSTGRES_USER"]));
        initdb.arg(format!("--pwfile={password}"));
        initdb.args(environment["POSTGRES_INITDB_ARGS"].split_whitespace());
        initdb.current_dir("/");
        output(&mut initdb, "PostgreSQL is not installed: apt-get install postgresql");
        let mut postgres = unprivileged("postgres");
        postgres.arg(postgres_programs().join("postgres")).arg("-D").arg(&data).arg("-k").arg(&data);
        let port = format!("port={}", self.ports.postgres);
        for setting in [&port, "listen_addresses=127.0.0.1", "fsync=off", "log_statement=ddl"] {
            postgres.args(["-c", setting]);
        }
        postgres.current_dir("/").stdin(Stdio::null());
        self.log_to(&mut postgres, "postgres");
        postgres.spawn()
    }

    fn make_database(&self) {
        let environment = self.services["postgres"].environment();
        let mut createdb = Command::new(postgres_programs().join("createdb"));
        createdb.arg("-h").arg(self.folder.path().join("postgres/data"));
        createdb.args(["-p", &self.ports.postgres.to_string(), "-U", &environment["POSTGRES_USER"]]);
        createdb.arg(&environment["POSTGRES_DB"]);
        output(&mut createdb, "createdb");
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

/// Runs the Dockerfile's build here; answers the folder of the programs. In the profile of this test: the images'
/// own takes minutes more and compiles the same.
pub fn built() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_BIN_EXE_zoop")).parent().expect("programs stand in a folder");
        let release = folder.file_name().is_some_and(|profile| profile == "release");
        let mut words = compose::build_line();
        words.retain(|word| word != "--release" || release);
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(root()).args(&words).args(["--quiet", "--target-dir"]);
        output(cargo.arg(folder.parent().expect("a target folder")), "cargo");
        folder.to_owned()
    })
}

/// The programs that a `cargo build` makes.
pub fn programs_of(build_line: &[String]) -> Vec<String> {
    let pairs = build_line.windows(2);
    pairs.filter(|pair| pair[0] == "--package").map(|pair| pair[1].clone()).collect()
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u"), "id").trim() == "0"
}

/// A command that runs as this user of a container, if this process may become another: without any capability and
/// without a way to get one. It dies with this process.
fn unprivileged(user: &str) -> Command {
    let mut command = Command::new("setpriv");
    if is_root() {
        let (user, group) = match user.split_once(':') {
            // This machine's PostgreSQL wants no particular user; as in testing/postgres.sh.
            None | Some(("999", _)) => ("nobody", "nogroup"),
            Some((user, group)) => (user, group),
        };
        assert_ne!(user, "0", "no service runs as root");
        command.arg(format!("--reuid={user}")).arg(format!("--regid={group}"));
        command.args(["--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]);
    }
    command.args(["--pdeathsig", "KILL"]);
    command
}

/// Debian's newest, or what stands on PATH elsewhere.
fn postgres_programs() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let newest = versions.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).max();
        if let Some(version) = newest {
            return format!("/usr/lib/postgresql/{version}/bin").into();
        }
        let mut which = Command::new("sh");
        which.args(["-c", "dirname \"$(command -v initdb)\""]);
        output(&mut which, "sh").trim().into()
    })
}

/// Caddy: on PATH, or where scripts/test.sh puts it.
fn proxy() -> PathBuf {
    let mut which = Command::new("sh");
    which.args(["-c", "PATH=$PATH:$1 command -v caddy || true", "sh"]).arg(root().join(".venv/bin"));
    let found = output(&mut which, "sh");
    assert_ne!(
        found, "",
        "Caddy is not installed, and the stack's test runs the project's Caddyfile with it: run scripts/test.sh, which \
         fetches it, or apt-get install caddy"
    );
    found.trim().into()
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).status();
    assert!(sent.expect("kill can be run").success());
}
