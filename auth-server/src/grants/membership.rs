//! Who belongs to a company, and as what, and who may sign in at all. Each change is one transaction with the
//! membership's next version and a row in `revocations`: every mcp-server replica reads that within two seconds, and
//! refuses tokens of the version before.

use serde_json::{Value, json};
use shared::{
    caller::Actor,
    db::{Db, Tx},
    error::Error,
    id::Ids,
    revocations::{self, Revoked},
    role::Role,
    scope::Access,
    timestamp::Timestamp,
};

use crate::{
    domain::user::User,
    store::{
        api_keys, audit, consents, grants,
        members::{self, Company},
        sessions, tenants, users,
    },
};

/// What is to become of a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Another role.
    Role(Role),
    /// Its end, with the grants and the keys of that person in that company.
    Remove,
}

/// Why nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// There is no such company.
    NoCompany,
    /// They are no member.
    NoMember,
    /// They are a member already.
    Member(Role),
    /// They have this role already.
    SameRole,
    /// Nobody would own the company.
    LastOwner,
}

/// What came of a person who was disabled or enabled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is so now. These companies are left without an owner who can sign in.
    Changed(Vec<Company>),
    /// It was so before.
    SoBefore,
    /// Nothing was changed: these companies would be left without an owner who can sign in.
    WouldLeave(Vec<Company>),
}

/// Changes members, at one time, in somebody's name.
pub struct Desk<'a> {
    /// The database.
    pub db: &'a Db,
    /// Identifiers.
    pub ids: &'a Ids,
    /// Now.
    pub now: Timestamp,
    /// In whose name.
    pub actor: Actor,
}

impl Desk<'_> {
    /// Makes a person a member, anew if they were one. `user` is kept first if `is_new`.
    pub async fn admit(
        &self,
        tenant_id: &str,
        user: &User,
        is_new: bool,
        role: Role,
    ) -> Result<Result<(), Refused>, Error> {
        let mut tx = self.db.begin(Access::Write).await?;
        if !members::hold(&mut tx, tenant_id).await? {
            return Ok(Err(Refused::NoCompany));
        }
        if is_new {
            users::insert(&mut tx, user, self.now).await?;
        }
        match members::of(&mut tx, tenant_id, &user.id).await? {
            Some((role, true)) => return Ok(Err(Refused::Member(role))),
            Some((_, false)) => {
                members::set(&mut tx, tenant_id, &user.id, role, true).await?;
                self.revoke(&mut tx, tenant_id, &user.id).await?;
            }
            None => tenants::admit(&mut tx, tenant_id, &user.id, role, self.now).await?,
        }
        self.note(&mut tx, Some(tenant_id), &user.id, "member.add", json!({ "role": [null, role] })).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// Changes a membership. A company keeps at least one owner.
    pub async fn change(
        &self,
        tenant_id: &str,
        user_id: &str,
        change: Change,
    ) -> Result<Result<(), Refused>, Error> {
        let mut tx = self.db.begin(Access::Write).await?;
        if !members::hold(&mut tx, tenant_id).await? {
            return Ok(Err(Refused::NoCompany));
        }
        let Some((before, true)) = members::of(&mut tx, tenant_id, user_id).await? else {
            return Ok(Err(Refused::NoMember));
        };
        if change == Change::Role(before) {
            return Ok(Err(Refused::SameRole));
        }
        if before == Role::Owner && members::other_owners(&mut tx, tenant_id, user_id).await? == 0 {
            return Ok(Err(Refused::LastOwner));
        }
        let (action, after) = match change {
            Change::Role(role) => {
                members::set(&mut tx, tenant_id, user_id, role, true).await?;
                ("member.role", Some(role))
            }
            Change::Remove => {
                members::set(&mut tx, tenant_id, user_id, before, false).await?;
                grants::revoke_of(&mut tx, tenant_id, user_id, self.now).await?;
                consents::forget_all(&mut tx, tenant_id, user_id).await?;
                api_keys::revoke_of(&mut tx, tenant_id, user_id, self.now).await?;
                ("member.remove", None)
            }
        };
        self.revoke(&mut tx, tenant_id, user_id).await?;
        self.note(&mut tx, Some(tenant_id), user_id, action, json!({ "role": [before, after] })).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// Suspends a company, with every credential of it, or lets it go on. `Ok(Ok(false))`: it was so before.
    pub async fn set_active(&self, tenant_id: &str, active: bool) -> Result<Result<bool, Refused>, Error> {
        let mut tx = self.db.begin(Access::Write).await?;
        let Some(changed) = tenants::set_active(&mut tx, tenant_id, active).await? else {
            return Ok(Err(Refused::NoCompany));
        };
        if changed {
            let revoked = Revoked::Tenant(tenant_id.to_owned());
            revocations::record(&mut tx, self.ids, self.now, &revoked).await?;
            let action = if active { "tenant.resume" } else { "tenant.suspend" };
            self.note(&mut tx, Some(tenant_id), tenant_id, action, json!({})).await?;
        }
        tx.commit().await?;
        Ok(Ok(changed))
    }

    /// Stops a person in every company, or lets them go on with the password, keys and apps that they had. Access tokens
    /// and sessions from before stay ended. `though`: also where a company is left without an owner who can sign in.
    pub async fn set_user_active(&self, user_id: &str, active: bool, though: bool) -> Result<Outcome, Error> {
        let mut tx = self.db.begin(Access::Write).await?;
        members::hold_all_of(&mut tx, user_id).await?;
        if !users::set_active(&mut tx, user_id, active).await? {
            return Ok(Outcome::SoBefore);
        }
        let left = if active { vec![] } else { members::owned_by_nobody_but(&mut tx, user_id).await? };
        if !left.is_empty() && !though {
            return Ok(Outcome::WouldLeave(left));
        }
        let action = if active { "user.enable" } else { "user.disable" };
        if !active {
            members::outdate_all_of(&mut tx, user_id).await?;
            sessions::end_all(&mut tx, user_id).await?;
        }
        revocations::record(&mut tx, self.ids, self.now, &Revoked::User(user_id.to_owned())).await?;
        self.note(&mut tx, None, user_id, action, json!({ "active": [!active, active] })).await?;
        tx.commit().await?;
        Ok(Outcome::Changed(left))
    }

    async fn revoke(&self, tx: &mut Tx, tenant_id: &str, user_id: &str) -> Result<(), Error> {
        let member = Revoked::Member { tenant_id: tenant_id.to_owned(), user_id: user_id.to_owned() };
        revocations::record(tx, self.ids, self.now, &member).await
    }

    async fn note(
        &self,
        tx: &mut Tx,
        tenant_id: Option<&str>,
        subject: &str,
        action: &str,
        details: Value,
    ) -> Result<(), Error> {
        let entry = audit::Entry {
            tenant_id,
            at: self.now,
            actor: self.actor.clone(),
            action,
            outcome: "ok",
            subject: Some(subject),
            details,
            request_id: "",
            source: String::new(),
        };
        entry.write(tx, self.ids).await
    }
}
