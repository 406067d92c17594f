//! Placeholders for values that are given to a run: `:key`, `:'key'`, `:"key"`.
//!
//! One is found only where it cannot be anything else: not within a string, a
//! comment or a quoted name, and where an operand may stand. So `a::text`,
//! `x[1:n]`, `@x := 1` and labels stay as they are.

use std::{collections::BTreeMap, ops::Range};

use crate::sql::{Syntax, TokenKind, lex};

/// A place in a text that a value is put into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placeholder {
    /// Where it is: bytes of the text.
    pub(crate) span: Range<usize>,
    /// The key of the value.
    pub(crate) key: String,
    /// What the value becomes.
    pub(crate) form: Form,
    /// The first word of its statement, in upper case.
    pub(crate) statement: String,
}

/// What a value becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A string: `:key` and `:'key'`.
    Literal,
    /// A name: `:"key"`.
    Identifier,
}

/// Values by their keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters(BTreeMap<String, String>);

/// Whether a text can be the key of a value: a word of letters, digits and
/// underscores.
pub fn is_key(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl Parameters {
    /// Adds a value. Returns the one that the key had.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<String>) -> Option<String> {
        self.0.insert(key.into(), value.into())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys, sorted.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// A number that tells other values of these keys from these, for the
    /// journal. It is so short that many values have the same one: a value
    /// cannot be found out by it.
    pub fn fingerprint<'k>(&self, salt: &str, keys: impl IntoIterator<Item = &'k str>) -> String {
        // FNV-1a, which is the same on every platform and in every version.
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        let mut add = |text: &str| {
            for byte in text.bytes().chain([0]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
            }
        };
        add(salt);
        for key in keys {
            add(key);
            add(self.get(key).unwrap_or_default());
        }
        let folded = hash ^ (hash >> 32);
        format!("{:04x}", (folded ^ (folded >> 16)) & 0xffff)
    }

    /// A text with the values taken out again, as far as they are long enough to
    /// be told from other words.
    pub fn redact(&self, text: &str) -> String {
        const SHORT: usize = 4;
        let mut redacted = text.to_owned();
        for (key, value) in &self.0 {
            if value.len() >= SHORT {
                redacted = redacted.replace(value.as_str(), &format!(":{key}"));
            }
        }
        redacted
    }
}

impl Form {
    /// Writes a value so that a database with this syntax reads it back
    /// unchanged.
    pub(crate) fn quote(self, value: &str, syntax: &Syntax) -> String {
        match self {
            Self::Identifier => syntax.quote_identifier(value),
            Self::Literal => syntax.quote_literal(value),
        }
    }

    /// The same for a statement that is sent as it is, to a session which may
    /// have been told what a backslash means in a plain string.
    pub(crate) fn quote_native(self, value: &str, syntax: &Syntax) -> String {
        match self {
            Self::Literal if value.contains('\\') && syntax.escape_strings && !syntax.backslash_escapes => {
                format!("E'{}'", value.replace('\\', "\\\\").replace('\'', "''"))
            }
            Self::Literal | Self::Identifier => self.quote(value, syntax),
        }
    }
}

/// Finds the placeholders of a text, in order.
pub(crate) fn placeholders(text: &str, syntax: &Syntax) -> Vec<Placeholder> {
    if may_have(text.as_bytes()) { scan(text, syntax) } else { Vec::new() }
}

fn scan(text: &str, syntax: &Syntax) -> Vec<Placeholder> {
    let mut found: Vec<Placeholder> = Vec::new();
    let mut brackets = 0_usize;
    let mut statement = "";
    // The token before, and the last one that is not white space.
    let (mut glued, mut before) = (None, None);
    let mut tokens = lex(text, syntax).peekable();
    while let Some(token) = tokens.next() {
        let word = &text[token.span.clone()];
        let previous = glued.replace((token.kind, word));
        if token.kind.is_trivia() {
            continue;
        }
        let operand = before.replace((token.kind, word));
        match word {
            "[" => brackets += 1,
            "]" => brackets = brackets.saturating_sub(1),
            ";" => (brackets, statement) = (0, ""),
            _ if statement.is_empty() && token.kind == TokenKind::Word => statement = word,
            _ => {}
        }
        if word != ":" {
            continue;
        }
        let Some(next) = tokens.peek() else { break };
        let Some((key, form)) = key(next.kind, &text[next.span.clone()]) else { continue };
        if !may_stand(previous, operand, brackets > 0, form) {
            continue;
        }
        found.push(Placeholder {
            span: token.span.start..next.span.end,
            key: key.to_owned(),
            form,
            statement: statement.to_uppercase(),
        });
    }
    found
}

/// Whether a text may have a placeholder at all, at the price of looking for
/// colons.
pub(crate) fn may_have(text: &[u8]) -> bool {
    let begins = |next: &u8| next.is_ascii_alphabetic() || matches!(next, b'_' | b'\'' | b'"');
    let ends_operand =
        |last: &u8| last.is_ascii_alphanumeric() || matches!(last, b'_' | b':' | b']' | b')' | b'[');
    let colons = text.iter().enumerate().filter(|(_, byte)| **byte == b':').map(|(at, _)| at);
    let mut colons = colons.filter(|at| *at > 0);
    colons.any(|at| text.get(at + 1).is_some_and(begins) && !ends_operand(&text[at - 1]))
}

