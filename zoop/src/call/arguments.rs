//! A tool's arguments as a shell writes them: HTTPie's `key=text` and `key:=json`.

use anyhow::{Context, bail};
use serde_json::{Map, Value};

/// One object of all of them.
pub fn parse(pairs: &[String]) -> anyhow::Result<Value> {
    let mut arguments = Map::with_capacity(pairs.len());
    for pair in pairs {
        let Some((key, text)) = pair.split_once('=') else {
            bail!(
                "`{pair}` is no argument: write key=text for a string, or key:=json for a number, a list, true or null"
            )
        };
        let (key, value) = match key.strip_suffix(':') {
            Some(key) => {
                let value = serde_json::from_str(text).with_context(|| {
                    format!("`{text}` of `{key}` is no JSON: quote strings, or write {key}=text for a string")
                })?;
                (key, value)
            }
            None => (key, Value::from(text)),
        };
        if key.is_empty() {
            bail!("`{pair}` has no key: write key=text or key:=json");
        }
        if arguments.insert(key.to_owned(), value).is_some() {
            bail!("`{key}` is there twice: give it once");
        }
    }
    Ok(arguments.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(pairs: &[&str]) -> anyhow::Result<Value> {
        parse(&pairs.iter().map(|&pair| pair.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn texts_stay_texts_and_json_is_read() {
        let read =
            parsed(&["q=5", "limit:=5", "note=a:=b=c", "ids:=[\"x\"]", "empty=", "nothing:=null"]).unwrap();
        let expected =
            json!({"q": "5", "limit": 5, "note": "a:=b=c", "ids": ["x"], "empty": "", "nothing": null});
        assert_eq!(read, expected);
        assert_eq!(parsed(&[]).unwrap(), json!({}));
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for (pairs, said) in [
            (vec!["limit"], "is no argument"),
            (vec!["limit:=five"], "is no JSON"),
            (vec!["=5"], "has no key"),
            (vec![":=5"], "has no key"),
            (vec!["a=1", "a:=1"], "twice"),
        ] {
            let error = parsed(&pairs).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
