//! Southerly's pricebook.

use super::super::{
    Category, Item,
    Sold::{Bundle, Discount, Fee, Labor, Product, Service},
};

/// By category.
pub const PRICEBOOK: &[Category] = &[
    Category(
        "Solar",
        &[
            Item("SOL-440", "440 W panel", Product("each", 21_500, 12_800)),
            Item("SOL-INV5", "5 kW inverter", Product("each", 132_000, 86_000)),
            Item("SOL-RACK", "Racking and isolators, tile roof", Product("set", 94_000, 51_000)),
            Item("SOL-BAT10", "10 kWh battery", Product("each", 890_000, 640_000)),
        ],
    ),
    Category(
        "Electrical",
        &[
            Item("EL-BOARD", "Switchboard enclosure, 24 pole", Product("each", 38_500, 19_200)),
            Item("EL-RCBO", "RCBO 16 A", Product("each", 6_400, 2_950)),
            Item("EL-EV7", "EV charger, 7 kW", Product("each", 124_000, 83_000)),
            Item("EL-ALARM", "240 V interconnected alarm", Product("each", 8_900, 4_100)),
        ],
    ),
    Category(
        "Labour",
        &[
            Item("LAB-1", "Labour", Labor("hour", 11_500, 4_800)),
            Item("LAB-2", "Labour, two people", Labor("hour", 19_000, 8_900)),
        ],
    ),
    Category(
        "Maintenance",
        &[
            Item("MNT-SOLAR", "Solar health check", Service("visit", 28_900)),
            Item("MNT-LIGHTS", "Emergency lighting check", Service("visit", 9_900)),
            Item("MNT-TAG", "Test and tag, per 20 items", Service("lot", 7_500)),
            Item("MNT-STRATA", "Common areas, yearly", Bundle(&[("MNT-LIGHTS", "2"), ("MNT-TAG", "1")])),
        ],
    ),
    Category(
        "Fees and discounts",
        &[
            Item("FEE-CALL", "Call-out", Fee("visit", 9_900)),
            Item("FEE-CERT", "Certificate of compliance", Fee("each", 6_500)),
            Item("DISC-PENSION", "Pensioner, 5 % off", Discount(5)),
        ],
    ),
];
