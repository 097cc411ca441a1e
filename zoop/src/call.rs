//! `zoop call`: one tool, from a shell. A bare JSON-RPC caller over one POST, as a script of one's own would be.

mod arguments;
mod refusal;

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, bail, ensure};
use reqwest::header;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::{Position, Url};

use crate::{demo, output};

const ENDPOINT: &str = "/api/mcp";

/// Calls one tool and prints its answer as JSON.
///
/// Arguments are written as HTTPie writes them: `key=text` is a string, `key:=json` is any JSON.
///
///   zoop call customers.search q=Henderson limit:=5
///
///   zoop call jobs.create title="Clean the gutters" customer_id=cus_… 'assignee_ids:=["ana@example.com"]'
///
/// The endpoint is ZOOP_URL and the key ZOOP_API_KEY; without both, those of the demo in --data-dir. The answer goes
/// to stdout; a refusal goes to stderr, with what to do, and ends with exit code 1.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Options {
    /// Which tool, e.g. customers.search; `zoop tools` lists them.
    tool: String,
    /// Its arguments: key=text or key:=json.
    #[arg(value_name = "KEY=TEXT|KEY:=JSON")]
    arguments: Vec<String>,
    /// The server, e.g. https://app.zoop.example.
    #[arg(long, env = "ZOOP_URL", value_name = "URL")]
    url: Option<Url>,
    /// From the environment alone: a key on a command line stays in the shell's history.
    #[arg(long = "api-key", env = "ZOOP_API_KEY", hide = true, hide_env_values = true)]
    key: Option<SecretString>,
    /// The folder of the demo to call where neither ZOOP_URL nor ZOOP_API_KEY is set.
    #[arg(long, default_value = "data", value_name = "FOLDER")]
    data_dir: PathBuf,
}

/// Calls it.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let arguments = arguments::parse(&options.arguments)?;
    let (url, key) = target(&options)?;
    let answer = post(&url, &key, &options.tool, arguments).await?;
    output::print(&format!("{answer:#}\n"))
}

/// The endpoint and the key to it: both given, or both the demo's. A key never goes to a server that it was not
/// given for.
fn target(options: &Options) -> anyhow::Result<(Url, SecretString)> {
    match (&options.url, &options.key) {
        (Some(url), Some(key)) => {
            // The scheme alone: what is no such URL may still hold a password.
            ensure!(
                matches!(url.scheme(), "http" | "https"),
                "the server's URL begins with `{}:`: set ZOOP_URL to one that begins with http:// or https://",
                url.scheme()
            );
            Ok((endpoint(url.clone()), key.clone()))
        }
        (Some(_), None) => bail!("ZOOP_API_KEY is not set: set it to an API key of that server"),
        (None, Some(_)) => {
            bail!(
                "ZOOP_URL is not set: set it to the server that the key is for, e.g. https://app.zoop.example"
            )
        }
        (None, None) => {
            let Some(record) = demo::record_in(&options.data_dir)? else {
                bail!(
                    "there is no demo in `{}`, and ZOOP_URL and ZOOP_API_KEY are not set: set both, or start a demo \
                     with `zoop demo`",
                    options.data_dir.display()
                )
            };
            let url = record.card.mcp_url.parse().context("the demo's mcp_url is no URL")?;
            Ok((url, record.card.user_key.into()))
        }
    }
}

/// The base URL is enough, and a slash at the end does no harm.
fn endpoint(mut url: Url) -> Url {
    let given = url.path().trim_end_matches('/');
    let path = if given.ends_with(ENDPOINT) { given.to_owned() } else { format!("{given}{ENDPOINT}") };
    url.set_path(&path);
    url
}

/// The URL as it may be shown: without a password, and without the query, which could hold one.
fn shown(url: &Url) -> &str {
    match url.has_authority() && (!url.username().is_empty() || url.password().is_some()) {
        true => &url[Position::BeforeHost..Position::AfterPath],
        false => &url[..Position::AfterPath],
    }
}

async fn post(url: &Url, key: &SecretString, tool: &str, arguments: Value) -> anyhow::Result<Value> {
    // It fails only if another part of the process was first; then there is one already.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    // A redirect could lead the key to another server.
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(60))
        .build()?;
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}});
    let sent = client
        .post(url.clone())
        .bearer_auth(key.expose_secret())
        .header(header::ACCEPT, "application/json, text/event-stream")
        .json(&body)
        .send()
        .await;
    let response = match sent {
        Ok(response) => response,
        Err(error) => {
            let error = anyhow::Error::new(error.without_url());
            return Err(error.context(format!(
                "no server answers at `{}`: start it (the demo: `zoop demo`), or set ZOOP_URL to where it is",
                shown(url)
            )));
        }
    };
    let status = response.status();
    let mut answer: Value = response.json().await.unwrap_or_default();
    match answer["result"]["structuredContent"].take() {
        Value::Null => match refusal::in_words(&answer["error"]) {
            Some(said) => bail!(said),
            None => bail!(
                "`{}` answers {status} and not as Zoop's endpoint does: set ZOOP_URL to the MCP server, e.g. \
                 https://app.zoop.example (the demo's: http://127.0.0.1:8081), or see whether that is running behind it",
                shown(url)
            ),
        },
        structured => Ok(structured),
    }
}
