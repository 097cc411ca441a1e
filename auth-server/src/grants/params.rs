//! Parameters of a query or a form, read strictly: repeated ones are known as such, the state keeps its bytes.

use std::collections::{BTreeMap, BTreeSet};

/// Parameters by name.
#[derive(Debug, Default)]
pub struct Params {
    values: BTreeMap<String, String>,
    repeated: BTreeSet<String>,
    state: Option<Vec<u8>>,
}

impl Params {
    /// Reads `a=1&b=2`.
    pub fn parse(encoded: &str) -> Self {
        let mut params = Self::default();
        for pair in encoded.split('&').filter(|pair| !pair.is_empty()) {
            let Some((name, value)) = url::form_urlencoded::parse(pair.as_bytes()).next() else { continue };
            if name == "state" {
                params.state = Some(decode(pair.split_once('=').map_or("", |(_, value)| value)));
            }
            if params.values.insert(name.to_string(), value.into_owned()).is_some() {
                params.repeated.insert(name.into_owned());
            }
        }
        params
    }

    /// A parameter's value; one without a value counts as omitted (RFC 6749 §3.1).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A parameter's value, though it be empty.
    pub fn given(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Whether it came more than once: then neither the first nor the last one wins.
    pub fn is_repeated(&self, name: &str) -> bool {
        self.repeated.contains(name)
    }

    /// The parameters that came more than once.
    pub fn repeated(&self) -> impl Iterator<Item = &str> {
        self.repeated.iter().map(String::as_str)
    }

    /// The state's bytes: it goes back as it came (RFC 6749 §4.1.2). Of two neither goes back.
    pub fn state(&self) -> Option<&[u8]> {
        self.state.as_deref().filter(|_| !self.is_repeated("state"))
    }
}

/// Decodes application/x-www-form-urlencoded into bytes, which need not be UTF-8.
fn decode(encoded: &str) -> Vec<u8> {
    let bytes = encoded.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'%')
            .then(|| encoded.get(at + 1..at + 3))
            .flatten()
            .filter(|hex| hex.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        at += if escaped.is_some() { 3 } else { 1 };
        decoded.push(escaped.unwrap_or(if byte == b'+' { b' ' } else { byte }));
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_keeps_its_bytes_and_repeats_are_noticed() {
        let params = Params::parse("state=a%20b+%2B%ff%0d%zz%&scope=x&scope=x&empty=");
        assert_eq!(params.state(), Some(b"a b +\xff\x0d%zz%".as_slice()));
        assert!(params.is_repeated("scope") && !params.is_repeated("state"));
        assert_eq!(Params::parse("state=a&state=a").state(), None);
        assert_eq!((params.get("empty"), params.given("empty")), (None, Some("")));
    }
}
