//! The way back to the app: the registered redirect URI with an answer, the request's own state, and `iss`.

use std::fmt::Write;

/// Builds the address on strings: neither the URI nor the state is parsed and printed anew.
pub fn address(redirect_uri: &str, answer: &[(&str, &str)], issuer: &str, state: Option<&[u8]>) -> String {
    let mut address = redirect_uri.to_owned();
    let mut separator = if redirect_uri.contains('?') { '&' } else { '?' };
    // RFC 9207 §2: `iss` says which server answers.
    let fixed = answer.iter().copied().chain([("iss", issuer)]).map(|(name, value)| (name, value.as_bytes()));
    for (name, value) in fixed.chain(state.map(|state| ("state", state))) {
        address.push(separator);
        address.push_str(name);
        address.push('=');
        encode(value, &mut address);
        separator = '&';
    }
    address
}

/// Escapes all but RFC 3986's unreserved characters.
fn encode(bytes: &[u8], into: &mut String) {
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(byte as char);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn nothing_of_the_state_breaks_out() {
        let to = address(
            "https://app.example/cb?a=1",
            &[("code", "x-y_z")],
            "https://i.example",
            Some(b"a b+\r\n&\xff"),
        );
        assert_eq!(
            to,
            "https://app.example/cb?a=1&code=x-y_z&iss=https%3A%2F%2Fi.example&state=a%20b%2B%0D%0A%26%FF"
        );
        assert_eq!(
            address("com.example:/cb", &[("error", "access_denied")], "i", None),
            "com.example:/cb?error=access_denied&iss=i"
        );
    }
}
