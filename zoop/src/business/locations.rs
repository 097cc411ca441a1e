//! Where the work is: at most customers' own address, and at a landlord's second house.

use chrono::Duration;
use mcp_server::seed::dice::Dice;
use serde_json::{Value, json};

use super::{
    Business,
    customers::{Customer, address},
    history::{By, History, Kind},
};

/// Enters them; each customer then knows their own.
pub fn enter(history: &mut History, business: &Business, customers: &mut [Customer], dice: &Dice) {
    for customer in customers {
        if !customer.landlord && dice.percent(20) {
            continue;
        }
        let names: &[&str] = match (customer.landlord, customer.company) {
            (true, _) => &["Rental, front house", "Rental, across town"],
            (_, true) => &["Main site"],
            _ => &["Home"],
        };
        for (place, name) in names.iter().enumerate() {
            let own = customer.address.clone();
            let mut fields = json!({
                "customer_id": customer.this,
                "name": name,
                "address": if place == 0 { own } else { address(business, dice) },
                "is_primary": place == 0,
            });
            if dice.percent(18) {
                fields["gate_code"] = Value::from(format!("#{:04}", dice.between(1, 9_999)));
            }
            if dice.percent(30) {
                let notes = [
                    "Side gate sticks; lift it.",
                    "Park on the street, the drive is shared.",
                    "Key box by the meter; the office has the number.",
                    "Ring twice: the bell is faint upstairs.",
                    "Shut-off is behind the hedge on the left.",
                ];
                fields["access_notes"] = Value::from(*dice.pick(&notes));
            }
            let at = customer.at + Duration::seconds(70 + 15 * place as i64);
            customer.locations.push(history.create(at, By::Office, Kind::Location, fields));
        }
    }
}
