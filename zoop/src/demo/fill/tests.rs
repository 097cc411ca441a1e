use std::collections::VecDeque;

use secrecy::{ExposeSecret, SecretString};
use shared::{
    db::{Db, Opening, ServerRole},
    random::Random,
};
use tempfile::TempDir;

use super::*;
use crate::{
    business::{self, Business, history},
    configuration,
    demo::{accounts, addresses::Urls, record::Record},
};

/// The smaller of the two: what it lacks in numbers it has in kinds.
const PLACE: usize = 1;

/// A database with the accounts in it, on a day of November.
struct Empty {
    _folder: TempDir,
    url: SecretString,
    db: Db,
    record: Record,
}

impl Empty {
    async fn new() -> Self {
        let now = "2026-11-24T17:00:00Z".parse().unwrap();
        let (clock, random) = (Clock::manual(now), Random::seeded(7));
        let folder = tempfile::tempdir().unwrap();
        let url = SecretString::from(format!("sqlite://{}/zoop.db", folder.path().display()));
        let db = Opening::new(url.expose_secret(), ServerRole::Migrator).open().await.unwrap();
        db.migrate().await.unwrap();
        let record = accounts::new_record(&clock, &random);
        accounts::write(&db, &record, &clock, &random).await.unwrap();
        Self { _folder: folder, url, db, record }
    }

    fn business(&self) -> &'static Business {
        business::ALL[PLACE]
    }

    /// Fills it, and begins anew, as after an interruption, before each of these steps. Answers what is in it then.
    async fn filled(&self, mut interruptions: VecDeque<usize>) -> Vec<String> {
        let clock = Clock::manual(self.record.began_at.utc());
        let urls = Urls {
            issuer: "http://127.0.0.1:1".into(),
            endpoints: vec!["http://127.0.0.1:2/api/mcp".into()],
        };
        let config = configuration::demo_mcp(&self.url, &urls);
        let app = App::start(config, clock.clone(), Random::system()).await.unwrap();
        let team = Team::of(&self.db, &self.record.card.tenants[PLACE].id, self.business()).await.unwrap();
        'start: loop {
            let mut filling = Filling::begin(&app, &clock, &team).await.unwrap();
            let steps = history::of(self.business(), self.record.began_at, 7);
            for (n, step) in steps.into_iter().enumerate() {
                if interruptions.front() == Some(&n) {
                    interruptions.pop_front();
                    continue 'start;
                }
                filling.take(step).await.unwrap();
            }
            return shown(&filling).await;
        }
    }
}

/// Every record, without its id.
async fn shown(filling: &Filling<'_>) -> Vec<String> {
    let mut all = Vec::new();
    for kind in Kind::ALL {
        let tool = format!("{}.{}", kind.entity(), if kind == Kind::Customer { "search" } else { "list" });
        let mut arguments = json!({ "limit": 100, "includeArchived": true });
        loop {
            let page = filling.call(filling.team.office(), &tool, arguments.clone()).await.unwrap();
            for record in page["items"].as_array().unwrap() {
                let mut record = record.as_object().unwrap().clone();
                record
                    .retain(|field, _| field != "id" && !field.ends_with("_id") && !field.ends_with("_ids"));
                // To the second: what workers do at one time has no order.
                for field in ["created_at", "updated_at"] {
                    let time = record.get(field).and_then(Value::as_str).map(|time| time[..19].to_owned());
                    record.insert(field.to_owned(), time.into());
                }
                all.push(format!("{kind:?} {}", Value::Object(record)));
            }
            let Some(cursor) = page["nextCursor"].as_str() else { break };
            arguments["cursor"] = cursor.into();
        }
    }
    all.sort();
    all
}

#[tokio::test]
async fn however_often_it_is_interrupted_it_comes_to_the_same() {
    let (whole, broken) = (Empty::new().await, Empty::new().await);
    let whole = whole.filled(VecDeque::new()).await;
    let steps = history::of(broken.business(), broken.record.began_at, 7);
    // Here and there, and after each look of the workers.
    let looked = |n: usize| n > 0 && matches!(steps[n - 1].deed, Deed::CatchUp);
    let stops = (0..steps.len()).filter(|&n| n % 97 == 40 || looked(n)).collect();
    let broken = broken.filled(stops).await;
    assert!(whole.len() > 200, "{}", whole.len());
    for (whole, broken) in whole.iter().zip(&broken) {
        assert_eq!(whole, broken);
    }
    assert_eq!(whole.len(), broken.len());
}
