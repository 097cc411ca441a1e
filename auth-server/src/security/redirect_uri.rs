//! Redirect URIs: which may be registered, which one matches, how a person is shown them. All on strings as they
//! came: what two parsers read differently is refused, not repaired (RFC 9700 §4.1).

use url::{Host, Url};

/// http is for programs on the person's own computer alone; each name stands for itself (RFC 8252 §7.3, §8.3).
const LOOPBACK: [&str; 3] = ["http://127.0.0.1", "http://[::1]", "http://localhost"];

/// Why a URI cannot be registered, in a sentence; `listed` are those allowed word for word.
pub fn objection(uri: &str, listed: &[String]) -> Option<&'static str> {
    if listed.iter().any(|known| known == uri) {
        return None;
    }
    if uri.is_empty() || uri.len() > 2000 || !uri.bytes().all(|byte| (0x21..0x7f).contains(&byte)) {
        return Some("it must be 1 to 2,000 printable ASCII characters without spaces");
    }
    if uri.contains(['\\', '*', '#', '"', '<', '>', '`', '{', '}', '|', '^']) {
        return Some(
            "it must not hold a fragment, a wildcard, a backslash or another character that URIs do not have",
        );
    }
    if answers_already(uri) {
        return Some("its query must not hold what Zoop adds to it: code, state, iss or error");
    }
    let Some((scheme, rest)) = uri.split_once(':') else { return Some("it must be an absolute URI") };
    let Ok(url) = Url::parse(uri) else { return Some("it is no URI") };
    match scheme {
        "https" => match_host(&url, rest),
        "http" if loopback_rest(uri).is_some() => None,
        "http" => Some("http is only for programs on 127.0.0.1, [::1] or localhost: use https"),
        // RFC 8252 §7.1: a reverse domain name, which its owner controls; no javascript:, data: or file: has a dot.
        _ if is_reverse_domain(scheme) => None,
        _ => Some(
            "its scheme must be https, http on a loopback address, or a reverse domain name such as com.example.app",
        ),
    }
}

/// Whether the query holds a parameter of the answer: the app would find it twice (RFC 9207 §2.4).
fn answers_already(uri: &str) -> bool {
    let query = uri.split_once('?').map_or("", |(_, query)| query);
    let ours = ["code", "state", "iss", "error", "error_description", "error_uri"];
    url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| ours.contains(&name.as_ref()))
}

/// The host must be read by every parser as it is written.
fn match_host(url: &Url, rest: &str) -> Option<&'static str> {
    let Some(authority) = rest.strip_prefix("//") else {
        return Some("https must be followed by // and a host");
    };
    let authority = &authority[..authority.find(['/', '?']).unwrap_or(authority.len())];
    if authority.contains('@') {
        return Some("it must not hold a user name");
    }
    let written = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => host,
        _ => authority,
    };
    let read = match url.host() {
        Some(Host::Domain(name)) => name.to_owned(),
        Some(Host::Ipv4(address)) => address.to_string(),
        Some(Host::Ipv6(address)) => format!("[{address}]"),
        None => String::new(),
    };
    (read != written || read.is_empty())
        .then_some("its host must be written in lower case and in its plain form")
}

fn is_reverse_domain(scheme: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    scheme.contains('.')
        && scheme.split('.').all(label)
        && scheme.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
}

/// Whether an asked-for URI is the registered one: the same string, or a loopback one on another port.
pub fn matches(registered: &str, asked: &str) -> bool {
    registered == asked
        || matches!((loopback_rest(registered), loopback_rest(asked)), (Some(a), Some(b)) if a == b)
}

/// Whether the answer goes to a program on the person's own computer, by http as it should or by https.
pub fn is_this_computer(uri: &str) -> bool {
    let host = || match Url::parse(uri).ok().filter(|url| url.scheme() == "https")?.host()? {
        Host::Domain(name) => Some(name == "localhost" || name.ends_with(".localhost")),
        Host::Ipv4(address) => Some(address.is_loopback() || address.is_unspecified()),
        Host::Ipv6(address) => {
            Some(address.to_canonical().is_loopback() || address.to_canonical().is_unspecified())
        }
    };
    loopback_rest(uri).is_some() || host().unwrap_or(false)
}

/// For a loopback URI its host and what follows the port; the port may be any (RFC 8252 §7.3).
fn loopback_rest(uri: &str) -> Option<(&'static str, &str)> {
    LOOPBACK.into_iter().find_map(|host| {
        let rest = uri.strip_prefix(host)?;
        let rest = match rest.strip_prefix(':') {
            Some(rest) => {
                let (port, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
                let digits =
                    (1..=5).contains(&port.len()) && port.bytes().all(|digit| digit.is_ascii_digit());
                (digits && port.parse::<u16>().is_ok_and(|port| port > 0)).then_some(rest)?
            }
            None => rest,
        };
        (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest))
    })
}

