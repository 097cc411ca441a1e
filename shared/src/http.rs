//! What both servers do with HTTP beside their routes: request ids, listening, stopping.

use std::{net::SocketAddr, pin::pin, time::Duration};

use anyhow::Context;
use axum::{Extension, Router, extract::ConnectInfo, serve::Listener};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::net::TcpListener;
use tower::Layer;

/// Listens on an address, or says in a sentence why not. Port 0 takes a free one.
pub async fn listen(option: &str, addr: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(addr).await.with_context(|| match addr.port() {
        0 => format!("cannot listen on {addr}: give another address with --{option}"),
        port => format!(
            "cannot listen on {addr}: is another program on port {port}? Stop it, or give another address with --{option}"
        ),
    })
}

/// How long a connection may take to bring a whole head of a request: from its opening, or from the last answer.
/// Whoever drips a header, or opens connections and says nothing, is cut off then. An idle connection is too, so this
/// stands above what the proxy keeps one for (Caddyfile), which would otherwise lose requests on it, and between the
/// intervals at which programs like to ask.
const HEAD: Duration = Duration::from_secs(25);

/// Serves until `stop` ends, then lets the requests that run finish.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    serve_with(HEAD, listener, router, stop).await;
}

/// `axum::serve`, which has no limit for heads. HTTP/1 alone: nobody speaks HTTP/2 without TLS, which is the proxy's.
async fn serve_with(
    head: Duration,
    mut listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()>,
) {
    let mut protocol = Builder::new(TokioExecutor::new()).http1_only();
    protocol.http1().timer(TokioTimer::new()).header_read_timeout(head);
    let router = router.with_state(());
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            () = &mut stop => break,
        };
        let service = TowerToHyperService::new(Extension(ConnectInfo(peer)).layer(router.clone()));
        let connection = protocol.serve_connection(TokioIo::new(stream), service).into_owned();
        tokio::spawn(connections.watch(connection));
    }
    drop(listener);
    connections.shutdown().await;
}

/// Ends at Ctrl-C or, on Unix, at SIGTERM or when the terminal goes away.
pub async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match (signal(SignalKind::terminate()), signal(SignalKind::hangup())) {
            (Ok(mut terminate), Ok(mut hangup)) => tokio::select! {
                _ = interrupt => {},
                _ = terminate.recv() => {},
                _ = hangup.recv() => {},
            },
            _ => drop(interrupt.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupt.await);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
        sync::{Notify, oneshot},
        time::{sleep, timeout},
    };

    use super::*;

    const HEAD: Duration = Duration::from_secs(1);
    const REQUEST: &[u8] = b"GET /slow HTTP/1.1\r\nhost: here\r\n\r\n";

    struct Server {
        addr: SocketAddr,
        /// Lets one request to /slow go on.
        go_on: Arc<Notify>,
        /// Tells that one has arrived.
        arrived: Arc<Notify>,
        stop: oneshot::Sender<()>,
        ended: tokio::task::JoinHandle<()>,
    }

    impl Server {
        async fn start() -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let addr = listener.local_addr().unwrap();
            let (go_on, arrived) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
            let (slow, here) = (go_on.clone(), arrived.clone());
            let answer = async move |ConnectInfo(peer): ConnectInfo<SocketAddr>| {
                here.notify_one();
                slow.notified().await;
                format!("hello {}", peer.ip())
            };
            let (stop, stopped) = oneshot::channel();
            let router = Router::new().route("/slow", get(answer));
            let ended = tokio::spawn(serve_with(HEAD, listener, router, async { drop(stopped.await) }));
            Self { addr, go_on, arrived, stop, ended }
        }

        async fn connect(&self) -> TcpStream {
            TcpStream::connect(self.addr).await.unwrap()
        }

        /// Lets the request that this connection has sent go on, and reads the answer to its end.
        async fn answer(&self, connection: &mut TcpStream) -> String {
            self.go_on.notify_one();
            let mut text = String::new();
            while !text.contains("hello 127.0.0.1") {
                let mut bytes = [0; 1024];
                let length = connection.read(&mut bytes).await.unwrap();
                assert!(length > 0, "cut off after {text:?}");
                text.push_str(&String::from_utf8_lossy(&bytes[..length]));
            }
            text
        }
    }

    /// Whether the server has closed its side: there is an end to be read, or the connection is reset.
    async fn closed(connection: &mut TcpStream) {
        let read = timeout(Duration::from_secs(30), connection.read(&mut [0])).await.expect("it is cut off");
        assert!(read.map_or(true, |length| length == 0), "nothing is answered");
    }

    #[tokio::test]
    async fn who_drips_a_header_or_says_nothing_is_cut_off_and_who_waits_for_an_answer_is_not() {
        let server = Server::start().await;
        let mut waiting = server.connect().await;
        waiting.write_all(REQUEST).await.unwrap();
        server.arrived.notified().await;
        let mut silent = server.connect().await;
        let (mut reader, mut writer) = server.connect().await.into_split();
        let drip = tokio::spawn(async move {
            writer.write_all(b"GET /slow HTTP/1.1\r\nx: ").await.unwrap();
            while writer.write_all(b"x").await.is_ok() {
                sleep(Duration::from_millis(20)).await;
            }
        });
        timeout(Duration::from_secs(30), reader.read(&mut [0]))
            .await
            .expect("it is cut off")
            .unwrap_or_default();
        timeout(Duration::from_secs(30), drip).await.expect("and can send no more").unwrap();
        closed(&mut silent).await;
        // All that took longer than a head may.
        assert!(server.answer(&mut waiting).await.starts_with("HTTP/1.1 200 OK"));
        waiting.write_all(REQUEST).await.unwrap();
        assert!(
            server.answer(&mut waiting).await.starts_with("HTTP/1.1 200 OK"),
            "the connection serves again"
        );
        closed(&mut waiting).await;
    }

    #[tokio::test]
    async fn a_stop_waits_for_requests_and_not_for_connections() {
        let server = Server::start().await;
        let mut idle = server.connect().await;
        idle.write_all(REQUEST).await.unwrap();
        server.answer(&mut idle).await;
        server.arrived.notified().await;
        let mut waiting = server.connect().await;
        waiting.write_all(REQUEST).await.unwrap();
        server.arrived.notified().await;
        let mut silent = server.connect().await;
        server.stop.send(()).unwrap();
        closed(&mut idle).await;
        assert!(!server.ended.is_finished());
        server.go_on.notify_one();
        let mut answer = String::new();
        waiting.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("hello 127.0.0.1"), "{answer}");
        closed(&mut silent).await;
        server.ended.await.unwrap();
    }
}
