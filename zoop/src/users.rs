//! `zoop users`: whether a person may sign in at all. What changes is felt at once, in every business of theirs.

use anyhow::{Context, bail};
use auth_server::{
    domain::user::fold_email,
    membership::{Desk, Outcome},
    store::{members::Company, users},
};
use secrecy::ExposeSecret;
use shared::{
    clock::Clock,
    config::DatabaseOptions,
    db::{Opening, ServerRole},
    id::Ids,
    random::Random,
};

use crate::{output, tenants::operator};

/// Disables a person in every business at once, and enables them again.
#[derive(clap::Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Signs a person out everywhere, and refuses their password, keys and apps until they are enabled.
    ///
    /// Tenant keys that they made act as the business and go on working: revoke those at Settings → API & MCP.
    Disable {
        #[command(flatten)]
        whom: Whom,
        /// Also where a business is left without an owner who can sign in.
        #[arg(long)]
        yes: bool,
    },
    /// Lets a disabled person sign in again, with the password, keys and apps that they had.
    ///
    /// Browsers stay signed out, and access tokens from before stay refused: apps fetch others by themselves.
    Enable(Whom),
}

/// A person.
#[derive(clap::Args)]
struct Whom {
    /// The database, as auth-server's own user.
    #[command(flatten)]
    database: DatabaseOptions,
    /// The address by which they sign in.
    email: String,
}

const UNREACHED: &str = "the person was not changed";

/// Does what was asked, and says what was done.
pub async fn run(options: Options, clock: Clock, random: Random) -> anyhow::Result<()> {
    let (whom, active, though) = match &options.command {
        Command::Disable { whom, yes } => (whom, false, *yes),
        Command::Enable(whom) => (whom, true, false),
    };
    let db = Opening::new(whom.database.url()?.expose_secret(), ServerRole::Auth).open().await?;
    db.check_version().await?;
    let ids = Ids::new(clock.clone(), random);
    let desk = Desk { db: &db, ids: &ids, now: clock.now(), actor: operator() };
    let done = set_active(&desk, &fold_email(&whom.email), active, though).await;
    db.close().await;
    output::print(&(done? + "\n"))
}

async fn set_active(desk: &Desk<'_>, email: &str, active: bool, though: bool) -> anyhow::Result<String> {
    let Some(user) = users::by_email(desk.db, email).await.context(UNREACHED)? else {
        bail!("nobody signs in as `{email}`: look the address up with `zoop tenants members list`")
    };
    let what = if active { "enabled" } else { "disabled" };
    let outcome = desk.set_user_active(&user.id, active, though).await.context(UNREACHED)?;
    Ok(match outcome {
        Outcome::SoBefore => format!("{email} was {what} before."),
        Outcome::Changed(_) if active => {
            format!("{email} is enabled now: their password, keys and apps work again.")
        }
        Outcome::Changed(left) => {
            let signed_out = format!("{email} is disabled now, and signed out everywhere.");
            if left.is_empty() {
                signed_out
            } else {
                format!("{signed_out} Nobody else owns {}.", named(&left))
            }
        }
        Outcome::WouldLeave(left) => bail!(
            "nobody else owns {}: make another owner there first with `zoop tenants members`, or give --yes to disable \
             {email} all the same",
            named(&left)
        ),
    })
}

fn named(companies: &[Company]) -> String {
    let each = companies.iter().map(|company| format!("{} ({})", company.name, company.id));
    each.collect::<Vec<_>>().join(", ")
}
