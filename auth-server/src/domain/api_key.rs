//! API keys: what a form may ask for, and what is kept of a key that was made.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use shared::{
    api_key::Kind,
    network::{AllowList, NotANetwork},
    scope::{Scope, Scopes},
    timestamp::Timestamp,
};

use super::user::Member;

/// A key as it is kept: without its secret.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// `key_…`
    pub id: String,
    /// Whose company.
    pub tenant_id: String,
    /// Whom it acts for.
    pub kind: Kind,
    /// As whom a user key acts.
    pub user_id: Option<String>,
    /// That person's name.
    pub user_name: Option<String>,
    /// What its owner calls it.
    pub name: String,
    /// By which people tell keys apart.
    pub last_four: String,
    /// What it may do at most.
    pub scopes: Scopes,
    /// From where it is taken; from anywhere when empty.
    pub ip_allow: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// A form for a new key, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// `name`
    pub name: String,
    /// `actor_type`
    pub actor_type: String,
    /// `user_id`; empty stands for the one who asks.
    pub user_id: String,
    /// `scope`, as often as it came.
    pub scopes: Vec<String>,
    /// `expires_at`
    pub expires_at: String,
    /// `ip_allow`
    pub ip_allow: String,
}

/// A key that may be made.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What its owner calls it.
    pub name: String,
    /// Whom it acts for.
    pub kind: Kind,
    /// As whom a user key acts.
    pub user: Option<Member>,
    /// What it may do at most.
    pub scopes: Scopes,
    /// From where it is taken, with spaces between.
    pub ip_allow: String,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

impl Draft {
    /// Reads a form that an owner sent, or says in a sentence what to change.
    pub fn parse(typed: &Typed, asker: &str, members: &[Member], now: Timestamp) -> Result<Self, String> {
        let name = typed.name.trim();
        if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
            return Err(
                "Give the key a name of 1 to 80 characters, so that you recognise it later.".to_owned()
            );
        }
        let kind = match typed.actor_type.as_str() {
            "user" => Kind::User,
            "tenant" => Kind::Tenant,
            _ => return Err("Choose the key type: user key or tenant key.".to_owned()),
        };
        let user = match kind {
            Kind::Tenant => None,
            Kind::User => {
                let id = if typed.user_id.is_empty() { asker } else { &typed.user_id };
                let member = members.iter().find(|member| member.user_id == id);
                Some(member.ok_or("Choose someone of this company for the key to act as.")?.clone())
            }
        };
        let mut scopes = Vec::new();
        for word in typed.scopes.iter().flat_map(|field| field.split_ascii_whitespace()) {
            let shown: String = word.chars().take(60).collect();
            scopes.push(Scope::parse(word).ok_or_else(|| format!("There is no scope `{shown}`."))?);
        }
        let scopes: Scopes = scopes.into_iter().collect();
        if scopes.is_empty() {
            return Err("Tick at least one scope: a key without scopes can do nothing.".to_owned());
        }
        if let Some(user) = &user {
            let beyond: Scopes =
                scopes.iter().filter(|&s| !scopes_of(s).within(user.role.ceiling()).contains(s)).collect();
            if !beyond.is_empty() {
                let (name, role) = (&user.name, user.role);
                return Err(format!(
                    "{name} is {role} and cannot hold {beyond}. Untick those, or choose another person."
                ));
            }
        }
        Ok(Self {
            name: name.to_owned(),
            kind,
            user,
            scopes,
            ip_allow: parse_sources(&typed.ip_allow)?,
            expires_at: parse_end(typed.expires_at.trim(), now)?,
        })
    }
}

fn scopes_of(scope: Scope) -> Scopes {
    [scope].into_iter().collect()
}

fn parse_sources(typed: &str) -> Result<String, String> {
    let list: AllowList = typed.parse().map_err(|error: NotANetwork| format!("{error}."))?;
    if list.networks().len() > 50 {
        return Err("At most 50 addresses or ranges can be allowed: use wider ranges.".to_owned());
    }
    Ok(list.to_string())
}

/// A date is the last day on which the key works; a time is exact.
fn parse_end(typed: &str, now: Timestamp) -> Result<Option<Timestamp>, String> {
    if typed.is_empty() {
        return Ok(None);
    }
    let end = match typed.parse::<NaiveDate>() {
        Ok(day) => day.succ_opt().map(|next| next.and_time(NaiveTime::MIN).and_utc()),
        Err(_) => DateTime::parse_from_rfc3339(typed).ok().map(|time| time.with_timezone(&Utc)),
    };
    let end = end.ok_or("The expiry is no date: write e.g. 2027-01-31.")?;
    let end = Timestamp::from(end);
    if end <= now {
        return Err("The expiry is in the past: choose a later day, or leave it empty.".to_owned());
    }
    Ok(Some(end))
}

#[cfg(test)]
mod tests {
    use shared::role::Role;

    use super::*;

    fn now() -> Timestamp {
        Timestamp::from("2026-11-24T09:00:00Z".parse::<DateTime<Utc>>().unwrap())
    }

    fn parse(change: impl FnOnce(&mut Typed)) -> Result<Draft, String> {
        let member = |id: &str, name: &str, role| Member { user_id: id.into(), name: name.into(), role };
        let members = [member("usr_owner", "Dana", Role::Owner), member("usr_tech", "Sam", Role::Tech)];
        let mut typed = Typed {
            name: " Nightly export ".into(),
            actor_type: "user".into(),
            scopes: vec!["read:jobs".into()],
            ..Typed::default()
        };
        change(&mut typed);
        Draft::parse(&typed, "usr_owner", &members, now())
    }

    #[test]
    fn what_is_in_order_passes() {
        let draft = parse(|t| t.ip_allow = "203.0.113.7,\n 2001:db8::/32".into()).unwrap();
        assert_eq!(
            (draft.name.as_str(), draft.user.unwrap().user_id.as_str()),
            ("Nightly export", "usr_owner")
        );
        assert_eq!(draft.ip_allow, "203.0.113.7 2001:db8::/32");
        let draft = parse(|t| t.expires_at = "2026-11-24".into()).unwrap();
        assert!(draft.expires_at.unwrap().to_string().starts_with("2026-11-25T00:00:00"));
        assert!(parse(|t| t.actor_type = "tenant".into()).unwrap().user.is_none());
        assert!(parse(|t| t.user_id = "usr_tech".into()).is_ok());
    }

    #[test]
    fn what_is_not_says_so() {
        type Change = fn(&mut Typed);
        let cases: [(&str, Change); 10] = [
            ("name", |t| t.name = "  ".into()),
            ("key type", |t| t.actor_type = "admin".into()),
            ("someone of this company", |t| t.user_id = "usr_stranger".into()),
            ("no scope `read:everything`", |t| t.scopes = vec!["read:everything".into()]),
            ("at least one scope", |t| t.scopes.clear()),
            ("Sam is tech", |t| (t.user_id, t.scopes) = ("usr_tech".into(), vec!["read:invoices".into()])),
            ("is no date", |t| t.expires_at = "tomorrow".into()),
            ("in the past", |t| t.expires_at = "2026-11-23".into()),
            ("in the past", |t| t.expires_at = "2026-11-24T08:59:59Z".into()),
            ("no IP address", |t| t.ip_allow = "everywhere".into()),
        ];
        for (expected, change) in cases {
            let error = parse(change).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
