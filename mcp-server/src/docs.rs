//! The documentation of the API, drawn from the catalogue: the pages under /docs, made once at start, and docs/tools.md.
//! What an entity says of itself in its own file is all that it takes to be documented here.

mod assets;
mod examples;
mod json;
mod markdown;
mod pages;
mod parameters;
mod reference;
mod refusals;
mod words;

use sha2::{Digest, Sha256};

pub use markdown::markdown;
pub use pages::Facts;
pub use reference::moves;

use crate::catalog::Catalog;

/// Everything that is served under /docs.
pub struct Docs(Vec<File>);

/// One file, ready to be sent.
pub struct File {
    /// Its path, e.g. `/docs/tools`.
    pub path: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its validator (RFC 9110 §8.8.3), quotes included.
    pub etag: String,
    /// Whether its path names its content, so that it may be kept for ever.
    pub immutable: bool,
}

impl Docs {
    /// Draws every page.
    pub fn new(catalog: &Catalog, facts: &Facts) -> anyhow::Result<Self> {
        let mut files: Vec<File> = assets::ALL
            .iter()
            .map(|asset| File::new(asset.path.clone(), asset.media_type, asset.bytes.to_vec(), true))
            .collect();
        for (path, html) in pages::drawn(catalog, facts)? {
            files.push(File::new(path.to_owned(), "text/html; charset=utf-8", html.into_bytes(), false));
        }
        Ok(Self(files))
    }

    /// The file at this path.
    pub fn find(&self, path: &str) -> Option<&File> {
        self.0.iter().find(|file| file.path == path)
    }
}

impl File {
    fn new(path: String, media_type: &'static str, bytes: Vec<u8>, immutable: bool) -> Self {
        let etag = format!("\"{}\"", hash(&bytes));
        Self { path, media_type, bytes, etag, immutable }
    }
}

/// Enough of a digest to tell one content from another.
fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
