//! What each service is handed before it starts: its secrets, and folders that it may write in.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Stack, output, programs::is_root, root};

impl Stack {
    /// Makes them by the documented command, and hands each service its own.
    pub(super) fn make_secrets(&self) {
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

    /// Puts another secret in the place of one that a service is handed.
    pub fn change_secret(&self, service: &str, name: &str, text: &str) {
        let file = self.folder.path().join(service).join("secrets").join(name);
        fs::remove_file(&file).expect("it was made");
        fs::write(file, format!("{text}\n")).expect("writable");
    }

    /// A folder that the service may write in.
    pub(super) fn own_folder(&self, service: &str, name: &str) -> PathBuf {
        let folder = self.folder.path().join(service).join(name);
        fs::create_dir_all(&folder).expect("a folder");
        if is_root() {
            let owner = if service == "postgres" { 65534 } else { 10001 };
            std::os::unix::fs::chown(&folder, Some(owner), Some(owner)).expect("root may");
        }
        folder
    }
}
