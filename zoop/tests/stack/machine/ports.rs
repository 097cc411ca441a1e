//! Where on this machine the containers' places are.

use std::net::TcpListener;

/// Free ports, one for each that a container has.
#[derive(Clone, Copy)]
pub struct Ports {
    pub postgres: u16,
    pub auth: u16,
    pub mcp: u16,
    pub http: u16,
    pub https: u16,
    pub health: u16,
}

impl Ports {
    pub fn free() -> Self {
        let listeners: [TcpListener; 6] =
            std::array::from_fn(|_| TcpListener::bind("0.0.0.0:0").expect("a free port"));
        let [postgres, auth, mcp, http, https, health] =
            listeners.each_ref().map(|listener| listener.local_addr().expect("an address").port());
        Self { postgres, auth, mcp, http, https, health }
    }

    /// Where on this machine the container's places are.
    pub fn here(&self, text: &str) -> String {
        let Self { postgres, auth, mcp, health, .. } = self;
        text.replace("@postgres:5432/", &format!("@127.0.0.1:{postgres}/"))
            .replace("0.0.0.0:8080", &format!("0.0.0.0:{auth}"))
            .replace("auth-server:8080", &format!("127.0.0.1:{auth}"))
            .replace("0.0.0.0:8081", &format!("0.0.0.0:{mcp}"))
            .replace("mcp-server:8081", &format!("127.0.0.1:{mcp}"))
            .replace("127.0.0.1:2020", &format!("127.0.0.1:{health}"))
    }
}
