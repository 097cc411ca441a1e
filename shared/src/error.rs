//! What can go wrong below the rules: the database is away, or something that should not happen has happened.
//! The cause is for the log alone; whoever called hears one of two plain sentences.

/// A failure that no caller can mend by calling differently.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database does not answer. Worth a retry: 503 with Retry-After.
    #[error("Zoop cannot reach its database at the moment. Try again in a few seconds.")]
    Unavailable(#[source] anyhow::Error),
    /// Zoop's own mistake.
    #[error(
        "Something went wrong on Zoop's side; nothing was changed. Try again, and report it if it stays."
    )]
    Internal(#[source] anyhow::Error),
}

impl Error {
    /// A failure of Zoop's own, with its private cause.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        Self::Internal(cause.into())
    }

    /// What happened, for the log: one line, without a backtrace.
    pub fn cause(&self) -> String {
        match self {
            Self::Unavailable(cause) | Self::Internal(cause) => format!("{cause:#}"),
        }
    }
}

/// What a database reports when it is the database that is in trouble: connection, shutdown, resources, locks.
fn is_trouble(code: &str) -> bool {
    // SQLSTATE classes 08, 53, 57 and the lock and serialization codes of PostgreSQL; SQLITE_BUSY, _LOCKED, _FULL, _IOERR.
    ["08", "53", "57"].iter().any(|class| code.len() == 5 && code.starts_with(class))
        || ["40001", "40P01", "55P03", "5", "6", "10", "13", "261", "517"].contains(&code)
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let unavailable = match &error {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) => true,
            sqlx::Error::Database(database) => database.code().is_some_and(|code| is_trouble(&code)),
            _ => false,
        };
        if unavailable { Self::Unavailable(error.into()) } else { Self::Internal(error.into()) }
    }
}
