//! A customer as it is stored and as it is answered.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use shared::{tenant_tx::TenantTx, timestamp::Timestamp};

use super::{Status, Type, input::LabelledPhone, lookups};
use crate::{
    entity::{SearchText, Stored, Wanted},
    error::Result,
    fields::AddressRecord,
    references::TAX_RATE,
};

/// A customer's own columns.
#[derive(sqlx::FromRow)]
pub struct Row {
    pub(super) number: i64,
    #[sqlx(rename = "type")]
    pub(super) kind: String,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) company_name: Option<String>,
    pub(super) display_name: String,
    pub(super) status: String,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) phone_e164: Option<String>,
    pub(super) phones: sqlx::types::Json<Vec<LabelledPhone>>,
    pub(super) billing_line1: Option<String>,
    pub(super) billing_line2: Option<String>,
    pub(super) billing_city: Option<String>,
    pub(super) billing_region: Option<String>,
    pub(super) billing_postal_code: Option<String>,
    pub(super) billing_country: Option<String>,
    pub(super) vip: bool,
    pub(super) do_not_contact: bool,
    pub(super) source: Option<String>,
    pub(super) language: Option<String>,
    pub(super) tax_exempt: bool,
    pub(super) tax_exempt_number: Option<String>,
    pub(super) default_tax_rate_id: Option<String>,
    pub(super) payment_terms_days: Option<i64>,
    pub(super) balance: i64,
    pub(super) archived_at: Option<Timestamp>,
}

impl Row {
    pub(super) const COLUMNS: &'static str = "number, type, first_name, last_name, company_name, display_name, status, \
        email, phone, phone_e164, phones, billing_line1, billing_line2, billing_city, billing_region, \
        billing_postal_code, billing_country, vip, do_not_contact, source, language, tax_exempt, tax_exempt_number, \
        default_tax_rate_id, payment_terms_days, balance, archived_at";

    pub(super) fn kind(&self) -> Type {
        if self.kind == "company" { Type::Company } else { Type::Individual }
    }

    fn number_shown(&self) -> String {
        format!("C-{}", self.number)
    }

    /// Name and phone, and also company, email, number and address line; a phone also without its country code.
    pub(super) fn search_text(&self) -> SearchText {
        let texts = [&self.first_name, &self.last_name, &self.company_name, &self.email, &self.billing_line1];
        let mut texts: Vec<String> = texts.into_iter().flatten().cloned().collect();
        texts.push(self.number_shown());
        let mut tokens = Vec::new();
        let others = self.phones.0.iter().map(|phone| &phone.number);
        for number in self.phone.iter().chain(self.phone_e164.iter()).chain(others) {
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            tokens.extend(
                (1..=3)
                    .filter_map(|code| digits.get(code..))
                    .filter(|rest| rest.len() >= 7)
                    .map(str::to_owned),
            );
            // Locally, people say the last seven.
            tokens
                .extend(digits.len().checked_sub(7).and_then(|start| digits.get(start..)).map(str::to_owned));
            tokens.push(digits);
            texts.push(number.clone());
        }
        SearchText { texts, tokens }
    }
}

/// A customer.
#[derive(Serialize, JsonSchema)]
pub struct Record {
    customer_number: String,
    #[serde(rename = "type")]
    kind: Type,
    display_name: String,
    first_name: Option<String>,
    last_name: Option<String>,
    company_name: Option<String>,
    status: Status,
    email: Option<String>,
    phone: Option<String>,
    phone_e164: Option<String>,
    phones: Vec<LabelledPhone>,
    billing_address: Option<AddressRecord>,
    /// The billing address's city, for summaries.
    city: Option<String>,
    vip: bool,
    do_not_contact: bool,
    source: Option<String>,
    language: Option<String>,
    tax_exempt: bool,
    tax_exempt_number: Option<String>,
    default_tax_rate_id: Option<String>,
    default_tax_rate_name: Option<String>,
    payment_terms_days: Option<i64>,
    /// What is owed, in minor units.
    balance: i64,
    job_count: i64,
    last_job_at: Option<Timestamp>,
    primary_contact: Option<Value>,
    locations: Vec<Value>,
    archived_at: Option<Timestamp>,
}

pub(super) async fn present(rows: &[Stored<Row>], wanted: &Wanted, tx: &mut TenantTx) -> Result<Vec<Record>> {
    let ids: Vec<&str> = rows.iter().map(|row| row.meta.id.as_str()).collect();
    let mut jobs = match wanted.has("job_count") || wanted.has("last_job_at") {
        true => lookups::jobs_of(tx, &ids).await?,
        false => Default::default(),
    };
    let mut contacts = match wanted.has("primary_contact") {
        true => lookups::primary_contacts_of(tx, &ids).await?,
        false => Default::default(),
    };
    let mut locations = match wanted.has("locations") {
        true => lookups::locations_of(tx, &ids).await?,
        false => Default::default(),
    };
    let rates = rows.iter().filter_map(|row| row.default_tax_rate_id.as_deref());
    let rates = TAX_RATE.names_for(wanted, "default_tax_rate_name", tx, rates).await?;
    let record = |row: &Stored<Row>| {
        let (job_count, last_job_at) = jobs.remove(&row.meta.id).unwrap_or_default();
        Record {
            customer_number: row.number_shown(),
            kind: row.kind(),
            display_name: row.display_name.clone(),
            first_name: row.first_name.clone(),
            last_name: row.last_name.clone(),
            company_name: row.company_name.clone(),
            status: match row.status.as_str() {
                "archived" => Status::Archived,
                "inactive" => Status::Inactive,
                _ => Status::Active,
            },
            email: row.email.clone(),
            phone: row.phone.clone(),
            phone_e164: row.phone_e164.clone(),
            phones: row.phones.0.clone(),
            billing_address: row.billing_line1.clone().map(|line1| AddressRecord {
                line1,
                line2: row.billing_line2.clone(),
                city: row.billing_city.clone(),
                region: row.billing_region.clone(),
                postal_code: row.billing_postal_code.clone(),
                country: row.billing_country.clone().unwrap_or_default(),
            }),
            city: row.billing_city.clone(),
            vip: row.vip,
            do_not_contact: row.do_not_contact,
            source: row.source.clone(),
            language: row.language.clone(),
            tax_exempt: row.tax_exempt,
            tax_exempt_number: row.tax_exempt_number.clone(),
            default_tax_rate_name: row.default_tax_rate_id.as_ref().and_then(|id| rates.get(id).cloned()),
            default_tax_rate_id: row.default_tax_rate_id.clone(),
            payment_terms_days: row.payment_terms_days,
            balance: row.balance,
            job_count,
            last_job_at,
            primary_contact: contacts.remove(&row.meta.id),
            locations: locations.remove(&row.meta.id).unwrap_or_default(),
            archived_at: row.archived_at,
        }
    };
    Ok(rows.iter().map(record).collect())
}

/// An enum's word as it is stored and shown.
pub(super) fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
