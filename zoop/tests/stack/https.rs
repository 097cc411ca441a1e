//! An https origin: the proxy gets its certificate, and everything says https.

use serde_json::json;

use super::{machine::Stack, people, site::Site};

#[tokio::test]
async fn an_https_origin_serves_scripts_people_and_apps() {
    // For `localhost` Caddy is its own certificate authority, so no other network is needed; for a real host it asks a
    // public one. The clients of this site trust that authority and no other.
    let stack = Stack::up(|ports| format!("https://localhost:{}", ports.https));
    let site = Site::of(&stack);
    let db = people::database(&stack).await;
    people::move_in(&db).await;

    site.metadata_is_the_origins().await;
    let key = site.a_person_makes_a_key("").await;
    let made = json!({ "type": "company", "company_name": "Henderson & Sons" });
    site.caller(Some(&key)).ok("customers.create", made).await;
    site.an_app_connects().await;
    db.close().await;
}
