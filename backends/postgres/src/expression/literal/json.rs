//! JSON, as PostgreSQL prints `jsonb`.

use super::decimal_digits;

/// How deep values may be in each other.
const MAX_DEPTH: usize = 64;

/// The value in the form of `jsonb`: a space behind each colon and comma, the
/// shorter keys of an object first, the last of equal keys alone.
pub(super) fn normal(text: &str) -> Option<String> {
    let mut reader = Reader { rest: text };
    let value = reader.value(0)?;
    reader.space();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn skip(&mut self, prefix: &str) -> Option<()> {
        self.space();
        self.rest = self.rest.strip_prefix(prefix)?;
        Some(())
    }

    fn value(&mut self, depth: usize) -> Option<String> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.space();
        match self.rest.chars().next()? {
            '{' => self.object(depth),
            '[' => self.array(depth),
            '"' => self.string(),
            _ => self.word(),
        }
    }

    fn object(&mut self, depth: usize) -> Option<String> {
        self.skip("{")?;
        let mut members: Vec<(String, String)> = Vec::new();
        if self.skip("}").is_none() {
            loop {
                self.space();
                let key = self.string()?;
                self.skip(":")?;
                let value = self.value(depth + 1)?;
                members.retain(|(other, _)| *other != key);
                members.push((key, value));
                if self.skip(",").is_none() {
                    break;
                }
            }
            self.skip("}")?;
        }
        members.sort_by(|(one, _), (other, _)| (one.len(), one).cmp(&(other.len(), other)));
        let members: Vec<String> =
            members.into_iter().map(|(key, value)| format!("{key}: {value}")).collect();
        Some(format!("{{{}}}", members.join(", ")))
    }

    fn array(&mut self, depth: usize) -> Option<String> {
        self.skip("[")?;
        let mut values = Vec::new();
        if self.skip("]").is_none() {
            loop {
                values.push(self.value(depth + 1)?);
                if self.skip(",").is_none() {
                    break;
                }
            }
            self.skip("]")?;
        }
        Some(format!("[{}]", values.join(", ")))
    }

    /// A string with its quotes. One with escapes, which may print in another
    /// way, is not known.
    fn string(&mut self) -> Option<String> {
        let inside = self.rest.strip_prefix('"')?;
        let (value, rest) = inside.split_once('"')?;
        if value.contains('\\') || value.contains(char::is_control) {
            return None;
        }
        self.rest = rest;
        Some(format!("\"{value}\""))
    }

    fn word(&mut self) -> Option<String> {
        let end = self
            .rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+')))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word {
            "true" | "false" | "null" => Some(word.to_owned()),
            _ => {
                let (sign, digits) = word.strip_prefix('-').map_or(("", word), |digits| ("-", digits));
                let is_number =
                    digits.starts_with(|c: char| c.is_ascii_digit()) && digits.parse::<f64>().is_ok();
                is_number.then(|| format!("{sign}{}", decimal_digits(&digits.to_ascii_lowercase())))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_one_form() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(normal(text).as_deref(), expected, "{text}");
        };
        check("{ }", Some("{}"));
        check("[1,2 , \"x\"]", Some("[1, 2, \"x\"]"));
        check(
            "{\"bb\":1,\"a\":[true,null],\"c\":{\"d\":-1.50e2},\"a\":2}",
            Some("{\"a\": 2, \"c\": {\"d\": -150}, \"bb\": 1}"),
        );
        check("\"a b\"", Some("\"a b\""));
        check("\"\\u00e9\"", None);
        check("{\"a\"}", None);
        check("[1", None);
        check("nope", None);
        check("1 2", None);
        check(&"[".repeat(10_000), None);
    }
}