/// The key that follows a colon.
fn key(kind: TokenKind, text: &str) -> Option<(&str, Form)> {
    let within = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    // A database that takes `"text"` for a string has names in other quotes.
    let (key, form) = match kind {
        TokenKind::Word => (text, Form::Literal),
        TokenKind::String | TokenKind::QuotedIdentifier if text.starts_with('"') => {
            (within('"')?, Form::Identifier)
        }
        TokenKind::String => (within('\'')?, Form::Literal),
        _ => return None,
    };
    is_key(key).then_some((key, form))
}

/// Whether a placeholder can stand behind these tokens: what is right before
/// it, and the last one that is not white space.
fn may_stand(
    glued: Option<(TokenKind, &str)>,
    before: Option<(TokenKind, &str)>,
    in_brackets: bool,
    form: Form,
) -> bool {
    let (Some((glued, _)), Some((kind, text))) = (glued, before) else { return false };
    match kind {
        TokenKind::Punctuation => match text {
            "(" | "," => true,
            "." => form == Form::Identifier,
            _ => text
                .contains(['=', '<', '>', '+', '-', '*', '/', '%', '|', '&', '^', '~', '!', '?', '#', '@']),
        },
        // `SELECT :key`, but neither `a:b` nor a slice with spaces in it.
        TokenKind::Word => glued.is_trivia() && !in_brackets,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sql::fixtures::ALL;

    fn check(text: &str, expected: &[&str]) {
        let found = placeholders(text, &Syntax::PORTABLE);
        let found: Vec<&str> = found.iter().map(|it| &text[it.span.clone()]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn placeholders_are_told_from_other_colons() {
        check("SELECT :a, (:b), x=:c, x = :'d' || :e", &[":a", ":b", ":c", ":'d'", ":e"]);
        check("INSERT INTO :\"t\" VALUES (:a,:b, -:c)", &[":\"t\"", ":a", ":b", ":c"]);
        check("UPDATE app.:\"t\" SET x = :v /* :no */ -- :no\n WHERE y > /* c */:w", &[":\"t\"", ":v", ":w"]);
        check("SELECT a::text, a :: text, x[1:n], x[:n], x[1 :n], x[ :n], (a)::int, x[1]:n, y[a :n]", &[]);
        check("SELECT ':a', \":b\", $$ :c $$, $q$ :d $q$, E'\\' :e', 1 :f, 'k' :g, f(x) :h", &[]);
        check("SET @x := :y; label: BEGIN", &[":y"]);
        check("SELECT x @> :y, a.:b, ARRAY[1, :c], :'no key', :1, :é", &[":y", ":c"]);
        check(":a; SELECT\n:b", &[":b"]);
        check("it's :a", &[]);
        check("SELECT '12:30', '{\"a\":\"b\"}', http://x", &[]);
    }

    #[test]
    fn a_placeholder_knows_its_statement() {
        let text = "insert into t values (:a); /* x */ Create table t (a text default :b)";
        let found = placeholders(text, &Syntax::PORTABLE);
        let words: Vec<&str> = found.iter().map(|it| it.statement.as_str()).collect();
        assert_eq!(words, ["INSERT", "CREATE"]);
    }

    #[test]
    fn values_are_taken_out_of_messages() {
        let mut parameters = Parameters::default();
        parameters.insert("token", "s3cret");
        parameters.insert("n", "1");
        assert_eq!(parameters.redact("Key (a)=(s3cret) has 1"), "Key (a)=(:token) has 1");
    }

    proptest! {
        /// Whatever a value holds, it is one string or one name, and nothing of
        /// it is taken for a placeholder.
        #[test]
        fn a_value_is_one_token(value in any::<String>(), nasty in "['\"\\\\`$:\n;-]{0,8}") {
            for (name, syntax) in ALL {
                for value in [&value, &nasty] {
                    for (form, kind) in
                        [(Form::Literal, TokenKind::String), (Form::Identifier, TokenKind::QuotedIdentifier)]
                    {
                        for quoted in [form.quote(value, syntax), form.quote_native(value, syntax)] {
                            let tokens: Vec<_> = lex(&quoted, syntax).collect();
                            prop_assert_eq!(tokens.len(), 1, "{} under {}", quoted, name);
                            prop_assert_eq!(tokens[0].kind, kind);
                            prop_assert!(tokens[0].terminated);
                            let text = format!("SELECT {quoted}");
                            prop_assert_eq!(placeholders(&text, syntax), Vec::new());
                        }
                    }
                }
            }
        }

        #[test]
        fn looking_for_colons_overlooks_nothing(text in "[a1:'\"\\[\\](), =.;\n-]{0,24}") {
            for (_, syntax) in ALL {
                prop_assert_eq!(placeholders(&text, syntax), scan(&text, syntax));
            }
        }
    }
}
