//! What string literals stand for.

use std::{iter::Peekable, str::Chars};

/// Which escapes a literal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// None: a backslash is a backslash.
    None,
    /// Those of `E'…'`: also numbers of characters.
    Standard,
    /// Those of MySQL: letters only, and before `%` and `_` a backslash stays.
    Letters,
}

/// The text between the quotes of a literal; `None` for an escape that is no
/// character.
pub(super) fn value(inside: &str, quote: char, escapes: Escapes) -> Option<String> {
    if escapes == Escapes::None || !inside.contains('\\') {
        let mut doubled = [0; 8];
        let length = quote.encode_utf8(&mut doubled).len();
        quote.encode_utf8(&mut doubled[length..]);
        let doubled = str::from_utf8(&doubled[..2 * length]).ok()?;
        return Some(inside.replace(doubled, &doubled[..length]));
    }
    let mut value = String::with_capacity(inside.len());
    let mut rest = inside.chars().peekable();
    while let Some(c) = rest.next() {
        if c == quote {
            rest.next_if_eq(&quote);
            value.push(c);
        } else if c != '\\' {
            value.push(c);
        } else if escapes == Escapes::Letters {
            match rest.next()? {
                '0' => value.push('\0'),
                'b' => value.push('\u{8}'),
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                'Z' => value.push('\u{1a}'),
                // In a pattern these must stay escaped.
                c @ ('%' | '_') => value.extend(['\\', c]),
                other => value.push(other),
            }
        } else {
            value.push(standard_escape(&mut rest).filter(|c| *c != '\0')?);
        }
    }
    Some(value)
}

/// The text that stands between the quotes of `E'…'`; none for an escape that is
/// no character, or NUL.
pub fn unescape(inside: &str) -> Option<String> {
    value(inside, '\'', Escapes::Standard)
}

/// The character that an escape stands for, from behind its backslash.
fn standard_escape(rest: &mut Peekable<Chars<'_>>) -> Option<char> {
    match rest.next()? {
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'x' => digits(rest, String::new(), 16, 2),
        'u' => digits(rest, String::new(), 16, 4),
        'U' => digits(rest, String::new(), 16, 8),
        first @ '0'..='7' => digits(rest, first.into(), 8, 3),
        other => Some(other),
    }
}

fn digits(rest: &mut Peekable<Chars<'_>>, mut text: String, radix: u32, most: usize) -> Option<char> {
    while text.len() < most
        && let Some(digit) = rest.next_if(|c| c.is_digit(radix))
    {
        text.push(digit);
    }
    u32::from_str_radix(&text, radix).ok().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded() {
        let check = |inside: &str, escapes: Escapes, expected: Option<&str>| {
            assert_eq!(value(inside, '\'', escapes).as_deref(), expected, "{inside}");
        };
        check(r"a\n''b", Escapes::None, Some(r"a\n'b"));
        check(r"a\n''b\'\\", Escapes::Standard, Some("a\n'b'\\"));
        check(r"\x41\x4a1\u00e9\U0001f600\101\7\q", Escapes::Standard, Some("AJ1é😀A\u{7}q"));
        check(r"a\n''b\'\\\Z\%\_\0\q", Escapes::Letters, Some("a\n'b'\\\u{1a}\\%\\_\0q"));
        for inside in [r"\0", r"\x00", r"\ud800", r"\u", r"\x", r"\"] {
            check(inside, Escapes::Standard, None);
        }
    }
}
