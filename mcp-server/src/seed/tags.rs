//! The library of tags, and how often each comes to hang on something.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::Duration;
use serde_json::json;

use super::scene::{Scene, draft};
use crate::{
    entities::tags::{self, Tags},
    error::Result,
    store::{self, Past},
};

const LIBRARY: &[(&str, &str)] = &[
    ("Maintenance plan", "#2f855a"),
    ("Commercial", "#2b6cb0"),
    ("Landlord", "#6b46c1"),
    ("Warranty", "#b7791f"),
    ("Slab foundation", "#4a5568"),
    ("Well water", "#2c7a7b"),
    ("Gate code needed", "#c05621"),
    ("Beware of dog 🐕", "#c53030"),
    ("Habla español", "#d53f8c"),
    ("Slow payer", "#718096"),
];

/// The tags of a tenant.
pub struct Library(Vec<(String, AtomicI64)>);

/// Writes the library.
pub async fn write(scene: &mut Scene<'_>) -> Result<Library> {
    let mut library = Vec::new();
    let mut records = Vec::new();
    for (n, (name, color)) in LIBRARY.iter().enumerate() {
        let at = scene.set_up() + Duration::seconds(n as i64);
        let id = scene.id::<Tags>(at);
        let tag: tags::Draft = draft(json!({ "name": name, "color": color }))?;
        records.push(Past::new(id.clone(), at, scene.clerk().actor.clone(), tag.compose()));
        library.push((id, AtomicI64::new(0)));
    }
    scene.write::<Tags>(records).await?;
    Ok(Library(library))
}

impl Library {
    /// The tags of one record, each in so many cases of a hundred.
    pub fn some(&self, scene: &Scene<'_>, chance: usize) -> Vec<String> {
        let picked = self.0.iter().filter(|_| scene.dice.percent(chance));
        let hang = |(id, count): &(String, AtomicI64)| {
            count.fetch_add(1, Ordering::Relaxed);
            id.clone()
        };
        picked.map(hang).collect()
    }

    /// Writes down how often each hangs on something.
    pub async fn count_usage(&self, scene: &mut Scene<'_>) -> Result<()> {
        let mut tx = scene.begin().await?;
        for (id, count) in &self.0 {
            store::count_usage(&mut tx, id, count.load(Ordering::Relaxed)).await?;
        }
        Ok(tx.commit().await?)
    }
}