/// What a person is shown: the host, or the scheme of a URI that has none of its own.
pub fn host(uri: &str) -> String {
    let Ok(url) = Url::parse(uri) else { return String::new() };
    match url.scheme() {
        "http" | "https" => url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned(),
        scheme => format!("{scheme}:"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CURSOR: &str = "cursor://anysphere.cursor-mcp/oauth/callback";

    fn allowed(uri: &str) -> bool {
        objection(uri, &[CURSOR.to_owned()]).is_none()
    }

    #[test]
    fn registration_takes_what_is_safe() {
        for uri in [
            "https://app.example/cb",
            "https://app.example/cb?a=1",
            "https://app.example/cb?encode=1&mystate=2",
            "https://app.example/cb/code?x=code",
            "https://app.example:8443/cb",
            "https://app.example",
            "https://xn--pp-2lc.example/cb",
            "https://app.example/%2e%2e/cb",
            "http://127.0.0.1/cb",
            "http://127.0.0.1:33418/cb",
            "http://[::1]:5000/cb",
            "http://localhost/cb",
            "com.example.app:/cb",
            "com.example.app://cb",
            CURSOR,
        ] {
            assert!(allowed(uri), "{uri}: {:?}", objection(uri, &[]));
        }
    }

    #[test]
    fn registration_refuses_the_rest() {
        for uri in [
            "https://app.example/cb#x",
            "https://app.example/cb#",
            "https://*.example.com/cb",
            "https://app.example:*/cb",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            " javascript:alert(1)",
            "java\tscript:alert(1)",
            "java\0script:x",
            "data:text/html,x",
            "DATA:x",
            "vbscript:x",
            "file:///etc/passwd",
            "blob:https://app.example/x",
            "about:blank",
            "//evil.example/cb",
            "/cb",
            "https:evil.example",
            "https:/evil.example",
            "",
            "cb",
            "https://",
            "http://app.example/cb",
            "http://127.1/cb",
            "http://2130706433/cb",
            "http://0x7f.1/cb",
            "http://0.0.0.0/cb",
            "http://[::ffff:127.0.0.1]/cb",
            "http://127.0.0.1.evil.example:1/cb",
            "http://localhost.evil.example/cb",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:99999/cb",
            "http://127.0.0.1:1@evil.example/cb",
            "http://127.0.0.1@evil/",
            "http://LOCALHOST/cb",
            "https://evil.example\\@app.example/cb",
            "https:\\\\app.example\\cb",
            "https://user@app.example/cb",
            "https://user:pw@app.example/cb",
            "https://аpp.example/cb",
            "https://APP.example/cb",
            "https://2130706433/cb",
            "https://0x7f.1/cb",
            "myapp:/cb",
            "cursor://evil/cb",
            "com..app:/cb",
            "Com.example:/cb",
            "https://app.example/c b",
            "https://app.example/\r\nx",
            "ftp://app.example/",
            "https://app.example:x/",
            "https://app.example/cb?code=x",
            "https://app.example/cb?a=1&state",
            "https://app.example/cb?i%73s=https://evil.example",
            "com.example.app:/cb?error=x",
            "http://127.0.0.1/cb?iss=",
        ] {
            assert!(!allowed(uri), "{uri}");
        }
    }

    #[test]
    fn a_program_on_this_computer_is_known_by_its_host() {
        for uri in [
            "http://127.0.0.1:1/cb",
            "http://localhost",
            "http://[::1]/",
            "https://localhost/cb",
            "https://app.localhost/cb",
            "https://127.0.0.1:8443/cb",
            "https://127.8.0.1/cb",
            "https://[::1]/cb",
        ] {
            assert!(is_this_computer(uri), "{uri}");
        }
        for uri in ["https://app.example/localhost", "https://localhost.example/cb", "com.example.app:/cb"] {
            assert!(!is_this_computer(uri), "{uri}");
        }
    }

    #[test]
    fn one_string_matches_itself_and_loopback_any_port() {
        let registered = "http://127.0.0.1:1234/cb";
        for asked in ["http://127.0.0.1:1234/cb", "http://127.0.0.1:9/cb", "http://127.0.0.1/cb"] {
            assert!(matches(registered, asked), "{asked}");
        }
        for asked in [
            "http://localhost:1234/cb",
            "http://[::1]:1234/cb",
            "http://127.0.0.1:1234/cb/",
            "http://127.0.0.1:1234/cb?a",
            "http://127.0.0.1.evil.example:1/cb",
            "http://127.0.0.1:1234@evil.example/cb",
            "http://127.1:1234/cb",
            "https://127.0.0.1:1234/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:01234567/cb",
            "HTTP://127.0.0.1/cb",
        ] {
            assert!(!matches(registered, asked), "{asked}");
        }
        for asked in [
            "https://app.example/cb/",
            "https://app.example/cb?a=1",
            "https://app.example:443/cb",
            "https://app.example/%63b",
        ] {
            assert!(!matches("https://app.example/cb", asked), "{asked}");
        }
    }

    proptest! {
        #[test]
        fn what_is_allowed_is_read_alike_everywhere(uri in "(https|http|[a-z.]{1,8}):[/\\\\]{0,3}[a-zA-Z0-9.@:%\\[\\]*#?/\\\\ -]{0,40}") {
            if allowed(&uri) {
                let url = Url::parse(&uri).unwrap();
                prop_assert!(url.fragment().is_none() && url.username().is_empty() && url.password().is_none());
                prop_assert!(matches!(url.scheme(), "https") || is_this_computer(&uri) || url.scheme().contains('.'));
                prop_assert!(matches(&uri, &uri));
            }
        }

        #[test]
        fn a_match_differs_in_nothing_but_a_loopback_port(a in "https?://(127\\.0\\.0\\.1|localhost|app\\.example)(:[0-9]{1,5})?(/[a-z]{0,2})?",
                                                           b in "https?://(127\\.0\\.0\\.1|localhost|app\\.example)(:[0-9]{1,5})?(/[a-z]{0,2})?") {
            if a != b && matches(&a, &b) {
                let (a, b) = (Url::parse(&a).unwrap(), Url::parse(&b).unwrap());
                prop_assert_eq!(a.scheme(), "http");
                prop_assert_eq!(a.host_str(), b.host_str());
                prop_assert_eq!(a.path(), b.path());
            }
        }
    }
}
