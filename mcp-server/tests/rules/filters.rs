//! Each filter and each order of the lists of money, tried on three records of each: what the schema offers and no row
//! here tries fails the test.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use testing::{Caller, TestDatabase, on_both_databases, owner};

/// What shapes an answer, and says nothing of what is in it.
const SHAPE: [&str; 6] = ["limit", "cursor", "view", "fields", "includeTotal", "includeDeleted"];

/// Three records of one entity: a, b and c, in the order in which they were made; a was changed last.
struct Three {
    entity: &'static str,
    records: Vec<Value>,
}

impl Three {
    async fn made(caller: &Caller, entity: &'static str, drafts: [Value; 3]) -> Self {
        let mut records = vec![];
        for (n, mut draft) in drafts.into_iter().enumerate() {
            draft["external_refs"] = json!([{"system": "books", "id": n.to_string()}]);
            records.push(caller.ok(&format!("{entity}.create"), draft).await);
        }
        let id = &records[0]["id"];
        let patch = json!({"id": id, "custom_fields": {"seen": true}});
        records[0] = caller.ok(&format!("{entity}.update"), patch).await;
        Self { entity, records }
    }

    fn id(&self, n: usize) -> &Value {
        &self.records[n]["id"]
    }

    /// The filters that every list has, and what they leave.
    fn common(&self) -> Vec<(Value, &'static str)> {
        let at = |n: usize, field: &str| self.records[n][field].clone();
        vec![
            (json!({}), "abc"),
            (json!({"ids": [self.id(0), self.id(2), "no_such"]}), "ac"),
            (json!({"externalRef": {"system": "books", "id": "1"}}), "b"),
            (json!({"createdSince": at(1, "created_at")}), "bc"),
            (json!({"createdBefore": at(1, "created_at")}), "a"),
            (json!({"updatedSince": at(0, "updated_at")}), "a"),
            (json!({"updatedBefore": at(0, "updated_at")}), "bc"),
        ]
    }

    /// Which of the three a list holds, in its order.
    async fn listed(&self, caller: &Caller, args: &Value) -> String {
        let mut args = args.clone();
        args["limit"] = json!(100);
        let list = caller.ok(&format!("{}.list", self.entity), args).await;
        let letter = |item: &Value| {
            let at = self.records.iter().position(|record| record["id"] == item["id"]);
            at.map(|n| char::from(b'a' + u8::try_from(n).unwrap()))
        };
        list["items"].as_array().unwrap().iter().filter_map(letter).collect()
    }

