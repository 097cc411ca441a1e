//! The stylesheet, the script and the icon, in the binary and under names that hold a hash of their content:
//! a browser may keep them for ever.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// A file that pages link to.
#[derive(Debug)]
pub struct Asset {
    /// Its path on this server.
    pub path: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
}

impl Asset {
    fn new(stem: &str, extension: &str, media_type: &'static str, bytes: &'static [u8]) -> Self {
        let digest = Sha256::digest(bytes);
        let hash: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Self { path: format!("/assets/{stem}.{hash}.{extension}"), media_type, bytes }
    }
}

/// Every asset: stylesheet, script, icon.
pub static ALL: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    [
        Asset::new(
            "zoop",
            "css",
            "text/css; charset=utf-8",
            include_bytes!("../../../templates/assets/zoop.css"),
        ),
        Asset::new(
            "zoop",
            "js",
            "text/javascript; charset=utf-8",
            include_bytes!("../../../templates/assets/zoop.js"),
        ),
        Asset::new("icon", "svg", "image/svg+xml", include_bytes!("../../../templates/assets/icon.svg")),
    ]
});

/// The stylesheet's path.
pub fn stylesheet() -> &'static str {
    &ALL[0].path
}

/// The script's path.
pub fn script() -> &'static str {
    &ALL[1].path
}

/// The icon's path.
pub fn icon() -> &'static str {
    &ALL[2].path
}
