//! What both servers do with HTTP beside their routes: request ids, listening, stopping.

use std::net::SocketAddr;

use anyhow::Context;
use axum::Router;
use tokio::net::TcpListener;

/// Listens on an address, or says in a sentence why not. Port 0 takes a free one.
pub async fn listen(option: &str, addr: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(addr).await.with_context(|| match addr.port() {
        0 => format!("cannot listen on {addr}: give another address with --{option}"),
        port => format!(
            "cannot listen on {addr}: is another program on port {port}? Stop it, or give another address with --{option}"
        ),
    })
}

/// Serves until `stop` ends, then lets the requests that run finish.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop).await.context("the server stopped")
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
