//! A business's plans. Each bill is made by Zoop's own worker on its date; the office sends it and enters the money.

use chrono::{Days, Duration, Months, NaiveDate};
use mcp_server::seed::dice::Dice;
use serde_json::{Value, json};
use shared::timestamp::Timestamp;

use super::{
    Business, Contract,
    calendar::Calendar,
    customers::{self, Customer},
    history::{By, History, Kind, Ref},
    invoices,
    pricebook::Pricebook,
};

/// A plan that was agreed on.
pub struct Agreed {
    /// When it was entered.
    pub at: Timestamp,
    /// The plan.
    pub plan: Ref,
    /// The place of its customer.
    pub customer: usize,
    /// What was agreed.
    pub contract: &'static Contract,
}

/// Enters them all, with the bills that there were.
pub fn enter(
    history: &mut History,
    business: &Business,
    customers: &[Customer],
    pricebook: &Pricebook,
    calendar: &Calendar,
    dice: &Dice,
) -> Vec<Agreed> {
    let mut all: Vec<Agreed> = Vec::new();
    for contract in business.contracts {
        let next = calendar.today() + Days::new(contract.next_in);
        let starts_on = next - Months::new(contract.cadence.1 * contract.bills);
        let at = calendar.clock(starts_on - Days::new(contract.lead_days + 3), 14 * 60);
        let at = at.min(calendar.now() - Duration::days(5));
        let taken: Vec<usize> = all.iter().map(|agreed| agreed.customer).collect();
        let free = |c: &Customer| c.company == contract.company && !taken.contains(&c.place);
        let customer = customers::known(customers, at, free, dice);
        let items: Vec<Value> = contract.items.iter().map(|(sku, n)| pricebook.line(sku, n)).collect();
        let fields = json!({
            "title": contract.title,
            "customer_id": customers[customer].this,
            "items": items,
            "cadence": contract.cadence.0,
            "starts_on": starts_on.to_string(),
            "lead_days": contract.lead_days,
        });
        let at = at.max(customers[customer].settled);
        let plan = history.create(at, By::Office, Kind::Plan, fields);
        let Ref::Made(_, place) = plan else { continue };
        for n in 0..contract.bills {
            let on = starts_on + Months::new(contract.cadence.1 * n);
            bill(history, business, calendar, (place, on), contract, dice);
        }
        if let Some(reason) = contract.cancelled {
            let left = calendar.now() - Duration::days(2) - Duration::minutes(dice.between(1, 300));
            history.call(left, By::Office, "plans.cancel", &plan, json!({ "reason": reason }));
        }
        all.push(Agreed { at, plan, customer, contract });
    }
    all
}

/// One bill: made just after midnight of its day, sent in the morning, mostly paid. The latest is still to be sent.
fn bill(
    history: &mut History,
    business: &Business,
    calendar: &Calendar,
    (plan, on): (usize, NaiveDate),
    contract: &Contract,
    dice: &Dice,
) {
    let made = calendar.clock(on - Days::new(contract.lead_days), 0) + Duration::seconds(10);
    history.catch_up(made);
    let invoice = Ref::Bill { plan, on: on.to_string() };
    let sent = calendar.clock(on, 9 * 60) + Duration::minutes(dice.between(5, 55));
    if sent > calendar.now() - Duration::days(3) {
        return;
    }
    history.call(sent, By::Office, "invoices.update", &invoice, json!({ "status": "sent" }));
    let paid = calendar.days_after(sent, dice.between(1, 27), dice);
    if paid < calendar.now() {
        let methods = if contract.company { business.companies_pay } else { business.pays };
        let method = *dice.pick(methods);
        let fields = invoices::payment(&invoice, method);
        history.call(paid, By::Office, "invoices.update", &invoice, fields);
    }
}
