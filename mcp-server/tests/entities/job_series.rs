//! Job series through the endpoint: what they make, when, and what becomes of it when they change or end.

use serde_json::{Value, json};
use shared::role::Role;
use testing::{Caller, TestDatabase, on_both_databases, owner, with};

/// Every Monday at nine in Chicago, from November 30 on; it is Tuesday, November 24.
fn mondays() -> Value {
    json!({"title": "Pool care", "rrule": "FREQ=WEEKLY;BYDAY=MO", "dtstart_local": "2026-11-30T09:00:00", "time_zone": "America/Chicago"})
}

/// All jobs of a series, by their time.
async fn jobs_of(caller: &Caller, series: &Value) -> Vec<Value> {
    let page = caller.ok("jobs.list", json!({"seriesId": series["id"], "limit": 100, "view": "full"})).await;
    assert_eq!(page["hasMore"], false);
    page["items"].as_array().unwrap().clone()
}

fn field<'a>(jobs: &'a [Value], name: &str) -> Vec<&'a str> {
    jobs.iter().map(|job| job[name].as_str().unwrap_or("-")).collect()
}

async fn update_job(caller: &Caller, job: &Value, more: Value) -> Value {
    caller.ok("jobs.update", with(json!({"id": job["id"]}), more)).await
}

const EIGHT: [&str; 8] = [
    "2026-11-30",
    "2026-12-07",
    "2026-12-14",
    "2026-12-21",
    "2026-12-28",
    "2027-01-04",
    "2027-01-11",
    "2027-01-18",
];

