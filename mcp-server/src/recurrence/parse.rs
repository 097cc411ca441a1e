//! Reads a rule as callers write it; what is not understood is named, with what to write instead.

use std::{ops::RangeInclusive, str::FromStr};

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use chrono_tz::Tz;
use rrule::{Frequency, NWeekday};

use super::Rule;
use crate::error::shown;

impl Rule {
    /// Reads `FREQ=…;…`, in either case, with or without `RRULE:` before it. An UNTIL in UTC is read in `zone`; one
    /// that is a date holds to the end of its day.
    pub fn parse(text: &str, zone: Tz) -> Result<Self, String> {
        let text = text.trim().to_ascii_uppercase();
        let text = text.strip_prefix("RRULE:").unwrap_or(&text);
        let mut parts: Vec<(&str, &str)> = Vec::new();
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, value) = part
                .split_once('=')
                .map(|(name, value)| (name.trim(), value.trim()))
                .filter(|(_, value)| !value.is_empty())
                .ok_or_else(|| {
                    format!(
                        "`{}` is no part of a rule: write NAME=VALUE, e.g. FREQ=WEEKLY;BYDAY=MO.",
                        shown(part)
                    )
                })?;
            if parts.iter().any(|(other, _)| *other == name) {
                return Err(format!("{} is given twice: send it once.", shown(name)));
            }
            parts.push((name, value));
        }
        let mut rule = Self {
            frequency: frequency(&parts)?,
            interval: 1,
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_month: Vec::new(),
            by_set_pos: Vec::new(),
            week_start: Weekday::Mon,
            count: None,
            until: None,
        };
        for (name, value) in parts {
            rule.read(name, value, zone)?;
        }
        rule.check()?;
        Ok(rule)
    }

    fn read(&mut self, name: &str, value: &str, zone: Tz) -> Result<(), String> {
        match name {
            "FREQ" => {}
            "INTERVAL" => self.interval = number(name, value, 1..=99)?,
            "COUNT" => self.count = Some(number(name, value, 1..=500)?),
            "UNTIL" => self.until = Some(until(value, zone)?),
            "WKST" => self.week_start = weekday(name, value)?,
            "BYDAY" => self.by_day = list(value, |item| self.day(item))?,
            "BYMONTHDAY" => self.by_month_day = list(value, |item| from_either_end(name, item, 31))?,
            "BYMONTH" => self.by_month = list(value, |item| number(name, item, 1..=12))?,
            "BYSETPOS" => {
                // As many days as a period has.
                let most = match self.frequency {
                    Frequency::Yearly => 366,
                    Frequency::Monthly => 31,
                    Frequency::Weekly => 7,
                    _ => 1,
                };
                self.by_set_pos = list(value, |item| from_either_end(name, item, most))?;
            }
            _ => {
                return Err(format!(
                    "{} is not supported: use FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, WKST and COUNT or \
                     UNTIL.",
                    shown(name)
                ));
            }
        }
        Ok(())
    }

    /// `MO`, or in months and years also `1MO` and `-1MO`.
    fn day(&self, item: &str) -> Result<NWeekday, String> {
        let at = item.len().saturating_sub(2);
        let (ordinal, name) = item.split_at_checked(at).unwrap_or(("", item));
        let weekday = weekday("BYDAY", name)?;
        if ordinal.is_empty() {
            return Ok(NWeekday::Every(weekday));
        }
        // What the iteration takes; a fifth or 53rd from the end would be one from the start.
        let range = match self.frequency {
            Frequency::Monthly => -4..=5,
            Frequency::Yearly => -52..=53,
            _ => {
                return Err(format!(
                    "BYDAY={} counts days of a month or year: use it with FREQ=MONTHLY or YEARLY, or BYDAY={name}.",
                    shown(item)
                ));
            }
        };
        match i16::from_str(ordinal) {
            Ok(n) if n != 0 && range.contains(&n) => Ok(NWeekday::Nth(n, weekday)),
            _ => Err(format!(
                "BYDAY={} is out of range: count from 1 to {} or from {} to -1, e.g. 1MO or -1FR.",
                shown(item),
                range.end(),
                range.start()
            )),
        }
    }

    /// What the parts may not be together.
    fn check(&mut self) -> Result<(), String> {
        if self.count.is_some() && self.until.is_some() {
            return Err("COUNT and UNTIL exclude each other: send one of them.".into());
        }
        if self.frequency == Frequency::Weekly && !self.by_month_day.is_empty() {
            return Err("BYMONTHDAY does not go with FREQ=WEEKLY: use FREQ=MONTHLY or DAILY.".into());
        }
        let counted = self.by_day.iter().filter(|day| matches!(day, NWeekday::Nth(..))).count();
        if counted > 0 && counted < self.by_day.len() {
            return Err("BYDAY counts some of its days and not others: write e.g. 1MO,1TU or MO,TU.".into());
        }
        if counted > 0 && !self.by_month_day.is_empty() {
            return Err("BYMONTHDAY does not go with counted days like 1MO: use one of them.".into());
        }
        if !self.by_set_pos.is_empty()
            && self.by_day.is_empty()
            && self.by_month_day.is_empty()
            && self.by_month.is_empty()
        {
            return Err("BYSETPOS picks among other days: send BYDAY, BYMONTHDAY or BYMONTH too.".into());
        }
        Ok(())
    }
}

