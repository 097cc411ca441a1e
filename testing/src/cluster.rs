//! The PostgreSQL that this process's tests share: the one that scripts/test.sh started, else one of its own.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
    sync::{OnceLock, mpsc},
    thread,
};

use url::Url;

/// The URL of a cluster in which tests may make and drop databases. Started at the first call; panics with a
/// sentence that says what to install if there is no PostgreSQL.
pub(crate) fn url() -> &'static Url {
    static CLUSTER: OnceLock<Result<Url, String>> = OnceLock::new();
    let found = CLUSTER.get_or_init(|| {
        #[expect(clippy::disallowed_methods, reason = "tests have no command line of their own")]
        let url = match std::env::var("ZOOP_TEST_POSTGRES_URL") {
            Ok(url) => url,
            Err(_) => start()?,
        };
        Url::parse(&url).map_err(|error| format!("ZOOP_TEST_POSTGRES_URL `{url}` is no URL: {error}"))
    });
    found.as_ref().unwrap_or_else(|reason| panic!("{reason}"))
}

/// Starts a private cluster, which dies with this process.
fn start() -> Result<String, String> {
    let (tell, told) = mpsc::channel();
    // The kernel's parent-death signal follows the thread that spawned the child, so that thread must live as long as
    // the process: it stays with its child, and no test's end takes it away.
    thread::Builder::new()
        .name("postgres".to_owned())
        .spawn(move || {
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/postgres.sh");
            let child = Command::new("setpriv")
                .args(["--pdeathsig", "TERM", "sh", script])
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn();
            let mut child = match child {
                Ok(child) => child,
                Err(error) => {
                    return tell.send(Err(format!(
                        "cannot run setpriv ({error}): apt-get install util-linux, or name a cluster that tests may \
                         fill with ZOOP_TEST_POSTGRES_URL=postgres://user:password@host"
                    )));
                }
            };
            let mut line = String::new();
            let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
            let mut stderr = child.stderr.take().expect("stderr is piped");
            let answer = match stdout.read_line(&mut line) {
                Ok(n) if n > 0 => Ok(line.trim().to_owned()),
                _ => {
                    let mut reason = String::new();
                    drop(stderr.read_to_string(&mut reason));
                    Err(reason)
                }
            };
            let sent = tell.send(answer);
            drop(child.wait());
            sent
        })
        .map_err(|error| format!("cannot start a thread: {error}"))?;
    told.recv().unwrap_or_else(|_| Err("the thread that starts PostgreSQL ended".to_owned()))
}
