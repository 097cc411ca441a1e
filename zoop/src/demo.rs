//! `zoop demo`: both servers over a database with two companies in it, ready for a first call.
//! Read `run` for its walk: bind, take the folder, migrate, make what is not there yet, serve, show the card.

mod accounts;
pub mod addresses;
mod card;
mod fill;
mod folder;
mod options;
mod record;
mod team;

use std::io::IsTerminal;

use anyhow::{Context, bail};
use secrecy::{ExposeSecret, SecretString};
use shared::{
    clock::Clock,
    db::{Db, Opening, ServerRole},
    random::Random,
};
use tokio_util::sync::CancellationToken;

pub use folder::record_in;
pub use options::Options;

use self::{
    accounts::Accounts,
    addresses::{Listeners, Urls},
    fill::Filling,
    folder::Folder,
    record::Record,
    team::Team,
};
use crate::{business, configuration, migrate, output, progress::Progress, servers::Servers};

/// Runs the demo until `stop`.
pub async fn run(
    options: Options,
    clock: Clock,
    random: Random,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    tokio::select! {
        ready = prepare(&options, &clock, &random) => {
            let (servers, folder) = ready?;
            servers.run_until(stop).await?;
            if !options.json && !folder.is_temporary() {
                eprintln!("\n  Stopped. The data stays in `{}`; the same command goes on with it.", folder.path().display());
            }
            Ok(())
        }
        () = stop.cancelled() => Ok(()),
    }
}

/// Everything up to the card.
async fn prepare(options: &Options, clock: &Clock, random: &Random) -> anyhow::Result<(Servers, Folder)> {
    let progress = Progress::new(options.no_color);
    let listeners = Listeners::bind(options.auth_addr, options.mcp_addr).await?;
    let urls = listeners.urls()?;
    let folder = if options.ephemeral { Folder::temporary()? } else { Folder::take(&options.data_dir)? };
    let database = match &options.database_url {
        Some(url) => url.clone(),
        None => folder.database_url()?,
    };

    let step = progress.step("Database");
    let db = Opening::new(database.expose_secret(), ServerRole::Migrator).open().await?;
    db.migrate().await?;
    migrate::join_server_roles(&db).await;
    step.done("ready");

    let mut record = make(&folder, &db, &database, clock, random, progress).await?;
    db.close().await;
    point_at(&mut record, &urls);
    folder.keep(&record)?;

    let step = progress.step("Servers");
    let auth = configuration::demo_auth(&record.key_secret, &database, &urls, options.access_token_ttl)?;
    let mcp = configuration::demo_mcp(&database, &urls);
    let mut servers = Servers::start(auth, mcp, listeners, clock, random)?;
    servers.answering().await?;
    step.done("both answer");
    show(options, &folder, &record)?;
    Ok((servers, folder))
}

/// Makes the demo's accounts and data, or what an earlier start has left to make.
async fn make(
    folder: &Folder,
    db: &Db,
    database: &SecretString,
    clock: &Clock,
    random: &Random,
    progress: Progress,
) -> anyhow::Result<Record> {
    let found = folder.record()?;
    let whose = accounts::whose(db, found.as_ref()).await?;
    let mut record = match (whose, found) {
        (Accounts::Strange, None) => bail!(
            "the database holds accounts already, but `{}`, which would know their keys, is not there; keys are \
             stored hashed and cannot be shown again. Give an empty database with --database-url, or another folder \
             with --data-dir, or start this one with `zoop serve`",
            folder.path().join("demo.json").display()
        ),
        (Accounts::Strange, Some(_)) => bail!(
            "the database holds accounts that are not this demo's. Give the database that the demo was made in, or an \
             empty one, with --database-url, or another folder with --data-dir"
        ),
        (_, None) => accounts::new_record(clock, random),
        // The card is there and its database is not: the same card for a new one, so that scripts go on working.
        (Accounts::None, Some(record)) => Record { began_at: clock.now(), complete: false, ..record },
        (Accounts::Ours, Some(record)) => record,
    };
    if record.complete {
        progress.step("Data").done("as it was left");
        return Ok(record);
    }
    // First the secrets, then the accounts that hold their hashes, then the data, and at last the word that all is in.
    folder.keep(&record)?;
    if whose == Accounts::None {
        let step = progress.step("Accounts");
        accounts::write(db, &record, clock, random).await?;
        step.done("two companies, their people, two keys");
    }
    fill_companies(&record, db, database, whose == Accounts::None, progress).await?;
    record.complete = true;
    Ok(record)
}

async fn fill_companies(
    record: &Record,
    db: &Db,
    database: &SecretString,
    fresh: bool,
    progress: Progress,
) -> anyhow::Result<()> {
    let clock = Clock::manual(record.began_at.utc());
    // One seed gives one set of rows. What goes on after an interruption must not repeat ids that are taken.
    let random = if fresh { Random::seeded(SEED) } else { Random::system() };
    let urls = Urls {
        issuer: "http://127.0.0.1:8080".to_owned(),
        endpoints: vec!["http://127.0.0.1:8081/api/mcp".to_owned()],
    };
    let app = mcp_server::App::start(configuration::demo_mcp(database, &urls), clock.clone(), random).await?;
    for (line, business) in record.card.tenants.iter().zip(business::ALL) {
        let mut step = progress.step(business.name);
        let history = business::history::of(business, record.began_at, SEED);
        let team = Team::of(db, &line.id, business).await?;
        let mut filling = Filling::begin(&app, &clock, &team).await?;
        let all = history.len();
        for (done, event) in history.into_iter().enumerate() {
            filling.take(event).await.context("the demo's data cannot be written; start again to go on")?;
            step.count(done + 1, all);
        }
        step.done(&filling.tally());
    }
    Ok(())
}

const SEED: u64 = 2026;

fn point_at(record: &mut Record, urls: &Urls) {
    record.card.auth_url.clone_from(&urls.issuer);
    record.card.issuer.clone_from(&urls.issuer);
    record.card.mcp_url.clone_from(&urls.endpoints[0]);
}

/// The card, or its one line of JSON. Nothing follows it on stdout.
fn show(options: &Options, folder: &Folder, record: &Record) -> anyhow::Result<()> {
    let text = if options.json {
        serde_json::to_string(&record.card)? + "\n"
    } else {
        let stays = match folder.is_temporary() {
            true => "Nothing is kept.".to_owned(),
            false => format!("Its data and this card stay in `{}`.", folder.path().display()),
        };
        card::draw(&record.card, &stays, std::io::stdout().is_terminal() && !options.no_color)
    };
    output::print(&text)
}
