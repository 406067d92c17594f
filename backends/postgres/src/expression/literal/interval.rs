//! Lengths of time, as PostgreSQL prints them in its own style.

use std::fmt::Write as _;

use super::moment;

const SECOND: i64 = 1_000_000;

/// `1 year 2 mons 3 days 04:05:06`
pub(super) fn normal(text: &str) -> Option<String> {
    Some(Length::read(text)?.to_string())
}

/// A length of time, in the three units that do not convert into another.
#[derive(Default)]
struct Length {
    months: i64,
    days: i64,
    microseconds: i64,
}

impl Length {
    fn read(text: &str) -> Option<Self> {
        let mut length = Self::default();
        let spaced = spaced(text);
        let mut words = spaced.split_whitespace().peekable();
        let mut is_empty = true;
        while let Some(word) = words.next() {
            if word == "ago" && words.peek().is_none() && !is_empty {
                return Some(Self {
                    months: -length.months,
                    days: -length.days,
                    microseconds: -length.microseconds,
                });
            }
            if word.contains(':') {
                length.microseconds += clock(word)?;
            } else {
                length.add(word, words.next()?)?;
            }
            is_empty = false;
        }
        (!is_empty).then_some(length)
    }

    fn add(&mut self, amount: &str, unit: &str) -> Option<()> {
        if matches!(unit, "s" | "sec" | "secs" | "second" | "seconds") {
            self.microseconds += microseconds(amount)?;
            return Some(());
        }
        let amount: i64 = amount.parse().ok()?;
        let times = |count: i64| amount.checked_mul(count);
        match unit {
            "y" | "yr" | "yrs" | "year" | "years" => self.months += times(12)?,
            "mon" | "mons" | "month" | "months" => self.months += amount,
            "w" | "week" | "weeks" => self.days += times(7)?,
            "d" | "day" | "days" => self.days += amount,
            "h" | "hr" | "hrs" | "hour" | "hours" => self.microseconds += times(3600 * SECOND)?,
            "m" | "min" | "mins" | "minute" | "minutes" => self.microseconds += times(60 * SECOND)?,
            "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" => self.microseconds += times(1000)?,
            _ => return None,
        }
        Some(())
    }
}

/// The text in lower case, with spaces between numbers and units: `1h30m`.
fn spaced(text: &str) -> String {
    let mut spaced = String::new();
    for c in text.to_ascii_lowercase().chars() {
        let after_digit = spaced.ends_with(|c: char| c.is_ascii_digit());
        let after_letter = spaced.ends_with(|c: char| c.is_ascii_alphabetic());
        let begins = (after_digit && c.is_ascii_alphabetic())
            || (after_letter && (c.is_ascii_digit() || matches!(c, '-' | '+')));
        if begins {
            spaced.push(' ');
        }
        spaced.push(c);
    }
    spaced
}

/// `-04:05:06.5`
fn clock(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut parts = digits.split(':');
    let hours: i64 = parts.next().filter(|hours| hours.len() <= 6)?.parse().ok()?;
    let minutes: i64 = parts.next()?.parse().ok().filter(|minutes| (0..60).contains(minutes))?;
    let seconds = match parts.next() {
        Some(text) => microseconds(&moment::seconds(text)?)?,
        None => 0,
    };
    let is_whole = parts.next().is_none() && hours >= 0;
    is_whole.then(|| sign * ((hours * 3600 + minutes * 60) * SECOND + seconds))
}

/// The microseconds in a number of seconds, exactly.
fn microseconds(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() > 9 || fraction.len() > 6 {
        return None;
    }
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) || digits.is_empty() {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let fraction: i64 = format!("{fraction:0<6}").parse().ok()?;
    Some(sign * (whole * SECOND + fraction))
}

impl std::fmt::Display for Length {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = String::new();
        let mut after_negative = false;
        for (amount, unit) in [(self.months / 12, "year"), (self.months % 12, "mon"), (self.days, "day")] {
            if amount != 0 {
                let space = if out.is_empty() { "" } else { " " };
                let sign = if after_negative && amount > 0 { "+" } else { "" };
                let plural = if amount == 1 { "" } else { "s" };
                write!(out, "{space}{sign}{amount} {unit}{plural}")?;
                after_negative = amount < 0;
            }
        }
        if out.is_empty() || self.microseconds != 0 {
            let space = if out.is_empty() { "" } else { " " };
            let sign = match (self.microseconds < 0, after_negative) {
                (true, _) => "-",
                (false, true) => "+",
                (false, false) => "",
            };
            let all = self.microseconds.unsigned_abs();
            let second = SECOND.unsigned_abs();
            let (seconds, fraction) = (all / second, all % second);
            let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            write!(out, "{space}{sign}{hours:02}:{minutes:02}:{seconds:02}")?;
            if fraction != 0 {
                out.push_str(format!(".{fraction:06}").trim_end_matches('0'));
            }
        }
        f.write_str(&out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_one_form() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(normal(text).as_deref(), expected, "{text}");
        };
        check("1 day", Some("1 day"));
        check("24 hours", Some("24:00:00"));
        check("90 Minutes", Some("01:30:00"));
        check("1h30m", Some("01:30:00"));
        check("14 months 2 weeks 1.5 seconds", Some("1 year 2 mons 14 days 00:00:01.5"));
        check("3 days 04:05:06.700", Some("3 days 04:05:06.7"));
        check("-1 day +2 hours", Some("-1 days +02:00:00"));
        check("1 day ago", Some("-1 days"));
        check("-00:30", Some("-00:30:00"));
        check("0 days", Some("00:00:00"));
        check("1 year -1 month", Some("11 mons"));
        check("P1D", None);
        check("1.5 days", None);
        check("ago", None);
        check("", None);
        check("1 fortnight", None);
    }
}
