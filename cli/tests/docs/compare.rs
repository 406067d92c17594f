//! Outputs: what is shown in a document, and what a run wrote.

/// A line that stands for any number of lines.
fn is_gap(line: &str) -> bool {
    matches!(line.trim(), "…" | "...")
}

/// Takes what differs between runs and engines out of a line: times, how long
/// something took, and how a namespace is written.
pub(crate) fn mask(line: &str) -> String {
    let mut masked = String::new();
    for word in line.trim_end().split_inclusive(|c: char| c.is_whitespace() || "()'\",".contains(c)) {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let digits = bare.bytes().filter(u8::is_ascii_digit).count();
        let is_date = digits >= 8 && bare.bytes().filter(|c| *c == b'-').count() >= 2;
        let is_time = digits >= 6 && bare.bytes().filter(|c| *c == b':').count() >= 2;
        let number = bare.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let is_duration = matches!(&bare[number.len()..], "s" | "ms" | "µs" | "m")
            && !number.is_empty()
            && number.bytes().all(|c| c.is_ascii_digit() || c == b'.');
        match (is_date || is_time, is_duration) {
            (true, _) => masked.push_str("TIME"),
            (_, true) => masked.push_str("DURATION"),
            _ => {
                masked.push_str(word);
                continue;
            }
        }
        masked.push_str(&word[bare.len()..]);
    }
    masked.replace("finance_", "finance.")
}

/// The lines of an output without those that only slow machines write.
pub(crate) fn lines_of(output: &str) -> Vec<String> {
    let told = output.lines().filter(|line| !line.starts_with("  done in "));
    told.map(|line| line.trim_end().to_owned()).collect()
}

/// Whether an output is what is shown.
pub(crate) fn same(shown: &[String], actual: &[String]) -> bool {
    let Some(first) = shown.first() else { return actual.is_empty() };
    if is_gap(first) {
        return (0..=actual.len()).any(|skipped| same(&shown[1..], &actual[skipped..]));
    }
    actual.first().is_some_and(|line| mask(line) == mask(first)) && same(&shown[1..], &actual[1..])
}

/// What differs, for people.
pub(crate) fn difference(shown: &[String], actual: &[String]) -> String {
    let alike = |(a, b): &(&String, &String)| mask(a) == mask(b);
    let before = shown.iter().zip(actual).take_while(alike).count();
    let longest = shown.len().min(actual.len()) - before;
    let after = shown.iter().rev().zip(actual.iter().rev()).take(longest).take_while(alike).count();
    let with = |sign: &'static str, lines: &[String]| {
        lines.iter().map(|line| format!("{sign}{line}\n")).collect::<String>()
    };
    let rest = shown.len() - after;
    let (removed, added) = (&shown[before..rest], &actual[before..actual.len() - after]);
    with("  ", &shown[..before]) + &with("- ", removed) + &with("+ ", added) + &with("  ", &shown[rest..])
}

mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, masked: &str) {
        assert_eq!(mask(line), masked);
    }

    #[test]
    fn what_differs_between_runs_is_masked() {
        check("-- @created 2026-11-23T07:00:20Z", "-- @created TIME");
        check("Create Date: 2026-11-23 07:00:20+00:00", "Create Date: TIME TIME");
        check("  done in 1.25s", "  done in DURATION");
        check("Running upgrade a -> b (12ms), text", "Running upgrade a -> b (DURATION), text");
        check("ix ON finance_us_stock (day)   ", "ix ON finance.us_stock (day)");
    }

    #[test]
    fn what_says_something_is_not() {
        for line in
            ["revision 12 of 34", "2s@head", "VARCHAR(320)", "10 | ALTER TABLE a;", "at 4c6c78c2b494", "1-2"]
        {
            check(line, line);
        }
    }
}
