//! A business's tax rate and pricebook, entered on its first day.

use std::collections::HashMap;

use chrono::Duration;
use serde_json::{Value, json};
use shared::timestamp::Timestamp;

use super::{
    Business, Sold,
    history::{By, History, Kind, Ref},
};

/// The items by their SKUs.
pub struct Pricebook(HashMap<&'static str, Ref>);

impl Pricebook {
    /// The item of this SKU, as a line names it.
    pub fn line(&self, sku: &str, quantity: &str) -> Value {
        // The tables name their own SKUs alone: a test walks them all.
        json!({ "catalog_item_id": self.0.get(sku), "quantity": quantity })
    }
}

/// Enters the rate, the categories and the items.
pub fn enter(history: &mut History, business: &Business, opening: Timestamp) -> Pricebook {
    let tax = &business.tax;
    let rate = json!({
        "name": tax.name,
        "rate_percentage": tax.percentage,
        "code": tax.code,
        "jurisdiction": tax.jurisdiction,
        "is_default": true,
    });
    history.create(opening, By::Owner, Kind::TaxRate, rate);
    let mut pricebook = Pricebook(HashMap::new());
    let mut at = opening;
    for (place, category) in business.pricebook.iter().enumerate() {
        at = at + Duration::minutes(1);
        let fields = json!({ "name": category.0, "sort_order": place });
        let this = history.create(at, By::Owner, Kind::Category, fields);
        for item in category.1 {
            at = at + Duration::seconds(40);
            let mut fields = sold(&item.2, &pricebook);
            for (field, value) in
                [("sku", json!(item.0)), ("name", json!(item.1)), ("category_id", json!(this))]
            {
                fields[field] = value;
            }
            pricebook.0.insert(item.0, history.create(at, By::Owner, Kind::Item, fields));
        }
    }
    pricebook
}

fn sold(sold: &Sold, pricebook: &Pricebook) -> Value {
    let priced = |kind, unit, price| json!({ "kind": kind, "unit": unit, "unit_price": price });
    let bought = |kind, unit, price: i64, cost: i64| {
        let markup = (price - cost) * 100 / cost.max(1);
        json!({ "kind": kind, "unit": unit, "unit_price": price, "cost": cost, "markup_percent": markup })
    };
    match *sold {
        Sold::Service(unit, price) => priced("service", unit, price),
        Sold::Fee(unit, price) => priced("fee", unit, price),
        Sold::Product(unit, price, cost) => bought("product", unit, price, cost),
        Sold::Labor(unit, price, cost) => bought("labor", unit, price, cost),
        Sold::Bundle(parts) => {
            let parts: Vec<Value> =
                parts.iter().map(|(sku, quantity)| pricebook.line(sku, quantity)).collect();
            json!({ "kind": "bundle", "unit": "year", "components": parts })
        }
        Sold::Discount(percent) => {
            json!({ "kind": "discount", "discount": { "type": "percent", "value": percent } })
        }
    }
}
