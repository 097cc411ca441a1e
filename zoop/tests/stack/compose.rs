//! docker-compose.yml as docker-compose itself understands it, the Dockerfile's lines, and the build context.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("zoop stands in a workspace").to_owned()
}

/// A file of the repository.
pub fn file(name: &str) -> String {
    let path = root().join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What a program prints; it is to succeed. `missing` says what to do if it is not there.
pub fn output(command: &mut Command, missing: &str) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{missing} ({error})"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {stderr}");
    String::from_utf8(output.stdout).expect("output is text")
}

/// docker-compose on the project's file, with these variables and no others, and without an engineer's own .env.
pub fn docker_compose(variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let mut command = Command::new("docker-compose");
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").envs(variables.iter().copied());
    command.current_dir(root()).args(["--file", "docker-compose.yml"]).args(arguments);
    output(
        &mut command,
        "docker-compose is not installed, and the stack's test reads its file with it: apt-get install docker-compose",
    )
}

/// Debian's own Python, with the libraries that docker-compose came with.
pub fn python(program: &str, arguments: &[&str]) -> Value {
    let mut command = Command::new("/usr/bin/python3");
    command.current_dir(root()).args(["-c", program]).args(arguments);
    let text =
        output(&mut command, "Python is not installed: apt-get install docker-compose, which brings it");
    serde_json::from_str(&text).expect("the program prints JSON")
}

/// The file as it is with these variables; what is not named has `.env.example`'s value.
pub fn configuration(variables: &[(&str, &str)]) -> Value {
    let yaml = docker_compose(variables, &["--env-file", ".env.example", "config"]);
    python("import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.argv[1])))", &[&yaml])
}

/// Its services.
pub fn services(variables: &[(&str, &str)]) -> BTreeMap<String, Service> {
    let services = configuration(variables)["services"].as_object().expect("services").clone();
    services.into_iter().map(|(name, value)| (name, Service(value))).collect()
}

/// One service.
pub struct Service(pub Value);

impl Service {
    /// The texts of a list.
    pub fn list(&self, member: &str) -> Vec<String> {
        let texts = self.0[member].as_array().into_iter().flatten();
        texts.map(|text| text.as_str().expect("a text").to_owned()).collect()
    }

    /// What its process finds in its environment.
    pub fn environment(&self) -> BTreeMap<String, String> {
        let all = self.0["environment"].as_object().cloned().unwrap_or_default();
        all.into_iter().map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned())).collect()
    }

    /// The names of the secrets that it is handed.
    pub fn secrets(&self) -> Vec<String> {
        let secrets = self.0["secrets"].as_array().into_iter().flatten();
        secrets.map(|secret| secret["source"].as_str().expect("a secret's name").to_owned()).collect()
    }

    /// The services that it waits for, each with what it waits for.
    pub fn waits_for(&self) -> Vec<(String, String)> {
        let all = self.0["depends_on"].as_object().cloned().unwrap_or_default();
        let condition = |value: &Value| value["condition"].as_str().expect("a condition").to_owned();
        all.iter().map(|(name, value)| (name.clone(), condition(value))).collect()
    }

    /// The command of its health check.
    pub fn health_check(&self) -> Option<Vec<String>> {
        let test = self.0["healthcheck"]["test"].as_array()?;
        let mut words: Vec<String> =
            test.iter().map(|word| word.as_str().expect("a word").to_owned()).collect();
        assert_eq!(words.remove(0), "CMD", "a health check runs without a shell");
        Some(words)
    }

    /// The repository's files that it is shown: where, and which.
    pub fn mounts(&self) -> Vec<(String, String)> {
        let root = root().display().to_string();
        let all = self.list("volumes");
        let parts = all.iter().filter_map(|volume| volume.strip_suffix(":ro")?.split_once(':'));
        parts
            .filter(|(from, _)| from.starts_with(&root))
            .map(|(from, to)| (to.to_owned(), from.to_owned()))
            .collect()
    }
}

/// The Dockerfile's `cargo build`, word by word.
pub fn build_line() -> Vec<String> {
    let text = file("Dockerfile");
    let line = text.lines().find_map(|line| line.trim().strip_prefix("cargo ")).expect("a cargo line");
    line.trim_end_matches('\\').split_whitespace().map(str::to_owned).collect()
}

/// The Dockerfile's `CMD` of this stage.
pub fn image_command(stage: &str) -> Vec<String> {
    let stage = image_stage(stage);
    let command = stage.lines().find_map(|line| line.strip_prefix("CMD ")).expect("a CMD");
    serde_json::from_str(command).expect("CMD is a list")
}

/// The Dockerfile's `ENV` of this stage: folders.
pub fn image_environment(stage: &str) -> Vec<(String, String)> {
    let stage = image_stage(stage);
    let all = stage.lines().filter_map(|line| line.strip_prefix("ENV ")).flat_map(str::split_whitespace);
    all.filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The Dockerfile's lines of this stage.
fn image_stage(name: &str) -> String {
    let text = file("Dockerfile");
    let (_, stage) = text.split_once(&format!(" AS {name}\n")).expect("the stage");
    stage.split("\nFROM ").next().unwrap_or_default().to_owned()
}

/// The files that the engine is sent, as Docker's own library reads .dockerignore.
pub fn build_context() -> Vec<String> {
    let program = "import json; from docker.utils.build import exclude_paths
patterns = [line.strip() for line in open('.dockerignore') if line.strip() and not line.startswith('#')]
print(json.dumps(sorted(exclude_paths('.', patterns))))";
    let all = python(program, &[]);
    all.as_array().expect("a list").iter().map(|name| name.as_str().expect("a name").to_owned()).collect()
}
