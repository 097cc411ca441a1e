//! What must have happened within two seconds: asked again and again until then, never slept for.

use std::time::{Duration, Instant};

use testing::{Answer, Caller};

/// Pings until the caller is refused with 401, and answers that refusal; fails after two seconds.
pub async fn refused_soon(caller: &Caller) -> Answer {
    let start = Instant::now();
    loop {
        let answer = caller.method("ping", serde_json::json!({})).await;
        if answer.status == 401 {
            return answer;
        }
        assert!(start.elapsed() < Duration::from_secs(2), "still let in after two seconds: {answer:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
