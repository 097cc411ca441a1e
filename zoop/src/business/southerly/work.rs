//! What Southerly does, as its office writes it down.

use super::super::{Line, Price, Work};

/// What it does for anyone.
pub const WORK: &[Work] = &[
    Work {
        title: "Switchboard upgrade",
        job_type: "Install",
        minutes: 240,
        crew: 2,
        priority: "high",
        description: "Ceramic fuses out, safety switches on every circuit.",
        price: Price::Lines(&[
            Line("Switchboard enclosure, 24 pole", "1", "each", 38_500),
            Line("RCBO 16 A", "8", "each", 6_400),
            Line("Labour, two people", "4", "hour", 19_000),
        ]),
        notes: "Tested every circuit; certificate of compliance lodged.",
    },
    Work {
        title: "Solar health check",
        job_type: "Maintenance",
        minutes: 90,
        crew: 1,
        priority: "normal",
        description: "Output has dropped by a third since winter.",
        price: Price::Flat(28_900),
        notes: "One string isolator corroded; quoted for replacement. Panels rinsed.",
    },
    Work {
        title: "6.6 kW solar installation",
        job_type: "Install",
        minutes: 480,
        crew: 2,
        priority: "normal",
        description: "North-facing tile roof, single storey, inverter in the carport.",
        price: Price::Lines(&[
            Line("440 W panel", "15", "each", 21_500),
            Line("5 kW inverter", "1", "each", 132_000),
            Line("Racking and isolators, tile roof", "1", "set", 94_000),
            Line("Labour, two people", "8", "hour", 19_000),
        ]),
        notes: "Commissioned, 4.8 kW at noon. The app is set up on the customer's phone.",
    },
    Work {
        title: "Smoke alarms, hard-wired",
        job_type: "Install",
        minutes: 120,
        crew: 1,
        priority: "normal",
        description: "Interconnected, one in each bedroom and the hall, before the tenants move in.",
        price: Price::Lines(&[
            Line("240 V interconnected alarm", "4", "each", 8_900),
            Line("Labour", "1.5", "hour", 11_500),
        ]),
        notes: "All four sound together. Photos in the report.",
    },
    Work {
        title: "Power point sparking",
        job_type: "Repair",
        minutes: 60,
        crew: 1,
        priority: "urgent",
        description: "Kitchen, beside the kettle. The customer has switched the circuit off.",
        price: Price::Lines(&[Line("Call-out", "1", "visit", 9_900), Line("Double GPO", "1", "each", 1_850)]),
        notes: "Loose active behind the plate, burnt. Replaced the outlet and remade the joint.",
    },
    Work {
        title: "EV charger, 7 kW",
        job_type: "Install",
        minutes: 240,
        crew: 1,
        priority: "normal",
        description: "Single phase, garage shares a wall with the switchboard.",
        price: Price::Flat(189_000),
        notes: "Load management set to 40 A. Charged the customer's car from 61 to 64 % as a test.",
    },
    Work {
        title: "Ceiling fan, bedroom",
        job_type: "Install",
        minutes: 90,
        crew: 1,
        priority: "low",
        description: "The customer has the fan. Raked ceiling.",
        price: Price::Lines(&[
            Line("Labour", "1", "hour", 11_500),
            Line("Extension rod, 900 mm", "1", "each", 4_900),
        ]),
        notes: "Hung, balanced, remote paired.",
    },
];

/// What it does for companies.
pub const COMMERCIAL: &[Work] = &[Work {
    title: "Emergency lighting test",
    job_type: "Inspection",
    minutes: 120,
    crew: 1,
    priority: "normal",
    description: "Half-yearly 90-minute discharge of the common areas.",
    price: Price::Flat(34_000),
    notes: "Two fittings failed on level 3; batteries ordered.",
}];
