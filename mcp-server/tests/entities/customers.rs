//! Customers through the endpoint: fields, states, search, what archiving needs.

use serde_json::{Value, json};
use testing::{TestDatabase, on_both_databases, owner};

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["display_name"].as_str().unwrap()).collect()
}

on_both_databases! {
    async fn a_customer_is_made_read_patched_archived_and_restored(db: TestDatabase) {
        let (_server, account, caller) = owner(&db).await;
        let made = caller.ok("customers.create", json!({
            "type": "individual", "first_name": " Ana ", "last_name": "Henderson-Núñez",
            "email": "Ana@Example.com", "phone": "(512) 555-0123",
            "billing_address": {"line1": "1 Main St", "city": "Austin", "region": "TX", "postal_code": "78701", "country": "us"},
            "external_refs": [{"system": "hubspot", "id": "41"}], "custom_fields": {"gate": "blue", "n": 2},
        })).await;
        assert_eq!(made["display_name"], "Ana Henderson-Núñez");
        assert_eq!((&made["status"], &made["version"], &made["balance"]), (&json!("active"), &json!(1), &json!(0)));
        assert_eq!(made["customer_number"], "C-1001");
        assert_eq!(made["phone_e164"], "+15125550123");
        assert_eq!(made["billing_address"]["country"], "US");
        assert_eq!(made["created_by"]["type"], "user");
        assert_eq!(made["created_by"]["id"], account.owner.user_id);
        assert_eq!(made["external_refs"], json!([{"system": "hubspot", "id": "41"}]));
        let id = made["id"].as_str().unwrap();
        assert!(id.starts_with("cus_"));
        assert_eq!(caller.ok("customers.get", json!({"id": id})).await, made);

        // A patch: absent is unchanged, null clears, references and custom fields merge.
        let patched = caller.ok("customers.update", json!({
            "id": id, "email": null, "vip": true, "expectedVersion": 1,
            "external_refs": [{"system": "xero", "id": "x-9"}], "custom_fields": {"gate": null, "dog": "Rex"},
        })).await;
        assert_eq!((&patched["email"], &patched["vip"], &patched["version"]), (&Value::Null, &json!(true), &json!(2)));
        assert_eq!(patched["last_name"], "Henderson-Núñez");
        assert_eq!(patched["external_refs"], json!([{"system": "hubspot", "id": "41"}, {"system": "xero", "id": "x-9"}]));
        assert_eq!(patched["custom_fields"], json!({"n": 2, "dog": "Rex"}));
        assert!(patched["updated_at"].as_str() > made["updated_at"].as_str());

        let stale = caller.refused("customers.update", json!({"id": id, "vip": false, "expectedVersion": 1})).await;
        assert_eq!((&stale["kind"], &stale["reason"], &stale["current_version"]), (&json!("conflict"), &json!("version_mismatch"), &json!(2)));

        let archived = caller.ok("customers.archive", json!({"id": id})).await;
        assert_eq!((&archived["status"], &archived["version"]), (&json!("archived"), &json!(3)));
        assert!(archived["archived_at"].is_string());
        assert_eq!(caller.ok("customers.archive", json!({"id": id})).await, archived, "repeating it is no conflict");
        assert_eq!(caller.ok("customers.search", json!({})).await["items"], json!([]));
        assert_eq!(names(&caller.ok("customers.search", json!({"includeArchived": true})).await), ["Ana Henderson-Núñez"]);
        let moved = caller.refused("customers.update", json!({"id": id, "status": "inactive"})).await;
        assert_eq!((&moved["reason"], &moved["allowed"]), (&json!("illegal_transition"), &json!(["active"])));
        let restored = caller.ok("customers.update", json!({"id": id, "status": "active"})).await;
        assert_eq!((&restored["status"], &restored["archived_at"]), (&json!("active"), &Value::Null));
        let by_update = caller.refused("customers.update", json!({"id": id, "status": "archived"})).await;
        assert!(by_update["message"].as_str().unwrap().contains("customers.archive"), "{by_update}");
    }

    async fn search_finds_whole_words_before_beginnings_and_takes_any_text(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        for (first, last) in [("Ana", "Henderson-Núñez"), ("Bo", "O'Henderson"), ("Cy", "Hendersons"), ("دانا", "هندرسون"), ("太郎", "山田")] {
            caller.ok("customers.create", json!({"type": "individual", "first_name": first, "last_name": last, "phone": "+1 512 555 0177"})).await;
        }
        caller.ok("customers.create", json!({"type": "company", "company_name": "Henderson & Söhne GmbH", "email": "office@haus.example.com",
            "billing_address": {"line1": "77 Elm Court", "country": "US"}})).await;
        let search = async |q: &str| caller.ok("customers.search", json!({"q": q})).await;
        assert_eq!(names(&search("henderson").await), ["Ana Henderson-Núñez", "Bo O'Henderson", "Henderson & Söhne GmbH", "Cy Hendersons"]);
        assert_eq!(names(&search("HENDERSON nunez").await), ["Ana Henderson-Núñez"]);
        assert_eq!(names(&search("sohne hend").await), ["Henderson & Söhne GmbH"]);
        assert_eq!(names(&search("elm cou").await), ["Henderson & Söhne GmbH"]);
        assert_eq!(names(&search("haus").await), ["Henderson & Söhne GmbH"]);
        assert_eq!(names(&search("山田").await), ["太郎 山田"]);
        assert_eq!(names(&search("田").await), ["太郎 山田"]);
        assert_eq!(names(&search("هندرسون").await), ["دانا هندرسون"]);
        assert_eq!(names(&search("c-1002").await), ["Bo O'Henderson"]);
        assert_eq!(search("(512) 555-0177").await["items"].as_array().unwrap().len(), 5);
        assert_eq!(search("512-555-0177").await["items"].as_array().unwrap().len(), 5);
        for odd in ["c++", "foo-bar", "\"", "'", "*", "AND", "NOT x OR", "a NEAR b", "^", "{}", "🦆", "\\", "%", "_", "(((", "tokens:x", "ก็", "á̊̂", "' & ! |", "x:*"] {
            let found = search(odd).await;
            assert!(found["items"].is_array(), "{odd}");
        }
        assert_eq!(search("  ").await["items"].as_array().unwrap().len(), 6, "an empty q lists");
        let long = "henderson ".repeat(49);
        assert_eq!(search(&long).await["items"].as_array().unwrap().len(), 3);
    }

    async fn pages_join_without_gap_or_double_in_every_order(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        for n in 0..7 {
            let name = format!("Hen {}", ["Äa", "ab", "b", "Bc", "z", "é", "ö"][n]);
            caller.ok("customers.create", json!({"type": "company", "company_name": name, "vip": n % 2 == 0})).await;
        }
        for sort in ["-updated_at", "updated_at", "display_name", "-display_name", "created_at", "-created_at", "-balance", "balance", "relevance"] {
            let all = caller.ok("customers.search", json!({"sort": sort, "q": "hen", "includeTotal": true})).await;
            let all_names = names(&all);
            assert_eq!((all_names.len(), &all["total"]), (7, &json!(7)));
            let (mut paged, mut cursor) = (vec![], Value::Null);
            loop {
                let mut args = json!({"sort": sort, "q": "hen", "limit": 2});
                if !cursor.is_null() {
                    args["cursor"] = cursor;
                }
                let page = caller.ok("customers.search", args).await;
                paged.extend(names(&page).into_iter().map(str::to_owned));
                cursor = page["nextCursor"].clone();
                assert_eq!(page["hasMore"], json!(!cursor.is_null()));
                if cursor.is_null() {
                    break;
                }
            }
            assert_eq!(paged, all_names, "{sort}");
        }
        assert_eq!(names(&caller.ok("customers.search", json!({"sort": "display_name"})).await),
            ["Hen Äa", "Hen ab", "Hen b", "Hen Bc", "Hen é", "Hen ö", "Hen z"]);
        let page = caller.ok("customers.search", json!({"limit": 2})).await;
        let foreign = caller.refused("customers.search", json!({"limit": 2, "sort": "display_name", "cursor": page["nextCursor"]})).await;
        assert_eq!((&foreign["kind"], &foreign["field"]), (&json!("invalid_input"), &json!("cursor")));
        let forged = caller.refused("customers.search", json!({"cursor": "abc"})).await;
        assert_eq!(forged["field"], "cursor");
    }

    async fn filters_views_and_fields_are_honoured_exactly(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let tag = caller.ok("tags.create", json!({"name": "VIP"})).await;
        let one = caller.ok("customers.create", json!({"type": "company", "company_name": "One", "tag_ids": [tag["id"]],
            "billing_address": {"line1": "1 A", "city": "Münster", "country": "US"}, "external_refs": [{"system": "crm", "id": "1"}]})).await;
        caller.ok("customers.create", json!({"type": "individual", "last_name": "Two", "status": "inactive", "email": "two@example.com"})).await;
        for (filter, found) in [
            (json!({"type": "company"}), "One"), (json!({"type": "individual"}), "Two"), (json!({"status": "inactive"}), "Two"),
            (json!({"tag": tag["id"]}), "One"), (json!({"tagIds": [tag["id"]]}), "One"), (json!({"tag_ids": [tag["id"]]}), "One"),
            (json!({"city": "MÜNSTER"}), "One"), (json!({"email": "TWO@example.com"}), "Two"), (json!({"ids": [one["id"]]}), "One"),
            (json!({"externalRef": {"system": "crm", "id": "1"}}), "One"), (json!({"createdBefore": one["updated_at"], "status": "active"}), ""),
            (json!({"createdSince": one["created_at"], "status": "active"}), "One"), (json!({"hasBalance": true}), ""),
        ] {
            let list = caller.ok("customers.search", filter.clone()).await;
            assert_eq!(names(&list), if found.is_empty() { vec![] } else { vec![found] }, "{filter}");
        }
        let fields = caller.ok("customers.search", json!({"fields": ["display_name", "createdBy"], "limit": 1})).await;
        let keys: Vec<&String> = fields["items"][0].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["id", "display_name", "created_by"]);
        let unknown = caller.refused("customers.search", json!({"fields": ["display_nam"]})).await;
        assert!(unknown["message"].as_str().unwrap().contains("`display_name`"), "{unknown}");
        let full = caller.ok("customers.search", json!({"view": "full", "ids": [one["id"]]})).await;
        assert_eq!(full["items"][0], one);
    }

    async fn errors_name_every_field_at_once_and_what_would_be_right(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let refused = caller.refused("customers.create", json!({"type": "persn", "frist_name": "A", "payment_terms_days": 999,
            "phones": [{"label": "x", "number": 5}], "email": "nope", "version": 3})).await;
        assert_eq!(refused["kind"], "invalid_input");
        let issue = |path: &str| {
            let issues = refused["issues"].as_array().unwrap();
            issues.iter().find(|issue| issue["path"] == path).unwrap_or_else(|| panic!("{path} in {refused}"))["message"].as_str().unwrap().to_owned()
        };
        assert!(issue("type").contains("`individual`") || issue("type").contains("individual, company"));
        assert!(issue("frist_name").contains("`first_name`"));
        assert!(issue("payment_terms_days").contains("180"));
        assert!(issue("phones[0].number").contains("string"));
        assert!(issue("email").contains("ana@example.com"));
        assert!(issue("version").contains("read-only"));
        let nameless = caller.refused("customers.create", json!({"type": "company"})).await;
        assert_eq!(nameless["field"], "company_name");
        let both = caller.refused("customers.create", json!({"type": "company", "company_name": "A", "companyName": "B"})).await;
        assert_eq!(both["field"], "company_name");
        let empty = caller.refused("customers.update", json!({"id": "cus_x"})).await;
        assert_eq!(empty["kind"], "invalid_input");
        let nobody = caller.refused("customers.update", json!({"id": "cus_x", "vip": true})).await;
        assert_eq!(nobody["kind"], "not_found");
        let control = caller.refused("customers.create", json!({"type": "company", "company_name": "A\u{7}"})).await;
        assert_eq!(control["field"], "company_name");
    }

    async fn a_double_is_a_warning_and_open_work_keeps_a_customer_in_use(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let first = caller.ok("customers.create", json!({"type": "company", "company_name": "First", "phone": "512 555 0100"})).await;
        let second = caller.ok("customers.create", json!({"type": "company", "company_name": "Second", "phone": "+1 (512) 555-0100"})).await;
        assert_eq!(second["warnings"][0]["existing_id"], first["id"]);
        let reference = json!([{"system": "crm", "id": "7"}]);
        caller.ok("customers.update", json!({"id": first["id"], "external_refs": reference})).await;
        let taken = caller.refused("customers.update", json!({"id": second["id"], "external_refs": reference})).await;
        assert_eq!((&taken["reason"], &taken["existing_id"]), (&json!("duplicate"), &first["id"]));

        let job = caller.ok("jobs.create", json!({"title": "Leak", "customer_id": first["id"], "scheduled_start": "2026-12-01T09:00"})).await;
        let used = caller.refused("customers.archive", json!({"id": first["id"]})).await;
        assert_eq!((&used["reason"], &used["by"], &used["count"]), (&json!("in_use"), &json!("jobs"), &json!(1)));
        assert_eq!(used["sample"][0]["id"], job["id"]);
        let full = caller.ok("customers.get", json!({"id": first["id"]})).await;
        assert_eq!((&full["job_count"], full["last_job_at"].is_string()), (&json!(1), true));
        caller.ok("jobs.cancel", json!({"id": job["id"], "reason": "moved away"})).await;
        caller.ok("customers.archive", json!({"id": first["id"]})).await;
        let late = caller.refused("jobs.create", json!({"title": "Again", "customer_id": first["id"]})).await;
        assert_eq!(late["reason"], "parent_archived");
    }
}
