//! `zoop tenants`: the first business of an installation and its owner, the members of one, its suspension.

mod members;

use std::io::{self, BufRead, IsTerminal, Read};

use anyhow::{Context, bail, ensure};
use auth_server::{
    domain::user::{User, fold_email},
    membership::Desk,
    security::password,
    store::{
        audit,
        tenants::{self, NewTenant},
        users,
    },
};
use chrono_tz::Tz;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use shared::{
    caller::Actor,
    clock::Clock,
    config::DatabaseOptions,
    db::{Db, Opening, ServerRole},
    id::Ids,
    random::Random,
    role::Role,
    scope::Access,
};

use crate::output;

/// Makes businesses and changes who belongs to them.
#[derive(clap::Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Makes a business and its owner, whose password is the first line of standard input.
    ///
    /// Somebody who can sign in already becomes the owner with the password that they have; nothing is read then.
    Create(Create),
    /// Lists, adds and removes the members of a business, or gives one another role.
    Members {
        #[command(subcommand)]
        command: members::Command,
    },
    /// Suspends a business: its people, keys and apps are refused until it goes on.
    Suspend(Known),
    /// Lets a suspended business go on.
    Resume(Known),
}

#[derive(clap::Args)]
struct Known {
    /// The database, as auth-server's own user.
    #[command(flatten)]
    database: DatabaseOptions,
    /// Its id: `ten_…`.
    id: String,
}

#[derive(clap::Args)]
struct Create {
    /// The database, as auth-server's own user.
    #[command(flatten)]
    database: DatabaseOptions,
    /// What its people call the business.
    #[arg(long)]
    name: String,
    /// The address by which the owner signs in.
    #[arg(long, value_name = "EMAIL")]
    owner_email: String,
    /// What the owner is called [default: the address up to its @].
    #[arg(long, value_name = "NAME")]
    owner_name: Option<String>,
    /// Its IANA time zone: what wall times without an offset mean, and when a day ends.
    #[arg(long, default_value_t = Tz::UTC, value_name = "ZONE")]
    time_zone: Tz,
    /// The ISO 4217 code of its one currency.
    #[arg(long, default_value = "USD", value_parser = |code: &str| letters(code, 3), value_name = "CODE")]
    currency: String,
    /// The ISO 3166-1 alpha-2 code of its country: how phone numbers without a country code are read.
    #[arg(long, default_value = "US", value_parser = |code: &str| letters(code, 2), value_name = "CODE")]
    country: String,
}

fn letters(code: &str, count: usize) -> Result<String, String> {
    let right = code.len() == count && code.bytes().all(|byte| byte.is_ascii_uppercase());
    if right { Ok(code.to_owned()) } else { Err(format!("it must be {count} capital letters")) }
}

/// Does what was asked, and says what was done.
pub async fn run(options: Options, clock: Clock, random: Random) -> anyhow::Result<()> {
    let url = match &options.command {
        Command::Create(create) => create.database.url()?,
        Command::Members { command } => command.database().url()?,
        Command::Suspend(known) | Command::Resume(known) => known.database.url()?,
    };
    let db = Opening::new(url.expose_secret(), ServerRole::Auth).open().await?;
    db.check_version().await?;
    let done = match &options.command {
        Command::Create(create) => make(create, &db, &clock, &random).await,
        Command::Members { command } => command.run(&db, &clock, &random).await,
        Command::Suspend(known) => set_active(&known.id, false, &db, &clock, &random).await,
        Command::Resume(known) => set_active(&known.id, true, &db, &clock, &random).await,
    };
    db.close().await;
    output::print(&(done? + "\n"))
}

async fn set_active(
    id: &str,
    active: bool,
    db: &Db,
    clock: &Clock,
    random: &Random,
) -> anyhow::Result<String> {
    let ids = Ids::new(clock.clone(), random.clone());
    let desk = Desk { db, ids: &ids, now: clock.now(), actor: operator() };
    let what = if active { "active" } else { "suspended" };
    match desk.set_active(id, active).await.context("the business was not changed")? {
        Ok(true) => Ok(format!("{id} is {what} now.")),
        Ok(false) => Ok(format!("{id} was {what} before.")),
        Err(refused) => bail!("{}", members::why(refused, id, "")),
    }
}

