//! Bodies: read up to a limit, or let go without cutting off whoever still sends.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
};
use http_body_util::BodyExt;

use super::Fault;

/// What is over the limit is read on and dropped up to here, so that the connection survives the answer.
const DRAINED: usize = 64 * 1024 * 1024;
/// A body that takes longer is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads a body up to the limit.
pub async fn read(body: Body, limit: usize) -> Result<Vec<u8>, Fault> {
    let late = || {
        let message = "The body took too long to arrive. Send it again.";
        Fault::new(StatusCode::REQUEST_TIMEOUT, -32600, "timeout", message)
    };
    tokio::time::timeout(PATIENCE, collect(body, limit)).await.unwrap_or_else(|_| Err(late()))
}

async fn collect(mut body: Body, limit: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let mut over = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            let message = "The body was cut off. Send it again, whole.";
            return Err(Fault::new(StatusCode::BAD_REQUEST, -32700, "parse_error", message));
        };
        let Some(data) = frame.data_ref() else { continue };
        if over == 0 && bytes.len() + data.len() <= limit {
            bytes.extend_from_slice(data);
        } else {
            over += data.len();
            if over > DRAINED {
                break;
            }
        }
    }
    if over == 0 {
        return Ok(bytes);
    }
    let message = format!("The body is over {limit} bytes. Send fewer records at once.");
    Err(Fault::new(StatusCode::PAYLOAD_TOO_LARGE, -32600, "too_large", message))
}

/// Reads on beside the answer what nobody wants: a client that sends its headers and its body in two packets would
/// otherwise find the connection reset before it has read why it was refused.
pub fn let_go(headers: &HeaderMap, mut body: Body) {
    // Who waits for `100 Continue` has sent nothing yet, and shall not be asked to.
    if axum::body::HttpBody::is_end_stream(&body) || headers.contains_key(header::EXPECT) {
        return;
    }
    let drain = async move {
        let mut dropped = 0;
        while let Some(Ok(frame)) = body.frame().await {
            dropped += frame.data_ref().map_or(0, |data| data.len());
            if dropped > DRAINED {
                return;
            }
        }
    };
    tokio::spawn(tokio::time::timeout(PATIENCE, drain));
}
