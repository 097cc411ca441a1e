//! Notes through the endpoint: about what, by whom, who may change them, and which ones a technician reaches.

use serde_json::{Value, json};
use shared::role::Role;
use testing::{Account, Caller, McpServer, Member, TestDatabase, on_both_databases, owner};

async fn member(server: &McpServer, account: &Account, role: Role) -> (Member, Caller) {
    let member = account.add_member(role).await;
    let key = account.user_key(&member, "read:notes write:notes read:jobs").await;
    let caller = server.caller(&key);
    (member, caller)
}

async fn write(caller: &Caller, body: &str, subject: Option<(&str, &Value)>) -> Value {
    let mut args = json!({"body": body});
    if let Some((kind, id)) = subject {
        args["subject_type"] = json!(kind);
        args["subject_id"] = id.clone();
    }
    caller.ok("notes.create", args).await
}

async fn found(caller: &Caller, filter: Value) -> Vec<String> {
    let list = caller.ok("notes.list", filter).await;
    list["items"].as_array().unwrap().iter().map(|item| item["body"].as_str().unwrap().to_owned()).collect()
}

/// One of each kind of subject, by name.
async fn subjects(caller: &Caller) -> [(&'static str, Value); 8] {
    let customer =
        caller.ok("customers.create", json!({"type": "company", "company_name": "Acme"})).await["id"].take();
    let contact = caller
        .ok("contacts.create", json!({"customer_id": customer, "first_name": "Ana", "last_name": "A"}))
        .await["id"]
        .take();
    let location = caller
        .ok(
            "locations.create",
            json!({"customer_id": customer, "address": {"line1": "1 Main St", "country": "US"}}),
        )
        .await["id"]
        .take();
    let job = caller.ok("jobs.create", json!({"title": "Leak", "customer_id": customer})).await["id"].take();
    let line = json!([{"description": "Visit", "unit_price": 8900}]);
    let args = json!({"title": "New pump", "customer_id": customer});
    let quote = caller.ok("quotes.create", args).await["id"].take();
    let args = json!({"customer_id": customer, "line_items": line, "status": "sent"});
    let invoice = caller.ok("invoices.create", args).await["id"].take();
    let args = json!({"title": "Care", "customer_id": customer, "items": line, "cadence": "monthly", "starts_on": "2027-01-01"});
    let plan = caller.ok("plans.create", args).await["id"].take();
    let args = json!({"title": "Filters", "customer_id": customer, "rrule": "FREQ=YEARLY", "dtstart_local": "2027-06-01T09:00:00", "time_zone": "America/Chicago"});
    let series = caller.ok("job_series.create", args).await["id"].take();
    [
        ("customer", customer),
        ("customer_contact", contact),
        ("customer_location", location),
        ("job", job),
        ("quote", quote),
        ("invoice", invoice),
        ("plan", plan),
        ("job_series", series),
    ]
}

on_both_databases! {
    async fn a_note_is_written_read_edited_archived_and_restored(db: TestDatabase) {
        let (_server, account, caller) = owner(&db).await;
        let made = caller.ok("notes.create", json!({"body": " Gate sticks.\r\nPush hard 🦆 ", "pinned": true, "custom_fields": {"seen": true}})).await;
        assert!(made["id"].as_str().unwrap().starts_with("note_"));
        assert_eq!((&made["body"], &made["pinned"], &made["version"]), (&json!("Gate sticks.\nPush hard 🦆"), &json!(true), &json!(1)));
        assert_eq!((&made["subject_type"], &made["subject_id"], &made["subject_name"], &made["edited_at"]), (&Value::Null, &Value::Null, &Value::Null, &Value::Null));
        assert_eq!(made["author"], json!({"id": account.owner.user_id, "name": account.owner.name}));
        let id = &made["id"];
        assert_eq!(caller.ok("notes.get", json!({"id": id})).await, made);

        let unpinned = caller.ok("notes.update", json!({"id": id, "pinned": false})).await;
        assert_eq!((&unpinned["pinned"], &unpinned["edited_at"]), (&json!(false), &Value::Null), "pinning is no edit");
        let same = caller.ok("notes.update", json!({"id": id, "body": made["body"]})).await;
        assert_eq!(same["edited_at"], Value::Null, "nor are the same words");
        let edited = caller.ok("notes.update", json!({"id": id, "body": "Gate is mended.", "expectedVersion": 3})).await;
        assert_eq!((&edited["edited_at"], &edited["author"]), (&edited["updated_at"], &made["author"]));
        assert_eq!(found(&caller, json!({"q": "sticks"})).await, Vec::<String>::new());

        let archived = caller.ok("notes.archive", json!({"id": id})).await;
        assert!(archived["archived_at"].is_string());
        assert_eq!(caller.ok("notes.archive", json!({"id": id})).await, archived, "repeating it is no conflict");
        assert_eq!(found(&caller, json!({})).await, Vec::<String>::new());
        assert_eq!(found(&caller, json!({"includeArchived": true})).await, ["Gate is mended."]);
        let restored = caller.ok("notes.update", json!({"id": id, "archived": false})).await;
        assert_eq!((&restored["archived_at"], &restored["edited_at"]), (&Value::Null, &edited["edited_at"]));
        let by_update = caller.refused("notes.update", json!({"id": id, "archived": true})).await;
        assert!(by_update["message"].as_str().unwrap().contains("notes.archive"), "{by_update}");
    }

    async fn a_subject_is_a_record_that_is_there_and_stays(db: TestDatabase) {
        let (server, _, caller) = owner(&db).await;
        let names = ["Acme", "Ana A", "1 Main St", "Leak", "New pump", "INV-1001", "Care", "Filters"];
        for ((kind, id), name) in subjects(&caller).await.iter().zip(names) {
            let note = write(&caller, &format!("On a {kind}"), Some((kind, id))).await;
            assert_eq!((&note["subject_type"], &note["subject_id"], &note["subject_name"]), (&json!(kind), id, &json!(name)));
            assert_eq!(found(&caller, json!({"subjectId": id})).await, [format!("On a {kind}")]);
            let fixed = caller.refused("notes.update", json!({"id": note["id"], "subject_id": id})).await;
            assert_eq!((&fixed["kind"], &fixed["field"]), (&json!("invalid_input"), &json!("subject_id")), "{fixed}");
        }
        for (kind, id, says) in [
            ("customer", "cus_no", "customers.search"), ("customer_contact", "con_no", "contacts.list"), ("customer_location", "loc_no", "locations.list"),
            ("job", "job_no", "jobs.list"), ("invoice", "inv_no", "invoices.list"), ("quote", "quo_no", "quotes.list"), ("plan", "pln_no", "plans.list"),
            ("job_series", "ser_no", "job_series.list"),
        ] {
            let unknown = caller.refused("notes.create", json!({"body": "x", "subject_type": kind, "subject_id": id})).await;
            assert_eq!((&unknown["kind"], &unknown["field"], &unknown["reason"]), (&json!("invalid_input"), &json!("subject_id"), &json!("bad_reference")), "{kind}");
            assert!(unknown["message"].as_str().unwrap().contains(says), "{unknown}");
        }
        let half = caller.refused("notes.create", json!({"body": "x", "subject_type": "job"})).await;
        assert_eq!(half["field"], "subject_id");
        let half = caller.refused("notes.create", json!({"body": "x", "subject_id": "job_no"})).await;
        assert_eq!(half["field"], "subject_type");
        let misspelt = caller.refused("notes.create", json!({"body": "x", "subject_type": "costumer", "subject_id": "cus_no"})).await;
        assert!(misspelt["message"].as_str().unwrap().contains("`customer`"), "{misspelt}");
        for body in [json!(""), json!("x".repeat(20_001)), json!("a\u{7}"), json!(null)] {
            assert_eq!(caller.refused("notes.create", json!({"body": body})).await["issues"][0]["path"], "body");
        }
        let long = "ü".repeat(20_000);
        assert_eq!(write(&caller, &long, None).await["body"], long);

        // Another tenant's record reads as one that never was.
        let other = server.caller(&Account::create(&db).await.full_key().await);
        for (kind, id) in subjects(&other).await {
            let real = caller.refused("notes.create", json!({"body": "x", "subject_type": kind, "subject_id": id})).await;
            let made_up = caller.refused("notes.create", json!({"body": "x", "subject_type": kind, "subject_id": "ID"})).await;
            assert_eq!(real["message"].as_str().unwrap().replace(id.as_str().unwrap(), "ID"), made_up["message"].as_str().unwrap());
        }
    }

    async fn lists_come_newest_first_and_are_filtered(db: TestDatabase) {
        let (_server, account, caller) = owner(&db).await;
        let subjects = subjects(&caller).await;
        let one = write(&caller, "One: 100% Äpfel", None).await;
        let two = write(&caller, "Two", Some(("customer", &subjects[0].1))).await;
        let three = write(&caller, "Three", Some(("job", &subjects[3].1))).await;
        caller.ok("notes.update", json!({"id": one["id"], "pinned": true})).await;
        assert_eq!(found(&caller, json!({})).await, ["Three", "Two", "One: 100% Äpfel"]);
        assert_eq!(found(&caller, json!({"sort": "created_at"})).await, ["One: 100% Äpfel", "Two", "Three"]);
        assert_eq!(found(&caller, json!({"sort": "-pinned"})).await, ["One: 100% Äpfel", "Three", "Two"], "pinned first, then the newest");
        assert_eq!(found(&caller, json!({"sort": "-updated_at", "limit": 1})).await, ["One: 100% Äpfel"]);
        for sort in ["-pinned", "pinned", "-created_at", "updated_at"] {
            let (mut paged, mut cursor) = (vec![], Value::Null);
            loop {
                let mut args = json!({"sort": sort, "limit": 1});
                if !cursor.is_null() { args["cursor"] = cursor; }
                let page = caller.ok("notes.list", args).await;
                paged.push(page["items"][0]["body"].as_str().unwrap().to_owned());
                cursor = page["nextCursor"].clone();
                if cursor.is_null() { break }
            }
            assert_eq!(paged, found(&caller, json!({"sort": sort})).await, "{sort}");
        }
        let today = &one["created_at"].as_str().unwrap()[..10];
        for (filter, expected) in [
            (json!({"subjectType": "standalone"}), vec!["One: 100% Äpfel"]), (json!({"subjectType": "customer"}), vec!["Two"]), (json!({"subjectType": "job"}), vec!["Three"]),
            (json!({"subjectType": "invoice"}), vec![]), (json!({"subjectId": subjects[3].1}), vec!["Three"]), (json!({"subjectId": "inv_no"}), vec![]), (json!({"subjectId": "no"}), vec![]),
            (json!({"subjectType": "job", "subjectId": subjects[0].1}), vec![]), (json!({"pinned": true}), vec!["One: 100% Äpfel"]), (json!({"pinned": false}), vec!["Three", "Two"]),
            (json!({"authorId": account.owner.user_id, "limit": 1}), vec!["Three"]), (json!({"authorId": "usr_no"}), vec![]),
            (json!({"from": two["created_at"]}), vec!["Three", "Two"]), (json!({"to": two["created_at"]}), vec!["Two", "One: 100% Äpfel"]),
            (json!({"from": two["created_at"], "to": two["created_at"]}), vec!["Two"]), (json!({"to": "2001-01-01"}), vec![]), (json!({"from": "2001-01-01", "to": "2999-01-01", "pinned": true}), vec!["One: 100% Äpfel"]),
            (json!({"q": "apfel"}), vec!["One: 100% Äpfel"]), (json!({"q": "0% Ä"}), vec!["One: 100% Äpfel"]), (json!({"q": "0%p"}), vec![]), (json!({"q": "e"}), vec!["Three", "One: 100% Äpfel"]),
            (json!({"ids": [three["id"]]}), vec!["Three"]), (json!({"updatedSince": three["updated_at"]}), vec!["Three", "One: 100% Äpfel"]),
        ] {
            assert_eq!(found(&caller, filter.clone()).await, expected, "{filter} on {today}");
        }
        let summary = caller.ok("notes.list", json!({"limit": 1})).await["items"][0].take();
        assert_eq!((&summary["subject_name"], &summary["author"]["name"]), (&json!("Leak"), &json!(account.owner.name)));
    }

    async fn a_note_is_its_author_s_and_an_owner_s_to_change(db: TestDatabase) {
        let (server, account, boss) = owner(&db).await;
        let (olga, office) = member(&server, &account, Role::Office).await;
        let (_, colleague) = member(&server, &account, Role::Office).await;
        let note = write(&office, "Olga's", None).await;
        assert_eq!(note["author"]["id"], olga.user_id);
        for (tool, args) in [
            ("notes.update", json!({"id": note["id"], "body": "x"})), ("notes.update", json!({"id": note["id"], "pinned": true})), ("notes.archive", json!({"id": note["id"]})),
        ] {
            let refused = colleague.refused(tool, args).await;
            assert_eq!((&refused["kind"], &refused["reason"]), (&json!("conflict"), &json!("not_author")), "{tool}");
            assert!(refused["message"].as_str().unwrap().contains(&format!("by {}", olga.name)), "{refused}");
        }
        assert_eq!(colleague.ok("notes.get", json!({"id": note["id"]})).await, note, "all may read it");
        office.ok("notes.update", json!({"id": note["id"], "body": "Olga's own"})).await;
        let corrected = boss.ok("notes.update", json!({"id": note["id"], "body": "Corrected"})).await;
        assert_eq!((&corrected["author"]["id"], &corrected["updated_by"]["id"]), (&json!(olga.user_id), &json!(account.owner.user_id)));
        boss.ok("notes.archive", json!({"id": note["id"]})).await;
        assert_eq!(colleague.refused("notes.update", json!({"id": note["id"], "archived": false})).await["reason"], "not_author");
        office.ok("notes.update", json!({"id": note["id"], "archived": false})).await;

        // The business itself reads, and writes none.
        let robot = server.caller(&account.tenant_key("read:notes write:notes").await);
        assert_eq!(found(&robot, json!({})).await, ["Corrected"]);
        for (tool, args) in [("notes.create", json!({"body": "x"})), ("notes.update", json!({"id": note["id"], "body": "x"})), ("notes.archive", json!({"id": note["id"]}))] {
            let refused = robot.refused(tool, args).await;
            assert_eq!((&refused["kind"], &refused["reason"]), (&json!("invalid_input"), &json!("user_actor_required")), "{tool}");
        }
        let other = server.caller(&Account::create(&db).await.full_key().await);
        assert_eq!(found(&other, json!({"ids": [note["id"]], "includeArchived": true})).await, Vec::<String>::new());
        for (tool, args) in [("notes.get", json!({"id": note["id"]})), ("notes.update", json!({"id": note["id"], "body": "x"})), ("notes.archive", json!({"id": note["id"]}))] {
            assert_eq!(other.refused(tool, args).await["kind"], "not_found", "{tool}");
        }
    }

    async fn a_technician_reaches_notes_on_assigned_jobs_alone(db: TestDatabase) {
        let (server, account, boss) = owner(&db).await;
        let (tess, tech) = member(&server, &account, Role::Tech).await;
        let subjects = subjects(&boss).await;
        let [(_, customer), _, _, (_, others), ..] = &subjects;
        let theirs = boss.ok("jobs.create", json!({"title": "Theirs", "customer_id": customer, "assignee_ids": [tess.user_id]})).await["id"].take();
        let open = write(&boss, "open to tess", Some(("job", &theirs))).await;
        let mut hidden = vec![write(&boss, "hidden alone", None).await];
        for (kind, id) in &subjects {
            hidden.push(write(&boss, &format!("hidden on a {kind}"), Some((kind, id))).await);
        }

        // Reading: every filter, order and total shows the one.
        let everything = boss.ok("notes.list", json!({"includeTotal": true})).await;
        assert_eq!(everything["total"], 10);
        let mine = tech.ok("notes.list", json!({"includeTotal": true})).await;
        assert_eq!((&mine["total"], &mine["items"][0]["subject_name"]), (&json!(1), &json!("Theirs")));
        let ids: Vec<&Value> = hidden.iter().map(|note| &note["id"]).collect();
        for filter in [
            json!({"q": "hidden"}), json!({"ids": ids}), json!({"subjectType": "standalone"}), json!({"subjectType": "customer"}), json!({"subjectId": customer}),
            json!({"subjectId": others}), json!({"to": hidden[0]["created_at"], "from": hidden[0]["created_at"]}), json!({"authorId": "usr_no"}),
        ] {
            assert_eq!(found(&tech, filter.clone()).await, Vec::<String>::new(), "{filter}");
        }
        for filter in [json!({"authorId": account.owner.user_id}), json!({"sort": "-pinned"}), json!({"sort": "updated_at", "includeArchived": true}), json!({"subjectType": "job"})] {
            assert_eq!(found(&tech, filter.clone()).await, ["open to tess"], "{filter}");
        }
        assert_eq!(tech.ok("notes.get", json!({"id": open["id"]})).await, open);

        // A note out of reach reads as one that never was, whatever is asked of it.
        for note in &hidden {
            for (tool, more) in [("notes.get", json!({})), ("notes.update", json!({"body": "x"})), ("notes.update", json!({"archived": false, "expectedVersion": 99})), ("notes.archive", json!({}))] {
                let with = |id: &Value| { let mut args = more.clone(); args["id"] = id.clone(); args };
                let real = tech.refused(tool, with(&note["id"])).await;
                let made_up = tech.refused(tool, with(&json!("note_no"))).await;
                assert_eq!(real["kind"], "not_found");
                assert_eq!(real["message"].as_str().unwrap().replace(note["id"].as_str().unwrap(), "note_no"), made_up["message"].as_str().unwrap());
            }
        }

        // Writing: on assigned jobs alone, and nothing tells what else exists.
        let own = write(&tech, "Valve was loose", Some(("job", &theirs))).await;
        assert_eq!(own["author"]["id"], tess.user_id);
        let real = tech.refused("notes.create", json!({"body": "x", "subject_type": "job", "subject_id": others})).await;
        let made_up = tech.refused("notes.create", json!({"body": "x", "subject_type": "job", "subject_id": "job_no"})).await;
        assert_eq!(real["reason"], "bad_reference");
        assert_eq!(real["message"].as_str().unwrap().replace(others.as_str().unwrap(), "job_no"), made_up["message"].as_str().unwrap());
        let known = tech.refused("notes.create", json!({"body": "x", "subject_type": "customer", "subject_id": customer})).await;
        let unknown = tech.refused("notes.create", json!({"body": "x", "subject_type": "customer", "subject_id": "cus_no"})).await;
        assert_eq!((&known["message"], &known["field"]), (&unknown["message"], &json!("subject_type")));
        assert_eq!(tech.refused("notes.create", json!({"body": "x"})).await["field"], "subject_type");
        assert_eq!(tech.refused("notes.update", json!({"id": open["id"], "body": "x"})).await["reason"], "not_author");
        tech.ok("notes.update", json!({"id": own["id"], "body": "Valve was loose; tightened"})).await;

        // When the job is another's, so are its notes, one's own too.
        boss.ok("jobs.update", json!({"id": theirs, "assignee_ids": []})).await;
        assert_eq!(found(&tech, json!({"includeArchived": true})).await, Vec::<String>::new());
        assert_eq!(tech.refused("notes.get", json!({"id": own["id"]})).await["kind"], "not_found");
    }
}
