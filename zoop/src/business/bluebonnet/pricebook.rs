//! Bluebonnet's pricebook.

use super::super::{
    Category, Item,
    Sold::{Bundle, Discount, Fee, Labor, Product, Service},
};

/// By category.
pub const PRICEBOOK: &[Category] = &[
    Category(
        "Air conditioning",
        &[
            Item("AC-HP35", "3.5 ton heat pump, 15.2 SEER2", Product("each", 512_000, 318_000)),
            Item("AC-AH35", "Variable-speed air handler", Product("each", 238_000, 149_500)),
            Item("AC-LINE", "Line set, pad, whip and disconnect", Product("set", 64_500, 31_000)),
            Item("AC-CAP45", "Dual run capacitor 45/5 µF", Product("each", 18_500, 2_900)),
            Item("AC-TSTAT", "Wi-Fi thermostat", Product("each", 18_900, 11_200)),
            Item("AC-IAQ", "Media air cleaner, 4 in", Product("each", 72_000, 38_500)),
        ],
    ),
    Category(
        "Plumbing",
        &[
            Item("WH-50G", "50 gal gas water heater", Product("each", 118_000, 71_400)),
            Item("WH-TANKLESS", "Tankless water heater, 199k BTU", Product("each", 214_000, 132_000)),
            Item("WH-KIT", "Expansion tank, pan and fittings", Product("set", 16_400, 7_100)),
            Item("PL-PRV", "Pressure reducing valve, 3/4 in", Product("each", 13_200, 6_350)),
            Item("PL-SOFT", "Water softener, 48,000 grain", Product("each", 146_000, 82_000)),
            Item("PL-JET", "Hydro jetting, main line", Service("each", 68_000)),
            Item("PL-REROUTE", "Hot line reroute through the attic", Service("each", 295_000)),
        ],
    ),
    Category(
        "Labor",
        &[
            Item("LAB-1", "Labor", Labor("hour", 14_500, 5_200)),
            Item("LAB-2", "Labor, two people", Labor("hour", 21_000, 9_400)),
            Item("LAB-AH", "Labor, nights and Sundays", Labor("hour", 23_500, 8_100)),
        ],
    ),
    Category(
        "Maintenance",
        &[
            Item("MNT-AC", "AC tune-up", Service("visit", 12_900)),
            Item("MNT-FURN", "Furnace safety check", Service("visit", 11_900)),
            Item("MNT-FILTER", "Filter round", Service("visit", 4_500)),
            Item("MNT-POOL", "Pool equipment check", Service("visit", 6_500)),
            Item("MNT-BACKFLOW", "Backflow test", Service("each", 9_500)),
            Item(
                "MNT-HOME",
                "Comfort club, two visits a year",
                Bundle(&[("MNT-AC", "1"), ("MNT-FURN", "1")]),
            ),
        ],
    ),
    Category(
        "Fees and discounts",
        &[
            Item("FEE-DIAG", "Diagnostic visit", Fee("visit", 8_900)),
            Item("FEE-PERMIT", "City permit", Fee("each", 18_500)),
            Item("FEE-HAUL", "Haul away the old unit", Fee("each", 7_500)),
            Item("DISC-CLUB", "Comfort club member, 10 % off", Discount(10)),
        ],
    ),
];