fn frequency(parts: &[(&str, &str)]) -> Result<Frequency, String> {
    let supported = "use DAILY, WEEKLY, MONTHLY or YEARLY";
    match parts.iter().find(|(name, _)| *name == "FREQ").map(|(_, value)| *value) {
        Some("DAILY") => Ok(Frequency::Daily),
        Some("WEEKLY") => Ok(Frequency::Weekly),
        Some("MONTHLY") => Ok(Frequency::Monthly),
        Some("YEARLY") => Ok(Frequency::Yearly),
        Some(other) => Err(format!("FREQ={} is not supported: {supported}.", shown(other))),
        None => Err(format!("FREQ is missing: {supported}, e.g. FREQ=WEEKLY;BYDAY=MO.")),
    }
}

fn weekday(name: &str, value: &str) -> Result<Weekday, String> {
    match value {
        "MO" => Ok(Weekday::Mon),
        "TU" => Ok(Weekday::Tue),
        "WE" => Ok(Weekday::Wed),
        "TH" => Ok(Weekday::Thu),
        "FR" => Ok(Weekday::Fri),
        "SA" => Ok(Weekday::Sat),
        "SU" => Ok(Weekday::Sun),
        other => Err(format!("{name}={} is no weekday: use MO, TU, WE, TH, FR, SA or SU.", shown(other))),
    }
}

fn list<T: PartialEq>(value: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    let mut items = Vec::new();
    for item in value.split(',') {
        let item = read(item.trim())?;
        if !items.contains(&item) {
            items.push(item);
        }
    }
    Ok(items)
}

fn number<T: FromStr + PartialOrd + std::fmt::Display>(
    name: &str,
    value: &str,
    range: RangeInclusive<T>,
) -> Result<T, String> {
    value.parse().ok().filter(|n| range.contains(n)).ok_or_else(|| {
        format!("{name}={} is out of range: use {} to {}.", shown(value), range.start(), range.end())
    })
}

fn from_either_end<T: TryFrom<i32>>(name: &str, value: &str, most: i32) -> Result<T, String> {
    let n: Option<i32> = value.parse().ok().filter(|&n| n != 0 && (-most..=most).contains(&n));
    n.and_then(|n| n.try_into().ok())
        .ok_or_else(|| format!("{name}={} is out of range: use 1 to {most} or -{most} to -1.", shown(value)))
}

