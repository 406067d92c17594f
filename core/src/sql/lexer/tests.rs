use expect_test::{Expect, expect};

use super::lex;
use crate::sql::Syntax;
use crate::sql::fixtures::{BACKSLASHED, PERMISSIVE};

/// Shows every token but plain spaces, one a line.
fn check(syntax: &Syntax, text: &str, expected: Expect) {
    let shown: String = lex(text, syntax)
        .filter(|token| text[token.span.clone()] != *" ")
        .map(|token| {
            let flag = if token.terminated { "" } else { " unterminated" };
            format!("{:?}{flag} {:?}\n", token.kind, &text[token.span])
        })
        .collect();
    expected.assert_eq(&shown);
}

#[test]
fn words_numbers_and_parameters() {
    check(
        &Syntax::PORTABLE,
        "a$$b élan _x $1 $x 0x1e+2 1.5e-3 .5 1..2 a.1",
        expect![[r#"
        Word "a$$b"
        Word "élan"
        Word "_x"
        Parameter "$1"
        Punctuation "$"
        Word "x"
        Number "0x1e"
        Punctuation "+"
        Number "2"
        Number "1.5e-3"
        Number ".5"
        Number "1"
        Punctuation "."
        Number ".2"
        Word "a"
        Number ".1"
    "#]],
    );
}

#[test]
fn strings_follow_the_syntax() {
    check(
        &Syntax::PORTABLE,
        r"'a''\' e'\'' n'b' $$'$$ $é$ $$ $é$ `a`",
        expect![[r#"
        String "'a''\\'"
        String "e'\\''"
        Word "n"
        String "'b'"
        DollarString "$$'$$"
        DollarString "$é$ $$ $é$"
        Punctuation "`"
        Word "a"
        Punctuation "`"
    "#]],
    );
    check(
        &PERMISSIVE,
        r#"'\' "a""b" `a``b` [a]] e'\' $$"#,
        expect![[r#"
        String "'\\'"
        QuotedIdentifier "\"a\"\"b\""
        QuotedIdentifier "`a``b`"
        QuotedIdentifier "[a]"
        Punctuation "]"
        Word "e"
        String "'\\'"
        Punctuation "$"
        Punctuation "$"
    "#]],
    );
    check(
        &BACKSLASHED,
        r#"'\'' "a\"b" `a"` $$"#,
        expect![[r#"
        String "'\\''"
        String "\"a\\\"b\""
        QuotedIdentifier "`a\"`"
        Punctuation "$"
        Punctuation "$"
    "#]],
    );
}

#[test]
fn comments_follow_the_syntax() {
    let text = "--a\rb\r\n--c\n#d\n/*/**/ /*!1 e */ /*+ f */";
    check(
        &Syntax::PORTABLE,
        text,
        expect![[r##"
        LineComment "--a"
        Whitespace "\r"
        Word "b"
        Whitespace "\r\n"
        LineComment "--c"
        Whitespace "\n"
        Punctuation "#"
        Word "d"
        Whitespace "\n"
        BlockComment unterminated "/*/**/ /*!1 e */ /*+ f */"
    "##]],
    );
    check(
        &PERMISSIVE,
        text,
        expect![[r##"
        LineComment "--a\rb"
        Whitespace "\r\n"
        LineComment "--c"
        Whitespace "\n"
        Punctuation "#"
        Word "d"
        Whitespace "\n"
        BlockComment "/*/**/"
        BlockComment "/*!1 e */"
        BlockComment "/*+ f */"
    "##]],
    );
    check(
        &BACKSLASHED,
        text,
        expect![[r##"
        Punctuation "-"
        Punctuation "-"
        Word "a"
        Whitespace "\r"
        Word "b"
        Whitespace "\r\n"
        Punctuation "-"
        Punctuation "-"
        Word "c"
        Whitespace "\n"
        LineComment "#d"
        Whitespace "\n"
        BlockComment "/*/**/"
        ConditionalOpen "/*!1"
        Word "e"
        ConditionalClose "*/"
        BlockComment "/*+ f */"
    "##]],
    );
}

#[test]
fn a_byte_order_mark_is_space_only_at_the_start() {
    check(
        &Syntax::PORTABLE,
        "\u{feff} a \u{feff}",
        expect![[r#"
        Whitespace "\u{feff} "
        Word "a"
        Word "\u{feff}"
    "#]],
    );
}

#[test]
fn what_does_not_end_says_so() {
    for (text, kind) in [
        ("'a\\", "String"),
        ("\"a\"\"", "QuotedIdentifier"),
        ("$a$ $$", "DollarString"),
        ("/* /* */", "BlockComment"),
    ] {
        let shown: Vec<_> = lex(text, &Syntax::PORTABLE).collect();
        assert_eq!(shown.len(), 1, "{text}");
        assert_eq!(format!("{:?}", shown[0].kind), kind);
        assert!(!shown[0].terminated);
    }
}
