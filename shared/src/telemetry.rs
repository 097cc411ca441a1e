//! Logs: to stderr, so that stdout stays the program's own.

use tracing_subscriber::EnvFilter;

/// Starts logging once for the process; `directives` as in `info,sqlx=warn`.
pub fn start(directives: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(directives)
        .map_err(|error| anyhow::anyhow!("`{directives}` is no log filter ({error}): use e.g. `info`"))?;
    // A second start, as tests make it, keeps the first subscriber.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
    Ok(())
}
