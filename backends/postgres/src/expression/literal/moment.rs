//! Dates and times, as PostgreSQL prints them in the ISO style.

/// `2024-02-29`
pub(super) fn date(text: &str) -> Option<String> {
    Some(Date::read(text.trim())?.to_string())
}

/// `12:30:00`
pub(super) fn time(text: &str) -> Option<String> {
    Some(Clock::read(text.trim())?.to_string())
}

/// `2024-02-29 12:30:00`
pub(super) fn timestamp(text: &str) -> Option<String> {
    let (date, clock, zone) = parts(text.trim())?;
    // The zone of a time without one is ignored, with whatever is in it.
    zone.is_none().then(|| format!("{date} {clock}"))
}

/// `2024-02-29 12:30:00+00`; a text without a zone is taken as in UTC.
pub(super) fn timestamp_in_utc(text: &str) -> Option<String> {
    let (date, clock, zone) = parts(text.trim())?;
    let minutes = i64::from(clock.hour) * 60 + i64::from(clock.minute) - zone.unwrap_or(0);
    let date = date.plus_days(minutes.div_euclid(24 * 60))?;
    let minutes = u32::try_from(minutes.rem_euclid(24 * 60)).ok()?;
    let clock = Clock { hour: minutes / 60, minute: minutes % 60, ..clock };
    Some(format!("{date} {clock}+00"))
}

/// A date, the time of day, and how many minutes the zone is ahead of UTC.
fn parts(text: &str) -> Option<(Date, Clock, Option<i64>)> {
    let (day, rest) = match text.find([' ', 'T', 't']) {
        Some(at) => (&text[..at], text[at + 1..].trim_start()),
        None => (text, "00:00:00"),
    };
    let (clock, zone) = match rest.find(['+', '-', 'Z', 'z', ' ']) {
        Some(at) => (&rest[..at], Some(offset(rest[at..].trim())?)),
        None => (rest, None),
    };
    Some((Date::read(day)?, Clock::read(clock)?, zone))
}

/// How many minutes a zone is ahead of UTC: `+05:30`, `-08`, `Z`.
fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") || text.eq_ignore_ascii_case("utc") {
        return Some(0);
    }
    let (sign, digits) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(digits), _) => (1, digits),
        (_, Some(digits)) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at(2),
        None => (digits, "00"),
    };
    Some(sign * (i64::from(field(hours, 2, 15)?) * 60 + i64::from(field(minutes, 2, 59)?)))
}

struct Date {
    year: i64,
    month: u32,
    day: u32,
}

impl Date {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let year = parts.next().filter(|year| year.len() == 4)?;
        let (month, day) = (parts.next()?, parts.next()?);
        let date = Self {
            year: i64::from(field(year, 4, 9999)?),
            month: field(month, 2, 12)?,
            day: field(day, 2, 31)?,
        };
        // What is no day of the calendar comes back as another.
        let is_day = parts.next().is_none() && date.year > 0;
        is_day.then(|| date.plus_days(0)).flatten().filter(|other| other.day == date.day)
    }

    /// The date so many days later.
    fn plus_days(&self, days: i64) -> Option<Self> {
        // Counts from the first of March, so that a leap day is the last day
        // of a year.
        let shifted = i64::from(self.month) + 9;
        let (year, month) = (self.year + shifted / 12 - 1, shifted % 12);
        let number = 365 * year + year.div_euclid(4) - year.div_euclid(100)
            + year.div_euclid(400)
            + (month * 306 + 5) / 10
            + i64::from(self.day)
            - 1
            + days;
        let mut year = (10_000 * number + 14_780).div_euclid(3_652_425);
        let start = |year: i64| 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        if number < start(year) {
            year -= 1;
        }
        let in_year = number - start(year);
        let month = (100 * in_year + 52) / 3060;
        let day = in_year - (month * 306 + 5) / 10 + 1;
        Some(Self {
            year: year + (month + 2) / 12,
            month: u32::try_from((month + 2) % 12 + 1).ok()?,
            day: u32::try_from(day).ok()?,
        })
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

pub(super) struct Clock {
    pub(super) hour: u32,
    pub(super) minute: u32,
    /// Seconds and their fraction, as printed.
    second: String,
}

impl Clock {
    /// Reads `12:30`, `12:30:00.5`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (hour, minute) = (field(parts.next()?, 2, 23)?, field(parts.next()?, 2, 59)?);
        let second = match parts.next() {
            Some(text) => seconds(text)?,
            None => "00".to_owned(),
        };
        parts.next().is_none().then_some(Self { hour, minute, second })
    }
}

impl std::fmt::Display for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}:{}", self.hour, self.minute, self.second)
    }
}

/// Seconds with at most six digits behind the point, without zeros at the end.
pub(super) fn seconds(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = field(whole, 2, 59)?;
    if fraction.len() > 6 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    Some(if fraction.is_empty() { format!("{whole:02}") } else { format!("{whole:02}.{fraction}") })
}

/// A number of at most so many digits.
fn field(text: &str, digits: usize, most: u32) -> Option<u32> {
    let is_field = (1..=digits).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|value| is_field && *value <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_have_one_form() {
        assert_eq!(date("2024-2-29").as_deref(), Some("2024-02-29"));
        assert_eq!(date("2023-02-29"), None);
        assert_eq!(date("today"), None);
        assert_eq!(date("2024-02-29 10:00"), None);
        assert_eq!(time("7:05").as_deref(), Some("07:05:00"));
        assert_eq!(time("07:05:06.120").as_deref(), Some("07:05:06.12"));
        assert_eq!(time("25:00"), None);
        assert_eq!(timestamp("2024-02-29").as_deref(), Some("2024-02-29 00:00:00"));
        assert_eq!(timestamp("2024-02-29T12:30").as_deref(), Some("2024-02-29 12:30:00"));
        assert_eq!(timestamp("2024-02-29 12:30+02"), None);
        let utc = |text: &str| timestamp_in_utc(text);
        assert_eq!(utc("2024-02-29").as_deref(), Some("2024-02-29 00:00:00+00"));
        assert_eq!(utc("2024-03-01 01:30:15.5+05:30").as_deref(), Some("2024-02-29 20:00:15.5+00"));
        assert_eq!(utc("2023-12-31 23:00:00 -0130").as_deref(), Some("2024-01-01 00:30:00+00"));
        assert_eq!(utc("2024-02-29T12:30Z").as_deref(), Some("2024-02-29 12:30:00+00"));
        assert_eq!(utc("2024-02-29 12:30 Europe/Berlin"), None);
    }

    #[test]
    fn every_day_follows_another() {
        let mut day = Date { year: 1896, month: 1, day: 1 };
        let mut seen = vec![day.to_string()];
        for _ in 0..366 * 220 {
            day = day.plus_days(1).expect("is a day");
            assert!(Date::read(&day.to_string()).is_some(), "{day}");
            seen.push(day.to_string());
        }
        assert!(seen.is_sorted() && seen.contains(&"2000-02-29".to_owned()));
        assert!(!seen.contains(&"1900-02-29".to_owned()) && !seen.contains(&"2100-02-29".to_owned()));
        seen.dedup();
        assert_eq!(seen.len(), 366 * 220 + 1);
    }
}
