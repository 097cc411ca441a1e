//! A service as a process: the container's command, with its environment and its user.

use std::{
    fs::{self, File},
    process::{Command, Stdio},
};

use super::{
    Stack, compose,
    programs::{built, postgres_programs, programs_of, proxy, unprivileged},
};

impl Stack {
    /// What the Dockerfile puts into the images: the programs that it builds, and the proxy.
    pub(super) fn install_programs(&self) {
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
    pub(super) fn command(&self, name: &str) -> Command {
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

    pub(super) fn log_to(&self, command: &mut Command, name: &str) {
        let path = self.folder.path().join(format!("{name}.log"));
        let log = File::options().create(true).append(true).open(path).expect("a log");
        command.stdout(log.try_clone().expect("a handle")).stderr(log);
    }
}
