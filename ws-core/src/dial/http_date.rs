//! Dates as HTTP writes them (RFC 9110 5.6.7).

use std::time::{Duration, SystemTime};

/// Reads a date in any of the three forms. What is before 1970 counts as the beginning of that year.
///
/// "Recipients of a timestamp value in rfc850-date format, which uses a two-digit year, MUST interpret a
/// timestamp that appears to be more than 50 years in the future as representing the most recent year in
/// the past that had the same last two digits." For that, it takes `now`.
pub(super) fn parse(text: &str, now: SystemTime) -> Option<SystemTime> {
    let date = imf_fixdate(text).or_else(|| rfc850(text, now)).or_else(|| asctime(text))?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(date.seconds()?))
}

/// A date and a time of day, in UTC.
#[derive(Clone, Copy, Debug)]
struct Date {
    year: u16,
    /// From 1 to 12.
    month: u16,
    day: u16,
    /// Since midnight.
    second: u32,
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
fn imf_fixdate(text: &str) -> Option<Date> {
    let (weekday, rest) = text.split_once(", ")?;
    WEEKDAYS.iter().find(|name| name.get(..3) == Some(weekday))?;
    let [day, month, year, time, "GMT"] = parts(rest, ' ')? else { return None };
    Some(Date {
        year: number(year, 4)?,
        month: month_number(month)?,
        day: number(day, 2)?,
        second: time_of_day(time)?,
    })
}

/// `Sunday, 06-Nov-94 08:49:37 GMT`
fn rfc850(text: &str, now: SystemTime) -> Option<Date> {
    let (weekday, rest) = text.split_once(", ")?;
    WEEKDAYS.iter().find(|name| **name == weekday)?;
    let [date, time, "GMT"] = parts(rest, ' ')? else { return None };
    let [day, month, year] = parts(date, '-')?;
    let date = Date {
        year: number(year, 2)?,
        month: month_number(month)?,
        day: number(day, 2)?,
        second: time_of_day(time)?,
    };
    let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    // The last of these centuries that is not too far away. One has a 29th of February, another has not.
    let centuries = (19..=99).map(|century| Date { year: century * 100 + date.year, ..date });
    let dates = centuries.filter_map(|date| Some((date, date.seconds()?)));
    dates.take_while(|(_, at)| *at <= now.saturating_add(FIFTY_YEARS)).last().map(|(date, _)| date)
}

/// `Sun Nov  6 08:49:37 1994`
fn asctime(text: &str) -> Option<Date> {
    let (weekday, rest) = text.split_once(' ')?;
    WEEKDAYS.iter().find(|name| name.get(..3) == Some(weekday))?;
    let (month, rest) = rest.split_once(' ')?;
    // "date3 = month SP ( 2DIGIT / ( SP 1DIGIT ))"
    let (rest, day_len) = rest.strip_prefix(' ').map_or((rest, 2), |rest| (rest, 1));
    let [day, time, year] = parts(rest, ' ')?;
    Some(Date {
        year: number(year, 4)?,
        month: month_number(month)?,
        day: number(day, day_len)?,
        second: time_of_day(time)?,
    })
}

impl Date {
    /// Since the beginning of 1970, and zero before that; `None` when there is no such day.
    fn seconds(self) -> Option<u64> {
        if !(1..=days_in(self.month, self.year)).contains(&self.day) {
            return None;
        }
        let Some(years) = self.year.checked_sub(1970) else { return Some(0) };
        let leap_days = leap_years_before(self.year) - leap_years_before(1970);
        let of_months: u16 = (1..self.month).map(|month| days_in(month, self.year)).sum();
        let days = u64::from(years) * 365 + leap_days + u64::from(of_months + self.day - 1);
        Some(days * 86_400 + u64::from(self.second))
    }
}

fn days_in(month: u16, year: u16) -> u16 {
    match month {
        2 if leap_years_before(year + 1) > leap_years_before(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Since the year 1, which is not there otherwise. `year` is at most 10,000.
fn leap_years_before(year: u16) -> u64 {
    let last = u64::from(year.saturating_sub(1));
    last / 4 - last / 100 + last / 400
}

/// From 1 to 12.
fn month_number(name: &str) -> Option<u16> {
    (1..).zip(MONTHS).find(|(_, month)| *month == name).map(|(number, _)| number)
}

/// `08:49:37`, in seconds. "second = 2DIGIT", and 60 is that of a leap second.
fn time_of_day(text: &str) -> Option<u32> {
    let [hour, minute, second] = parts(text, ':')?;
    let (hour, minute, second) = (number(hour, 2)?, number(minute, 2)?, number(second, 2)?);
    let is_time = hour < 24 && minute < 60 && second <= 60;
    is_time.then(|| u32::from(hour) * 3_600 + u32::from(minute) * 60 + u32::from(second))
}

/// A number of exactly so many digits.
fn number(text: &str, len: usize) -> Option<u16> {
    let is_number = text.len() == len && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// The parts that `text` consists of, if it is so many.
fn parts<const N: usize>(text: &str, separator: char) -> Option<[&str; N]> {
    let parts: Vec<_> = text.split(separator).collect();
    parts.try_into().ok()
}

/// "day-name-l"; the first three letters of each are its "day-name". Which one it is follows from the
/// date, and is not looked at.
const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// With 13 leap days, the most that there can be.
const FIFTY_YEARS: u64 = (50 * 365 + 13) * 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    /// In the middle of 2026.
    const NOW: u64 = 1_782_864_000;

    fn seconds_at(text: &str, now: u64) -> Option<u64> {
        let date = parse(text, SystemTime::UNIX_EPOCH + Duration::from_secs(now))?;
        Some(date.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
    }

    fn seconds(text: &str) -> Option<u64> {
        seconds_at(text, NOW)
    }

    #[test]
    fn three_forms_of_one_date() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(seconds(text), Some(784_111_777), "{text}");
        }
        assert_eq!(seconds("Wed Nov 16 08:49:37 1994"), Some(784_111_777 + 864_000));
    }

    #[test]
    fn dates_that_are_at_an_edge() {
        for (text, expected) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Thu, 01 Jan 1970 00:00:01 GMT", 1),
            ("Wed, 31 Dec 1969 23:59:59 GMT", 0),
            ("Sat, 01 Jan 0000 00:00:00 GMT", 0),
            ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
            ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
            ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),
            ("Tue, 19 Jan 2038 03:14:08 GMT", 1 << 31),
            ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut expected = 0;
        for year in 1970..=2400 {
            for (month, name) in (1..).zip(MONTHS) {
                for day in 1..=days_in(month, year) {
                    let text = format!("Mon, {day:02} {name} {year} 00:00:00 GMT");
                    assert_eq!(seconds(&text), Some(expected), "{text}");
                    expected += 86_400;
                }
                let text =
                    format!("Mon, {:02} {name} {year} 00:00:00 GMT", days_in(month, year) + 1);
                assert_eq!(seconds(&text), None, "{text}");
            }
        }
        // 400 years are 146,097 days.
        assert_eq!(expected / 86_400, 146_097 + 31 * 365 + 8);
    }

    #[test]
    fn two_digits_are_of_the_century_that_is_near() {
        let year = |yy: u32, now: u64| {
            let seconds = seconds_at(&format!("Sunday, 01-Jul-{yy:02} 00:00:00 GMT"), now)?;
            Some((seconds + 86_400 * 200) / 31_556_952 + 1969)
        };
        // In 2026, 2076 is 50 years away, and 2077 is 51.
        for (yy, expected) in
            [(26, 2026), (0, 2000), (76, 2076), (77, 1977), (94, 1994), (99, 1999)]
        {
            assert_eq!(year(yy, NOW), Some(expected), "{yy}");
        }
        // In 2099, 05 is not long ago but soon.
        assert_eq!(year(5, NOW + 73 * 31_556_952), Some(2105));
        assert_eq!(year(70, 0), Some(1970));
        // The 29th of February is one of 2000, but not of 2100.
        let leap = "Tuesday, 29-Feb-00 00:00:00 GMT";
        assert_eq!(seconds_at(leap, NOW + 73 * 31_556_952), Some(951_782_400));
        assert_eq!(seconds("Tuesday, 29-Feb-01 00:00:00 GMT"), None);
    }

    #[test]
    fn nothing_else_is_a_date() {
        for text in [
            "",
            " ",
            "GMT",
            "0",
            "Sun",
            "Sun,",
            "Sun, ",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 gmt",
            "Sun, 06 Nov 1994 08:49:37 GMT ",
            " Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994  08:49:37 GMT",
            "Sun,06 Nov 1994 08:49:37 GMT",
            "sun, 06 Nov 1994 08:49:37 GMT",
            "Son, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06 Nov 1994 08:49:37 GMT",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 006 Nov 1994 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 31 Nov 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Now 1994 08:49:37 GMT",
            "Sun, 06 11 1994 08:49:37 GMT",
            "Sun, 06 Nov 94 08:49:37 GMT",
            "Sun, 06 Nov 19940 08:49:37 GMT",
            "Sun, 06 Nov +994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994 08:49:37:00 GMT",
            "Sun, 06 Nov 1994 -8:49:37 GMT",
            "Sunday, 06-Nov-1994 08:49:37 GMT",
            "Sun, 06-Nov-94 08:49:37 GMT",
            "Sunday, 06-Nov-94-1 08:49:37 GMT",
            "Sunday, 06-Nov 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37",
            "Sun Nov 6 08:49:37 1994",
            "Sun Nov 06 08:49:37 94",
            "Sun Nov  16 08:49:37 1994",
            "Sun Nov   6 08:49:37 1994",
            "Sunday Nov  6 08:49:37 1994",
            "Sun Nov  6 08:49:37 1994 GMT",
            "Sun, 06 Nov 199\u{664} 08:49:37 GMT",
            "Su\u{e9}, 06 Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(seconds(text), None, "{text:?}");
        }
    }

    /// Cut anywhere, with any octet of it changed: a date or none, and never a panic.
    #[test]
    fn nothing_panics() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            for at in 0..text.len() {
                assert_eq!(seconds(&text[..at]), None);
                for replaced in [" ", ",", ":", "-", "0", "9", "A", "\u{e9}", ""] {
                    let changed = format!("{}{replaced}{}", &text[..at], &text[at + 1..]);
                    let _ = seconds_at(&changed, 0);
                    let _ = seconds_at(&changed, u64::MAX >> 1);
                }
            }
        }
    }
}
