//! Typical mistakes of an agent: following the error's hint, and nothing else, the second call succeeds.

use serde_json::{Value, json};
use testing::{Caller, TestDatabase, on_both_databases, owner};

use super::hints::hint;

/// Makes the mistake, then the call that the hint names.
async fn follow(caller: &Caller, tool: &str, args: Value) -> Value {
    let refused = caller.refused(tool, args).await;
    let (next, args) = hint(&refused);
    caller.ok(&next, args).await
}

on_both_databases! {
    async fn the_hint_alone_leads_on(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let ana = caller.ok("customers.create", json!({"type": "individual", "first_name": "Ana", "last_name": "Henderson"})).await;
        let job = caller.ok("jobs.create", json!({"title": "Leak", "customer_id": ana["id"], "scheduled_start": "2026-12-01T09:00"})).await;
        let tag = caller.ok("tags.create", json!({"name": "VIP"})).await;

        // 1. A misspelt field. 2. A misspelt word of an enum.
        let made = follow(&caller, "customers.create", json!({"type": "individual", "frist_name": "Bo"})).await;
        assert_eq!(made["first_name"], "Bo");
        let made = follow(&caller, "customers.create", json!({"type": "compny", "company_name": "Acme"})).await;
        assert_eq!(made["type"], "company");
        // 3. A page larger than there is. 4. A number in quotes.
        assert_eq!(follow(&caller, "customers.search", json!({"limit": 1000})).await["items"].as_array().unwrap().len(), 3);
        assert_eq!(follow(&caller, "customers.search", json!({"limit": "2"})).await["items"].as_array().unwrap().len(), 2);
        // 5. A field that only Zoop sets. 6. One value where a list is wanted.
        let patched = follow(&caller, "customers.update", json!({"id": ana["id"], "vip": true, "balance": 0})).await;
        assert_eq!(patched["vip"], true);
        let tagged = follow(&caller, "customers.update", json!({"id": ana["id"], "tag_ids": tag["id"]})).await;
        assert_eq!(tagged["tag_names"], json!(["VIP"]));
        // 7. A name where an id is wanted: look it up.
        let found = follow(&caller, "customers.get", json!({"id": "Henderson"})).await;
        assert_eq!(found["items"][0]["id"], ana["id"]);
        // 8. An old version: read again.
        let current = follow(&caller, "customers.update", json!({"id": ana["id"], "vip": false, "expectedVersion": 1})).await;
        assert_eq!(current["version"], 3);
        // 9. A tag that is there already: take it.
        assert_eq!(follow(&caller, "tags.create", json!({"name": "vip"})).await["id"], tag["id"]);
        // 10. A cursor of another list: start it.
        let page = caller.ok("customers.search", json!({"limit": 1})).await;
        let again = follow(&caller, "customers.search", json!({"q": "henderson", "cursor": page["nextCursor"]})).await;
        assert_eq!(again["items"].as_array().unwrap().len(), 1);
        // 11. Archiving a customer with open work: cancel the work first; then archiving by update names the tool.
        let cancelled = follow(&caller, "customers.archive", json!({"id": ana["id"]})).await;
        assert_eq!((&cancelled["id"], &cancelled["status"]), (&job["id"], &json!("cancelled")));
        let archived = follow(&caller, "customers.update", json!({"id": ana["id"], "status": "archived"})).await;
        assert_eq!(archived["status"], "archived");
        // 12. Work for an archived customer: bring them back.
        let restored = follow(&caller, "jobs.create", json!({"title": "Again", "customer_id": ana["id"]})).await;
        assert_eq!(restored["status"], "active");
        // 13. Cancelling by update names the tool.
        let job = caller.ok("jobs.create", json!({"title": "Again", "customer_id": ana["id"]})).await;
        assert_eq!(follow(&caller, "jobs.update", json!({"id": job["id"], "status": "cancelled"})).await["status"], "cancelled");
    }
}
