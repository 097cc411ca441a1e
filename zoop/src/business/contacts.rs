//! Whom to talk to at a company: who lets people in, and who pays.

use chrono::Duration;
use mcp_server::seed::dice::Dice;
use serde_json::{Value, json};

use super::{
    Business,
    customers::{Customer, phone},
    history::{By, History, Kind},
    people::{FIRST, LAST},
};

/// Enters one or two for each company.
pub fn enter(history: &mut History, business: &Business, customers: &[Customer], dice: &Dice) {
    let mut met = 0;
    for company in customers.iter().filter(|customer| customer.company) {
        let roles: &[&str] = if dice.percent(60) { &["Manager", "Accounts payable"] } else { &["Owner"] };
        for (place, role) in roles.iter().enumerate() {
            let (first, last) = (*dice.pick(FIRST), *dice.pick(LAST));
            let mut fields = json!({
                "customer_id": company.this,
                "first_name": first,
                "last_name": last,
                "role": role,
                "phone": phone(business, business.customers + met),
                "is_billing": place + 1 == roles.len(),
            });
            if place == 0 {
                fields["sms_enabled"] = Value::Bool(dice.percent(50));
            }
            let at = company.at + Duration::seconds(30 + 15 * place as i64);
            history.create(at, By::Office, Kind::Contact, fields);
            met += 1;
        }
    }
}
