//! The demo's folder: the database, and `demo.json`, which remembers what is stored nowhere else.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use secrecy::SecretString;
use tempfile::{NamedTempFile, TempDir};

use super::record::Record;

const RECORD: &str = "demo.json";
const LOCK: &str = "demo.lock";

/// A folder that this process alone uses for a demo.
pub struct Folder {
    path: PathBuf,
    /// Held as long as the demo runs; the system lets go of it however the process ends.
    _lock: File,
    _temporary: Option<TempDir>,
}

impl Folder {
    /// Takes this folder, and makes it if it is not there.
    pub fn take(path: &Path) -> anyhow::Result<Self> {
        make_private(path)?;
        Self::locked(path.to_owned(), None)
    }

    /// A new folder that is gone at the end.
    pub fn temporary() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("zoop-demo-").tempdir().context(
            "cannot make a temporary folder: make room there, or name a folder with --data-dir in place of --ephemeral",
        )?;
        Self::locked(folder.path().to_owned(), Some(folder))
    }

    fn locked(path: PathBuf, temporary: Option<TempDir>) -> anyhow::Result<Self> {
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(path.join(LOCK));
        let lock = lock.with_context(|| unwritable(&path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock, _temporary: temporary }),
            Err(TryLockError::WouldBlock) => bail!(
                "another demo runs on the folder `{}`: stop it, or give this one a folder of its own with --data-dir \
                 or --ephemeral",
                path.display()
            ),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| unwritable(&path)),
        }
    }

    /// As it was named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is gone at the end.
    pub fn is_temporary(&self) -> bool {
        self._temporary.is_some()
    }

    /// The URL of the database in it.
    pub fn database_url(&self) -> anyhow::Result<SecretString> {
        let path = std::path::absolute(self.path.join("zoop.db")).with_context(|| unwritable(&self.path))?;
        let Some(path) = path.to_str() else {
            bail!("the folder's name `{}` is no UTF-8: give another with --data-dir", self.path.display());
        };
        // A URL's path: what would end it or be read as an escape is escaped.
        let escaped = path.bytes().fold(String::from("sqlite://"), |url, byte| match byte {
            b'/' | b'.' | b'-' | b'_' | b'~' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                url + char::from(byte).encode_utf8(&mut [0; 4])
            }
            _ => url + &format!("%{byte:02X}"),
        });
        Ok(escaped.into())
    }

    /// What an earlier start kept; none before the first.
    pub fn record(&self) -> anyhow::Result<Option<Record>> {
        record_in(&self.path)
    }

    /// Keeps the record: readable by its owner alone, and whole or not at all, whatever happens meanwhile.
    pub fn keep(&self, record: &Record) -> anyhow::Result<()> {
        let write = || -> anyhow::Result<()> {
            let mut file = NamedTempFile::new_in(&self.path)?; // Mode 0600.
            serde_json::to_writer_pretty(&mut file, record)?;
            file.write_all(b"\n")?;
            file.as_file().sync_all()?;
            file.persist(self.path.join(RECORD))?;
            Ok(())
        };
        write().with_context(|| unwritable(&self.path))
    }
}

/// What a demo on this folder has kept, whether it runs or not.
pub fn record_in(folder: &Path) -> anyhow::Result<Option<Record>> {
    let path = folder.join(RECORD);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read `{}`: make it readable", path.display()));
        }
    };
    // serde's own message could quote a key.
    serde_json::from_slice(&text).map(Some).map_err(|error| {
        anyhow::anyhow!(
            "`{}` is damaged (line {}): restore it, or remove the folder `{}` for a new demo",
            path.display(),
            error.line(),
            folder.display()
        )
    })
}

fn unwritable(path: &Path) -> String {
    format!(
        "cannot write to the folder `{}`: make it writable, or give another with --data-dir, or use --ephemeral",
        path.display()
    )
}

/// Makes a folder that its owner alone can read; one that is there stays as it is.
fn make_private(path: &Path) -> anyhow::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path).with_context(|| unwritable(path))
}
