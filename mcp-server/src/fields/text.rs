//! Text fields: NFC, trimmed, without control characters, each within its length.
//! The schema of each states its `format`; the validator and serde ask the same parser here.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error as _};
use unicode_normalization::UnicodeNormalization;

use super::country;

/// NFC, trimmed, with plain line ends: how every text is kept.
pub fn tidied(text: &str) -> String {
    text.trim().nfc().collect::<String>().replace("\r\n", "\n")
}

/// NFC, trimmed; refused with a reason if control characters are in it or its length is off.
fn clean(text: &str, least: usize, most: usize, lines: bool) -> Result<String, String> {
    let text = tidied(text);
    if let Some(bad) = text.chars().find(|&c| c.is_control() && !(lines && matches!(c, '\n' | '\t' | '\r'))) {
        return Err(format!("holds the control character U+{:04X}; leave it out.", bad as u32));
    }
    match text.chars().count() {
        n if n < least => Err("is empty; give it at least one character.".to_owned()),
        n if n > most => Err(format!("has {n} characters; at most {most} are kept.")),
        _ => Ok(text),
    }
}

macro_rules! text_fields {
    ($($(#[$doc:meta])* $name:ident, $format:literal, $most:literal, |$text:ident| $parse:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq)]
            pub struct $name(pub String);

            impl $name {
                fn parse($text: &str) -> Result<String, String> {
                    $parse
                }
            }

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    Self::parse(&Cow::<str>::deserialize(deserializer)?).map(Self).map_err(D::Error::custom)
                }
            }

            impl JsonSchema for $name {
                fn inline_schema() -> bool {
                    true
                }
                fn schema_name() -> Cow<'static, str> {
                    stringify!($name).into()
                }
                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    json_schema!({"type": "string", "maxLength": $most, "format": $format})
                }
            }
        )*

        /// What is wrong with this text as this format; none if nothing is.
        pub(super) fn complaint(format: &str, text: &str) -> Option<String> {
            match format {
                $($format => $name::parse(text).err(),)*
                _ => None,
            }
        }
    };
}

text_fields! {
    /// A name or a title: one line of up to 200 characters.
    Line, "line", 200, |text| clean(text, 1, 200, false);
    /// A word or two: up to 50 characters.
    ShortLine, "short-line", 50, |text| clean(text, 1, 50, false);
    /// A tag's name.
    TagName, "tag-name", 50, |text| clean(text, 1, 50, false);
    /// A text of up to 20,000 characters.
    Body, "body", 20_000, |text| clean(text, 1, 20_000, true);
    /// What a document is offered or billed under: up to 5,000 characters.
    Conditions, "conditions", 5_000, |text| clean(text, 1, 5_000, true);
    /// A civil date, without a zone.
    Date, "date", 10, |text| {
        let text = clean(text, 1, 10, false)?;
        match text.parse::<NaiveDate>() {
            Ok(date) if text.len() == 10 && (1..=9999).contains(&date.year()) => Ok(text),
            _ => Err("is no date; send one like `2026-11-24`.".to_owned()),
        }
    };
    /// A wall time, without a zone.
    LocalTime, "local-time", 40, |text| {
        let text = clean(text, 1, 40, false)?;
        match NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S") {
            Ok(time) if text.len() == 19 && (2..9999).contains(&time.year()) && !text.ends_with(":60") => Ok(text),
            _ => Err("is no local time; send one like `2026-11-24T09:00:00`, without an offset.".to_owned()),
        }
    };
    /// A recurrence rule of RFC 5545; what it says is read where its zone is known.
    RuleText, "rrule", 500, |text| clean(text, 1, 500, false);
    /// An address of electronic mail.
    Email, "mail", 254, |text| {
        let text = clean(text, 1, 254, false)?;
        let well_formed = text.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(char::is_whitespace)
                && host.split('.').all(|label| !label.is_empty())
        });
        if well_formed { Ok(text) } else { Err("is no email address; send one like `ana@example.com`.".to_owned()) }
    };
    /// A phone number as it was typed.
    Phone, "phone", 40, |text| {
        let text = clean(text, 1, 40, false)?;
        let digits = text.chars().filter(char::is_ascii_digit).count();
        if (3..=17).contains(&digits) { Ok(text) } else { Err("is no phone number; send one like `+1 512 555 0123`.".to_owned()) }
    };
    /// A colour.
    Color, "color", 7, |text| {
        let text = clean(text, 1, 7, false)?.to_ascii_lowercase();
        let hex = text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()));
        if hex { Ok(text) } else { Err("is no colour; send one like `#2f6fed`.".to_owned()) }
    };
    /// A language tag (BCP 47).
    Language, "language", 35, |text| {
        let text = clean(text, 1, 35, false)?;
        let mut parts = text.split('-');
        let first = parts.next().is_some_and(|p| (2..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphabetic()));
        let rest = parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
        if first && rest { Ok(text) } else { Err("is no language tag; send one like `en-US`.".to_owned()) }
    };
    /// A country, by its code of ISO 3166-1.
    Country, "country", 2, |text| {
        let text = clean(text, 1, 2, false)?.to_ascii_uppercase();
        if country::exists(&text) { Ok(text) } else { Err("is no country of ISO 3166-1; send two letters like `US`.".to_owned()) }
    };
    /// A time zone of the IANA database.
    ZoneName, "time-zone", 60, |text| {
        super::zone_named(text.trim()).map(|zone| zone.name().to_owned())
            .ok_or_else(|| "is no time zone; send an IANA name like `America/Chicago`.".to_owned())
    };
}

