//! Southerly Electrical & Solar of Sydney, Australia: the second tenant, in Australian dollars, on the other clock.

mod agreements;
mod pricebook;
mod work;

use shared::role::Role;

use super::{Business, Person, Place, Tax, Volume};

/// The business.
pub const BUSINESS: Business = Business {
    name: "Southerly Electrical & Solar",
    trade: "electrical work and solar power in Sydney, Australia",
    currency: "AUD",
    country: "AU",
    time_zone: "Australia/Sydney",
    team: &[
        Person { name: "Priya Nair", mailbox: "priya", role: Role::Office },
        Person { name: "Tom Walsh", mailbox: "tom", role: Role::Tech },
        Person { name: "Hương Lê", mailbox: "huong", role: Role::Tech },
    ],
    places: &[
        Place {
            city: "Newtown",
            region: "NSW",
            postal_code: "2042",
            streets: &["King St", "Australia St", "Wilson St"],
        },
        Place {
            city: "Marrickville",
            region: "NSW",
            postal_code: "2204",
            streets: &["Illawarra Rd", "Livingstone Rd"],
        },
        Place {
            city: "Leichhardt",
            region: "NSW",
            postal_code: "2040",
            streets: &["Norton St", "Marion St"],
        },
        Place {
            city: "Parramatta",
            region: "NSW",
            postal_code: "2150",
            streets: &["Church St", "Marsden St"],
        },
        Place { city: "Manly", region: "NSW", postal_code: "2095", streets: &["Pittwater Rd", "Darley Rd"] },
        Place {
            city: "Chatswood",
            region: "NSW",
            postal_code: "2067",
            streets: &["Victoria Ave", "Help St"],
        },
    ],
    phones: &["(02) 5550 01##"],
    tags: &[
        ("Solar", "#d69e2e"),
        ("Battery", "#2f855a"),
        ("Strata", "#2b6cb0"),
        ("Heritage listed", "#97266d"),
        ("Dog on premises", "#c53030"),
        ("After hours", "#4a5568"),
    ],
    companies: &[
        "Strata Plan 41877",
        "Marrickville Roasters Pty Ltd",
        "Norton Street Trattoria",
        "Northern Beaches Physio",
        "Parramatta Public Library",
        "Little Lilly Pilly Childcare",
    ],
    chores: &["Test and tag our own tools"],
    customers: 36,
    hendersons: false,
    jobs: Volume { done: 22, scheduled: 12, unscheduled: 5, cancelled: 3 },
    work: work::WORK,
    commercial: work::COMMERCIAL,
    tax: Tax { name: "GST", percentage: "10", code: "AU-GST", jurisdiction: "Australia" },
    pricebook: pricebook::PRICEBOOK,
    offers: agreements::OFFERS,
    contracts: agreements::CONTRACTS,
    quotes: 9,
    pays: &["card", "transfer"],
    companies_pay: &["transfer"],
};
