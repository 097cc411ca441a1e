//! The paths that a source file names: in `use` trees, in expressions, in attributes. Comments and strings are not read.

/// Every path of two segments or more, e.g. `["crate", "store", "users"]`; a `use` tree gives one for each leaf.
pub fn paths(source: &str) -> Vec<Vec<String>> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let begins = is_name(&tokens[at]) && tokens.get(at + 1).is_some_and(|next| next == "::");
        if begins {
            at = path(&tokens, at, &mut Vec::new(), &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// Reads one path or tree from `at` on, under `prefix`; answers where it ends.
fn path(tokens: &[String], mut at: usize, prefix: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    let depth = prefix.len();
    while let Some(token) = tokens.get(at) {
        if is_name(token) {
            prefix.push(token.clone());
            at += 1;
            if tokens.get(at).is_some_and(|next| next == "::") {
                at += 1;
                continue;
            }
            found.push(prefix.clone());
        } else if token == "{" && depth < prefix.len() {
            at += 1;
            while tokens.get(at).is_some_and(|token| token != "}") {
                let before = at;
                at = path(tokens, at, prefix, found);
                // What follows a leaf: `,`, or `as Name`.
                while at == before || tokens.get(at).is_some_and(|token| token != "}" && token != ",") {
                    at += 1;
                    if at >= tokens.len() {
                        break;
                    }
                }
                if tokens.get(at).is_some_and(|token| token == ",") {
                    at += 1;
                }
            }
            at += 1;
        } else {
            // `*`, or the `<` of a turbofish: what stands before it counts.
            found.push(prefix.clone());
        }
        break;
    }
    prefix.truncate(depth);
    at
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Names, `::` and single signs.
fn tokens(source: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if first == '"' {
            string(rest)
        } else if let Some(raw) = rest.strip_prefix("r#\"") {
            raw.find("\"#").map_or(rest.len(), |end| end + 5)
        } else if let Some(raw) = rest.strip_prefix("r\"") {
            raw.find('"').map_or(rest.len(), |end| end + 3)
        } else if first == '\'' {
            character(rest)
        } else if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(length);
        if is_name(token) && !token.contains('"') || token == "::" || (length == 1 && !first.is_whitespace())
        {
            tokens.push(token.to_owned());
        }
        rest = after;
    }
    tokens
}

/// How long the string is that begins here.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// How long the character is that begins here; 1 for the tick of a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some(_)) => text[3..].find('\'').map_or(1, |end| end + 4),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

#[test]
fn reads_trees_expressions_and_attributes_but_no_words() {
    let source = r##"
        //! crate::comment::here
        use crate::{self as house, a::{b, c::*}, d as e};
        use {super::f, std::fmt};
        #[derive(sqlx::FromRow)]
        struct S<'a>(&'a str);
        fn x() { crate::g::h::<u8>(); let _ = ("crate::string", '"', r#"crate::raw"#, '\'', crate::i!()); }
    "##;
    let found: Vec<String> = paths(source).iter().map(|path| path.join("::")).collect();
    let expected = [
        "crate::self",
        "crate::a::b",
        "crate::a::c",
        "crate::d",
        "super::f",
        "std::fmt",
        "sqlx::FromRow",
        "crate::g::h",
        "crate::i",
    ];
    assert_eq!(found, expected);
}
