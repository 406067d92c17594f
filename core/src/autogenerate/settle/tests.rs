use super::*;
use crate::{
    backend::BackendErrorKind,
    schema::NamingConvention,
    script::portable::{self, NamespaceMap},
};

fn schema(sql: &str) -> Schema {
    let mut schema = Schema::default();
    for statement in portable::parse(sql, &NamespaceMap::Native, &NamingConvention::default()).unwrap() {
        for operation in statement.operations {
            operation.apply_to(&mut schema).unwrap();
        }
    }
    schema
}

/// Settles the first schema by the second with a server that answers by the
/// text of a definition. Returns the texts that remain in doubt, and what could
/// not be told.
#[track_caller]
fn check(
    found: &str,
    written: &str,
    answer: impl Fn(&str) -> Option<String>,
    left: &[&str],
    untold: &[&str],
) {
    let (mut found, written) = (schema(found), schema(written));
    let doubts = Doubts::between(&found, &written);
    let refusal = || BackendError::new(BackendErrorKind::Missing, "who knows");
    let forms = doubts.definitions();
    let forms = forms.iter().map(|asked| answer(&asked.text()).ok_or_else(refusal)).collect();
    let unsettled = doubts.settle(forms, &mut found, &written);
    let places: Vec<String> = unsettled.iter().map(ToString::to_string).collect();
    assert_eq!(places, untold);
    let again = Doubts::between(&found, &written);
    let places: Vec<String> = again.pairs.iter().map(|doubt| doubt.place.to_string()).collect();
    assert_eq!(places, left);
}

/// A server that takes all for the same.
fn same(_: &str) -> Option<String> {
    Some(String::new())
}

/// A server that takes nothing for the same.
fn other(text: &str) -> Option<String> {
    Some(text.to_owned())
}

const ONE: &str = "
    CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER DEFAULT (1 + 2), CONSTRAINT k CHECK (a > 1));
    CREATE INDEX ix ON t ((a + 1)) WHERE a > 2;
    CREATE VIEW v AS SELECT id FROM t;
    CREATE VIEW w AS SELECT id FROM v;";

const OTHER: &str = "
    CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER DEFAULT (2 + 1), CONSTRAINT k CHECK (1 < a));
    CREATE INDEX ix ON t ((1 + a)) WHERE 2 < a;
    CREATE VIEW v AS SELECT t.id FROM t;
    CREATE VIEW w AS SELECT v.id FROM v;";

const PLACES: [&str; 5] = ["column `t.a`", "check `k` of `t`", "index `ix` of `t`", "view `v`", "view `w`"];

#[test]
fn the_server_decides() {
    check(ONE, OTHER, same, &[], &[]);
    check(ONE, OTHER, other, &PLACES, &[]);
    check(ONE, OTHER, |_| None, &PLACES, &PLACES);
}

#[test]
fn a_view_is_the_same_if_what_it_reads_is() {
    let but_v = |text: &str| if text.ends_with("FROM t") { other(text) } else { same(text) };
    check(ONE, OTHER, but_v, &["view `v`", "view `w`"], &[]);
    // Who reads what is not known is not blamed for it.
    let no_v = |text: &str| if text.ends_with("FROM t") { None } else { same(text) };
    check(ONE, OTHER, no_v, &["view `v`", "view `w`"], &["view `v`"]);
    let more = OTHER.replace("a INTEGER", "a BIGINT");
    check(ONE, &more, same, &[], &[]);
    let all = |sql: &str| sql.replace("AS SELECT id FROM t", "AS SELECT * FROM t");
    check(&all(ONE), &more, same, &["view `v`", "view `w`"], &[]);
    let gone = more.replace("id INTEGER", "no INTEGER");
    check(ONE, &gone, same, &["view `v`", "view `w`"], &[]);
}

#[test]
fn what_differs_otherwise_is_in_no_doubt() {
    let one = "CREATE TABLE t (a INTEGER DEFAULT (1 + 2), b INTEGER); CREATE INDEX ix ON t (a) WHERE a > 1;";
    let other = "CREATE TABLE t (a INTEGER, b INTEGER); CREATE UNIQUE INDEX ix ON t (a) WHERE 1 < a;";
    assert!(Doubts::between(&schema(one), &schema(other)).is_empty());
    assert!(Doubts::between(&schema(one), &schema(one)).is_empty());
}
