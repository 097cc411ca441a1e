//! How a record is found, and what becomes of one that goes out of use.

use serde_json::{Value, json};

use super::{Trial, ids, object};

impl Trial<'_> {
    pub async fn a_list_is_asked_the_same_ways(&self) {
        let name = self.kind.name;
        self.db.clock().advance(chrono::Duration::seconds(1));
        let start = self.db.clock().now();
        for n in 40..45 {
            self.create(n, json!({"custom_fields": {"n": n}})).await;
        }
        let since = json!({"createdSince": start});
        let with = |more: Value| {
            let mut args = object(since.clone());
            args.extend(object(more));
            Value::Object(args)
        };
        let tools = self.caller.method("tools/list", json!({})).await.json();
        let tool = tools["result"]["tools"]
            .as_array()
            .unwrap()
            .iter()
            .find(|tool| tool["name"] == self.tool(self.kind.first))
            .unwrap()
            .clone();
        let sorts: Vec<String> = tool["inputSchema"]["properties"]["sort"]["enum"]
            .as_array()
            .unwrap()
            .iter()
            .map(|sort| sort.as_str().unwrap().to_owned())
            .collect();
        for sort in sorts.iter().filter(|sort| *sort != "relevance") {
            let whole = self.list(with(json!({"sort": sort, "limit": 100}))).await;
            assert_eq!(
                (ids(&whole).len(), &whole["hasMore"], &whole["nextCursor"]),
                (5, &json!(false), &Value::Null),
                "{name} by {sort}"
            );
            let (mut paged, mut cursor) = (Vec::new(), Value::Null);
            loop {
                let mut args = object(with(json!({"sort": sort, "limit": 2, "includeTotal": true})));
                if cursor.is_string() {
                    args.insert("cursor".into(), cursor);
                }
                let page = self.list(args.into()).await;
                assert_eq!(page["total"], 5, "{name} by {sort}");
                paged.extend(ids(&page).into_iter().map(str::to_owned));
                cursor = page["nextCursor"].clone();
                assert_eq!(page["hasMore"], json!(cursor.is_string()), "{name} by {sort}");
                if cursor.is_null() {
                    break;
                }
            }
            assert_eq!(paged, ids(&whole), "{name} by {sort}: pages are the list");
            if let Some(back) = sorts.iter().find(|other| **other == format!("-{sort}")) {
                let page = self.list(with(json!({"sort": back, "limit": 100}))).await;
                let reversed: Vec<&str> = ids(&page).into_iter().rev().collect();
                assert_eq!(reversed, ids(&whole), "{name} by {back}: the other way round");
            }
        }
        let all = self.list(with(json!({"view": "full", "limit": 100, "sort": "updated_at"}))).await;
        let items = all["items"].as_array().unwrap();
        let id = &items[2]["id"];
        self.same(items[2].clone(), &self.get(id).await);
        let only = self.list(json!({"ids": [id], "fields": ["version", "customFields"]})).await;
        assert_eq!(
            only["items"],
            json!([{"id": id, "version": 1, "custom_fields": items[2]["custom_fields"]}]),
            "{name}: exactly these fields"
        );
        assert_eq!(
            self.caller.ok(&self.tool("get"), json!({"id": id, "fields": ["version"]})).await,
            json!({"id": id, "version": 1}),
            "{name}"
        );
        let summary = self.list(json!({"ids": [id]})).await;
        assert!(
            summary["items"][0].as_object().unwrap().len() < items[2].as_object().unwrap().len(),
            "{name}: a summary is shorter"
        );
        let before = self.list(with(json!({"updatedBefore": start}))).await;
        assert_eq!(ids(&before), Vec::<&str>::new(), "{name}: before is excluded");
        self.db.clock().advance(chrono::Duration::seconds(1));
        let moved = self.update(id, json!({"custom_fields": {"moved": true}})).await;
        let changed = self.list(with(json!({"updatedSince": moved["updated_at"]}))).await;
        assert_eq!(ids(&changed), [id.as_str().unwrap()], "{name}: since is included");
        assert_eq!(
            ids(&self.list(with(json!({"created_before": start}))).await),
            Vec::<&str>::new(),
            "{name}"
        );
        for wrong in [
            json!({"limit": 0}),
            json!({"limit": 101}),
            json!({"sort": "nothing"}),
            json!({"cursor": "x"}),
            json!({"nope": 1}),
            json!({"fields": ["nope"]}),
            json!({"view": "half"}),
        ] {
            let refused = self.caller.refused(&self.tool(self.kind.first), wrong.clone()).await;
            assert_eq!(refused["kind"], "invalid_input", "{name} {wrong}: {refused}");
        }
        let cursor = self.list(with(json!({"limit": 2}))).await["nextCursor"].take();
        let elsewhere =
            self.caller.refused(&self.tool(self.kind.first), json!({"limit": 2, "cursor": cursor})).await;
        assert_eq!(
            elsewhere["kind"], "invalid_input",
            "{name}: a cursor is good for its own list: {elsewhere}"
        );
    }

    pub async fn what_is_out_of_use_stays_or_leaves_a_tombstone(&self) {
        let name = self.kind.name;
        let made = self.create(60, json!({"external_refs": [{"system": "out", "id": "1"}]})).await;
        let args = json!({"id": made["id"]});
        let fifth = self.tool(self.kind.fifth);
        let would = self.caller.ok(&fifth, json!({"id": made["id"], "dryRun": true})).await;
        assert_eq!(would["dryRun"], true, "{name}");
        self.same(self.get(&made["id"]).await, &made);
        let stale = self.caller.refused(&fifth, json!({"id": made["id"], "expectedVersion": 7})).await;
        assert_eq!(stale["reason"], "version_mismatch", "{name}: {stale}");
        let retired = self.caller.ok(&fifth, args.clone()).await;
        assert_eq!(retired["version"], 2, "{name}: {retired}");
        let again = self.caller.ok(&fifth, args.clone()).await;
        assert_eq!(
            (&again["id"], &again["version"]),
            (&made["id"], &json!(2)),
            "{name}: once more answers the same"
        );
        let since = json!({"updatedSince": made["updated_at"], "sort": "updated_at", "includeArchived": true, "includeDeleted": true});
        let synced = self.list(since).await;
        let last = synced["items"].as_array().unwrap().iter().find(|item| item["id"] == made["id"]).unwrap();
        match self.kind.fifth {
            "delete" => {
                assert_eq!((&last["deleted"], &last["version"]), (&json!(true), &json!(2)), "{name}: {last}");
                assert_eq!(self.caller.refused(&self.tool("get"), args).await["kind"], "not_found", "{name}");
                self.create(61, json!({"external_refs": [{"system": "out", "id": "1"}]})).await;
            }
            "archive" => {
                assert_eq!(
                    ids(&self.list(json!({"ids": [made["id"]]})).await),
                    Vec::<&str>::new(),
                    "{name}: hidden"
                );
                assert_eq!(
                    ids(&self.list(json!({"ids": [made["id"]], "includeArchived": true})).await).len(),
                    1,
                    "{name}"
                );
                if name == "quotes" {
                    let refused = self.refused_update(&made["id"], json!({"archived": false})).await;
                    assert_eq!(refused["kind"], "invalid_input", "a quote stays archived");
                    return;
                }
                let back = if name == "customers" {
                    json!({"status": "active"})
                } else {
                    json!({"archived": false})
                };
                let restored = self.update(&made["id"], back).await;
                assert_eq!(
                    (&restored["version"], &restored["archived_at"]),
                    (&json!(3), &Value::Null),
                    "{name}"
                );
                assert_eq!(ids(&self.list(json!({"ids": [made["id"]]})).await).len(), 1, "{name}: back");
            }
            _ => {
                self.same(self.get(&made["id"]).await, &again);
            }
        }
    }
}
