//! Bluebonnet Plumbing & Air of Austin, Texas: the first tenant, in US dollars, with all the Hendersons.

mod agreements;
mod pricebook;
mod work;

use shared::role::Role;

use super::{Business, Person, Place, Tax, Volume};

/// The business.
pub const BUSINESS: Business = Business {
    name: "Bluebonnet Plumbing & Air",
    trade: "plumbing and air conditioning in Austin, Texas",
    currency: "USD",
    country: "US",
    time_zone: "America/Chicago",
    team: &[
        Person { name: "Marisol Vega", mailbox: "marisol", role: Role::Office },
        Person { name: "Sam Okafor", mailbox: "sam", role: Role::Tech },
        Person { name: "Lena Brandt", mailbox: "lena", role: Role::Tech },
        Person { name: "Jesse Tran", mailbox: "jesse", role: Role::Tech },
        Person { name: "Mike Dubois", mailbox: "mike", role: Role::Tech },
    ],
    places: &[
        Place {
            city: "Austin",
            region: "TX",
            postal_code: "78704",
            streets: &["Kinney Ave", "Bouldin Ave", "Goodrich Ave", "W Mary St", "S Lamar Blvd"],
        },
        Place {
            city: "Austin",
            region: "TX",
            postal_code: "78745",
            streets: &["Menchaca Rd", "Emerald Forest Dr", "W Stassney Ln", "Westgate Blvd"],
        },
        Place {
            city: "Austin",
            region: "TX",
            postal_code: "78757",
            streets: &["Woodrow Ave", "Arroyo Seco", "Shoal Creek Blvd", "Burnet Rd"],
        },
        Place {
            city: "Round Rock",
            region: "TX",
            postal_code: "78664",
            streets: &["N Mays St", "Red Bud Ln", "Gattis School Rd"],
        },
        Place {
            city: "Cedar Park",
            region: "TX",
            postal_code: "78613",
            streets: &["Discovery Blvd", "Cypress Creek Rd", "S Bell Blvd"],
        },
        Place {
            city: "Georgetown",
            region: "TX",
            postal_code: "78626",
            streets: &["Church St", "E University Ave", "S Austin Ave"],
        },
        Place {
            city: "Pflugerville",
            region: "TX",
            postal_code: "78660",
            streets: &["W Pecan St", "Kelly Ln", "Heatherwilde Blvd"],
        },
        Place {
            city: "Dripping Springs",
            region: "TX",
            postal_code: "78620",
            streets: &["Mercer St", "Creek Rd", "Old Fitzhugh Rd"],
        },
    ],
    phones: &["(512) 555-01##", "(737) 555-01##", "(830) 555-01##"],
    tags: &[
        ("Maintenance plan", "#2f855a"),
        ("Commercial", "#2b6cb0"),
        ("Landlord", "#6b46c1"),
        ("Warranty", "#b7791f"),
        ("Slab foundation", "#4a5568"),
        ("Well water", "#2c7a7b"),
        ("Gate code needed", "#c05621"),
        ("Beware of dog 🐕", "#c53030"),
        ("Habla español", "#d53f8c"),
        ("Slow payer", "#718096"),
    ],
    companies: &[
        "Bouldin Creek Coffee House",
        "Cedar Ridge HOA",
        "Las Palmas Taquería",
        "Hill Country Veterinary Clinic",
        "Red Bud Self Storage",
        "St. Brigid's Parish",
        "Congress Avenue Dental",
        "Lone Star Lofts Property Management",
        "Pecan Street Brewing",
        "Little Sprouts Montessori",
        "Shoal Creek Apartments",
        "Barton Hills Yoga",
        "García & Hijos Panadería",
        "Williamson County Food Bank",
        "The Oaks Assisted Living",
        "Thunderbird Records",
        "Lotus Nail & Spa",
        "Mercer Street Books",
    ],
    chores: &["Restock the vans", "Safety meeting: ladders and attics in the heat"],
    customers: 200,
    hendersons: true,
    jobs: Volume { done: 96, scheduled: 38, unscheduled: 14, cancelled: 12 },
    work: work::WORK,
    commercial: work::COMMERCIAL,
    tax: Tax { name: "Austin sales tax", percentage: "8.25", code: "TX-AUS", jurisdiction: "Austin, Texas" },
    pricebook: pricebook::PRICEBOOK,
    offers: agreements::OFFERS,
    contracts: agreements::CONTRACTS,
    quotes: 25,
    pays: &["card", "card", "check", "cash"],
    companies_pay: &["transfer", "check"],
};
