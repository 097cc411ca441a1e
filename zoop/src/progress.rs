//! What a person sees while they wait: one line for each step, on stderr, with a tick when it is done.

use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

/// A list of steps.
#[derive(Clone, Copy)]
pub struct Progress {
    /// Whether a line may be drawn again, which a log file would keep twice.
    redraws: bool,
    colors: bool,
}

impl Progress {
    /// Steps on stderr; redrawn and coloured on a terminal alone.
    pub fn new(no_color: bool) -> Self {
        let redraws = io::stderr().is_terminal();
        Self { redraws, colors: redraws && !no_color }
    }

    /// Begins a step.
    pub fn step(self, what: impl Into<String>) -> Step {
        let now = Instant::now();
        let step = Step { progress: self, what: what.into(), began: now, drawn: now, ended: false };
        step.draw("·", "2", "", "");
        step
    }
}

/// A step that runs. Dropped before it is done, it is shown as failed.
pub struct Step {
    progress: Progress,
    what: String,
    began: Instant,
    drawn: Instant,
    ended: bool,
}

impl Step {
    /// So many of so many are done.
    pub fn count(&mut self, done: usize, all: usize) {
        if self.drawn.elapsed() > Duration::from_millis(50) {
            self.drawn = Instant::now();
            self.draw("·", "2", &format!("{} {done} of {all}", bar(done, all)), "");
        }
    }

    /// It is done; a few words of what came of it.
    pub fn done(mut self, outcome: &str) {
        self.ended = true;
        let took = self.began.elapsed();
        let seconds = if took < Duration::from_millis(100) {
            String::new()
        } else {
            format!(" {:.1} s", took.as_secs_f32())
        };
        self.draw("✓", "32", outcome, &format!("{seconds}\n"));
    }

    fn draw(&self, mark: &str, color: &str, outcome: &str, end: &str) {
        if !self.progress.redraws && end.is_empty() {
            return;
        }
        let paint = |code: &str, text: &str| match self.progress.colors && !text.is_empty() {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        };
        let clear = if self.progress.redraws { "\r\x1b[2K" } else { "" };
        let outcome = if outcome.is_empty() { String::new() } else { format!(": {outcome}") };
        let (time, newline) = end.split_at(end.len() - usize::from(end.ends_with('\n')));
        let line =
            format!("{clear}  {} {}{outcome}{}{newline}", paint(color, mark), self.what, paint("2", time));
        // Whoever closed stderr does not want to know.
        let mut stderr = io::stderr().lock();
        let _ = stderr.write_all(line.as_bytes()).and_then(|()| stderr.flush());
    }
}

/// How much is done, to be seen at a glance.
fn bar(done: usize, all: usize) -> String {
    const WIDTH: usize = 24;
    let full = (done * WIDTH / all.max(1)).min(WIDTH);
    format!("{}{}", "█".repeat(full), "░".repeat(WIDTH - full))
}

impl Drop for Step {
    fn drop(&mut self) {
        if !self.ended {
            self.draw("✗", "31", "", "\n");
        }
    }
}
