//! Every pair of states of every entity that has states, each walked by its mover: what is allowed works, what is not
//! is a conflict that says where the record can go, and a state that only another tool sets is named with that tool.

use serde_json::{Value, json};
use testing::{Account, Caller, McpServer, TestDatabase, on_both_databases};

/// How an entity moves.
struct Machine {
    entity: &'static str,
    noun: &'static str,
    /// What a new record takes, beside the customer.
    draft: fn() -> Value,
    /// From the first state to each state: the patches of `status`, the fifth verb as `!verb`.
    reach: &'static [(&'static str, &'static [&'static str])],
    /// Moves by `update {status}`.
    patches: &'static [(&'static str, &'static str)],
    /// States that no patch sets, and the tool that the error names.
    elsewhere: &'static [(&'static str, &'static str)],
    /// The fifth verb, its end, and the states from which it leads there.
    fifth: (&'static str, &'static str, &'static [&'static str]),
}

const START: &str = "2026-12-01T09:00:00-06:00";

const MACHINES: &[Machine] = &[
    Machine {
        entity: "customers",
        noun: "customer",
        draft: || json!({"type": "company", "company_name": "Acme"}),
        reach: &[("active", &[]), ("inactive", &["inactive"]), ("archived", &["!archive"])],
        patches: &[("active", "inactive"), ("inactive", "active"), ("archived", "active")],
        elsewhere: &[("archived", "customers.archive")],
        fifth: ("archive", "archived", &["active", "inactive", "archived"]),
    },
    Machine {
        entity: "jobs",
        noun: "job",
        draft: || json!({"title": "Tune-up"}),
        reach: &[
            ("unscheduled", &[]),
            ("scheduled", &["scheduled"]),
            ("done", &["done"]),
            ("cancelled", &["!cancel"]),
        ],
        patches: &[
            ("unscheduled", "scheduled"),
            ("unscheduled", "done"),
            ("scheduled", "unscheduled"),
            ("scheduled", "done"),
            ("done", "scheduled"),
        ],
        elsewhere: &[("cancelled", "jobs.cancel")],
        fifth: ("cancel", "cancelled", &["unscheduled", "scheduled", "done", "cancelled"]),
    },
    Machine {
        entity: "quotes",
        noun: "quote",
        draft: || json!({"title": "New heater"}),
        reach: &[
            ("draft", &[]),
            ("sent", &["sent"]),
            ("accepted", &["sent", "accepted"]),
            ("declined", &["sent", "declined"]),
        ],
        patches: &[
            ("draft", "sent"),
            ("sent", "accepted"),
            ("sent", "declined"),
            ("sent", "draft"),
            ("declined", "draft"),
        ],
        elsewhere: &[],
        // Archiving hides a quote and leaves its status.
        fifth: ("archive", "", &["draft", "sent", "accepted", "declined"]),
    },
    Machine {
        entity: "invoices",
        noun: "invoice",
        draft: || json!({"line_items": [{"description": "Visit", "unit_price": 8900}]}),
        reach: &[("draft", &[]), ("sent", &["sent"]), ("paid", &["sent", "paid"]), ("void", &["!void"])],
        patches: &[("draft", "sent"), ("sent", "paid")],
        elsewhere: &[("void", "invoices.void"), ("overdue", "due_date")],
        fifth: ("void", "void", &["draft", "sent", "void"]),
    },
    Machine {
        entity: "plans",
        noun: "plan",
        draft: || {
            json!({"title": "Care", "cadence": "monthly", "starts_on": "2027-01-31",
                "items": [{"description": "Visit", "unit_price": 8900}]})
        },
        reach: &[("active", &[]), ("cancelled", &["!cancel"])],
        patches: &[],
        elsewhere: &[("active", "plans.cancel"), ("cancelled", "plans.cancel"), ("ended", "plans.cancel")],
        fifth: ("cancel", "cancelled", &["active", "cancelled"]),
    },
    Machine {
        entity: "job_series",
        noun: "job series",
        draft: || {
            json!({"title": "Filter", "rrule": "FREQ=WEEKLY", "dtstart_local": "2027-03-02T09:00:00",
                "time_zone": "America/Chicago", "duration_minutes": 60})
        },
        reach: &[("active", &[]), ("ended", &["!end"])],
        patches: &[],
        elsewhere: &[("ended", "job_series.end")],
        fifth: ("end", "ended", &["active", "ended"]),
    },
];

impl Machine {
    fn tool(&self, verb: &str) -> String {
        format!("{}.{verb}", self.entity)
    }

    /// A move by patch, with what it needs beside the status.
    fn patch(&self, id: &Value, to: &str) -> Value {
        let mut patch = json!({"id": id, "status": to});
        if self.entity == "jobs" && to == "scheduled" {
            patch["scheduled_start"] = json!(START);
        }
        if self.entity == "jobs" && to == "unscheduled" {
            patch["scheduled_start"] = Value::Null;
        }
        patch
    }

    /// Where a record can go from here, by whatever tool.
    fn leads_to(&self, from: &str) -> Vec<&str> {
        let (_, end, starts) = self.fifth;
        let retired = (starts.contains(&from) && end != from && !end.is_empty()).then_some(end);
        let patched = self.patches.iter().filter(|(start, _)| *start == from).map(|(_, end)| *end);
        let mut ends: Vec<&str> = patched.chain(retired).collect();
        ends.sort_unstable();
        ends
    }

