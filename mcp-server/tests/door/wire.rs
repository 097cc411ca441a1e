//! HTTP by hand over one connection: for what no well-behaved client sends, and to see that a connection survives.

use std::{collections::HashMap, time::Duration};

use serde_json::Value;
use testing::McpServer;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};

/// One connection to the server.
pub struct Wire {
    stream: BufReader<TcpStream>,
    host: String,
}

/// What came back over it.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    /// By lower-case name.
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Wire {
    /// Connects.
    pub async fn to(server: &McpServer) -> Self {
        let host = server.url.trim_start_matches("http://").to_owned();
        Self { stream: BufReader::new(TcpStream::connect(&host).await.unwrap()), host }
    }

    /// The head of a POST to the endpoint with these further header lines.
    pub fn head(&self, token: &str, length: usize, lines: &str) -> String {
        format!(
            "POST /api/mcp HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nContent-Length: {length}\r\n{lines}\r\n",
            self.host
        )
    }

    /// Sends bytes, whatever they are.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.get_mut().write_all(bytes.as_ref()).await.unwrap();
    }

    /// Ends the sending half: whatever was promised does not come.
    pub async fn end(&mut self) {
        self.stream.get_mut().shutdown().await.unwrap();
    }

    /// Reads one answer, within ten seconds.
    pub async fn reply(&mut self) -> Reply {
        timeout(Duration::from_secs(10), self.read()).await.expect("an answer in ten seconds")
    }

    async fn read(&mut self) -> Reply {
        let mut line = String::new();
        self.stream.read_line(&mut line).await.unwrap();
        let status = line.split(' ').nth(1).unwrap_or_else(|| panic!("no HTTP: {line:?}")).parse().unwrap();
        let mut headers = HashMap::new();
        loop {
            line.clear();
            self.stream.read_line(&mut line).await.unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.unwrap();
        Reply { status, headers, body: String::from_utf8(body).unwrap() }
    }
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }
}
