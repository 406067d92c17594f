//! What is found, in which order, and what it risks.

mod clauses;
mod order;
mod renames;

use expect_test::Expect;

use super::*;
use crate::{
    schema::NamingConvention,
    script::portable::{self, NamespaceMap},
};

/// The schema that portable statements make.
fn schema(sql: &str) -> Schema {
    let mut schema = Schema::default();
    let statements = portable::parse(sql, &NamespaceMap::Native, &NamingConvention::default());
    for mut operation in statements.expect("parses").into_iter().flat_map(|statement| statement.operations) {
        portable::resolve_enum_types(&mut operation, |name| schema.enums.contains_key(name));
        operation.apply_to(&mut schema).unwrap_or_else(|error| panic!("{error}: {}", operation.describe()));
    }
    schema
}

/// The changes, a line each, with what they risk; candidates for renames; what
/// is left to do by hand.
fn told(found: &Diff) -> String {
    let mut lines = Vec::new();
    for change in &found.changes {
        lines.push(change.operation.describe());
        lines.extend(change.risk.iter().map(|risk| format!("    ! {risk}")));
    }
    lines.extend(found.candidates.iter().map(|candidate| format!("? {candidate}")));
    lines.extend(found.by_hand.iter().map(|by_hand| format!("by hand: {by_hand}")));
    lines.push(String::new());
    lines.join("\n")
}

/// The difference, after seeing that it leads there.
fn compare(before: &Schema, after: &Schema, renames: &Renames) -> Result<Diff, DiffError> {
    let found = diff(before, after, renames, &Capabilities::EVERYTHING)?;
    let mut reached = before.clone();
    for change in &found.changes {
        change.operation.apply_to(&mut reached).expect("it fits");
    }
    if found.by_hand.is_empty() {
        let left = diff(&reached, after, renames, &Capabilities::EVERYTHING);
        assert_eq!(left, Ok(Diff::default()), "nothing is left to do");
    }
    Ok(found)
}

fn check(before: &str, after: &str, expected: Expect) {
    let found = compare(&schema(before), &schema(after), &Renames::default());
    expected.assert_eq(&told(&found.expect("they can be compared")));
}
