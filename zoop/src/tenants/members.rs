//! `zoop tenants members`: who belongs to a business, and as what. What changes is felt at once: tokens that were made
//! before are refused, and apps fetch others that hold what the new role allows.

use anyhow::{Context, bail};
use auth_server::{
    domain::user::{User, fold_email},
    membership::{Change, Desk, Refused},
    store::{members, users},
};
use shared::{clock::Clock, config::DatabaseOptions, db::Db, id::Ids, random::Random, role::Role};

use super::{newcomer, operator, somebody};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Lists the members: address, role, name.
    List(Which),
    /// Adds a member. The first line of standard input is the password of somebody who is new here.
    ///
    /// Somebody who can sign in already keeps the password that they have; nothing is read then.
    Add {
        #[command(flatten)]
        whose: Whose,
        /// owner, office or tech.
        #[arg(long, default_value_t = Role::Tech)]
        role: Role,
        /// What they are called, if they are new [default: the address up to its @].
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// Gives a member another role: owner, office or tech. A business keeps at least one owner.
    Role {
        #[command(flatten)]
        whose: Whose,
        /// The new role.
        role: Role,
    },
    /// Removes a member, and ends their keys and connected apps in this business.
    Remove(Whose),
}

/// A business.
#[derive(clap::Args)]
pub struct Which {
    /// The database, as auth-server's own user.
    #[command(flatten)]
    database: DatabaseOptions,
    /// The business's id: `ten_…`, as `zoop tenants create` prints it.
    #[arg(long, value_name = "ID")]
    tenant: String,
}

/// A person in a business.
#[derive(clap::Args)]
pub struct Whose {
    #[command(flatten)]
    which: Which,
    /// The address by which they sign in.
    #[arg(long, value_name = "EMAIL")]
    email: String,
}

impl Command {
    pub fn database(&self) -> &DatabaseOptions {
        match self {
            Self::List(which) => &which.database,
            Self::Add { whose, .. } | Self::Role { whose, .. } | Self::Remove(whose) => &whose.which.database,
        }
    }

    pub async fn run(&self, db: &Db, clock: &Clock, random: &Random) -> anyhow::Result<String> {
        let ids = Ids::new(clock.clone(), random.clone());
        let desk = Desk { db, ids: &ids, now: clock.now(), actor: operator() };
        match self {
            Self::List(which) => list(db, &which.tenant).await,
            Self::Add { whose, role, name } => add(&desk, whose, *role, name.as_deref(), random).await,
            Self::Role { whose, role } => change(&desk, whose, Change::Role(*role)).await,
            Self::Remove(whose) => change(&desk, whose, Change::Remove).await,
        }
    }
}

const UNREACHED: &str = "the members were not changed";

async fn list(db: &Db, tenant: &str) -> anyhow::Result<String> {
    let listed = members::list(db, tenant).await.context("the members could not be read")?;
    let Some(listed) = listed else { bail!("{}", why(Refused::NoCompany, tenant, "")) };
    let line = |member: &members::Listed| {
        let disabled = if member.active { "" } else { " (disabled)" };
        format!("{}\t{}\t{}{disabled}", member.email, member.role, member.name)
    };
    Ok(listed.iter().map(line).collect::<Vec<_>>().join("\n"))
}

async fn add(
    desk: &Desk<'_>,
    whose: &Whose,
    role: Role,
    name: Option<&str>,
    random: &Random,
) -> anyhow::Result<String> {
    let (tenant, email) = (&whose.which.tenant, fold_email(&whose.email));
    // Before a password is read for nothing.
    if members::list(desk.db, tenant).await.context(UNREACHED)?.is_none() {
        bail!("{}", why(Refused::NoCompany, tenant, &email));
    }
    let (user, is_new) = match somebody(desk.db, "--email", &email).await.context(UNREACHED)? {
        Some(user) => (user, false),
        None => (newcomer(desk.ids, random, &email, ("--name", name))?, true),
    };
    match desk.admit(tenant, &user, is_new, role).await.context(UNREACHED)? {
        Ok(()) => Ok(format!("{email} is {role} in {tenant} now.")),
        Err(refused) => bail!("{}", why(refused, tenant, &email)),
    }
}

async fn change(desk: &Desk<'_>, whose: &Whose, change: Change) -> anyhow::Result<String> {
    let (tenant, email) = (&whose.which.tenant, fold_email(&whose.email));
    let user: Option<User> = users::by_email(desk.db, &email).await.context(UNREACHED)?;
    let Some(user) = user else { bail!("{}", why(Refused::NoMember, tenant, &email)) };
    match desk.change(tenant, &user.id, change).await.context(UNREACHED)? {
        Ok(()) => Ok(match change {
            Change::Role(role) => format!("{email} is {role} in {tenant} now."),
            Change::Remove => {
                format!("{email} is no member of {tenant} any more; their keys and apps there have ended.")
            }
        }),
        Err(refused) => bail!("{}", why(refused, tenant, &email)),
    }
}

/// Why nothing was changed.
pub fn why(refused: Refused, tenant: &str, email: &str) -> String {
    match refused {
        Refused::NoCompany => format!("there is no business `{tenant}`"),
        Refused::NoMember => format!("{email} is no member of {tenant}"),
        Refused::Member(role) => format!("{email} is {role} in {tenant} already"),
        Refused::SameRole => format!("{email} has that role already"),
        Refused::LastOwner => {
            format!(
                "{email} is the only owner of {tenant}: make another one first, since a business keeps at least one"
            )
        }
    }
}
