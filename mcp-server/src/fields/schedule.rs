//! Times of scheduled things: with an offset, or wall time in the place's zone.

use std::borrow::Cow;

use chrono::{
    DateTime, Datelike, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, SecondsFormat, TimeZone,
};
use chrono_tz::Tz;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error as _};
use shared::timestamp::Timestamp;

/// A point in time: RFC 3339 with an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

/// A time as it was sent: a point in time, or wall time that a zone must still place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// It had an offset.
    At(Timestamp),
    /// It had none.
    Wall(NaiveDateTime),
    /// A whole day.
    Day(NaiveDate),
}

impl When {
    /// Years 1 to 9999, in UTC too: what RFC 3339 can write and both databases keep.
    fn parse(text: &str) -> Option<Self> {
        Self::parse_any(text).filter(|when| match when {
            When::At(time) => writable(time.utc().year()),
            When::Wall(wall) => (2..9999).contains(&wall.year()),
            When::Day(day) => (2..9999).contains(&day.year()),
        })
    }

    fn parse_any(text: &str) -> Option<Self> {
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Some(When::At(time.to_utc().into()));
        }
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
            .map(When::Wall)
            .or_else(|| text.parse().ok().map(When::Day))
    }

    /// The last microsecond that this still names: the end of its day, else itself.
    pub fn end_in_zone(self, zone: Tz) -> Timestamp {
        match self {
            When::Day(day) => {
                When::Day(day + chrono::Days::new(1)).in_zone(zone) - chrono::Duration::microseconds(1)
            }
            other => other.in_zone(zone),
        }
    }

    /// The point in time in this zone. A wall time that a clock change skips moves forward by the gap; of two,
    /// the first counts.
    pub fn in_zone(self, zone: Tz) -> Timestamp {
        match self {
            When::At(time) => time,
            When::Day(day) => When::Wall(day.and_time(NaiveTime::MIN)).in_zone(zone),
            When::Wall(wall) => match zone.from_local_datetime(&wall) {
                LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => time.to_utc().into(),
                LocalResult::None => {
                    // Read by the offset that held before the gap, the wall time lands behind it, moved by its width.
                    let before = zone.offset_from_utc_datetime(&(wall - chrono::Duration::days(1))).fix();
                    Timestamp::from((wall - before).and_utc())
                }
            },
        }
    }
}

impl Moment {
    fn parse(text: &str) -> Option<Self> {
        let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
        writable(time.year()).then(|| Moment(time.into()))
    }
}

const NO_TIME: &str = "is no time; send one like `2026-11-24T09:00:00-06:00`.";
const NO_MOMENT: &str = "is no time with an offset; send one like `2026-11-24T15:00:00Z`.";

/// What is wrong with this text as this format; none if nothing is.
pub(super) fn complaint(format: &str, text: &str) -> Option<String> {
    let complaint = match format {
        "when" if When::parse(text.trim()).is_none() => NO_TIME,
        "moment" if Moment::parse(text.trim()).is_none() => NO_MOMENT,
        _ => return None,
    };
    Some(complaint.to_owned())
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Self::parse(text.trim()).ok_or_else(|| D::Error::custom(NO_TIME))
    }
}

fn writable(year: i32) -> bool {
    (1..=9999).contains(&year)
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Self::parse(text.trim()).ok_or_else(|| D::Error::custom(NO_MOMENT))
    }
}

impl JsonSchema for When {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "When".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "maxLength": 40, "format": "when"})
    }
}

impl JsonSchema for Moment {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "maxLength": 40, "format": "moment"})
    }
}

/// A zone of the IANA database.
pub fn zone_named(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// A scheduled time as it is answered: with the zone's own offset.
pub fn local(time: Timestamp, zone: Tz) -> String {
    time.utc().with_timezone(&zone).to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

/// A scheduled time as people read it: "Tue 2026-11-24 09:00 CST".
pub fn shown_local(time: Timestamp, zone: Tz) -> String {
    time.utc().with_timezone(&zone).format("%a %Y-%m-%d %H:%M %Z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_time_is_placed_by_the_zone_s_own_rules() {
        let in_zone = |text, zone: &str| {
            local(When::parse(text).unwrap().in_zone(zone.parse().unwrap()), zone.parse().unwrap())
        };
        assert_eq!(in_zone("2026-11-24T09:00", "America/Chicago"), "2026-11-24T09:00:00-06:00");
        // Forward on 2026-03-08 at 02:00: 02:30 does not exist and moves by the hour.
        assert_eq!(in_zone("2026-03-08T02:30:00", "America/New_York"), "2026-03-08T03:30:00-04:00");
        // Back on 2026-11-01 at 02:00: 01:30 comes twice, the first counts.
        assert_eq!(in_zone("2026-11-01T01:30:00", "America/New_York"), "2026-11-01T01:30:00-04:00");
        assert_eq!(in_zone("2026-11-24T09:00:00Z", "Asia/Tokyo"), "2026-11-24T18:00:00+09:00");
        for odd in [
            "+262142-12-31",
            "+12000-01-01T00:00",
            "-0005-01-01",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59-14:00",
        ] {
            assert_eq!(When::parse(odd), None, "{odd}");
        }
    }
}
