//! Both servers in this process: started on listeners that are bound, waited for, stopped together.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, bail};
use shared::{clock::Clock, random::Random};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::demo::addresses::Listeners;

/// How long the servers may take until they answer.
const START: Duration = Duration::from_secs(20);
/// How long requests that run may take to finish at the end.
const STOP: Duration = Duration::from_secs(3);

/// Both servers, running.
pub struct Servers {
    tasks: JoinSet<anyhow::Result<()>>,
    stop: CancellationToken,
    probes: [(SocketAddr, String, &'static str); 2],
}

impl Servers {
    /// Starts both. `auth` and `mcp` must name the listeners' addresses in their public URLs.
    pub fn start(
        auth: auth_server::Config,
        mut mcp: mcp_server::config::Config,
        listeners: Listeners,
        clock: &Clock,
        random: &Random,
    ) -> anyhow::Result<Self> {
        let stop = CancellationToken::new();
        let local =
            |listener: &tokio::net::TcpListener| listener.local_addr().context("a listener has no address");
        let host = |url: Option<&url::Url>| {
            url.map(|url| url[url::Position::BeforeHost..url::Position::AfterPort].to_owned())
        };
        let probes = [
            (local(&listeners.auth)?, host(Some(&auth.issuer)).unwrap_or_default(), "/healthz"),
            (
                local(&listeners.mcp)?,
                host(auth.mcp_urls.first()).unwrap_or_default(),
                "/.well-known/oauth-protected-resource/api/mcp",
            ),
        ];
        // Whether pages of this machine may call depends on whether the server itself listens on loopback.
        mcp.addr = local(&listeners.mcp)?;
        let mut tasks = JoinSet::new();
        tasks.spawn(auth_server::serve(auth, listeners.auth, clock.clone(), random.clone(), stop.clone()));
        let (clock, random, ends) = (clock.clone(), random.clone(), stop.clone());
        tasks.spawn(async move {
            let app = mcp_server::App::start(mcp, clock, random).await?;
            app.serve(listeners.mcp, ends).await;
            Ok(())
        });
        Ok(Self { tasks, stop, probes })
    }

    /// Waits until both answer.
    pub async fn answering(&mut self) -> anyhow::Result<()> {
        let answers = async {
            for (address, host, path) in &self.probes {
                while !answers(*address, host, path).await {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        };
        tokio::select! {
            ended = self.tasks.join_next() => ended_early(ended),
            done = timeout(START, answers) => done.context("the servers do not answer; start again with --log info to see why"),
        }
    }

    /// Serves until `stop`, then lets the requests that run finish.
    pub async fn run_until(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        tokio::select! {
            ended = self.tasks.join_next() => {
                self.stop.cancel();
                return ended_early(ended);
            }
            () = stop.cancelled() => self.stop.cancel(),
        }
        let all = async {
            while let Some(ended) = self.tasks.join_next().await {
                ended.context("a server broke down")??;
            }
            Ok(())
        };
        // A client that holds its request open does not hold up the end.
        timeout(STOP, all).await.unwrap_or(Ok(()))
    }
}

fn ended_early(ended: Option<Result<anyhow::Result<()>, tokio::task::JoinError>>) -> anyhow::Result<()> {
    match ended {
        Some(ended) => ended.context("a server broke down")??,
        None => bail!("no server runs"),
    }
    bail!("a server ended by itself; start again with --log info to see why")
}

/// Whether a GET is answered with 200.
async fn answers(address: SocketAddr, host: &str, path: &str) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut status = [0; 12];
        stream.read_exact(&mut status).await?;
        std::io::Result::Ok(&status == b"HTTP/1.1 200")
    };
    timeout(Duration::from_secs(5), ask).await.is_ok_and(|answer| answer.unwrap_or(false))
}
