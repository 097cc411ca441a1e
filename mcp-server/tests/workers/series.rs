//! The jobs of series.

use std::{collections::HashSet, time::Duration as Pause};

use chrono::{DateTime, Duration, NaiveDate};
use serde_json::{Value, json};
use shared::{binds, role::Role, timestamp::Timestamp};
use testing::{Caller, McpServer, TestDatabase, on_both_databases};
use tokio::time::{Instant, sleep};

use super::{all, owner, process, race, replica};

fn series(rule: &str, start: &str, zone: &str) -> Value {
    json!({"title": zone, "rrule": rule, "dtstart_local": start, "time_zone": zone})
}

/// All jobs of a series, by their time.
async fn jobs_of(caller: &Caller, series: &Value) -> Vec<Value> {
    all(caller, "jobs.list", json!({"seriesId": series["id"]})).await
}

fn dates(jobs: &[Value]) -> Vec<NaiveDate> {
    jobs.iter().map(|job| job["occurrence_date"].as_str().unwrap().parse().unwrap()).collect()
}

/// So many days, one after the other.
fn days(first: &str, count: usize) -> Vec<NaiveDate> {
    first.parse::<NaiveDate>().unwrap().iter_days().take(count).collect()
}

on_both_databases! {
    async fn nine_o_clock_stays_nine_o_clock_for_a_year_on_both_sides_of_the_world(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let worker = replica(&db).await;
        let mut all = Vec::new();
        for zone in ["America/New_York", "America/Phoenix", "Australia/Sydney", "Pacific/Auckland"] {
            all.push(caller.ok("job_series.create", series("FREQ=WEEKLY;BYDAY=SU", "2026-11-29T09:00:00", zone)).await);
        }
        for _ in 0..53 {
            db.clock().advance(Duration::weeks(1));
            worker.catch_up().await.unwrap();
        }
        let offsets = [
            ("America/New_York", [("2027-03-07", "-05:00"), ("2027-03-14", "-04:00"), ("2027-10-31", "-04:00"), ("2027-11-07", "-05:00")]),
            ("America/Phoenix", [("2027-03-07", "-07:00"), ("2027-03-14", "-07:00"), ("2027-10-31", "-07:00"), ("2027-11-07", "-07:00")]),
            ("Australia/Sydney", [("2027-03-28", "+11:00"), ("2027-04-04", "+10:00"), ("2027-09-26", "+10:00"), ("2027-10-03", "+11:00")]),
            ("Pacific/Auckland", [("2027-03-28", "+13:00"), ("2027-04-04", "+12:00"), ("2027-09-19", "+12:00"), ("2027-09-26", "+13:00")]),
        ];
        for (series, (zone, around)) in all.iter().zip(offsets) {
            let jobs = jobs_of(&caller, series).await;
            assert!((60..=61).contains(&jobs.len()), "a year and eight weeks of Sundays: {}", jobs.len());
            assert!(dates(&jobs).windows(2).all(|two| two[1] - two[0] == Duration::weeks(1)));
            for job in &jobs {
                let start = job["scheduled_start"].as_str().unwrap();
                assert_eq!((&start[..10], &start[10..19]), (job["occurrence_date"].as_str().unwrap(), "T09:00:00"));
                let length = |from: &Value, to: &Value| DateTime::parse_from_rfc3339(to.as_str().unwrap()).unwrap() - DateTime::parse_from_rfc3339(from.as_str().unwrap()).unwrap();
                assert_eq!(length(&job["scheduled_start"], &job["scheduled_end"]), Duration::hours(1));
            }
            for (day, offset) in around {
                assert!(jobs.iter().any(|job| job["scheduled_start"] == format!("{day}T09:00:00{offset}")), "{zone} {day}");
            }
        }
    }

    async fn a_time_that_does_not_exist_moves_by_the_gap_and_of_two_the_first_counts(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let worker = replica(&db).await;
        let gap = caller.ok("job_series.create", series("FREQ=DAILY;UNTIL=20270315", "2027-03-13T02:30:00", "America/New_York")).await;
        let twice = caller.ok("job_series.create", series("FREQ=DAILY;UNTIL=20271108", "2027-11-06T01:30:00", "America/New_York")).await;
        for _ in 0..50 {
            db.clock().advance(Duration::weeks(1));
            worker.catch_up().await.unwrap();
        }
        let starts = async |series| jobs_of(&caller, series).await.into_iter().map(|mut job| job["scheduled_start"].take()).collect::<Vec<_>>();
        assert_eq!(starts(&gap).await, ["2027-03-13T02:30:00-05:00", "2027-03-14T03:30:00-04:00", "2027-03-15T02:30:00-04:00"]);
        assert_eq!(starts(&twice).await, ["2027-11-06T01:30:00-04:00", "2027-11-07T01:30:00-04:00", "2027-11-08T01:30:00-05:00"]);
    }

    async fn the_window_rolls_on_day_by_day_and_leaves_records_alone(db: TestDatabase) {
        let (_server, account, caller) = owner(&db).await;
        let worker = replica(&db).await;
        let series = caller.ok("job_series.create", series("FREQ=DAILY", "2026-11-25T08:00:00", "America/Chicago")).await;
        assert_eq!(dates(&jobs_of(&caller, &series).await), days("2026-11-25", 56));
        assert_eq!(worker.catch_up().await.unwrap(), 0, "nothing is due");
        let jobs = jobs_of(&caller, &series).await;
        caller.ok("jobs.cancel", json!({"id": jobs[3]["id"]})).await;
        let moved = caller.ok("jobs.update", json!({"id": jobs[4]["id"], "title": "By hand", "scheduled_start": "2026-12-25T08:00"})).await;
        caller.ok("jobs.update", json!({"id": jobs[0]["id"], "status": "done"})).await;
        let kept = jobs_of(&caller, &series).await;
        for day in 1..=10 {
            db.clock().advance(Duration::days(1));
            worker.catch_up().await.unwrap();
            assert_eq!(worker.catch_up().await.unwrap(), 0, "once a day");
            assert_eq!(jobs_of(&caller, &series).await.len(), 56 + day);
        }
        let now = jobs_of(&caller, &series).await;
        let mut found = dates(&now);
        found.sort();
        assert_eq!(found, days("2026-11-25", 66), "each occurrence once, the cancelled and the moved too");
        for job in &kept {
            assert!(now.contains(job), "what is there is left alone: {job}");
        }
        assert_eq!(moved["occurrence_date"], "2026-11-29");
        let newest = &now[now.len() - 1];
        assert_eq!((&newest["created_by"]["type"], &newest["number"], &newest["title"]), (&json!("system"), &json!(1066), &json!("America/Chicago")));
        let after = caller.ok("job_series.get", json!({"id": series["id"]})).await;
        assert_eq!((&after["version"], &after["updated_at"]), (&series["version"], &series["updated_at"]), "what follows from time is no change");
        assert_eq!(after["next_occurrence_at"], "2026-12-05T08:00:00-06:00");
        assert!(after["generated_through"].as_str().unwrap().starts_with("2027-01-29T15:00"), "{after}");
        let found = caller.ok("job_series.list", json!({"nextFrom": "2026-12-05", "nextTo": "2026-12-05"})).await;
        assert_eq!(found["items"][0]["id"], series["id"], "the order and the filter follow the time");
        let lines: Vec<(String,)> = db.admin().await.rows("SELECT subject FROM audit WHERE tenant_id = $1 AND action = 'workers.job_series'", binds![&account.tenant_id]).await.unwrap();
        assert_eq!(lines.len(), 10, "each job has its line in the audit log");
    }

    async fn four_replicas_of_which_some_die_make_each_job_once(db: TestDatabase) {
        let (_server, account, caller) = owner(&db).await;
        let mut all = Vec::new();
        for minute in 0..6 {
            all.push(caller.ok("job_series.create", series("FREQ=DAILY", &format!("2026-11-25T08:{minute:02}:00"), "America/Chicago")).await);
        }
        race(&db).await;
        for series in &all {
            assert_eq!(dates(&jobs_of(&caller, series).await), days("2026-11-25", 56 + 30));
        }
        let numbers: Vec<(i64,)> = db.admin().await.rows("SELECT number FROM jobs WHERE tenant_id = $1 ORDER BY number", binds![&account.tenant_id]).await.unwrap();
        let numbers: Vec<i64> = numbers.into_iter().map(|(number,)| number).collect();
        assert_eq!(numbers, (1001..1001 + 6 * 86).collect::<Vec<i64>>(), "no number is lost with who dies");
    }

    async fn a_pause_is_caught_up_piece_by_piece_and_requests_pass(db: TestDatabase) {
        let (_server, account, caller) = owner(&db).await;
        let worker = replica(&db).await;
        let mut all = Vec::new();
        for minute in 0..4 {
            all.push(caller.ok("job_series.create", series("FREQ=DAILY", &format!("2026-11-25T08:{minute:02}:00"), "America/Chicago")).await);
        }
        db.clock().advance(Duration::days(40));
        let working = tokio::spawn(async move { worker.catch_up().await });
        let mut between = 0;
        while !working.is_finished() {
            let customer = caller.ok("customers.create", json!({"type": "company", "company_name": "Passes"})).await;
            assert_eq!(customer["version"], 1);
            between += 1;
        }
        assert_eq!(working.await.unwrap().unwrap(), 8, "two pieces for each series");
        assert!(between > 1, "writes of the same business pass between the pieces: {between}");
        for series in &all {
            assert_eq!(dates(&jobs_of(&caller, series).await), days("2026-11-25", 56 + 40));
        }
        // One transaction has one time.
        let pieces: Vec<(i64,)> = db.admin().await.rows("SELECT CAST(COUNT(*) AS BIGINT) FROM audit WHERE tenant_id = $1 AND action = 'workers.job_series' GROUP BY at", binds![&account.tenant_id]).await.unwrap();
        assert_eq!(pieces.len(), 8);
        assert!(pieces.iter().all(|(jobs,)| *jobs <= 20), "no piece is large: {pieces:?}");
    }

    async fn what_passed_unmade_stays_unmade_and_the_end_holds_for_the_worker(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let worker = replica(&db).await;
        let paused = caller.ok("job_series.create", series("FREQ=DAILY", "2026-11-25T08:00:00", "America/Chicago")).await;
        let ends = caller.ok("job_series.create", series("FREQ=DAILY", "2026-11-25T08:00:00", "America/Chicago")).await;
        let counted = caller.ok("job_series.create", series("FREQ=DAILY;COUNT=60", "2026-11-25T08:00:00", "America/Chicago")).await;
        caller.ok("job_series.end", json!({"id": ends["id"], "ended_on": "2027-01-25"})).await;
        db.clock().advance(Duration::days(70));
        worker.catch_up().await.unwrap();
        let found = dates(&jobs_of(&caller, &paused).await);
        assert_eq!((&found[..56], &found[56..]), (&days("2026-11-25", 56)[..], &days("2027-02-03", 56)[..]));
        assert_eq!(dates(&jobs_of(&caller, &ends).await), days("2026-11-25", 56), "its last days have passed");
        assert_eq!(dates(&jobs_of(&caller, &counted).await), days("2026-11-25", 56));
        let due: Vec<(String,)> = db.admin().await.rows("SELECT subject FROM due WHERE kind = 'job_series'", vec![]).await.unwrap();
        assert_eq!(due, [(paused["id"].as_str().unwrap().to_owned(),)], "what never happens again is looked at no more");

        let later = caller.ok("job_series.create", series("FREQ=DAILY", "2027-02-03T08:00:00", "America/Chicago")).await;
        caller.ok("job_series.end", json!({"id": later["id"], "ended_on": "2027-04-02"})).await;
        for _ in 0..8 {
            db.clock().advance(Duration::days(1));
            worker.catch_up().await.unwrap();
        }
        assert_eq!(dates(&jobs_of(&caller, &later).await), days("2027-02-03", 59), "up to its last day, which lay ahead");
    }

    async fn a_series_that_cannot_go_on_waits_and_stops_no_other(db: TestDatabase) {
        let (_server, account, caller) = owner(&db).await;
        let worker = replica(&db).await;
        let tess = account.add_member(Role::Tech).await;
        let customer = caller.ok("customers.create", json!({"type": "company", "company_name": "Blue Pools"})).await;
        let mut args = series("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=1,2", "2026-11-25T08:00:00", "America/Chicago");
        args["customer_id"] = customer["id"].clone();
        let waits = caller.ok("job_series.create", args).await;
        let mut args = series("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=1,2", "2026-11-25T08:00:00", "America/Chicago");
        args["assignee_ids"] = json!([tess.user_id, account.owner.user_id]);
        let other = caller.ok("job_series.create", args).await;
        let refused = caller.refused("customers.archive", json!({"id": customer["id"]})).await;
        assert_eq!((&refused["reason"], &refused["by"]), (&json!("in_use"), &json!("job_series")), "an active series needs its customer");
        db.admin().await.execute("UPDATE customers SET status = 'archived', archived_at = updated_at WHERE id = $1", binds![customer["id"].as_str().unwrap()]).await.unwrap();
        db.admin().await.execute("UPDATE members SET status = 'removed' WHERE user_id = $1", binds![&tess.user_id]).await.unwrap();
        db.clock().advance(Duration::days(20));
        worker.catch_up().await.unwrap();
        assert_eq!(jobs_of(&caller, &waits).await, Vec::<Value>::new());
        let made = jobs_of(&caller, &other).await;
        assert_eq!((made.len(), &made[0]["assignee_ids"]), (2, &json!([account.owner.user_id])), "who left the team does no more jobs");
        caller.ok("customers.update", json!({"id": customer["id"], "status": "active"})).await;
        db.clock().advance(Duration::hours(2));
        worker.catch_up().await.unwrap();
        assert_eq!(jobs_of(&caller, &waits).await.len(), 2);
    }

    async fn a_server_works_by_itself_unless_it_is_told_not_to(db: TestDatabase) {
        let (_idle, _, caller) = owner(&db).await;
        let series = caller.ok("job_series.create", series("FREQ=DAILY", "2026-11-25T08:00:00", "America/Chicago")).await;
        db.clock().advance(Duration::days(7));
        let _working = McpServer::start(&db).await;
        let patience = Instant::now() + Pause::from_secs(20);
        while jobs_of(&caller, &series).await.len() < 63 {
            assert!(Instant::now() < patience, "the jobs are not made");
            sleep(Pause::from_millis(20)).await;
        }
    }

    async fn a_process_that_is_killed_leaves_nothing_half_made(db: TestDatabase) {
        let (_idle, account, caller) = owner(&db).await;
        let mut all = Vec::new();
        for minute in 0..8 {
            all.push(caller.ok("job_series.create", series("FREQ=DAILY", &format!("2026-11-25T08:{minute:02}:00"), "America/Chicago")).await);
        }
        // A process goes by the machine's clock: the series have made nothing yet, and all are due.
        let admin = db.admin().await;
        for sql in [
            "DELETE FROM job_assignees", "DELETE FROM job_lines", "DELETE FROM jobs", "DELETE FROM counters WHERE name = 'jobs'",
            "UPDATE job_series SET generated_through = NULL",
        ] {
            admin.execute(sql, vec![]).await.unwrap();
        }
        let long_ago = Timestamp::from_micros(0);
        admin.execute("UPDATE due SET at = $1", binds![long_ago]).await.unwrap();
        let made = async || admin.row::<(i64,)>("SELECT CAST(COUNT(*) AS BIGINT) FROM jobs", vec![]).await.unwrap().unwrap().0;
        let left = async || admin.row::<(i64,)>("SELECT CAST(COUNT(*) AS BIGINT) FROM due WHERE at = $1", binds![long_ago]).await.unwrap().unwrap().0;
        let patience = Instant::now() + Pause::from_secs(120);
        let mut kills = 0;
        for so_many in [1, 60, 150] {
            let mut running = process(&db);
            while made().await < so_many {
                assert!(Instant::now() < patience, "nothing is made");
                sleep(Pause::from_millis(1)).await;
            }
            running.kill().unwrap();
            running.wait().unwrap();
            kills += i32::from(left().await > 0);
        }
        assert!(kills > 0, "it was killed while work was left");
        let mut running = process(&db);
        while left().await > 0 {
            assert!(Instant::now() < patience, "the work is not finished");
            sleep(Pause::from_millis(20)).await;
        }
        running.kill().unwrap();
        running.wait().unwrap();
        let mut per_day = HashSet::new();
        for series in &all {
            let found = dates(&jobs_of(&caller, series).await);
            assert!(found.windows(2).all(|two| two[1] - two[0] == Duration::days(1)), "none is missing, none is there twice");
            per_day.insert((found[0], found[found.len() - 1]));
        }
        assert!(per_day.len() <= 2, "all windows are alike: {per_day:?}");
        let numbers: Vec<(i64,)> = admin.rows("SELECT number FROM jobs WHERE tenant_id = $1 ORDER BY number", binds![&account.tenant_id]).await.unwrap();
        assert!(numbers.windows(2).all(|two| two[1].0 == two[0].0 + 1), "no number is lost with who dies");
    }
}
