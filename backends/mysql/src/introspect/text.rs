//! What MySQL's catalog does to the text of expressions, undone.

/// The text of an expression, from how MySQL's catalog has it.
///
/// MySQL escapes the text as if it were inside a string literal, and takes the
/// bytes of its UTF-8 for characters of Latin-1.
pub(super) fn unescaped(catalog: &str) -> String {
    let mut text = String::with_capacity(catalog.len());
    let mut rest = catalog.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some('0') => text.push('\0'),
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('Z') => text.push('\u{1a}'),
                Some(escaped) => text.push(escaped),
                None => text.push('\\'),
            },
            c => text.push(c),
        }
    }
    if text.is_ascii() {
        return text;
    }
    // What is not Latin-1, or no UTF-8 after it, is as it should be.
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_characters_come_back() {
        let check = |catalog: &str, expected: &str| assert_eq!(unescaped(catalog), expected, "{catalog}");
        check(r"(`a` <> _utf8mb4\'it\\\'s\')", r"(`a` <> _utf8mb4'it\'s')");
        check(r"concat(`a`,_utf8mb4\'\\\\\')", r"concat(`a`,_utf8mb4'\\')");
        check("\u{c3}\u{bc}\u{e6}\u{97}\u{a5}\u{f0}\u{9f}\u{98}\u{80}", "ü日😀");
        // A server without the mistake.
        check("ü", "ü");
        check("日", "日");
        check(r"a\", r"a\");
    }
}
