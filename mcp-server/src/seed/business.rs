//! The businesses that are seeded, one for each tenant in turn, and where their customers live: cities with the zones,
//! taxes and telephone numbers that they have.

/// A business before it has an id.
pub struct Business {
    /// What its people call it.
    pub name: &'static str,
    /// ISO 4217.
    pub currency: &'static str,
    /// ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// IANA.
    pub time_zone: &'static str,
    /// `line` or `document`.
    pub tax_rounding: &'static str,
    /// The name of the tax that most of it pays, and the percentage.
    pub tax: (&'static str, &'static str),
    /// What a dollar's worth of work is there, in minor units.
    pub per_dollar: f64,
    /// What people there are called.
    pub tongue: Tongue,
    /// Where its customers live.
    pub places: &'static [Place],
}

/// The languages that names come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// English.
    English,
    /// Japanese.
    Japanese,
    /// Arabic.
    Arabic,
}

/// A city: what is true of all its addresses.
pub struct Place {
    /// The city.
    pub city: &'static str,
    /// State, prefecture or governorate.
    pub region: &'static str,
    /// Postal code.
    pub postal_code: &'static str,
    /// IANA.
    pub time_zone: &'static str,
    /// Percentage of the tax there; none: the business's own.
    pub tax: Option<&'static str>,
    /// A hundred numbers reserved for fiction; `##` stands for the last two digits.
    pub phone: &'static str,
    /// Some of its streets.
    pub streets: &'static [&'static str],
}

/// The tenants take these in turn: the first is in dollars, the second in yen, which have no minor unit and whose tax is
/// rounded once for each rate, the third in Kuwaiti dinars, which have three decimals.
pub const ALL: &[Business] = &[
    Business {
        name: "Continental Home Services",
        currency: "USD",
        country: "US",
        time_zone: "America/Chicago",
        tax_rounding: "line",
        tax: ("Texas sales tax", "8.25"),
        per_dollar: 100.0,
        tongue: Tongue::English,
        places: UNITED_STATES,
    },
    Business {
        name: "みやこ設備サービス",
        currency: "JPY",
        country: "JP",
        time_zone: "Asia/Tokyo",
        tax_rounding: "document",
        tax: ("消費税", "10"),
        per_dollar: 150.0,
        tongue: Tongue::Japanese,
        places: JAPAN,
    },
    Business {
        name: "شركة الخليج لخدمات التكييف",
        currency: "KWD",
        country: "KW",
        time_zone: "Asia/Kuwait",
        tax_rounding: "line",
        tax: ("No tax", "0"),
        per_dollar: 307.0,
        tongue: Tongue::Arabic,
        places: KUWAIT,
    },
    Business {
        name: "Harbour Electrical & Solar",
        currency: "AUD",
        country: "AU",
        time_zone: "Australia/Sydney",
        tax_rounding: "line",
        tax: ("GST", "10"),
        per_dollar: 150.0,
        tongue: Tongue::English,
        places: AUSTRALIA,
    },
];

const UNITED_STATES: &[Place] = &[
    Place {
        city: "Austin",
        region: "TX",
        postal_code: "78704",
        time_zone: "America/Chicago",
        tax: None,
        phone: "(512) 555-01##",
        streets: &["Kinney Ave", "Bouldin Ave", "Goodrich Ave", "W Mary St", "S Lamar Blvd"],
    },
    Place {
        city: "New York",
        region: "NY",
        postal_code: "10025",
        time_zone: "America/New_York",
        tax: Some("8.875"),
        phone: "(212) 555-01##",
        streets: &["Amsterdam Ave", "W 96th St", "Riverside Dr", "Columbus Ave"],
    },
    Place {
        city: "Phoenix",
        region: "AZ",
        postal_code: "85016",
        time_zone: "America/Phoenix",
        tax: Some("8.6"),
        phone: "(602) 555-01##",
        streets: &["E Camelback Rd", "N 24th St", "E Osborn Rd", "N 32nd St"],
    },
    Place {
        city: "Denver",
        region: "CO",
        postal_code: "80205",
        time_zone: "America/Denver",
        tax: Some("8.81"),
        phone: "(303) 555-01##",
        streets: &["Larimer St", "Downing St", "E 26th Ave", "Gaylord St"],
    },
    Place {
        city: "Seattle",
        region: "WA",
        postal_code: "98103",
        time_zone: "America/Los_Angeles",
        tax: Some("10.35"),
        phone: "(206) 555-01##",
        streets: &["Fremont Ave N", "Stone Way N", "Aurora Ave N", "N 45th St"],
    },
];

const JAPAN: &[Place] = &[
    Place {
        city: "世田谷区",
        region: "東京都",
        postal_code: "154-0004",
        time_zone: "Asia/Tokyo",
        tax: None,
        phone: "03-5550-01##",
        streets: &["太子堂", "三軒茶屋", "若林"],
    },
    Place {
        city: "京都市左京区",
        region: "京都府",
        postal_code: "606-8301",
        time_zone: "Asia/Tokyo",
        tax: None,
        phone: "075-555-01##",
        streets: &["吉田本町", "岡崎", "浄土寺"],
    },
];

const KUWAIT: &[Place] = &[
    Place {
        city: "السالمية",
        region: "حولي",
        postal_code: "22001",
        time_zone: "Asia/Kuwait",
        tax: None,
        phone: "2555 01##",
        streets: &["شارع سالم المبارك", "شارع حمد المبارك", "شارع قطر"],
    },
    Place {
        city: "الجهراء",
        region: "الجهراء",
        postal_code: "01001",
        time_zone: "Asia/Kuwait",
        tax: None,
        phone: "2555 01##",
        streets: &["شارع مرزوق المتعب", "شارع الملك عبدالعزيز"],
    },
];

const AUSTRALIA: &[Place] = &[
    Place {
        city: "Newtown",
        region: "NSW",
        postal_code: "2042",
        time_zone: "Australia/Sydney",
        tax: None,
        phone: "(02) 5550 01##",
        streets: &["King St", "Australia St", "Wilson St"],
    },
    Place {
        city: "Fitzroy",
        region: "VIC",
        postal_code: "3065",
        time_zone: "Australia/Melbourne",
        tax: None,
        phone: "(03) 5550 01##",
        streets: &["Brunswick St", "Gertrude St", "Smith St"],
    },
    Place {
        city: "New Farm",
        region: "QLD",
        postal_code: "4005",
        time_zone: "Australia/Brisbane",
        tax: None,
        phone: "(07) 5550 01##",
        streets: &["Merthyr Rd", "Brunswick St", "Moray St"],
    },
];
