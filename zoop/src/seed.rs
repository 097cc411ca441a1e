//! `zoop seed`: businesses with years of believable data in an empty database, for trying and measuring.

use anyhow::bail;
use auth_server::{domain::user::Member, security::password, store::tenants::NewTenant};
use chrono::{Days, NaiveDate, NaiveTime};
use mcp_server::seed::{Size, Tenant, business};
use secrecy::ExposeSecret;
use serde_json::json;
use shared::{
    api_key::{self, Kind},
    clock::Clock,
    config::DatabaseOptions,
    db::{Db, Opening, ServerRole},
    id::Ids,
    random::Random,
    role::Role,
    timestamp::Timestamp,
};

use crate::{
    accounts::{Desk, readable_password},
    business::people::{FIRST, LAST},
    interrupt::LeftBehind,
    migrate, output,
    progress::Progress,
};

/// Fills an empty database with businesses and five years of their data.
///
/// One seed and one day give identical rows, but for the secrets: the owner's password and the keys are new each time
/// and printed at the end as one line of JSON.
#[derive(clap::Args)]
pub struct Options {
    /// The database. It is brought to this version, and must hold no accounts yet.
    #[command(flatten)]
    database: DatabaseOptions,
    /// How large each business is.
    #[arg(long, value_enum, ignore_case = true, default_value_t = Size::S)]
    size: Size,
    /// What the data is drawn from.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// How many businesses: the first is in US dollars, the second in yen, the third in Kuwaiti dinars, the fourth in
    /// Australian dollars, and so on in turn.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000), value_name = "K")]
    tenants: u16,
    /// The last day of the five years, from 1980 to a year from now [default: today, in UTC].
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Option<NaiveDate>,
    /// Print without colours.
    #[arg(long, env = "NO_COLOR", value_parser = clap::builder::FalseyValueParser::new(), hide_env = true)]
    no_color: bool,
}

/// Who signs in.
const OWNER: (&str, &str) = ("Dana Whitfield", "dana@example.com");

/// What a signal leaves behind: an owner whose password nobody knows, and some of the data.
const UNFINISHED: &str = "the database is unfinished, and its password and keys were not printed. Throw it away, and \
                          seed an empty one.";

/// Seeds.
pub async fn run(options: Options, clock: Clock, random: Random, left: LeftBehind) -> anyhow::Result<()> {
    let url = options.database.url()?;
    let today = last_day(options.until, clock.now().utc().date_naive())?;
    let progress = Progress::new(options.no_color);
    let step = progress.step("Database");
    let db = Opening::new(url.expose_secret(), ServerRole::Migrator).open().await?;
    db.migrate().await?;
    migrate::join_server_roles(&db).await;
    if db.row::<(String,)>("SELECT id FROM tenants LIMIT 1", vec![]).await?.is_some() {
        bail!("the database holds accounts already: give an empty one with --database-url");
    }
    left.is_now(UNFINISHED);
    step.done("ready");

    let now = Timestamp::from(today.and_time(NaiveTime::MIN).and_utc());
    let step = progress.step("Accounts");
    let (card, tenants) = accounts(&db, &options, now, &random).await?;
    db.close().await;
    step.done(&format!("{} and their people", if tenants.len() == 1 { "a business" } else { "businesses" }));

    let db = Opening::new(url.expose_secret(), ServerRole::Mcp).open().await?;
    for (n, (id, business)) in tenants.iter().enumerate() {
        let mut step = progress.step(business.name);
        let seed = options.seed.wrapping_add((n as u64) << 32);
        let tenant = Tenant { db: &db, id, business, volume: options.size.volume(), seed, now };
        let written = mcp_server::seed::fill(tenant, &mut |done, all| step.count(done, all)).await?;
        step.done(&format!("{written} records"));
    }
    db.close().await;
    output::print(&format!("{card}\n"))
}

/// The last day of the five years: as it was asked for, or today. Far from today there are no zones' rules, or no days.
fn last_day(asked: Option<NaiveDate>, today: NaiveDate) -> anyhow::Result<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(1980, 1, 1).unwrap_or(NaiveDate::MIN);
    let last = today + Days::new(365);
    match asked.unwrap_or(today) {
        day if day < first || day > last => {
            bail!("--until {day} is too far from today: give a day from {first} to {last}")
        }
        day => Ok(day),
    }
}

/// Writes the accounts; answers what is printed of them, and the tenants.
async fn accounts(
    db: &Db,
    options: &Options,
    now: Timestamp,
    random: &Random,
) -> anyhow::Result<(serde_json::Value, Vec<(String, &'static business::Business)>)> {
    let founded = Timestamp::from(now.utc() - Days::new(5 * 365 + 10));
    let ids = Ids::new(Clock::manual(founded.utc()), Random::seeded(options.seed));
    let volume = options.size.volume();
    let password = readable_password(random);
    let hash = password::hash(&password, random)?;
    let mut desk = Desk::open(db, ids.clone(), founded).await?;
    let owner = desk.person(OWNER.0, OWNER.1, Some(&hash)).await?;
    let owner = Member { user_id: owner, name: OWNER.0.to_owned(), role: Role::Owner };
    let (mut tenants, mut lines, mut people) = (Vec::new(), Vec::new(), 0);
    for n in 0..usize::from(options.tenants) {
        let (round, business) = (n / business::ALL.len(), &business::ALL[n % business::ALL.len()]);
        let id = ids.next("ten");
        let company = NewTenant {
            id: id.clone(),
            name: match round {
                0 => business.name.to_owned(),
                _ => format!("{} {}", business.name, round + 1),
            },
            currency: business.currency.to_owned(),
            country: business.country.to_owned(),
            time_zone: business.time_zone.to_owned(),
            tax_rounding: business.tax_rounding,
        };
        desk.company(&company).await?;
        desk.member(&id, &owner.user_id, Role::Owner).await?;
        for n in 0..volume.team {
            people += 1;
            let (first, last) = (FIRST[people * 7 % FIRST.len()], LAST[people * 11 % LAST.len()]);
            let role = if n < volume.techs { Role::Tech } else { Role::Office };
            let user =
                desk.person(&format!("{first} {last}"), &format!("team{people}@example.com"), None).await?;
            desk.member(&id, &user, role).await?;
        }
        let [user_key, tenant_key] =
            [Kind::User, Kind::Tenant].map(|kind| (kind, api_key::generate(kind, random).secret));
        for (kind, secret) in [&user_key, &tenant_key] {
            desk.key(&id, &owner, *kind, secret.expose_secret(), now).await?;
        }
        lines.push(json!({
            "id": id,
            "name": company.name,
            "currency": company.currency,
            "user_key": user_key.1.expose_secret(),
            "tenant_key": tenant_key.1.expose_secret(),
        }));
        tenants.push((id, business));
    }
    desk.commit().await?;
    Ok((json!({ "owner": { "email": OWNER.1, "password": password }, "tenants": lines }), tenants))
}