/// Whoever runs the server, at its command line.
pub fn operator() -> Actor {
    Actor { name: "operator".to_owned(), ..audit::stranger() }
}

/// Who signs in by this address, which `option` named; none: nobody yet.
async fn somebody(db: &Db, option: &str, email: &str) -> anyhow::Result<Option<User>> {
    let (mailbox, host) = email.split_once('@').unwrap_or_default();
    ensure!(
        !mailbox.is_empty()
            && !host.is_empty()
            && !host.contains('@')
            && !email.contains(|c: char| c.is_whitespace() || c.is_control()),
        "{option} `{email}` is no address"
    );
    let known = users::by_email(db, email).await?;
    ensure!(
        known.as_ref().is_none_or(|user| user.active),
        "{email} is disabled and cannot join a business: `zoop users enable {email}` comes first"
    );
    Ok(known)
}

/// Somebody new, whose password is read from standard input. `name` is an option and what it said.
fn newcomer(ids: &Ids, random: &Random, email: &str, name: (&str, Option<&str>)) -> anyhow::Result<User> {
    let password = read_password(email)?;
    if let Some(objection) = password::objection(password.expose_secret(), email) {
        bail!("{objection}");
    }
    let hash = password::hash(password.expose_secret(), random)?;
    let mailbox = email.split('@').next().unwrap_or_default();
    Ok(User {
        id: ids.next("usr"),
        email: email.to_owned(),
        name: plain(name.0, name.1.unwrap_or(mailbox))?,
        password_hash: Some(hash),
        active: true,
    })
}

async fn make(create: &Create, db: &Db, clock: &Clock, random: &Random) -> anyhow::Result<String> {
    let (ids, now) = (Ids::new(clock.clone(), random.clone()), clock.now());
    let tenant = NewTenant {
        id: ids.next("ten"),
        name: plain("--name", &create.name)?,
        currency: create.currency.clone(),
        country: create.country.clone(),
        time_zone: create.time_zone.name().to_owned(),
        tax_rounding: "line",
    };
    let email = fold_email(&create.owner_email);
    let (owner, is_new) = match somebody(db, "--owner-email", &email).await.context(UNREACHED)? {
        Some(owner) => (owner, false),
        None => (newcomer(&ids, random, &email, ("--owner-name", create.owner_name.as_deref()))?, true),
    };
    let mut tx = db.begin(Access::Write).await.context(UNREACHED)?;
    tenants::insert(&mut tx, &tenant, now).await.context(UNREACHED)?;
    if is_new {
        users::insert(&mut tx, &owner, now).await.context(UNREACHED)?;
    }
    tenants::admit(&mut tx, &tenant.id, &owner.id, Role::Owner, now).await.context(UNREACHED)?;
    let entry = audit::Entry {
        tenant_id: Some(&tenant.id),
        at: now,
        actor: operator(),
        action: "tenant.create",
        outcome: "ok",
        subject: Some(&tenant.id),
        details: json!({ "name": tenant.name, "owner": owner.id }),
        request_id: "",
        source: String::new(),
    };
    entry.write(&mut tx, &ids).await.context(UNREACHED)?;
    tx.commit().await.context(UNREACHED)?;
    let whose = if is_new { "owns it and can sign in" } else { "owns it too, with the password as before" };
    Ok(format!("{} ({}) is made; {email} {whose}.", tenant.name, tenant.id))
}

const UNREACHED: &str = "the business was not made";

/// A name on one line.
fn plain(option: &str, text: &str) -> anyhow::Result<String> {
    let text = text.trim();
    ensure!(
        !text.is_empty() && text.chars().count() <= 100 && !text.chars().any(char::is_control),
        "{option} must hold 1 to 100 characters on one line"
    );
    Ok(text.to_owned())
}

/// The first line of standard input: an argument would stand in the list of processes and in the shell's history.
fn read_password(email: &str) -> anyhow::Result<SecretString> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        eprint!(
            "A password for {email}, at least 12 characters (it is shown as you type; pipe it in to hide it): "
        );
    }
    let mut line = String::new();
    stdin
        .lock()
        .take(4096)
        .read_line(&mut line)
        .context("the password cannot be read from standard input")?;
    let password = line.trim_end_matches(['\r', '\n']);
    ensure!(!password.is_empty(), "{email} is new here: give a password as the first line of standard input");
    Ok(password.to_owned().into())
}
