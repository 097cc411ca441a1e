//! A rule in plain English, for people who will not read `FREQ=MONTHLY;BYDAY=-1FR`.

use chrono::{Month, Weekday};
use rrule::{Frequency, NWeekday};

use super::Rule;

impl Rule {
    /// "Every 2 weeks on Monday and Thursday", "Monthly on the last Friday, until Dec 31, 2027", "Every year on March
    /// 1, 10 times".
    pub(super) fn text(&self) -> String {
        let days = if self.by_set_pos.is_empty() { self.days() } else { self.picked() };
        format!("{}{days}{}", self.pace(), self.end())
    }

    fn pace(&self) -> String {
        let period = match self.frequency {
            Frequency::Yearly => "year",
            Frequency::Monthly => "month",
            Frequency::Weekly => "week",
            _ => "day",
        };
        match (self.interval, self.frequency) {
            (1, Frequency::Monthly) => "Monthly".into(),
            (1, _) => format!("Every {period}"),
            (n, _) => format!("Every {n} {period}s"),
        }
    }

    /// All days that match.
    fn days(&self) -> String {
        // March 1 reads better than the 1st in March.
        if let ([month], [day], true) =
            (self.by_month.as_slice(), self.by_month_day.as_slice(), self.by_day.is_empty())
            && *day > 0
        {
            return format!("{}{} {day}", self.on(), month_named(*month));
        }
        let weekdays = (!self.by_day.is_empty()).then(|| self.weekdays());
        let month_days = (!self.by_month_day.is_empty()).then(|| self.month_days());
        let days = match (weekdays, month_days) {
            (Some(weekdays), Some(days)) => format!("{}{weekdays} if it is {days}", self.on()),
            (Some(days), None) | (None, Some(days)) => format!("{}{days}", self.on()),
            (None, None) => String::new(),
        };
        days + &self.months()
    }

    /// The first, the last … of the days that match.
    fn picked(&self) -> String {
        let positions = and(self.by_set_pos.iter().map(|&n| position(n)));
        let mut kinds = Vec::new();
        if !self.by_day.is_empty() {
            kinds.push(if self.on_workdays() { "weekday".into() } else { or(&self.by_day, weekday) });
        }
        if !self.by_month_day.is_empty() {
            kinds.push(or(&self.by_month_day, |&day| month_day(day)));
        }
        let of = match kinds.as_slice() {
            [] => " day".into(),
            [one] if one.starts_with("the ") => format!(" of {one}"),
            kinds => format!(" {}", kinds.join(" that is ")),
        };
        format!(" on the {positions}{of}{}", self.months())
    }

    fn on(&self) -> &'static str {
        match self.frequency {
            Frequency::Daily => " if it is ",
            _ => " on ",
        }
    }

    fn weekdays(&self) -> String {
        // A month has several Mondays, a week one.
        let each = matches!(self.frequency, Frequency::Monthly | Frequency::Yearly);
        match (self.on_workdays(), each, self.frequency) {
            (true, true, _) => "every weekday".into(),
            (true, _, Frequency::Daily) => "a weekday".into(),
            (true, _, _) => "weekdays".into(),
            (_, _, Frequency::Daily) => or(&self.by_day, weekday),
            _ => and(self.by_day.iter().map(|day| match day {
                NWeekday::Every(_) if each => format!("every {}", weekday(day)),
                _ => weekday(day),
            })),
        }
    }

    fn on_workdays(&self) -> bool {
        use Weekday::{Fri, Mon, Thu, Tue, Wed};
        self.by_day.len() == 5
            && [Mon, Tue, Wed, Thu, Fri].iter().all(|&day| self.by_day.contains(&NWeekday::Every(day)))
    }

    fn month_days(&self) -> String {
        match self.frequency {
            Frequency::Daily => or(&self.by_month_day, |&day| month_day(day)),
            _ if !self.by_day.is_empty() => or(&self.by_month_day, |&day| month_day(day)),
            _ => and(self.by_month_day.iter().map(|&day| month_day(day))),
        }
    }

    fn months(&self) -> String {
        match (self.by_month.is_empty(), self.frequency) {
            (false, _) => format!(" in {}", and(self.by_month.iter().map(|&month| month_named(month)))),
            // Without a month, a year's days of the month are those of each.
            (true, Frequency::Yearly) if !self.by_month_day.is_empty() => " of every month".into(),
            (true, Frequency::Yearly) if self.by_day.iter().any(|day| matches!(day, NWeekday::Nth(..))) => {
                " of the year".into()
            }
            _ => String::new(),
        }
    }

    fn end(&self) -> String {
        match (self.count, self.until) {
            (Some(1), _) => ", once".into(),
            (Some(count), _) => format!(", {count} times"),
            (_, Some(until)) => format!(", until {}", until.format("%b %-d, %Y")),
            _ => String::new(),
        }
    }
}

