//! Who belongs to a company, and as what. Each change is one transaction with the membership's next version and a row
//! in `revocations`: every mcp-server replica reads that within two seconds, and refuses tokens of the version before.

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
    store::{api_keys, audit, consents, grants, members, tenants, users},
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
        self.note(&mut tx, tenant_id, &user.id, "member.add", json!({ "role": [null, role] })).await?;
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
        self.note(&mut tx, tenant_id, user_id, action, json!({ "role": [before, after] })).await?;
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
            self.note(&mut tx, tenant_id, tenant_id, action, json!({})).await?;
        }
        tx.commit().await?;
        Ok(Ok(changed))
    }

    async fn revoke(&self, tx: &mut Tx, tenant_id: &str, user_id: &str) -> Result<(), Error> {
        let member = Revoked::Member { tenant_id: tenant_id.to_owned(), user_id: user_id.to_owned() };
        revocations::record(tx, self.ids, self.now, &member).await
    }

    async fn note(
        &self,
        tx: &mut Tx,
        tenant_id: &str,
        subject: &str,
        action: &str,
        details: Value,
    ) -> Result<(), Error> {
        let entry = audit::Entry {
            tenant_id: Some(tenant_id),
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
