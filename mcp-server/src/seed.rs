//! Realistic data by the thousand, for trying and measuring: `zoop seed`. What each entity's records look like stands in
//! a file of its own here; each is made by the entity's own constructor and written in batches.
//! One seed and one day give identical rows.

pub mod business;
pub mod dice;
pub mod hendersons;

mod bills;
mod clients;
mod invoices;
mod jobs;
mod names;
mod notes;
mod people;
mod plans;
mod pricebook;
mod quotes;
mod scene;
mod series;
mod size;
mod tags;
mod tickets;
mod visits;

use shared::{db::Db, timestamp::Timestamp};

pub use self::size::{Size, Volume};
use self::{business::Business, clients::Callers, notes::Subjects, scene::Scene};
use crate::error::{Error, Result};

/// A tenant to be filled: its account and its people are there, and nothing else.
pub struct Tenant<'a> {
    /// A database with mcp-server's rights.
    pub db: &'a Db,
    /// `ten_…`
    pub id: &'a str,
    /// What kind of business it is.
    pub business: &'static Business,
    /// How much of everything it gets.
    pub volume: Volume,
    /// The same rows for the same one.
    pub seed: u64,
    /// The end of the five years that its records cover.
    pub now: Timestamp,
}

/// Fills a tenant; `progress` is told how many of how many records are written. Answers how many were.
pub async fn fill(
    tenant: Tenant<'_>,
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> anyhow::Result<usize> {
    written(tenant, progress).await.map_err(|error| match error {
        // The domain's own constructors refuse what is wrong: then the generator is.
        Error::Tool(error) => anyhow::anyhow!("the generated data is refused: {:?}", error.body()),
        Error::Below(error) => error.into(),
    })
}

async fn written(tenant: Tenant<'_>, progress: &mut (dyn FnMut(usize, usize) + Send)) -> Result<usize> {
    let mut scene = Scene::open(&tenant, progress).await?;
    pricebook::write_rates(&mut scene).await?;
    pricebook::write(&mut scene).await?;
    let tags = tags::write(&mut scene).await?;
    let mut clients = clients::write(&mut scene, &tags).await?;
    people::write(&mut scene, &mut clients, &tags).await?;
    let sources = scene.sources().await?;
    let callers = Callers::new(&scene, &clients);
    let offers = quotes::write(&mut scene, &clients, &callers, &sources).await?;
    let series = series::write(&mut scene, &clients, &sources).await?;
    let contracts = plans::write(&mut scene, &clients, &sources).await?;
    let routines = series.routines;
    let mut visits = visits::plan(&scene, &clients, &callers, series.visits, offers);
    let mut bills = bills::plan(&scene, &clients, &callers, &contracts, &mut visits);
    jobs::write(&mut scene, &clients, &mut visits, &routines, &sources, &tags).await?;
    invoices::write(&mut scene, &clients, &visits, &contracts, &mut bills, &sources).await?;
    let (clients, visits, bills) = (&clients, &visits, &bills);
    let subjects = Subjects { clients, visits, bills, routines: &routines, contracts: &contracts };
    notes::write(&mut scene, subjects).await?;
    tags.count_usage(&mut scene).await?;
    Ok(scene.written())
}
