//! Limits over a sliding minute, for each credential and each tenant.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use shared::{
    caller::Caller,
    rate_limit::{RateLimit, Standing},
    timestamp::Timestamp,
};

use super::Fault;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The limits of the endpoint.
pub struct Limits {
    /// For each credential.
    pub credential: RateLimit,
    /// For each tenant.
    pub tenant: RateLimit,
    /// Handshakes have an allowance of their own: some clients repeat them before every call.
    pub handshakes: RateLimit,
}

/// Which allowance a request counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// initialize, ping, server/discover, notifications.
    Handshake,
    /// All else.
    Work,
}

impl Limits {
    /// Counts a request, or refuses it with 429.
    pub fn take(
        &self,
        caller: &Caller,
        counted: Counted,
        now: Timestamp,
    ) -> Result<Standing, Box<(Fault, Standing)>> {
        let by_credential = match counted {
            Counted::Handshake => &self.handshakes,
            Counted::Work => &self.credential,
        };
        let standing = by_credential
            .take(&caller.credential, now)
            .map_err(|at| self.refusal("this credential", by_credential, at))?;
        if counted == Counted::Work {
            self.tenant
                .take(&caller.tenant_id, now)
                .map_err(|at| self.refusal("this account", &self.tenant, at))?;
        }
        Ok(standing)
    }

    /// Counts a request that is refused for a reason that comes before 429.
    pub fn count(&self, caller: &Caller, now: Timestamp) -> Standing {
        let (Ok(standing) | Err(standing)) = self.credential.take(&caller.credential, now);
        standing
    }

    fn refusal(&self, whose: &str, limit: &RateLimit, standing: Standing) -> Box<(Fault, Standing)> {
        let message = format!(
            "Too many requests: {whose} may make {} in any 60 seconds. Wait {} seconds, then go on.",
            limit.quota(),
            standing.reset_seconds
        );
        let fault = Fault::new(StatusCode::TOO_MANY_REQUESTS, -32003, "rate_limited", message)
            .header(header::RETRY_AFTER, &standing.reset_seconds.to_string());
        Box::new((fault, standing))
    }

    /// Tells on every answer how the credential stands.
    pub fn tell(&self, headers: &mut HeaderMap, standing: Standing) {
        let limit = format!("\"credential\";r={};t={}", standing.remaining, standing.reset_seconds);
        let policy = format!(
            "\"credential\";q={};w=60, \"tenant\";q={};w=60",
            self.credential.quota(),
            self.tenant.quota()
        );
        for (name, value) in [(RATE_LIMIT, limit), (RATE_LIMIT_POLICY, policy)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }
}