/// `20271231`, `20271231T235959` or `20271231T235959Z`; hyphens and colons may stand between.
fn until(value: &str, zone: Tz) -> Result<NaiveDateTime, String> {
    let plain: String = value.chars().filter(|c| !"-:".contains(*c)).collect();
    let time = |text: &str| {
        Some(text)
            .filter(|text| text.len() == 15)
            .and_then(|text| NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").ok())
    };
    let last = match plain.strip_suffix('Z') {
        Some(utc) => time(utc).map(|utc| utc.and_utc().with_timezone(&zone).naive_local()),
        None if plain.len() == 8 => NaiveDate::parse_from_str(&plain, "%Y%m%d")
            .ok()
            .map(|day| day.and_time(NaiveTime::MIN) + TimeDelta::days(1) - TimeDelta::nanoseconds(1)),
        None => time(&plain),
    };
    last.ok_or_else(|| {
        format!("UNTIL={} is no time: write 20271231, 20271231T170000 or 20271231T170000Z.", shown(value))
    })
}

#[cfg(test)]
mod tests {
    use chrono_tz::{America::New_York, UTC};

    use super::*;
    use crate::recurrence::Recurrence;

    #[test]
    fn what_is_not_understood_is_named() {
        for (rule, complaint) in [
            ("", "FREQ is missing: use DAILY, WEEKLY, MONTHLY or YEARLY, e.g. FREQ=WEEKLY;BYDAY=MO."),
            ("FREQ=HOURLY", "FREQ=HOURLY is not supported: use DAILY, WEEKLY, MONTHLY or YEARLY."),
            (
                "every monday",
                "`EVERY MONDAY` is no part of a rule: write NAME=VALUE, e.g. FREQ=WEEKLY;BYDAY=MO.",
            ),
            (
                "FREQ=DAILY;COUNT=",
                "`COUNT=` is no part of a rule: write NAME=VALUE, e.g. FREQ=WEEKLY;BYDAY=MO.",
            ),
            ("FREQ=DAILY;FREQ=DAILY", "FREQ is given twice: send it once."),
            ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0 is out of range: use 1 to 99."),
            ("FREQ=DAILY;INTERVAL=1.5", "INTERVAL=1.5 is out of range: use 1 to 99."),
            ("FREQ=DAILY;COUNT=501", "COUNT=501 is out of range: use 1 to 500."),
            ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "COUNT and UNTIL exclude each other: send one of them."),
            (
                "FREQ=DAILY;UNTIL=soon",
                "UNTIL=SOON is no time: write 20271231, 20271231T170000 or 20271231T170000Z.",
            ),
            (
                "FREQ=DAILY;UNTIL=20270229",
                "UNTIL=20270229 is no time: write 20271231, 20271231T170000 or 20271231T170000Z.",
            ),
            ("FREQ=WEEKLY;BYDAY=MONDAY", "BYDAY=AY is no weekday: use MO, TU, WE, TH, FR, SA or SU."),
            (
                "FREQ=WEEKLY;BYDAY=",
                "`BYDAY=` is no part of a rule: write NAME=VALUE, e.g. FREQ=WEEKLY;BYDAY=MO.",
            ),
            ("FREQ=WEEKLY;BYDAY=é", "BYDAY=é is no weekday: use MO, TU, WE, TH, FR, SA or SU."),
            (
                "FREQ=WEEKLY;BYDAY=1MO",
                "BYDAY=1MO counts days of a month or year: use it with FREQ=MONTHLY or YEARLY, or BYDAY=MO.",
            ),
            (
                "FREQ=MONTHLY;BYDAY=6MO",
                "BYDAY=6MO is out of range: count from 1 to 5 or from -4 to -1, e.g. 1MO or -1FR.",
            ),
            (
                "FREQ=MONTHLY;BYDAY=0MO",
                "BYDAY=0MO is out of range: count from 1 to 5 or from -4 to -1, e.g. 1MO or -1FR.",
            ),
            ("FREQ=WEEKLY;WKST=XX", "WKST=XX is no weekday: use MO, TU, WE, TH, FR, SA or SU."),
            (
                "FREQ=WEEKLY;BYMONTHDAY=1",
                "BYMONTHDAY does not go with FREQ=WEEKLY: use FREQ=MONTHLY or DAILY.",
            ),
            ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY=32 is out of range: use 1 to 31 or -31 to -1."),
            ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY=0 is out of range: use 1 to 31 or -31 to -1."),
            ("FREQ=YEARLY;BYMONTH=13", "BYMONTH=13 is out of range: use 1 to 12."),
            (
                "FREQ=MONTHLY;BYSETPOS=1",
                "BYSETPOS picks among other days: send BYDAY, BYMONTHDAY or BYMONTH too.",
            ),
            ("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=8", "BYSETPOS=8 is out of range: use 1 to 7 or -7 to -1."),
            (
                "FREQ=MONTHLY;BYDAY=MO,1TU",
                "BYDAY counts some of its days and not others: write e.g. 1MO,1TU or MO,TU.",
            ),
            (
                "FREQ=MONTHLY;BYDAY=1TU;BYMONTHDAY=3",
                "BYMONTHDAY does not go with counted days like 1MO: use one of them.",
            ),
            (
                "FREQ=DAILY;BYHOUR=9",
                "BYHOUR is not supported: use FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, WKST and COUNT or UNTIL.",
            ),
        ] {
            assert_eq!(Rule::parse(rule, UTC).unwrap_err(), complaint, "{rule}");
        }
    }

    #[test]
    fn spelling_is_free() {
        let plain = Rule::parse("FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20271231T170000", New_York).unwrap();
        for same in [
            "rrule:freq=weekly;byday=mo,th;until=20271231t170000",
            " RRULE:UNTIL=2027-12-31T17:00:00; BYDAY=MO, TH,MO;FREQ=WEEKLY; ",
            "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TH;UNTIL=20271231T220000Z;WKST=MO",
        ] {
            assert_eq!(Rule::parse(same, New_York).unwrap(), plain, "{same}");
        }
    }

    fn recurrence(rule: &str, start: &str) -> Result<Recurrence, String> {
        Recurrence::new(&Rule::parse(rule, UTC).unwrap(), start.parse().unwrap(), [], [])
    }

    fn first<const N: usize>(rule: &str, start: &str) -> [String; N] {
        let recurrence = recurrence(rule, start).unwrap();
        let mut dates = recurrence.since(NaiveDateTime::MIN);
        std::array::from_fn(|_| dates.next().unwrap().date().to_string())
    }

    #[test]
    fn a_week_s_positions_count_from_its_own_start() {
        // A Wednesday: the week's first day of the two was the Monday before.
        assert_eq!(
            first("FREQ=WEEKLY;BYDAY=MO,WE;BYSETPOS=1", "2026-11-25T09:00:00"),
            ["2026-11-30", "2026-12-07"]
        );
    }

    #[test]
    fn a_rule_that_never_happens_is_refused_at_once() {
        for rule in [
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
            "FREQ=WEEKLY;BYMONTH=2;BYDAY=MO;BYSETPOS=7",
            "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6",
            "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2",
            "FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO,TU,WE,TH,FR",
            "FREQ=DAILY;INTERVAL=14;BYDAY=MO",
            "FREQ=YEARLY;INTERVAL=80;BYDAY=53TH",
        ] {
            let message = recurrence(rule, "2027-01-01T09:00:00").unwrap_err();
            assert_eq!(message, "The rule never happens: no date matches all its parts.", "{rule}");
        }
        let message = recurrence("FREQ=DAILY;UNTIL=20251231", "2026-01-01T09:00:00").unwrap_err();
        assert_eq!(message, "The rule never happens: its UNTIL is before the start.");
    }

    #[test]
    fn months_that_are_too_short_are_warned_of() {
        let warning = |rule, start| recurrence(rule, start).unwrap().warning();
        let skipped = |day| Some(format!("Months without a day {day} are skipped."));
        assert_eq!(warning("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-01T09:00:00"), skipped(31));
        assert_eq!(warning("FREQ=MONTHLY", "2026-01-31T09:00:00"), skipped(31));
        assert_eq!(warning("FREQ=MONTHLY;BYMONTHDAY=15,29", "2026-01-01T09:00:00"), skipped(29));
        assert_eq!(warning("FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4,5", "2026-01-01T09:00:00"), skipped(31));
        assert_eq!(
            warning("FREQ=YEARLY", "2028-02-29T09:00:00").unwrap(),
            "Years without a February 29 are skipped."
        );
        for silent in [
            "FREQ=MONTHLY;BYMONTHDAY=-1",
            "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=1,3",
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
            "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=30",
            "FREQ=DAILY;BYMONTHDAY=31",
        ] {
            assert_eq!(warning(silent, "2026-01-01T09:00:00"), None, "{silent}");
        }
    }
}
