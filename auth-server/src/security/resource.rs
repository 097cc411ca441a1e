//! The `resource` parameter (RFC 8707): which of its spellings name this endpoint, and the one that tokens carry.

use url::Url;

/// The canonical form of a resource that is ours: the endpoint's URL or its origin, without query or trailing slash.
pub fn canonical(asked: &str, endpoints: &[String]) -> Option<String> {
    let mut url = Url::parse(asked).ok()?;
    // RFC 8707 §2: no fragment.
    if url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some()
        || asked.contains('\\')
    {
        return None;
    }
    url.set_query(None);
    let plain = url.as_str().trim_end_matches('/').to_owned();
    let ours = |endpoint: &String| plain == *endpoint || origin(endpoint).as_ref() == Some(&plain);
    endpoints.iter().any(ours).then_some(plain)
}

/// `https://app.example` of `https://app.example/api/mcp`.
fn origin(endpoint: &str) -> Option<String> {
    Some(Url::parse(endpoint).ok()?.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn every_spelling_of_the_endpoint_is_one_and_others_are_none() {
        let ours = ["https://h.example/api/mcp".to_owned()];
        let canonical = |asked: &str| canonical(asked, &ours);
        for asked in [
            "https://h.example/api/mcp",
            "https://h.example/api/mcp/",
            "https://h.example/api/mcp?tool_names=underscore",
            "https://H.example:443/api/mcp/?x",
        ] {
            assert_eq!(canonical(asked).as_deref(), Some("https://h.example/api/mcp"), "{asked}");
        }
        for asked in ["https://h.example", "https://h.example/"] {
            assert_eq!(canonical(asked).as_deref(), Some("https://h.example"), "{asked}");
        }
        for asked in [
            "",
            "h.example",
            "https://evil.example/api/mcp",
            "https://h.example/api/mc",
            "https://h.example/api/mcp/x",
            "http://h.example/api/mcp",
            "https://h.example/api/mcp#x",
            "https://u@h.example/api/mcp",
            "https://h.example\\api\\mcp",
        ] {
            assert_eq!(canonical(asked), None, "{asked}");
        }
    }
}
