//! What Southerly offers, and what it has agreed to do again and again.

use super::super::{
    Contract, Offer,
    Piece::{Chosen, Fixed, Open},
    Round,
};

/// Its quotes, in turn.
pub const OFFERS: &[Offer] = &[
    Offer(
        "6.6 kW solar installation",
        "North-facing tile roof. The rebate is already taken off the panels' price.",
        &[
            Fixed("SOL-440", "15"),
            Fixed("SOL-INV5", "1"),
            Fixed("SOL-RACK", "1"),
            Fixed("LAB-2", "8"),
            Fixed("FEE-CERT", "1"),
            Open("SOL-BAT10", "1"),
        ],
    ),
    Offer(
        "Switchboard upgrade",
        "Ceramic fuses out, safety switches on every circuit.",
        &[Fixed("EL-BOARD", "1"), Fixed("EL-RCBO", "8"), Fixed("LAB-2", "4"), Chosen("FEE-CERT", "1")],
    ),
    Offer(
        "EV charger in the garage",
        "Single phase, on its own circuit, with load management.",
        &[Fixed("EL-EV7", "1"), Fixed("LAB-1", "4"), Fixed("FEE-CERT", "1"), Open("EL-ALARM", "1")],
    ),
];

/// Its plans.
pub const CONTRACTS: &[Contract] = &[
    Contract {
        title: "Common areas, emergency lighting",
        items: &[("MNT-LIGHTS", "2")],
        cadence: ("monthly", 1),
        bills: 4,
        next_in: 5,
        lead_days: 0,
        company: true,
        cancelled: None,
        round: Some(Round {
            title: "Emergency lighting round",
            description: "Stairs and car park; the log book is in the fire panel.",
            weeks: 2,
            day: "WE",
            tech: 0,
            notes: "All fittings lit, log signed.",
        }),
    },
    Contract {
        title: "Solar care",
        items: &[("MNT-SOLAR", "1")],
        cadence: ("annually", 12),
        bills: 1,
        next_in: 330,
        lead_days: 0,
        company: false,
        cancelled: None,
        round: None,
    },
];
