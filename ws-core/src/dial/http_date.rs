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

/// Of 365.25 days.
const FIFTY_YEARS: u64 = 50 * 31_557_600;