    /// A new record in this state.
    async fn made(&self, state: &str, customer: &Value, caller: &Caller) -> Value {
        let mut draft = (self.draft)();
        if self.entity != "customers" {
            draft["customer_id"] = customer.clone();
        }
        let mut record = caller.ok(&self.tool("create"), draft).await;
        let (_, steps) = self.reach.iter().find(|(end, _)| *end == state).unwrap();
        for step in *steps {
            record = match step.strip_prefix('!') {
                Some(verb) => caller.ok(&self.tool(verb), json!({"id": record["id"]})).await,
                None => caller.ok(&self.tool("update"), self.patch(&record["id"], step)).await,
            };
        }
        assert_eq!(record["status"], state, "a new {} in state {state}", self.noun);
        self.now(&record["id"], caller).await
    }

    /// The record by itself: what a call did to others stands beside it in the answer of that call alone.
    async fn now(&self, id: &Value, caller: &Caller) -> Value {
        caller.ok(&self.tool("get"), json!({"id": id})).await
    }

    async fn walk(&self, customer: &Value, caller: &Caller) {
        let states: Vec<&str> = self.reach.iter().map(|(state, _)| *state).collect();
        for from in states.iter().copied() {
            let others = self.elsewhere.iter().map(|(state, _)| *state).filter(|to| !states.contains(to));
            for to in states.iter().copied().chain(others) {
                self.patch_between(from, to, customer, caller).await;
            }
            self.retire_from(from, customer, caller).await;
        }
    }

    async fn patch_between(&self, from: &str, to: &str, customer: &Value, caller: &Caller) {
        let step = format!("{}: {from} to {to}", self.entity);
        let record = self.made(from, customer, caller).await;
        let answer = caller.call(&self.tool("update"), self.patch(&record["id"], to)).await;
        if self.patches.contains(&(from, to)) {
            assert_eq!(answer.content()["status"], to, "{step}");
            return;
        }
        if let Some((_, tool)) = self.elsewhere.iter().find(|(state, _)| *state == to && to != from) {
            assert_eq!(answer.kind(), "invalid_input", "{step}: {answer:?}");
            let message = answer.error()["data"].to_string();
            assert!(message.contains(tool), "{step} names {tool}: {message}");
        } else if from == to {
            // It is there already: nothing to do, or a word that this tool never takes.
            let taken = answer.json()["error"].is_null();
            let never = self.patches.iter().all(|(_, end)| *end != to);
            assert!(taken || (never && answer.kind() == "invalid_input"), "{step}: {answer:?}");
        } else {
            let error = answer.error()["data"].take();
            let mut allowed: Vec<&str> =
                error["allowed"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            allowed.sort_unstable();
            assert_eq!(allowed, self.leads_to(from), "{step}");
            assert_eq!(
                (&error["kind"], &error["reason"]),
                (&json!("conflict"), &json!("illegal_transition")),
                "{step}"
            );
            assert_eq!((&error["from"], &error["to"]), (&json!(from), &json!(to)), "{step}");
        }
        let after = self.now(&record["id"], caller).await;
        if from != to {
            assert_eq!(after, record, "{step} is refused and changes nothing");
        }
    }

    async fn retire_from(&self, from: &str, customer: &Value, caller: &Caller) {
        let (verb, end, starts) = self.fifth;
        let step = format!("{}: {verb} from {from}", self.entity);
        let record = self.made(from, customer, caller).await;
        let answer = caller.call(&self.tool(verb), json!({"id": record["id"]})).await;
        if !starts.contains(&from) {
            assert_eq!(answer.kind(), "conflict", "{step}: {answer:?}");
            return;
        }
        let retired = answer.content();
        assert_eq!(retired["status"], if end.is_empty() { from } else { end }, "{step}");
        let now = self.now(&record["id"], caller).await;
        for (field, value) in now.as_object().unwrap() {
            assert_eq!(&retired[field], value, "{step}: {field}");
        }
        let again = caller.ok(&self.tool(verb), json!({"id": record["id"]})).await;
        for (field, value) in now.as_object().unwrap() {
            assert_eq!(&again[field], value, "{step}: once more answers the same record: {field}");
        }
    }
}

on_both_databases! {
    async fn every_pair_of_states_moves_as_declared_or_says_why_not(db: TestDatabase) {
        let account = Account::create(&db).await;
        let server = McpServer::start_with(&db, |config| {
            (config.rate_limit_credential, config.rate_limit_tenant) = (10_000, 10_000);
        }).await;
        let caller = server.caller(&account.full_key().await);
        let customer = caller.ok("customers.create", json!({"type": "individual", "first_name": "Dana"})).await;
        // Whoever takes a status is walked.
        let listed = caller.method("tools/list", json!({})).await.result();
        for tool in listed["tools"].as_array().unwrap() {
            let entity = tool["name"].as_str().unwrap().strip_suffix(".update");
            if let Some(entity) = entity.filter(|_| tool["inputSchema"]["properties"]["status"].is_object()) {
                assert!(MACHINES.iter().any(|machine| machine.entity == entity), "{entity} has states");
            }
        }
        for machine in MACHINES {
            machine.walk(&customer["id"], &caller).await;
        }
    }
}