impl Date {
    /// The day that it names.
    pub fn day(&self) -> NaiveDate {
        // It was parsed as one when it arrived.
        self.0.parse().unwrap_or_default()
    }
}

impl LocalTime {
    /// The time that it names.
    pub fn time(&self) -> NaiveDateTime {
        // It was parsed as one when it arrived.
        self.0.parse().unwrap_or_default()
    }
}

impl Email {
    /// The address as it is compared.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl TagName {
    /// The name as it is compared: ignoring case alone. By way of capitals, since ß has none of its own.
    pub fn key(&self) -> String {
        self.0.to_uppercase().to_lowercase()
    }
}

impl Phone {
    /// The number in E.164, read by this country's rules where it has no country code; none if it cannot be told.
    pub fn e164(&self, country: &str) -> Option<String> {
        // An extension ("ext 9", "x9") is no part of the number.
        let number =
            self.0.split(|c: char| c.is_alphabetic() || c == ',' || c == ';').next().unwrap_or_default();
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        if self.0.starts_with('+') {
            return (8..=15).contains(&digits.len()).then(|| format!("+{digits}"));
        }
        let (code, length, trunk) = match country {
            "US" | "CA" => ("1", 10, "1"),
            "GB" => ("44", 10, "0"),
            "AU" => ("61", 9, "0"),
            "NZ" => ("64", 9, "0"),
            "JP" => ("81", 10, "0"),
            "DE" => ("49", 11, "0"),
            "FR" => ("33", 9, "0"),
            "KW" => ("965", 8, ""),
            _ => return None,
        };
        let national = match digits.strip_prefix(trunk) {
            Some(rest) if !trunk.is_empty() && digits.len() > length => rest,
            Some(rest) if trunk == "0" => rest,
            _ => &digits,
        };
        (national.len().abs_diff(length) <= usize::from(code != "1")).then(|| format!("+{code}{national}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_read_by_the_tenant_s_country() {
        let e164 = |text: &str, country| Phone(text.to_owned()).e164(country);
        assert_eq!(e164("(512) 555-0123", "US").as_deref(), Some("+15125550123"));
        assert_eq!(e164("1-512-555-0123", "US").as_deref(), Some("+15125550123"));
        assert_eq!(e164("+44 20 7946 0123", "US").as_deref(), Some("+442079460123"));
        assert_eq!(e164("02 5550 0123", "AU").as_deref(), Some("+61255500123"));
        assert_eq!(e164("+1 512 555 0134 ext 9", "US").as_deref(), Some("+15125550134"));
        assert_eq!(e164("555-0123", "US"), None);
    }

    #[test]
    fn control_characters_are_refused_and_spaces_trimmed() {
        assert_eq!(Line::parse("  Ana\u{301} ").unwrap(), "Aná");
        assert!(Line::parse("a\nb").is_err());
        assert_eq!(Body::parse("a\r\nb").unwrap(), "a\nb");
        assert!(Body::parse("a\u{7}").is_err());
        assert!(Line::parse("   ").is_err());
    }
}
