//! The programs that the images hold, as this machine has them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use super::{compose, output, root};

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

pub fn is_root() -> bool {
    output(Command::new("id").arg("-u"), "id").trim() == "0"
}

/// A command that runs as this user of a container, if this process may become another: without any capability and
/// without a way to get one. It dies with this process.
pub fn unprivileged(user: &str) -> Command {
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
pub fn postgres_programs() -> &'static Path {
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
pub fn proxy() -> PathBuf {
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
