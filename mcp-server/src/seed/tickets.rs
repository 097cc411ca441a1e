//! What work costs, and the lines that say so: the same lines again for the same ticket, so that an invoice repeats its
//! job's without anybody keeping them.

use serde_json::Value;

use super::{dice::Dice, scene::Scene};

/// A kind of work.
pub struct Work {
    /// What it is called.
    pub title: &'static str,
    /// Its type.
    pub job_type: &'static str,
    /// How urgent it usually is.
    pub priority: &'static str,
    /// What the customer said.
    pub description: &'static str,
    /// What the tech writes when it is done.
    pub notes: &'static str,
}

const fn work(
    title: &'static str,
    job_type: &'static str,
    priority: &'static str,
    description: &'static str,
    notes: &'static str,
) -> Work {
    Work { title, job_type, priority, description, notes }
}

/// Everyday work.
pub const WORK: &[Work] = &[
    work(
        "AC not cooling",
        "Repair",
        "high",
        "Blows warm air since yesterday.",
        "Capacitor had failed; replaced it.",
    ),
    work("AC tune-up", "Maintenance", "normal", "Spring visit.", "Cleaned the coil, flushed the drain line."),
    work(
        "Furnace safety check",
        "Maintenance",
        "normal",
        "Before the first cold front.",
        "No CO at any register.",
    ),
    work("Clogged main drain", "Repair", "urgent", "Both bathrooms back up.", "Roots at 62 ft, cut through."),
    work(
        "Kitchen faucet replacement",
        "Install",
        "normal",
        "The customer has the faucet.",
        "Done, no leaks.",
    ),
    work(
        "Running toilet",
        "Repair",
        "low",
        "Upstairs hall bath.",
        "New fill valve and flapper; dye test clean.",
    ),
    work("Slab leak location", "Repair", "urgent", "Warm spot in the floor.", "Hot line under the hallway."),
    work("Garbage disposal swap", "Install", "low", "Jammed for good.", "It was a shot glass. Swapped."),
    work(
        "Thermostat replacement",
        "Install",
        "normal",
        "Wants one that the phone sets.",
        "On the network, paired.",
    ),
    work(
        "Low water pressure",
        "Repair",
        "normal",
        "Weak at every tap.",
        "PRV was full of grit; set to 60 psi.",
    ),
    work(
        "Outlet does not work",
        "Repair",
        "normal",
        "Behind the settee, smells burnt.",
        "Loose active; remade the joint.",
    ),
    work(
        "Breaker trips",
        "Repair",
        "high",
        "Only when it rains.",
        "Water in the garden light's junction box.",
    ),
    work("Smoke detector service", "Inspection", "normal", "Yearly.", "Two replaced, all tested."),
    work(
        "Backflow test",
        "Inspection",
        "normal",
        "The city's form is due.",
        "Passed. Report filed with the city.",
    ),
    work("Gutter cleaning", "Maintenance", "low", "Before the autumn rains.", "Two downpipes were blocked."),
    work(
        "Water heater flush",
        "Maintenance",
        "low",
        "Rumbles when it heats.",
        "Half a bucket of scale; quiet now.",
    ),
];

/// Large work.
pub const INSTALLS: &[Work] = &[
    work(
        "AC system replacement",
        "Install",
        "high",
        "Replaces the 2006 system.",
        "Charged by weight; walked through.",
    ),
    work(
        "Repipe, whole house",
        "Install",
        "normal",
        "Galvanized throughout.",
        "Pressure tested overnight, holds.",
    ),
    work(
        "Solar system, 6.6 kW",
        "Install",
        "normal",
        "North roof, clear of shade.",
        "Commissioned; 5.9 kW at noon.",
    ),
    work("Switchboard upgrade", "Install", "normal", "Rewirable fuses.", "RCDs on every circuit, labelled."),
];

/// What a job, a quote or an invoice is to come to, before tax.
#[derive(Clone, Copy, Debug)]
pub struct Ticket {
    /// What its lines are drawn from.
    seed: u64,
    /// In minor units.
    total: i64,
    /// Whether it is one of the few large ones.
    pub install: bool,
}

/// How many of a hundred tickets are installs.
const INSTALLS_OF_A_HUNDRED: usize = 4;

/// How many of so many tickets are installs.
pub fn installs_of(tickets: usize) -> usize {
    tickets * INSTALLS_OF_A_HUNDRED / 100
}

impl Ticket {
    /// An install of $6,000 to $18,000, or everyday work.
    pub fn draw(scene: &Scene<'_>, install: bool) -> Self {
        if !install {
            return Self::visit(scene);
        }
        let dollars = 6_000.0 + 12_000.0 * scene.dice.unit();
        Self { install, ..Self::of(scene, dollars) }
    }

    /// Everyday work: a median of $310 and a mean of $422, and never as much as an install.
    pub fn visit(scene: &Scene<'_>) -> Self {
        Self::of(scene, scene.dice.log_normal(310.0, 422.0).clamp(20.0, 5_900.0))
    }

    /// So many dollars' worth.
    pub fn of(scene: &Scene<'_>, dollars: f64) -> Self {
        Self { seed: scene.dice.roll(), total: scene.money(dollars), install: false }
    }

    /// What it is for.
    pub fn work(self) -> &'static Work {
        let dice = Dice::new(self.seed);
        dice.pick(if self.install { INSTALLS } else { WORK })
    }

    /// Its lines, as a tool takes them.
    pub fn lines(self, scene: &Scene<'_>) -> Vec<Value> {
        let dice = Dice::new(self.seed);
        dice.roll(); // The work was drawn by it.
        let count = dice.between(1, if self.install { 6 } else { 4 });
        let mut left = self.total;
        let mut lines = Vec::new();
        for n in 1..=count {
            let last = n == count;
            let share = if last { left } else { left * dice.between(20, 60) / 100 };
            let quantity = if last { 1 } else { dice.between(1, 3) };
            let price = share / quantity;
            left -= price * quantity;
            lines.push(scene.pricebook.line(&dice, quantity, price));
        }
        lines
    }
}
