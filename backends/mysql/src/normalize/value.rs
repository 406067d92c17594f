//! The text of values in the shortest form that their type has.

/// A number with so many digits after the point at most, rounded half away
/// from zero, without zeros that say nothing.
pub(super) fn decimal(text: &str, scale: u32) -> Option<String> {
    let text = text.trim();
    let (negative, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut digits: Vec<u8> = Vec::new();
    for byte in whole.bytes().chain(fraction.bytes()) {
        digits.push(byte.is_ascii_digit().then(|| byte - b'0')?);
    }
    // The point is before this digit.
    let mut point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
    if !(-100..=100).contains(&point) {
        return None;
    }
    while point < 0 {
        digits.insert(0, 0);
        point += 1;
    }
    let point = usize::try_from(point).ok()?;
    while digits.len() < point {
        digits.push(0);
    }
    let kept = point + scale as usize;
    let mut carry = digits.get(kept).is_some_and(|digit| *digit >= 5);
    digits.truncate(kept);
    let mut point = point;
    for digit in digits.iter_mut().rev() {
        if !carry {
            break;
        }
        carry = *digit == 9;
        *digit = if carry { 0 } else { *digit + 1 };
    }
    if carry {
        digits.insert(0, 1);
        point += 1;
    }
    let text = |digits: &[u8]| digits.iter().map(|digit| char::from(b'0' + digit)).collect::<String>();
    let (whole, fraction) = digits.split_at(point);
    let (whole, fraction) = (text(whole), text(fraction));
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if negative && (whole != "0" || !fraction.is_empty()) { "-" } else { "" };
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

/// A floating-point number with so many significant digits.
pub(super) fn float(text: &str, digits: Option<usize>) -> Option<String> {
    let mut number: f64 = text.trim().parse().ok().filter(|number: &f64| number.is_finite())?;
    if let Some(digits) = digits {
        number = format!("{number:.*e}", digits.saturating_sub(1)).parse().ok()?;
    }
    let size = number.abs();
    let is_plain = number == 0.0 || (1e-5..1e15).contains(&size);
    Some(if is_plain { format!("{number}") } else { format!("{number:e}") })
}

/// `YYYY-MM-DD`
pub(super) fn date(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('-').collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => (*year, *month, *day),
        [digits] if digits.len() == 8 && digits.is_ascii() => (&digits[..4], &digits[4..6], &digits[6..]),
        _ => return None,
    };
    Some(format!("{:04}-{:02}-{:02}", part(year, 9999)?, part(month, 12)?, part(day, 31)?))
}

/// `hh:mm:ss`, and what there is of a second.
pub(super) fn time(text: &str, digits: u32) -> Option<String> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let parts: Vec<&str> = clock.split(':').collect();
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes] => (*hours, *minutes, "0"),
        [hours, minutes, seconds] => (*hours, *minutes, *seconds),
        _ => return None,
    };
    let (hours, minutes, seconds) = (part(hours, 838)?, part(minutes, 59)?, part(seconds, 59)?);
    let fraction = self::fraction(fraction, digits)?;
    Some(format!("{hours:02}:{minutes:02}:{seconds:02}{fraction}"))
}

/// `YYYY-MM-DD hh:mm:ss`, and what there is of a second.
pub(super) fn timestamp(text: &str, digits: u32) -> Option<String> {
    let (day, clock) = text.split_once([' ', 'T']).unwrap_or((text, "0:0"));
    Some(format!("{} {}", date(day)?, time(clock, digits)?))
}

/// The digits of a second with the point before them; none if rounding them
/// would change the second.
fn fraction(text: &str, digits: u32) -> Option<String> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let rounded = decimal(&format!("0.{text}0"), digits)?;
    match rounded.split_once('.') {
        Some((_, digits)) => Some(format!(".{digits}")),
        None => (rounded == "0").then(String::new),
    }
}

fn part(text: &str, most: u32) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_number && *number <= most)
}
