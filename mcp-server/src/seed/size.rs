//! How much of everything a tenant has.

/// The four sizes of businesses, as they are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "verbatim")]
pub enum Size {
    /// 3 technicians: seconds.
    S,
    /// 15 technicians: a minute or two.
    M,
    /// 80 technicians.
    L,
    /// 400 technicians.
    XL,
}

/// Records per tenant.
#[derive(Clone, Copy, Debug)]
pub struct Volume {
    /// People beside the owner; `techs` of them go out.
    pub team: usize,
    /// Those who go out.
    pub techs: usize,
    /// All there ever were, the archived ones included.
    pub customers: usize,
    /// People at customers.
    pub contacts: usize,
    /// Service addresses.
    pub locations: usize,
    /// In five years.
    pub jobs: usize,
    /// In five years.
    pub invoices: usize,
    /// In five years.
    pub quotes: usize,
    /// Active ones; some more are ended or cancelled.
    pub plans: usize,
    /// Active ones; some more are ended.
    pub series: usize,
    /// In the pricebook.
    pub items: usize,
    /// Of the pricebook.
    pub categories: usize,
    /// Written about anything.
    pub notes: usize,
    /// Customers who were all changed in one moment, as an import does.
    pub changed_at_once: usize,
}

impl Size {
    /// Its records.
    pub fn volume(self) -> Volume {
        let rows = match self {
            Size::S => [4, 3, 3_500, 4_500, 4_200, 11_000, 10_500, 900, 180, 220, 250, 20, 0],
            Size::M => {
                [24, 15, 22_000, 30_000, 27_000, 55_000, 57_500, 5_000, 2_000, 2_400, 1_500, 80, 10_000]
            }
            Size::L => [
                129, 80, 120_000, 180_000, 160_000, 290_000, 310_000, 28_000, 14_000, 17_000, 6_000, 250,
                10_000,
            ],
            Size::XL => [
                599, 400, 600_000, 900_000, 800_000, 1_450_000, 1_550_000, 140_000, 70_000, 85_000, 20_000,
                800, 10_000,
            ],
        };
        let [
            team,
            techs,
            customers,
            contacts,
            locations,
            jobs,
            invoices,
            quotes,
            plans,
            series,
            items,
            categories,
            at_once,
        ] = rows;
        Volume {
            team,
            techs,
            customers,
            contacts,
            locations,
            jobs,
            invoices,
            quotes: quotes * YEARS,
            plans,
            series,
            items,
            categories,
            notes: customers / 2,
            changed_at_once: at_once,
        }
    }
}

/// How far back the records go.
pub const YEARS: usize = 5;

impl Volume {
    /// All records of a tenant.
    pub fn records(&self) -> usize {
        let lists = self.items + self.categories + self.notes;
        let people = self.customers + self.contacts + self.locations;
        let recurring = self.plans + Self::past(self.plans) + self.series + Self::past(self.series);
        lists + people + recurring + self.quotes + self.jobs + self.invoices
    }

    /// How many are over and done with, beside so many active ones.
    pub fn past(active: usize) -> usize {
        active / 20 + 2
    }
}
