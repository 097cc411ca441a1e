//! Who writes the demo's data: the owner's quotes, the office's jobs and invoices, techs who finish theirs; each under
//! their own name.

use anyhow::{Context, anyhow};
use auth_server::store::users;
use shared::{
    caller::{Actor, ActorKind},
    db::Db,
    permit::Permit,
    role::Role,
};

use crate::business::{Business, OWNER, history::By};

/// The people of one company, each with leave to call what their role may.
pub struct Team {
    permits: Vec<(&'static str, Permit)>,
    office: usize,
}

impl Team {
    /// Looks up a company's people.
    pub async fn of(db: &Db, tenant_id: &str, business: &'static Business) -> anyhow::Result<Self> {
        let mut permits = Vec::new();
        for person in std::iter::once(&OWNER).chain(business.team) {
            let user =
                users::by_email(db, &person.email()).await.context("the demo's people cannot be read")?;
            let user = user.ok_or_else(|| anyhow!("{} is not in the database", person.name))?;
            let mut caller = Permit::system(tenant_id).caller().clone();
            caller.actor = Actor {
                kind: ActorKind::User,
                id: Some(user.id),
                name: user.name,
                via: Some("Zoop's demo".to_owned()),
            };
            caller.role = Some(person.role);
            caller.scopes = person.role.ceiling();
            // Which scopes a tool needs is checked where calls come in; here there is no outside.
            let permit =
                Permit::check(&caller, &[]).map_err(|missing| anyhow!("{} lacks {missing}", person.name))?;
            permits.push((person.mailbox, permit));
        }
        let office =
            business.team.iter().position(|person| person.role == Role::Office).map(|place| place + 1);
        Ok(Self { permits, office: office.ok_or_else(|| anyhow!("nobody is in the office"))? })
    }

    /// The office's.
    pub fn office(&self) -> &Permit {
        &self.permits[self.office].1
    }

    /// That of whoever acts.
    pub fn permit_of(&self, by: By) -> &Permit {
        match by {
            By::Owner => &self.permits[0].1,
            By::Office => self.office(),
            By::Tech(person) => {
                let found = self.permits.iter().find(|(mailbox, _)| *mailbox == person.mailbox);
                found.map_or(self.office(), |(_, permit)| permit)
            }
        }
    }
}
