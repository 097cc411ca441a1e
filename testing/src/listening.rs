//! What starting either server takes: a free port, a configuration of defaults, waiting until it answers.

use clap::{Args, Command};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::http_client;

/// A port that is ours before the server runs, so that another server can be told of it.
pub(crate) struct Listening {
    pub listener: TcpListener,
    pub url: String,
}

impl Listening {
    /// On loopback, where the kernel chooses.
    pub async fn anywhere() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let url = format!("http://{}", listener.local_addr().expect("a listener has an address"));
        Self { listener, url }
    }
}

/// The options as the program has them when none is given.
pub(crate) fn defaults<C: Args>() -> C {
    let matches = C::augment_args(Command::new("test")).get_matches_from(["test"]);
    C::from_arg_matches(&matches).expect("every option has a default")
}

/// Waits until the server answers; fails with its reason if it ends instead.
pub(crate) async fn ready(url: &str, running: &mut JoinHandle<anyhow::Result<()>>) {
    // The port is open already, so the first request waits in its queue: no second try is needed.
    let answer = http_client().get(format!("{url}/healthz")).send();
    tokio::select! {
        ended = running => panic!("the server ended at once: {ended:?}"),
        answer = answer => assert!(answer.is_ok_and(|answer| answer.status().is_success()), "{url} is not healthy"),
    }
}
