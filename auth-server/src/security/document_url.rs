//! Addresses of documents that apps publish about themselves: which of them are asked at all. On the string as it
//! came: what a parser would repair is refused.

use url::{Host, Url};

/// Why a document is not fetched from this address, in a sentence. `local` lets developers use http and loopback.
pub fn objection(address: &str, local: bool) -> Option<&'static str> {
    let plain = "it must be written plainly: at most 512 printable characters, no `.` or `..` in its path, its host in \
                 lower case, no port that its scheme has anyway";
    let Ok(url) = Url::parse(address) else { return Some("it is no URL") };
    if url.scheme() != "https" && !(local && url.scheme() == "http") {
        return Some("it must begin with https://");
    }
    if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Some("it must hold no fragment and no user name");
    }
    if url.path() == "/" {
        return Some("it must hold a path, e.g. https://app.example/client.json");
    }
    // What is compared, shown and kept is the text: a parser must not read another address out of it.
    if address.len() > 512 || url.as_str() != address {
        return Some(plain);
    }
    match url.host() {
        Some(Host::Domain(_)) => None,
        Some(Host::Ipv4(address)) if local && address.is_loopback() => None,
        Some(Host::Ipv6(address)) if local && address.is_loopback() => None,
        _ => Some("its host must be a name, not an IP address"),
    }
}

#[cfg(test)]
mod tests {
    use super::objection;

    #[test]
    fn only_plain_https_addresses_with_a_path_are_asked() {
        for address in [
            "https://app.example/client.json",
            "https://app.example:8443/a/b?c=d",
            "https://localhost/c",
            "https://app.example/a%2fb",
        ] {
            assert_eq!(objection(address, false), None, "{address}");
        }
        for address in [
            "http://app.example/c",
            "https://app.example",
            "https://app.example/",
            "https://app.example/c#x",
            "https://app.example/c#",
            "https://user@app.example/c",
            "https://user:pw@app.example/c",
            "https://:pw@app.example/c",
            "https://app.example/a/../c",
            "https://app.example/./c",
            "https://app.example/%2e%2e/c",
            "https://app.example/a/%2E./c",
            "https://app.example/..",
            "https://127.0.0.1/c",
            "https://[::1]/c",
            "https://2130706433/c",
            "https://0x7f.1/c",
            "https://1.1.1.1/c",
            "https://App.example/c",
            "https://app.example:443/c",
            "https:\\\\app.example\\c",
            "https://app.example\\c",
            " https://app.example/c",
            "https://app.example/c d",
            "https://app.example/\u{e9}",
            "https://\u{430}pp.example/c",
            "https:app.example/c",
            "https:///c",
            "file:///etc/passwd",
            "data:application/json,{}",
            "",
        ] {
            assert!(objection(address, false).is_some(), "{address}");
        }
        assert!(objection(&format!("https://app.example/{}", "c".repeat(500)), false).is_some());
        for address in
            ["http://127.0.0.1:9/c", "http://[::1]:9/c", "http://localhost:9/c", "https://app.example/c"]
        {
            assert_eq!(objection(address, true), None, "{address}");
        }
        for address in
            ["http://10.0.0.1/c", "http://169.254.169.254/c", "http://127.0.0.1/", "ftp://127.0.0.1/c"]
        {
            assert!(objection(address, true).is_some(), "{address}");
        }
    }
}
