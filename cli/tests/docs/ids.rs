//! Revisions have random ids: those of a run stand for those in a document.

/// The ids of a document, each with the one of the run.
#[derive(Debug, Default)]
pub(crate) struct Ids(Vec<(String, String)>);

impl Ids {
    /// Takes the ids of lines that are the same but for them as each other's,
    /// unless one of them has another already.
    pub(crate) fn learn(&mut self, shown: &[String], actual: &[String]) {
        let mut rest = actual;
        for line in shown.iter().filter(|line| words(line).any(is_id)) {
            let Some(at) = rest.iter().position(|other| skeleton(other) == skeleton(line)) else { continue };
            let of_run = words(&rest[at]).filter(|word| is_id(word));
            for (shown, actual) in words(line).filter(|word| is_id(word)).zip(of_run) {
                if !self.0.iter().any(|(a, b)| a == shown || b == actual) {
                    self.0.push((shown.to_owned(), actual.to_owned()));
                }
            }
            rest = &rest[at + 1..];
        }
    }

    /// A text of the document, as the run needs it. Beginnings of ids count.
    pub(crate) fn actual(&self, text: &str) -> String {
        self.replace(text, |(shown, actual)| (shown, actual))
    }

    /// A text of the run, as the document has it.
    pub(crate) fn shown(&self, text: &str) -> String {
        self.replace(text, |(shown, actual)| (actual, shown))
    }

    fn replace(&self, text: &str, direction: fn(&(String, String)) -> (&String, &String)) -> String {
        let mut replaced = String::new();
        for part in parts(text) {
            let mut found = self.0.iter().map(direction).filter(|(from, _)| from.starts_with(part));
            match (found.next(), found.next()) {
                (Some((_, to)), None) if part.len() >= 4 => replaced.push_str(&to[..part.len()]),
                _ => replaced.push_str(part),
            }
        }
        replaced
    }
}

/// A line without its ids.
fn skeleton(line: &str) -> String {
    super::compare::mask(&parts(line).map(|part| if is_id(part) { "#" } else { part }).collect::<String>())
}

fn is_id(word: &str) -> bool {
    word.len() == 12 && word.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    parts(line).filter(|part| part.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

/// Words of letters and digits, and what is between them.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let kind = first.is_ascii_alphanumeric();
        let end = rest.find(|c: char| c.is_ascii_alphanumeric() != kind).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        rest = after;
        Some(part)
    })
}
