//! Where to go after signing in: within this site, whatever a link says.

/// The path if it stays within the site, else `/settings`.
pub fn within_site(path: &str) -> &str {
    let plain = path.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
    if plain && path.starts_with('/') && !path.starts_with("//") && path.len() <= 2048 {
        path
    } else {
        "/settings"
    }
}

#[cfg(test)]
mod tests {
    use super::within_site;

    #[test]
    fn nothing_leads_out() {
        for path in ["/", "/settings/api", "/oauth/consent?request=abc", "/a//b", "/%2f%2fevil.example"] {
            assert_eq!(within_site(path), path);
        }
        for path in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "evil",
            "/\t/evil.example",
            "/a\r\nb",
            "/é",
        ] {
            assert_eq!(within_site(path), "/settings", "{path}");
        }
    }
}
