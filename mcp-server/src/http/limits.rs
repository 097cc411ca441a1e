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

/// How a caller stands, as every answer tells it.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    credential: Standing,
    /// Told when it is the tenant's limit that was hit.
    tenant: Option<Standing>,
}

impl From<Standing> for Told {
    fn from(credential: Standing) -> Self {
        Self { credential, tenant: None }
    }
}

impl Limits {
    /// Counts a request, or refuses it with 429; what is refused uses up nothing.
    pub fn take(
        &self,
        caller: &Caller,
        counted: Counted,
        now: Timestamp,
    ) -> Result<Told, Box<(Fault, Told)>> {
        if counted == Counted::Handshake {
            let standing = self.handshakes.take(&caller.credential, now);
            return standing
                .map(Told::from)
                .map_err(|at| Box::new((refusal("this credential", &self.handshakes, at), at.into())));
        }
        let limits = [(&self.credential, caller.credential.as_str()), (&self.tenant, &caller.tenant_id)];
        let [credential, tenant] = match RateLimit::take_all(limits, now) {
            Ok([credential, _]) => return Ok(credential.into()),
            Err(standings) => standings,
        };
        // Where both refuse, the longer wait is the one that helps.
        let by_tenant = tenant.remaining == 0
            && (credential.remaining > 0 || tenant.reset_seconds > credential.reset_seconds);
        Err(Box::new(if by_tenant {
            let fault = refusal("this account", &self.tenant, tenant);
            (fault, Told { credential, tenant: Some(tenant) })
        } else {
            (refusal("this credential", &self.credential, credential), credential.into())
        }))
    }

    /// Counts a request that is refused for a reason that comes before 429.
    pub fn count(&self, caller: &Caller, now: Timestamp) -> Told {
        let (Ok(standing) | Err(standing)) = self.credential.take(&caller.credential, now);
        standing.into()
    }

    /// Tells on every answer how the caller stands.
    pub fn tell(&self, headers: &mut HeaderMap, told: Told) {
        let item = |name: &str, at: Standing| format!("\"{name}\";r={};t={}", at.remaining, at.reset_seconds);
        let mut limit = item("credential", told.credential);
        if let Some(tenant) = told.tenant {
            limit = format!("{limit}, {}", item("tenant", tenant));
        }
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

fn refusal(whose: &str, limit: &RateLimit, standing: Standing) -> Fault {
    let message = format!(
        "Too many requests: {whose} may make {} in any 60 seconds. Wait {} seconds, then go on.",
        limit.quota(),
        standing.reset_seconds
    );
    Fault::new(StatusCode::TOO_MANY_REQUESTS, -32003, "rate_limited", message)
        .header(header::RETRY_AFTER, &standing.reset_seconds.to_string())
}