fn weekday(day: &NWeekday) -> String {
    match day {
        NWeekday::Every(day) => weekday_named(*day).into(),
        NWeekday::Nth(n, day) => format!("the {} {}", position(i32::from(*n)), weekday_named(*day)),
    }
}

fn month_day(day: i8) -> String {
    match day {
        1.. => format!("the {}", ordinal(i32::from(day))),
        _ => format!("the {} day", position(i32::from(day))),
    }
}

/// "first", "12th", "last", "2nd to last".
fn position(n: i32) -> String {
    const WORDS: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];
    let word = |n: i32| usize::try_from(n - 1).ok().and_then(|n| WORDS.get(n));
    match n {
        -1 => "last".into(),
        ..-1 => format!("{} to last", word(-n).map_or_else(|| ordinal(-n), |&word| word.into())),
        _ => word(n).map_or_else(|| ordinal(n), |&word| word.into()),
    }
}

/// "1st", "22nd", "13th".
fn ordinal(n: i32) -> String {
    let suffix = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{suffix}")
}

fn month_named(month: u8) -> String {
    Month::try_from(month).map(|month| month.name().to_owned()).unwrap_or_default()
}

fn weekday_named(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

fn and(words: impl IntoIterator<Item = String>) -> String {
    joined(words, "and")
}

fn or<T>(items: &[T], word: impl Fn(&T) -> String) -> String {
    joined(items.iter().map(word), "or")
}

/// "a", "a and b", "a, b and c".
fn joined(words: impl IntoIterator<Item = String>, with: &str) -> String {
    let mut words: Vec<String> = words.into_iter().collect();
    let last = words.pop().unwrap_or_default();
    if words.is_empty() { last } else { format!("{} {with} {last}", words.join(", ")) }
}

#[cfg(test)]
mod tests {
    use crate::recurrence::{Recurrence, Rule};

    fn text(rule: &str) -> String {
        let rule = Rule::parse(rule, chrono_tz::UTC).unwrap();
        // A Monday.
        Recurrence::new(&rule, "2026-03-02T09:00:00".parse().unwrap(), [], []).unwrap().text()
    }

    #[test]
    fn rules_read_as_english() {
        for (rule, words) in [
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "Every 2 weeks on Monday and Thursday"),
            ("FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20271231", "Monthly on the last Friday, until Dec 31, 2027"),
            ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1;COUNT=10", "Every year on March 1, 10 times"),
            ("FREQ=DAILY", "Every day"),
            ("FREQ=DAILY;INTERVAL=3;COUNT=1", "Every 3 days, once"),
            ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "Every day if it is a weekday"),
            ("FREQ=DAILY;BYMONTH=6,7", "Every day in June and July"),
            ("FREQ=DAILY;BYMONTHDAY=1,15", "Every day if it is the 1st or the 15th"),
            ("FREQ=WEEKLY", "Every week on Monday"),
            ("FREQ=WEEKLY;BYDAY=FR,TH,WE,TU,MO", "Every week on weekdays"),
            ("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYMONTH=5", "Every week on Monday, Wednesday and Friday in May"),
            ("FREQ=MONTHLY", "Monthly on the 2nd"),
            ("FREQ=MONTHLY;BYMONTHDAY=1,22,-1", "Monthly on the 1st, the 22nd and the last day"),
            ("FREQ=MONTHLY;BYMONTHDAY=-2", "Monthly on the second to last day"),
            (
                "FREQ=MONTHLY;INTERVAL=3;BYDAY=1MO,3MO",
                "Every 3 months on the first Monday and the third Monday",
            ),
            ("FREQ=MONTHLY;BYDAY=TU", "Monthly on every Tuesday"),
            ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "Monthly on every Friday if it is the 13th"),
            ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "Monthly on the last weekday"),
            ("FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1,-1", "Monthly on the first and last Saturday or Sunday"),
            (
                "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1",
                "Monthly on the last of the 28th, the 29th or the 30th",
            ),
            ("FREQ=YEARLY", "Every year on March 2"),
            ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "Every year on the fourth Thursday in November"),
            ("FREQ=YEARLY;BYMONTH=3,9;BYMONTHDAY=1", "Every year on the 1st in March and September"),
            ("FREQ=YEARLY;BYMONTHDAY=15", "Every year on the 15th of every month"),
            ("FREQ=YEARLY;BYDAY=20MO", "Every year on the 20th Monday of the year"),
        ] {
            assert_eq!(text(rule), words, "{rule}");
        }
    }
}