on_both_databases! {
    async fn a_series_makes_the_jobs_of_eight_weeks_in_the_create_itself(db: TestDatabase) {
        let (_server, account, caller) = owner(&db).await;
        let tess = account.add_member(Role::Tech).await;
        let customer = caller.ok("customers.create", json!({"type": "company", "company_name": "Blue Pools"})).await;
        let place = caller.ok("locations.create", json!({"customer_id": customer["id"], "name": "North pool", "address": {"line1": "1 Lake St", "country": "US"}})).await;
        let args = with(mondays(), json!({"description": "Skim and test", "location_id": place["id"], "assignee_ids": [tess.email], "job_type": "care", "priority": "high", "duration_minutes": 90,
            "line_items": [{"description": "Visit", "unit_price": 8900}, {"description": "Salt", "quantity": 2, "unit_price": 500}]}));
        let dry = caller.ok("job_series.create", with(args.clone(), json!({"dryRun": true}))).await;
        assert_eq!((dry["effects"].as_array().unwrap().len(), &dry["effects"][1]["entity"]), (9, &json!("jobs")), "{dry}");
        assert_eq!(caller.ok("jobs.list", json!({})).await["items"], json!([]), "a dry run makes nothing");

        let series = caller.ok("job_series.create", args).await;
        assert!(series["id"].as_str().unwrap().starts_with("ser_"));
        assert_eq!((&series["status"], &series["rrule_text"], &series["total"]), (&json!("active"), &json!("Every week on Monday"), &json!(9900)));
        assert_eq!((&series["customer_id"], &series["customer_name"], &series["location_name"]), (&customer["id"], &json!("Blue Pools"), &json!("North pool")));
        assert_eq!((&series["assignee_ids"], &series["assignee_names"]), (&json!([tess.user_id]), &json!([tess.name])));
        assert_eq!((&series["next_occurrence_at"], &series["scheduled_local"]), (&json!("2026-11-30T09:00:00-06:00"), &json!("Mon 2026-11-30 09:00 CST")));
        assert_eq!((series["upcoming"].as_array().unwrap().len(), &series["upcoming"][9]), (10, &json!("2027-02-01T09:00:00-06:00")));
        assert!(series["generated_through"].as_str().unwrap().starts_with("2027-01-19T15:00:00"), "{series}");
        assert_eq!((&series["dtstart_local"], &series["exdates"], &series["ended_on"]), (&json!("2026-11-30T09:00:00"), &json!([]), &Value::Null));
        assert_eq!(series.get("warnings"), None);

        let jobs = jobs_of(&caller, &series).await;
        assert_eq!(field(&jobs, "occurrence_date"), EIGHT);
        for (n, job) in jobs.iter().enumerate() {
            assert_eq!((&job["status"], &job["number"], &job["series_id"]), (&json!("scheduled"), &json!(1001 + n), &series["id"]));
            assert_eq!((&job["title"], &job["description"], &job["job_type"], &job["priority"]), (&json!("Pool care"), &json!("Skim and test"), &json!("care"), &json!("high")));
            assert_eq!((&job["customer_id"], &job["location_id"], &job["assignee_ids"], &job["total"]), (&customer["id"], &place["id"], &json!([tess.user_id]), &json!(9900)));
            assert_eq!((&job["time_zone"], &job["line_items"][1]["quantity"], job["line_items"].as_array().unwrap().len()), (&json!("America/Chicago"), &json!("2"), 2));
            assert_eq!(job["scheduled_end"].as_str().unwrap(), format!("{}T10:30:00-06:00", EIGHT[n]));
        }
        assert_eq!(caller.ok("job_series.get", json!({"id": series["id"]})).await, series);
        let tech = _server.caller(&account.user_key(&tess, "read:jobs").await);
        assert_eq!(jobs_of(&tech, &series).await.len(), 8, "they are the technician's");
    }

    async fn one_price_local_times_and_ends_are_kept(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let flat = caller.ok("job_series.create", with(mondays(), json!({"rrule": "RRULE:FREQ=DAILY;COUNT=3", "dtstart_local": "2026-11-23T07:30:00", "flat_price": 4200,
            "rdates": ["2026-11-26T18:00:00"], "exdates": ["2026-11-25T07:30:00"]}))).await;
        let jobs = jobs_of(&caller, &flat).await;
        assert_eq!(field(&jobs, "scheduled_start"), ["2026-11-26T18:00:00-06:00"], "two have passed, one is out, one is in");
        assert_eq!((&jobs[0]["total"], &flat["rrule_text"], &flat["upcoming"]), (&json!(4200), &json!("Every day, 3 times"), &json!(["2026-11-26T18:00:00-06:00"])));
        let short = caller.ok("job_series.create", with(mondays(), json!({"rrule": "FREQ=MONTHLY;BYMONTHDAY=31"}))).await;
        assert_eq!(short["warnings"], json!([{"message": "Months without a day 31 are skipped.", "field": "rrule"}]));
        assert_eq!(field(&jobs_of(&caller, &short).await, "occurrence_date"), ["2026-12-31"]);
        let until = caller.ok("job_series.create", with(mondays(), json!({"rrule": "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261207"}))).await;
        assert_eq!(field(&jobs_of(&caller, &until).await, "occurrence_date"), EIGHT[..2]);
        let ended = caller.ok("job_series.create", with(mondays(), json!({"rrule": "FREQ=DAILY;COUNT=1", "dtstart_local": "2020-01-01T09:00:00"}))).await;
        assert_eq!((&ended["next_occurrence_at"], &ended["upcoming"]), (&Value::Null, &json!([])));
    }

    async fn what_cannot_be_is_refused_in_plain_words(db: TestDatabase) {
        let (server, account, caller) = owner(&db).await;
        let many: Vec<Value> = (0..201).map(|n| json!(format!("2027-01-01T{:02}:{:02}:00", n / 60, n % 60))).collect();
        for (change, field, says) in [
            (json!({"rrule": "every monday"}), "rrule", "NAME=VALUE"),
            (json!({"rrule": "FREQ=HOURLY"}), "rrule", "DAILY"),
            (json!({"rrule": "FREQ=MONTHLY;BYDAY=MO,1TU"}), "rrule", "1MO,1TU"),
            (json!({"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}), "rrule", "never happens"),
            (json!({"rrule": format!("FREQ=WEEKLY;BYDAY={}", "MO,".repeat(200))}), "rrule", "500"),
            (json!({"dtstart_local": "2026-11-30T09:00:00Z"}), "dtstart_local", "2026-11-24T09:00:00"),
            (json!({"dtstart_local": "2026-11-31T09:00:00"}), "dtstart_local", "local time"),
            (json!({"time_zone": "Mars/Olympus"}), "time_zone", "IANA"),
            (json!({"duration_minutes": 4}), "duration_minutes", "5"),
            (json!({"duration_minutes": 1441}), "duration_minutes", "1440"),
            (json!({"exdates": many}), "exdates", "200"),
            (json!({"status": "ended"}), "status", "job_series.end"),
            (json!({"assignee_ids": ["ghost@example.com"]}), "assignee_ids[0]", "team"),
            (json!({"line_items": [{"description": "x"}]}), "line_items[0].unit_price", "1250"),
            (json!({"location_id": "loc_no"}), "location_id", "locations.list"),
        ] {
            let refused = caller.refused("job_series.create", with(mondays(), change)).await;
            assert_eq!((&refused["kind"], &refused["field"]), (&json!("invalid_input"), &json!(field)), "{refused}");
            assert!(refused["message"].as_str().unwrap().contains(says), "{refused}");
        }
        let missing = caller.refused("job_series.create", json!({"title": "x"})).await;
        assert_eq!(missing["issues"].as_array().unwrap().len(), 3, "{missing}");

        let series = caller.ok("job_series.create", mondays()).await;
        let business = server.caller(&account.tenant_key("read:job_series write:job_series read:jobs").await);
        for (tool, args) in [("job_series.create", mondays()), ("job_series.update", json!({"id": series["id"], "title": "x"}))] {
            assert_eq!(business.refused(tool, args).await["reason"], "user_actor_required");
        }
        let by_update = caller.refused("job_series.update", json!({"id": series["id"], "status": "ended"})).await;
        assert!(by_update["message"].as_str().unwrap().contains("job_series.end"), "{by_update}");
        let ended = business.ok("job_series.end", json!({"id": series["id"], "ended_on": "2026-12-10"})).await;
        assert_eq!((&ended["status"], &ended["ended_on"], &ended["cancelled"]), (&json!("ended"), &json!("2026-12-10"), &json!(6)));
        let back = caller.refused("job_series.update", json!({"id": series["id"], "status": "active"})).await;
        assert_eq!((&back["reason"], &back["allowed"]), (&json!("illegal_transition"), &json!([])));
    }

    async fn lists_narrow_and_sort_by_the_next_time(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let customer = caller.ok("customers.create", json!({"type": "company", "company_name": "Blue Pools"})).await;
        let place = caller.ok("locations.create", json!({"customer_id": customer["id"], "address": {"line1": "1 Lake St", "country": "US"}})).await;
        let monday = caller.ok("job_series.create", mondays()).await;
        let sunday = caller.ok("job_series.create", with(mondays(), json!({"title": "Sunday", "rrule": "FREQ=WEEKLY;BYDAY=SU", "dtstart_local": "2026-11-24T08:00:00", "customer_id": customer["id"]}))).await;
        let gone = caller.ok("job_series.create", with(mondays(), json!({"title": "Past", "rrule": "FREQ=DAILY;COUNT=1", "dtstart_local": "2026-01-01T08:00:00", "location_id": place["id"]}))).await;
        let ids = |list: &Value| list["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect::<Vec<_>>();
        let all = [&sunday, &monday, &gone].map(|series| series["id"].clone());
        let list = caller.ok("job_series.list", json!({})).await;
        assert_eq!(ids(&list), all);
        assert_eq!((&list["items"][0]["rrule_text"], list["items"][0].get("upcoming")), (&json!("Every week on Sunday"), None));
        for (filter, found) in [
            (json!({"sort": "-next_occurrence_at"}), vec![&gone, &monday, &sunday]),
            (json!({"sort": "-updated_at"}), vec![&gone, &sunday, &monday]),
            (json!({"customerId": customer["id"]}), vec![&sunday, &gone]),
            (json!({"locationId": place["id"]}), vec![&gone]),
            (json!({"status": "ended"}), vec![]),
            (json!({"nextFrom": "2026-11-30"}), vec![&monday]),
            (json!({"nextTo": "2026-11-29"}), vec![&sunday]),
            (json!({"nextFrom": "2026-11-29T08:00", "nextTo": "2026-11-30T09:00"}), vec![&sunday, &monday]),
            (json!({"q": "SUND"}), vec![&sunday]),
        ] {
            let list = caller.ok("job_series.list", filter.clone()).await;
            assert_eq!(ids(&list), found.iter().map(|series| series["id"].clone()).collect::<Vec<_>>(), "{filter}");
        }
        let page = caller.ok("job_series.list", json!({"limit": 2})).await;
        let next = caller.ok("job_series.list", json!({"limit": 2, "cursor": page["nextCursor"]})).await;
        assert_eq!([ids(&page), ids(&next)].concat(), all);
    }

    async fn a_change_makes_untouched_jobs_anew_and_keeps_what_a_person_did(db: TestDatabase) {
        let (_server, account, caller) = owner(&db).await;
        let tess = account.add_member(Role::Tech).await;
        let series = caller.ok("job_series.create", mondays()).await;
        let before = jobs_of(&caller, &series).await;
        let moved = update_job(&caller, &before[1], json!({"scheduled_start": "2026-12-09T13:00"})).await;
        assert_eq!(moved["occurrence_date"], "2026-12-07", "a job that is moved keeps its occurrence");
        caller.ok("jobs.cancel", json!({"id": before[2]["id"]})).await;
        update_job(&caller, &before[3], json!({"status": "done"})).await;
        update_job(&caller, &before[4], json!({"external_refs": [{"system": "crm", "id": "7"}], "custom_fields": {"zone": "b"}})).await;

        let args = json!({"id": series["id"], "title": "Pool and garden", "dtstart_local": "2026-11-30T10:00:00", "duration_minutes": 30, "assignee_ids": [tess.user_id], "flat_price": 100});
        let dry = caller.ok("job_series.update", with(args.clone(), json!({"dryRun": true}))).await;
        assert_eq!((&dry["would"]["regenerated"], dry["effects"].as_array().unwrap().len()), (&json!(5), 6), "{dry}");
        assert_eq!(jobs_of(&caller, &series).await[0], before[0], "a dry run changes nothing");
        let changed = caller.ok("job_series.update", args).await;
        assert_eq!((&changed["regenerated"], &changed["kept_edited"], changed.get("cancelled")), (&json!(5), &json!(1), None), "{changed}");
        let jobs = jobs_of(&caller, &series).await;
        assert_eq!(jobs.len(), 8, "each occurrence has one job, the one that was called off too");
        for job in &jobs {
            let touched = [1, 2, 3].iter().find(|&&n| before[n]["id"] == job["id"]);
            match touched {
                Some(_) => assert_eq!((&job["title"], &job["assignee_ids"]), (&json!("Pool care"), &json!([]))),
                None => {
                    assert_eq!((&job["title"], &job["assignee_ids"], &job["total"]), (&json!("Pool and garden"), &json!([tess.user_id]), &json!(100)));
                    assert_eq!(job["scheduled_start"].as_str().unwrap()[10..], *"T10:00:00-06:00");
                    assert_eq!(job["scheduled_end"].as_str().unwrap()[10..], *"T10:30:00-06:00");
                    assert_eq!(job["version"], if job["id"] == before[4]["id"] { 3 } else { 2 });
                }
            }
        }
        let nothing = caller.ok("job_series.update", json!({"id": series["id"], "custom_fields": {"a": 1}})).await;
        assert_eq!((&nothing["regenerated"], &nothing["kept_edited"]), (&json!(0), &json!(0)));
    }

    async fn another_rule_moves_jobs_makes_more_or_takes_some_away(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let series = caller.ok("job_series.create", mondays()).await;
        let before = jobs_of(&caller, &series).await;
        let set = |rule: &str| json!({"id": series["id"], "rrule": rule});
        let tuesdays = caller.ok("job_series.update", set("FREQ=WEEKLY;BYDAY=TU")).await;
        assert_eq!((&tuesdays["regenerated"], tuesdays.get("cancelled")), (&json!(8), None), "January 19 at nine is within the window by a moment");
        let moved = jobs_of(&caller, &series).await;
        assert_eq!((moved[0]["id"].clone(), &moved[0]["occurrence_date"]), (before[0]["id"].clone(), &json!("2026-12-01")), "a job that finds another place keeps its number");
        let fewer = caller.ok("job_series.update", set("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU")).await;
        let all = jobs_of(&caller, &series).await;
        let (left, gone): (Vec<Value>, Vec<Value>) = all.into_iter().partition(|job| job["status"] == "scheduled");
        assert!(gone.len() as u64 == fewer["cancelled"] && gone.iter().all(|job| job["occurrence_date"].is_null()), "who follows the series' jobs hears of those it no longer has: {gone:?}");
        assert_eq!((fewer["regenerated"].as_u64().unwrap() as usize, left.len()), (left.len(), left.len()));
        assert!(fewer["cancelled"].as_u64().unwrap() >= 3, "{fewer}");
        let cancelled = caller.ok("jobs.list", json!({"status": "cancelled"})).await;
        assert_eq!(cancelled["items"].as_array().unwrap().len() as u64, fewer["cancelled"].as_u64().unwrap() + tuesdays["cancelled"].as_u64().unwrap_or(0));
        let more = caller.ok("job_series.update", set("FREQ=WEEKLY;BYDAY=TU")).await;
        assert_eq!(more["regenerated"], tuesdays["regenerated"], "what a change took away, a change brings back");
        let out = caller.ok("job_series.update", json!({"id": series["id"], "exdates": ["2026-12-08T09:00:00"]})).await;
        assert_eq!(out["cancelled"], 1);
        assert!(!field(&jobs_of(&caller, &series).await, "occurrence_date").contains(&"2026-12-08"));
    }

    async fn ending_cancels_what_is_still_to_be_done(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let series = caller.ok("job_series.create", mondays()).await;
        let jobs = jobs_of(&caller, &series).await;
        update_job(&caller, &jobs[7], json!({"status": "done"})).await;
        update_job(&caller, &jobs[5], json!({"scheduled_start": "2026-12-01T09:00"})).await;
        update_job(&caller, &jobs[0], json!({"scheduled_start": "2027-01-20T09:00"})).await;
        update_job(&caller, &jobs[6], json!({"scheduled_start": null})).await;
        let args = json!({"id": series["id"], "ended_on": "2026-12-14"});
        let dry = caller.ok("job_series.end", with(args.clone(), json!({"dryRun": true}))).await;
        assert_eq!((&dry["would"]["cancelled"], dry["effects"].as_array().unwrap().len()), (&json!(4), 5), "{dry}");
        let ended = caller.ok("job_series.end", args).await;
        assert_eq!((&ended["status"], &ended["cancelled"], &ended["upcoming"]), (&json!("ended"), &json!(4), &json!(["2026-11-30T09:00:00-06:00", "2026-12-07T09:00:00-06:00", "2026-12-14T09:00:00-06:00"])));
        for (n, status) in ["cancelled", "scheduled", "scheduled", "cancelled", "cancelled", "scheduled", "cancelled", "done"].iter().enumerate() {
            let job = caller.ok("jobs.get", json!({"id": jobs[n]["id"]})).await;
            assert_eq!((job["status"].as_str().unwrap(), &job["series_id"]), (*status, &series["id"]), "{n}");
        }
        let again = caller.ok("job_series.end", json!({"id": series["id"], "ended_on": "2026-11-30"})).await;
        assert_eq!((&again["version"], &again["ended_on"], again.get("cancelled")), (&ended["version"], &json!("2026-12-14"), None));
        let today = caller.ok("job_series.create", mondays()).await;
        let ended = caller.ok("job_series.end", json!({"id": today["id"]})).await;
        assert_eq!((&ended["ended_on"], &ended["cancelled"], &ended["next_occurrence_at"]), (&json!("2026-11-24"), &json!(8), &Value::Null));
    }

    async fn places_and_items_of_an_active_series_stay(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let customer = caller.ok("customers.create", json!({"type": "company", "company_name": "Blue Pools"})).await;
        let place = caller.ok("locations.create", json!({"customer_id": customer["id"], "address": {"line1": "1 Lake St", "country": "US"}})).await;
        let item = caller.ok("catalog_items.create", json!({"kind": "service", "name": "Visit", "unit_price": 5000})).await;
        let args = with(mondays(), json!({"rrule": "FREQ=YEARLY", "dtstart_local": "2026-06-01T09:00:00", "location_id": place["id"], "line_items": [{"catalog_item_id": item["id"]}]}));
        let series = caller.ok("job_series.create", args).await;
        assert_eq!((jobs_of(&caller, &series).await.len(), &series["total"]), (0, &json!(5000)));
        for (tool, id) in [("locations.archive", &place["id"]), ("catalog_items.archive", &item["id"])] {
            let refused = caller.refused(tool, json!({"id": id})).await;
            assert_eq!((&refused["reason"], &refused["by"], &refused["sample"][0]["id"]), (&json!("in_use"), &json!("job_series"), &series["id"]), "{refused}");
        }
        caller.ok("job_series.end", json!({"id": series["id"]})).await;
        for (tool, id) in [("locations.archive", &place["id"]), ("catalog_items.archive", &item["id"])] {
            caller.ok(tool, json!({"id": id})).await;
        }
    }
}
