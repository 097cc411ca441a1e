//! Ctrl-C and `kill`: servers are asked to stop, every other command ends at once and says what it leaves behind.

use std::{
    io::{self, IsTerminal, Write},
    process,
    sync::{Arc, Mutex, PoisonError},
};

use shared::http;
use tokio_util::sync::CancellationToken;

/// What stays behind if the command ends now, in words for whoever ends it.
#[derive(Clone)]
pub struct LeftBehind(Arc<Mutex<&'static str>>);

impl LeftBehind {
    /// As of the command's start.
    pub fn new(words: &'static str) -> Self {
        Self(Arc::new(Mutex::new(words)))
    }

    /// From now on it is this.
    pub fn is_now(&self, words: &'static str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = words;
    }

    fn words(&self) -> &'static str {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Is cancelled at the first signal.
pub fn asks_to_stop() -> CancellationToken {
    let stop = CancellationToken::new();
    let asked = stop.clone();
    tokio::spawn(async move {
        http::stop_signal().await;
        asked.cancel();
    });
    stop
}

/// From now on a signal ends the process, also while the command waits for a person's input: each change is one
/// transaction, which the database takes back when the connection is gone.
pub fn ends_at_once(left: LeftBehind) -> io::Result<()> {
    let signals = Signals::new()?;
    tokio::spawn(async move {
        let code = signals.first().await;
        let mut stderr = io::stderr().lock();
        // Below the step that is drawn there, and the terminal's ^C.
        let line = if stderr.is_terminal() { "\n" } else { "" };
        // Whoever closed stderr does not want to know.
        let _ = writeln!(stderr, "{line}Stopped: {}", left.words()).and_then(|()| stderr.flush());
        process::exit(code);
    });
    Ok(())
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// The exit code that shells know for the first one that comes.
    async fn first(mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => 130,
            _ = self.terminate.recv() => 143,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn first(self) -> i32 {
        drop(tokio::signal::ctrl_c().await);
        130
    }
}
