//! Access tokens (RFC 9068 §4): signature, type, issuer, audience, times; then the membership as it is now.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::Jwk};
use serde::Deserialize;
use serde_json::Value;
use shared::{
    binds,
    caller::{Actor, ActorKind, Caller},
    claims::{ACCESS_TOKEN_TYPE, AccessTokenClaims},
    db::Db,
    role::Role,
    scope::Scopes,
    timestamp::Timestamp,
};

use super::{Jwks, Known, Refusal, strict::Strict};

/// Clocks may differ by so many seconds.
const SKEW: i64 = 60;
/// Longer tokens are not Zoop's.
const LONGEST: usize = 8 * 1024;
/// What the authorization server signs with; nothing symmetric, no `none`.
const ALGORITHMS: [(&str, Algorithm); 3] =
    [("RS256", Algorithm::RS256), ("ES256", Algorithm::ES256), ("EdDSA", Algorithm::EdDSA)];

/// Checks access tokens.
pub struct Verifier {
    issuer: String,
    resources: Vec<String>,
    pub(super) jwks: Jwks,
}

/// The header of Zoop's own tokens. Whatever else stands in one (`crit`, `b64`, `jku`, `jwk`, `x5u`) is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

#[derive(sqlx::FromRow)]
struct Standing {
    role: String,
    authz_version: i64,
    member_status: String,
    user_name: String,
    user_status: String,
    tenant_status: String,
}

impl Verifier {
    /// Tokens of this issuer for one of these resources.
    pub fn new(issuer: &str, resources: Vec<String>, jwks: Jwks) -> Self {
        Self { issuer: issuer.to_owned(), resources, jwks }
    }

    /// The caller that a token stands for.
    pub async fn verify(
        &self,
        db: &Db,
        token: &str,
        now: Timestamp,
        generation: u64,
    ) -> Result<Known, Refusal> {
        let (claims, key_id) = self.claims(token, now.seconds()).await?;
        let standing = standing(db, &claims, &key_id).await?.ok_or(Refusal::Invalid(None))?;
        if standing.tenant_status != "active" {
            return Err(Refusal::Invalid(Some("tenant_suspended")));
        }
        let active = standing.member_status == "active" && standing.user_status == "active";
        let role: Role = standing.role.parse().map_err(|_| Refusal::Invalid(None))?;
        // The role at consent is not the role now: a token of an older membership is refused, and refreshed.
        if !active || standing.authz_version != claims.authz_version {
            return Err(Refusal::Invalid(None));
        }
        let repeater = format!("{} {}", claims.client_id, claims.sub);
        let actor = Actor {
            kind: ActorKind::User,
            id: Some(claims.sub),
            name: standing.user_name,
            via: Some(claims.client_name),
        };
        let caller = Caller {
            tenant_id: claims.tenant_id,
            actor,
            role: Some(role),
            scopes: Scopes::parse_known(&claims.scope).within(role.ceiling()),
            credential: claims.grant_id,
            repeater,
            underscore_names: claims.tool_names.as_deref() == Some("underscore"),
        };
        let expires_at =
            Some(Timestamp::from_micros(claims.exp.saturating_add(SKEW).saturating_mul(1_000_000)));
        Ok(Known { caller: Arc::new(caller), expires_at, sources: Arc::default(), generation })
    }

    /// What a good token says, and which key signed it.
    async fn claims(&self, token: &str, now: i64) -> Result<(AccessTokenClaims, String), Refusal> {
        let invalid = |reason| move || Refusal::Invalid(Some(reason));
        if token.len() > LONGEST {
            return Err(Refusal::Invalid(None));
        }
        let (header, _) = token.split_once('.').ok_or(Refusal::Invalid(None))?;
        let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| Refusal::Invalid(None))?;
        let header: Header = serde_json::from_slice(&header).map_err(|_| Refusal::Invalid(None))?;
        if !header.typ.eq_ignore_ascii_case(ACCESS_TOKEN_TYPE) {
            return Err(Refusal::Invalid(Some("type")));
        }
        let algorithm =
            ALGORITHMS.iter().find(|(name, _)| *name == header.alg).map(|(_, algorithm)| *algorithm);
        let algorithm = algorithm.ok_or_else(invalid("signature"))?;
        if self.jwks.arrived().await.is_none() {
            return Err(Refusal::Unavailable(
                "Zoop's signing keys have not arrived yet. Try again in a few seconds.",
            ));
        }
        if header.kid.len() > 128 {
            return Err(Refusal::Invalid(Some("signature")));
        }
        let jwk = self.jwks.key(&header.kid).await.ok_or_else(invalid("signature"))?;
        if !made_for(&jwk, algorithm) {
            return Err(Refusal::Invalid(Some("signature")));
        }
        let key = DecodingKey::from_jwk(&jwk).map_err(|_| Refusal::Invalid(Some("signature")))?;
        // Times are checked below, by the injected clock; issuer and audience too, so that each has its reason.
        let mut validation = Validation::new(algorithm);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let Strict(mut said) = jsonwebtoken::decode::<Strict>(token, &key, &validation)
            .map_err(|_| Refusal::Invalid(Some("signature")))?
            .claims;
        if said["iss"] != self.issuer.as_str() {
            return Err(Refusal::Invalid(Some("issuer")));
        }
        // One of several audiences is enough (RFC 7519 §4.1.3); none at all is not.
        said["aud"] = self.meant(&said["aud"]).ok_or_else(invalid("audience"))?.into();
        let claims: AccessTokenClaims = serde_json::from_value(said).map_err(|_| Refusal::Invalid(None))?;
        if claims.exp < 0 || claims.exp.saturating_add(SKEW) <= now {
            return Err(Refusal::Expired);
        }
        if claims.nbf.saturating_sub(SKEW) > now || claims.iat.saturating_sub(SKEW) > now {
            return Err(Refusal::Invalid(Some("not_yet_valid")));
        }
        Ok((claims, header.kid))
    }

    /// Which of this server's resources an `aud` names.
    fn meant(&self, audience: &Value) -> Option<&str> {
        let named = |resource: &&String| match audience {
            Value::Array(several) => several.iter().any(|one| one == resource.as_str()),
            one => one == resource.as_str(),
        };
        self.resources.iter().find(named).map(String::as_str)
    }
}

/// A key signs by the one algorithm that the authorization server published it for.
fn made_for(jwk: &Jwk, algorithm: Algorithm) -> bool {
    jwk.common.key_algorithm.is_some_and(|named| named.to_string() == format!("{algorithm:?}"))
}

/// The membership behind a token, unless its grant was revoked or its signing key retired.
async fn standing(db: &Db, claims: &AccessTokenClaims, key_id: &str) -> Result<Option<Standing>, Refusal> {
    let sql = "SELECT m.role, m.authz_version, m.status AS member_status, u.name AS user_name, \
               u.status AS user_status, t.status AS tenant_status \
               FROM members m JOIN users u ON u.id = m.user_id JOIN tenants t ON t.id = m.tenant_id \
               WHERE m.tenant_id = $1 AND m.user_id = $2 \
               AND NOT EXISTS (SELECT 1 FROM revocations r WHERE (r.kind = 'grant' AND r.subject = $3) \
               OR (r.kind = 'signing_key' AND r.subject = $4))";
    Ok(db.row(sql, binds![&claims.tenant_id, &claims.sub, &claims.grant_id, key_id]).await?)
}