    /// Tries these filters, these orders, and those that every list has.
    async fn check(&self, caller: &Caller, filters: Vec<(Value, &str)>, orders: &[(&str, &str)]) {
        let mut tried = BTreeSet::from(SHAPE.map(str::to_owned));
        tried.insert("sort".to_owned());
        for (args, expected) in self.common().into_iter().chain(filters) {
            let mut found: Vec<char> = self.listed(caller, &args).await.chars().collect();
            found.sort_unstable();
            assert_eq!(String::from_iter(found), expected, "{} {args}", self.entity);
            tried.extend(args.as_object().unwrap().keys().cloned());
        }
        let mut sorts = BTreeSet::new();
        for (order, expected) in [("updated_at", "bca")].iter().chain(orders) {
            let reversed: String = expected.chars().rev().collect();
            for (sort, expected) in
                [((*order).to_owned(), (*expected).to_owned()), (format!("-{order}"), reversed)]
            {
                assert_eq!(
                    self.listed(caller, &json!({"sort": sort})).await,
                    expected,
                    "{} by {sort}",
                    self.entity
                );
                sorts.insert(sort);
            }
        }
        let schema = self.schema(caller).await;
        let offered: BTreeSet<String> = schema["properties"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(offered.difference(&tried).collect::<Vec<_>>(), Vec::<&String>::new(), "{}", self.entity);
        let offered = schema["properties"]["sort"]["enum"].as_array().unwrap();
        let offered: Vec<&str> =
            offered.iter().filter_map(Value::as_str).filter(|sort| !sorts.contains(*sort)).collect();
        assert_eq!(offered, Vec::<&str>::new(), "{}", self.entity);
    }

    async fn schema(&self, caller: &Caller) -> Map<String, Value> {
        let tools = caller.method("tools/list", json!({})).await.result()["tools"].take();
        let name = format!("{}.list", self.entity);
        let tool = tools.as_array().unwrap().iter().find(|tool| tool["name"] == name).unwrap();
        tool["inputSchema"].as_object().unwrap().clone()
    }
}

fn work(price: i64) -> Value {
    json!([{"description": "Work", "unit_price": price}])
}

on_both_databases! {
    async fn invoices_narrow_and_sort_by_all_that_is_offered(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let (ana, bob) = (caller.company("Ana Roofs").await, caller.company("Bob").await);
        let job = caller.ok("jobs.create", json!({"title": "Roof", "customer_id": bob, "status": "done", "line_items": work(100)})).await["id"].take();
        let quote = caller.ok("quotes.create", json!({"title": "Roof", "customer_id": ana, "status": "accepted", "line_items": work(200)})).await["id"].take();
        let three = Three::made(&caller, "invoices", [
            json!({"customer_id": ana, "status": "sent", "line_items": work(300), "issue_date": "2026-10-01", "due_date": "2027-02-01", "po_number": "PO 77"}),
            json!({"from_job_id": job, "status": "sent", "issue_date": "2026-10-03", "due_date": "2026-11-23"}),
            json!({"from_quote_id": quote, "issue_date": "2026-10-02", "due_date": "2027-03-01"}),
        ]).await;
        let gone = caller.ok("invoices.create", json!({"customer_id": bob, "line_items": work(1)})).await["id"].take();
        caller.ok("invoices.void", json!({"id": gone})).await;
        let filters = vec![
            (json!({"status": "sent"}), "a"), (json!({"status": "overdue"}), "b"), (json!({"status": "draft"}), "c"), (json!({"status": "void"}), ""), (json!({"status": "paid"}), ""),
            (json!({"customerId": ana}), "ac"), (json!({"jobId": job}), "b"), (json!({"quoteId": quote}), "c"), (json!({"planId": "pln_none"}), ""),
            (json!({"overdue": true}), "b"), (json!({"overdue": false}), "ac"),
            (json!({"issuedFrom": "2026-10-02"}), "bc"), (json!({"issuedTo": "2026-10-02"}), "ac"), (json!({"issuedFrom": "2026-10-02", "issuedTo": "2026-10-02"}), "c"),
            (json!({"dueFrom": "2027-02-01"}), "ac"), (json!({"dueTo": "2027-02-01"}), "ab"), (json!({"dueFrom": "2027-02-01", "dueTo": "2027-02-01"}), "a"),
            (json!({"amountMin": 200}), "ac"), (json!({"amountMax": 200}), "bc"), (json!({"amountMin": 200, "amountMax": 200}), "c"),
            (json!({"number": 1002}), "b"), (json!({"q": "po 7"}), "a"), (json!({"q": "bob"}), "b"), (json!({"q": "inv-1001"}), "a"),
            (json!({"includeArchived": true, "customerId": bob}), "b"), (json!({"customerId": ana, "status": "sent", "amountMin": 300, "overdue": false}), "a"),
        ];
        let orders = [("issue_date", "acb"), ("due_date", "bac"), ("total", "bca"), ("balance", "bca"), ("number", "abc")];
        three.check(&caller, filters, &orders).await;
        let all = caller.ok("invoices.list", json!({"includeArchived": true})).await;
        assert_eq!(all["items"].as_array().unwrap().len(), 4, "the void one is kept");
    }

    async fn quotes_narrow_and_sort_by_all_that_is_offered(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let (ana, bob) = (caller.company("Ana").await, caller.company("Bob").await);
        let shed = caller.ok("locations.create", json!({"customer_id": bob, "address": {"line1": "1 Lane", "country": "US"}})).await["id"].take();
        let three = Three::made(&caller, "quotes", [
            json!({"title": "Röof repair", "customer_id": ana, "status": "sent", "line_items": work(300), "valid_until": "2026-11-23"}),
            json!({"title": "Roof check", "customer_id": bob, "location_id": shed, "line_items": work(100), "valid_until": "2026-11-24"}),
            json!({"title": "Gutter", "customer_id": ana, "status": "declined", "line_items": work(200)}),
        ]).await;
        let gone = caller.ok("quotes.create", json!({"title": "Roof", "customer_id": bob})).await["id"].take();
        caller.ok("quotes.archive", json!({"id": gone})).await;
        let filters = vec![
            (json!({"status": "sent"}), "a"), (json!({"status": "draft"}), "b"), (json!({"status": "declined"}), "c"), (json!({"status": "accepted"}), ""),
            (json!({"customerId": ana}), "ac"), (json!({"locationId": shed}), "b"), (json!({"isExpired": true}), "a"), (json!({"isExpired": false}), "bc"),
            (json!({"amountMin": 200}), "ac"), (json!({"amountMax": 200}), "bc"), (json!({"q": "ROOF"}), "ab"), (json!({"includeArchived": true}), "abc"),
        ];
        three.check(&caller, filters, &[("created_at", "abc"), ("valid_until", "abc"), ("total", "bca"), ("number", "abc")]).await;
        assert_eq!(caller.ok("quotes.list", json!({"includeArchived": true})).await["items"].as_array().unwrap().len(), 4);
    }

    async fn the_pricebook_narrows_and_sorts_by_all_that_is_offered(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let top = caller.ok("catalog_categories.create", json!({"name": "Top"})).await["id"].take();
        let below = caller.ok("catalog_categories.create", json!({"name": "Below", "parent_id": top})).await["id"].take();
        let three = Three::made(&caller, "catalog_items", [
            json!({"kind": "product", "name": "Valve", "sku": "B-2", "unit_price": 300, "category_id": top}),
            json!({"kind": "labor", "name": "Hour", "sku": "A-1", "unit_price": 200, "category_id": below, "taxable": false}),
            json!({"kind": "discount", "name": "Ñandú off", "discount": {"type": "percent", "value": 5}}),
        ]).await;
        let filters = vec![
            (json!({"kind": "labor"}), "b"), (json!({"kind": "discount"}), "c"), (json!({"categoryId": top}), "ab"), (json!({"categoryId": below}), "b"),
            (json!({"sku": "a-1"}), "b"), (json!({"taxable": false}), "b"), (json!({"taxable": true}), "ac"),
            (json!({"priceMin": 300}), "a"), (json!({"priceMax": 299}), "b"), (json!({"q": "nandu"}), "c"), (json!({"q": "b-2"}), "a"),
        ];
        let orders = [("created_at", "abc"), ("name", "bca"), ("sku", "bac"), ("unit_price", "bac")];
        three.check(&caller, [filters, vec![(json!({"includeArchived": true}), "abc")]].concat(), &orders).await;
        caller.ok("catalog_items.archive", json!({"id": three.id(1)})).await;
        for (args, expected) in [(json!({"sort": "sku"}), "ac"), (json!({"sort": "sku", "includeArchived": true}), "bac")] {
            assert_eq!(three.listed(&caller, &args).await, expected, "{args}");
        }
    }

    async fn categories_and_tax_rates_narrow_and_sort_by_all_that_is_offered(db: TestDatabase) {
        let (_server, _, caller) = owner(&db).await;
        let three = Three::made(&caller, "catalog_categories", [
            json!({"name": "Zones", "sort_order": 5}), json!({"name": "Ácido", "sort_order": 2}), json!({"name": "Boilers", "sort_order": 2}),
        ]).await;
        let orders = [("created_at", "abc"), ("name", "bca"), ("sort_order", "bca")];
        three.check(&caller, vec![(json!({"q": "acid"}), "b"), (json!({"q": "o"}), "abc")], &orders).await;

        let three = Three::made(&caller, "tax_rates", [
            json!({"name": "State", "rate_percentage": 5}), json!({"name": "City", "rate_percentage": 1}), json!({"name": "County", "rate_percentage": 2}),
        ]).await;
        let filters = vec![(json!({"q": "c"}), "bc"), (json!({"q": "CO"}), "c"), (json!({"includeArchived": true}), "abc")];
        three.check(&caller, filters, &[("created_at", "abc"), ("name", "bca")]).await;
        caller.ok("tax_rates.archive", json!({"id": three.id(2)})).await;
        assert_eq!(three.listed(&caller, &json!({"sort": "name"})).await, "ba");
        assert_eq!(three.listed(&caller, &json!({"sort": "name", "includeArchived": true})).await, "bca");
    }
}
