//! The stylesheets, the script and the icon, in the binary and under names that hold a hash of their content.

use std::sync::LazyLock;

use super::hash;

/// A file that pages link to.
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
        Self { path: format!("/docs/assets/{stem}.{}.{extension}", hash(bytes)), media_type, bytes }
    }
}

const CSS: &str = "text/css; charset=utf-8";

/// All of them: the house's stylesheet, the documentation's own, its script, the icon.
pub static ALL: LazyLock<[Asset; 4]> = LazyLock::new(|| {
    [
        Asset::new("zoop", "css", CSS, include_bytes!("../../../templates/assets/zoop.css")),
        Asset::new("docs", "css", CSS, include_bytes!("../../../templates/docs/docs.css")),
        Asset::new(
            "docs",
            "js",
            "text/javascript; charset=utf-8",
            include_bytes!("../../../templates/docs/docs.js"),
        ),
        Asset::new("icon", "svg", "image/svg+xml", include_bytes!("../../../templates/assets/icon.svg")),
    ]
});

/// The house's stylesheet.
pub fn house_style() -> &'static str {
    &ALL[0].path
}

/// What the documentation adds to it.
pub fn style() -> &'static str {
    &ALL[1].path
}

/// The script.
pub fn script() -> &'static str {
    &ALL[2].path
}

/// The icon.
pub fn icon() -> &'static str {
    &ALL[3].path
}
