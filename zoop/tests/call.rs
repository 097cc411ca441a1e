//! `zoop call`: a tool is called from a shell, and what goes wrong is said in plain words.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use serde_json::Value;
use support::{Demo, run, zoop};

#[test]
fn a_tool_is_called_from_a_shell() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::in_folder(folder.path());
    let data = folder.path().to_str().unwrap();
    let key = demo.text("user_key");
    let call = |environment: &[(&str, &str)], arguments: &[&str]| {
        let output = zoop().envs(environment.iter().copied()).arg("call").args(arguments).output().unwrap();
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert!(!out.contains(key) && !err.contains(key), "the key stays unsaid: {out}{err}");
        (output.status.code().unwrap(), out, err)
    };
    let answered = |(code, out, err): (i32, String, String)| -> Value {
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        serde_json::from_str(&out).unwrap()
    };
    let refused = |(code, out, err): (i32, String, String), said: &str| {
        assert_eq!((code, out.as_str()), (1, ""), "{err}");
        assert!(err.starts_with("error: ") && err.contains(said), "{said}: {err}");
    };

    let page = answered(call(&[], &["customers.search", "q=Henderson", "limit:=2", "--data-dir", data]));
    assert_eq!(page["items"].as_array().unwrap().len(), 2, "{page}");
    // Compose files and CI set variables to nothing where they mean that there is none.
    answered(call(&[("ZOOP_URL", ""), ("ZOOP_API_KEY", "")], &["tags.list", "--data-dir", data]));
    let base = demo.text("mcp_url").strip_suffix("/api/mcp").unwrap();
    for url in [base, &format!("{base}/"), demo.text("mcp_url"), &format!("{base}/api/mcp/")] {
        let environment = [("ZOOP_URL", url), ("ZOOP_API_KEY", key)];
        let tag = answered(call(&environment, &["tags_create", &format!("name=From {}", url.len())]));
        assert!(tag["id"].as_str().unwrap().starts_with("tag_"), "{tag}");
    }

    let here = |arguments: &[&str]| call(&[], &[&["--data-dir", data], arguments].concat());
    refused(here(&["customers.search", "limit=2"]), "hint: Call customers.search with {\"limit\":2}");
    refused(here(&["customers.find"]), "Did you mean");
    // What the error tells beside its message: who is, what else, which values.
    let (code, _, said) = here(&["jobs.create", "title=x", "assignee_ids:=[\"nobody@example.com\"]"]);
    assert_eq!(code, 1, "{said}");
    let listed = said.split("\n  allowed:\n").nth(1).expect("who is").lines();
    let people = listed.take_while(|line| line.starts_with("    id: usr_") && line.contains(", name: "));
    assert!(people.count() > 1 && said.contains("\n  request: "), "{said}");
    let tag = answered(here(&["tags.create", "name=Twice"]));
    refused(here(&["tags.create", "name=Twice"]), &format!("existing_id: {}", tag["id"].as_str().unwrap()));
    refused(here(&["jobs.list", "limit=2", "q:=5"]), "\n  issues:\n    ");
    refused(here(&["tags.get", "id=tag_nope"]), "There is no tag");
    refused(here(&["tags.get", "id"]), "key=text");
    refused(call(&[("ZOOP_URL", base)], &["tags.list"]), "ZOOP_API_KEY is not set");
    refused(call(&[("ZOOP_API_KEY", key)], &["tags.list"]), "ZOOP_URL is not set");
    refused(call(&[("ZOOP_URL", base), ("ZOOP_API_KEY", "zoop_uk_wrong")], &["tags.list"]), "Unauthorized");
    refused(
        call(&[("ZOOP_URL", "http://127.0.0.1:1"), ("ZOOP_API_KEY", key)], &["tags.list"]),
        "no server answers",
    );
    // The authorization server is no endpoint: what was asked, how it answered, what to set; no password of the URL.
    let auth = demo.text("auth_url");
    let with_secrets = auth.replace("//", "//me:hidden@") + "/?token=hidden";
    for url in [auth, &with_secrets] {
        let (code, _, said) = call(&[("ZOOP_URL", url), ("ZOOP_API_KEY", key)], &["tags.list"]);
        let host = auth.strip_prefix("http://").unwrap();
        assert!(code == 1 && said.contains(&format!("{host}/api/mcp` answers 404 Not Found")), "{said}");
        assert!(said.contains("set ZOOP_URL to the MCP server") && !said.contains("hidden"), "{said}");
    }
    for url in ["ftp://me:hidden@127.0.0.1", "localhost:8081", "me:hidden@127.0.0.1"] {
        let (code, _, said) = call(&[("ZOOP_URL", url), ("ZOOP_API_KEY", key)], &["tags.list"]);
        assert!(code == 1 && said.contains("begins with http:// or https://"), "{said}");
        assert!(!said.contains("hidden") && !said.contains("start it"), "{said}");
    }
    refused(call(&[], &["tags.list", "--data-dir", "/nowhere"]), "start a demo with `zoop demo`");

    let (_, help, _) = run(&["call", "--help"]);
    for told in ["key=text", "key:=json", "ZOOP_URL", "ZOOP_API_KEY"] {
        assert!(help.contains(told), "{told}: {help}");
    }
}
