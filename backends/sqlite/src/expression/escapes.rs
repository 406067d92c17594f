//! String literals with backslash escapes, which SQLite does not have.

use retort_core::{backend::BackendError, expression::unescape};

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
    unescape(inside).ok_or_else(|| {
        BackendError::unsupported(format!("string literal {written} has an escape that is no character"))
    })
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
