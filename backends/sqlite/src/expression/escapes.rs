//! String literals with backslash escapes, which SQLite does not have.

use std::{iter::Peekable, str::Chars};

use retort_core::backend::BackendError;

use crate::cursor::unquote;

/// The text that a string literal, `'…'` or `E'…'`, stands for.
///
/// # Errors
///
/// Fails as unsupported for an escape that is no character, or NUL, at which
/// SQLite would stop reading.
pub(super) fn string_value(written: &str) -> Result<String, BackendError> {
    let Some(escaped) = written.strip_prefix(['e', 'E']) else {
        return Ok(unquote(written));
    };
    let inside = escaped.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(escaped);
    let mut value = String::with_capacity(inside.len());
    let mut rest = inside.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\'' => {
                rest.next_if_eq(&'\'');
                value.push('\'');
            }
            '\\' => value.push(escape(&mut rest).filter(|c| *c != '\0').ok_or_else(|| {
                BackendError::unsupported(format!(
                    "string literal {written} has an escape that is no character"
                ))
            })?),
            _ => value.push(c),
        }
    }
    Ok(value)
}

/// The character that an escape stands for, from behind its backslash.
fn escape(rest: &mut Peekable<Chars<'_>>) -> Option<char> {
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
        let check = |written: &str, expected: &str| {
            assert_eq!(string_value(written).expect(written), expected, "{written}");
        };
        check(r"'a\n''b'", r"a\n'b");
        check(r"E'a\n''b\'\\'", "a\n'b'\\");
        check(r"e'\x41\x4a1\u00e9\U0001f600\101\7\q'", "AJ1é😀A\u{7}q");
    }

    #[test]
    fn escapes_that_are_no_character_are_errors() {
        for written in [r"E'\0'", r"E'\x00'", r"E'\ud800'", r"E'\u'", r"E'\x'"] {
            assert!(string_value(written).is_err(), "{written}");
        }
    }
}
