//! What a command prints on stdout, for people and for pipes.

use std::io::{self, ErrorKind, Write};

use anyhow::Context;

/// Prints text that ends its own lines.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        // Whoever reads, as `head` does, has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("not all of it could be written to stdout"),
    }
}
