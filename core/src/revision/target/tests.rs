use expect_test::{Expect, expect};

use super::{Form, Range, Target};

/// Parses targets, one a line, and shows branch, place and steps.
fn check(targets: &str, expected: Expect) {
    let shown: Vec<String> = targets
        .lines()
        .map(|line| {
            let text = line.trim();
            match text.parse::<Target>() {
                Ok(target) => {
                    assert_eq!(target.to_string(), text);
                    format!("{text} = {}", show(&target))
                }
                Err(error) => format!("{text} = {}: {error}", error.code()),
            }
        })
        .collect();
    expected.assert_eq(&shown.join("\n"));
}

fn check_range(ranges: &str, expected: Expect) {
    let shown: Vec<String> = ranges
        .lines()
        .map(|line| {
            let text = line.trim();
            match text.parse::<Range>() {
                Ok(range) => {
                    assert_eq!(range.to_string(), text);
                    let [lower, upper] =
                        [&range.lower, &range.upper].map(|end| end.as_ref().map_or("-".to_owned(), show));
                    format!("{text} = {lower} .. {upper}")
                }
                Err(error) => format!("{text} = {}: {error}", error.code()),
            }
        })
        .collect();
    expected.assert_eq(&shown.join("\n"));
}

fn show(target: &Target) -> String {
    let branch = target.branch().map_or(String::new(), |it| format!("[{it}] "));
    let current = if target.needs_current() { " (current)" } else { "" };
    match target.form() {
        Form::Symbol(symbol) => format!("{branch}{symbol:?}{current}"),
        Form::Offset { from: None, steps } => format!("{branch}rows {steps:+}"),
        Form::Offset { from: Some(from), steps } => format!("{branch}{from:?} {steps:+}{current}"),
    }
}

#[test]
fn places() {
    check(
        "head
        heads
        base
        current
        1975ea83b712
        19
        shop
        geo-samples
        shop@head
        shop@heads
        shop@base
        shop@1975
        geo-samples-2@head
        1975@current
        headsman",
        expect![[r#"
            head = Head
            heads = Heads
            base = Base
            current = Current (current)
            1975ea83b712 = Name("1975ea83b712")
            19 = Name("19")
            shop = Name("shop")
            geo-samples = Name("geo-samples")
            shop@head = [shop] Head
            shop@heads = [shop] Heads
            shop@base = [shop] Base
            shop@1975 = [shop] Name("1975")
            geo-samples-2@head = [geo-samples-2] Head
            1975@current = [1975] Current (current)
            headsman = Name("headsman")"#]],
    );
}

#[test]
fn steps() {
    check(
        "+1
        -1
        +0
        -10
        1975+2
        1975-2
        head-1
        heads-1
        base+2
        current-1
        shop@+2
        shop@-1
        shop@1975-1
        shop@head-1
        geo-samples-1
        +99999999999999999999",
        expect![[r#"
            +1 = rows +1
            -1 = rows -1
            +0 = rows +0
            -10 = rows -10
            1975+2 = Name("1975") +2
            1975-2 = Name("1975") -2
            head-1 = Head -1
            heads-1 = Heads -1
            base+2 = Base +2
            current-1 = Current -1 (current)
            shop@+2 = [shop] rows +2
            shop@-1 = [shop] rows -1
            shop@1975-1 = [shop] Name("1975") -1
            shop@head-1 = [shop] Head -1
            geo-samples-1 = Name("geo-samples") -1
            +99999999999999999999 = rows +9223372036854775807"#]],
    );
}

/// Alembic runs `bbbb1111-1zzz` as `-1`: its pattern is not anchored.
#[test]
fn steps_end_the_target() {
    check(
        "bbbb1111-1zzz
        bbbb1111-
        bbbb1111-1-1
        1+
        a@b@c
        a@b@c-1",
        expect![[r#"
            bbbb1111-1zzz = Name("bbbb1111-1zzz")
            bbbb1111- = Name("bbbb1111-")
            bbbb1111-1-1 = Name("bbbb1111-1") -1
            1+ = Name("1+")
            a@b@c = [a] Name("b@c")
            a@b@c-1 = [a] Name("b@c") -1"#]],
    );
}

#[test]
fn what_is_no_target() {
    check(
        "
        @
        @head
        shop@
        a:b
        :",
        expect![[r#"
             = bad-target: Can't locate revision identified by '': there is no revision
            @ = bad-target: Can't locate revision identified by '@': there is no branch before the `@`
            @head = bad-target: Can't locate revision identified by '@head': there is no branch before the `@`
            shop@ = bad-target: Can't locate revision identified by 'shop@': there is no revision
            a:b = range-not-allowed: Range revision not allowed
            : = range-not-allowed: Range revision not allowed"#]],
    );
}

#[test]
fn ranges() {
    check_range(
        "a:b
        a:
        :b
        :
        -3:current
        current:+2
        shop@base:
        base:shop@heads",
        expect![[r#"
            a:b = Name("a") .. Name("b")
            a: = Name("a") .. -
            :b = - .. Name("b")
            : = - .. -
            -3:current = rows -3 .. Current (current)
            current:+2 = Current (current) .. rows +2
            shop@base: = [shop] Base .. -
            base:shop@heads = Base .. [shop] Heads"#]],
    );
}

#[test]
fn what_is_no_range() {
    check_range(
        "a
        a:b:c
        @:b

        a:b@",
        expect![[r#"
            a = not-a-range: History range requires [start]:[end], [start]:, or :[end]
            a:b:c = not-a-range: History range requires [start]:[end], [start]:, or :[end]
            @:b = bad-target: Can't locate revision identified by '@': there is no branch before the `@`
             = not-a-range: History range requires [start]:[end], [start]:, or :[end]
            a:b@ = bad-target: Can't locate revision identified by 'b@': there is no revision"#]],
    );
}
