//! Names for enum types that have none.
//!
//! MySQL writes the labels into the type of the column. Portable SQL has enum
//! types with names only, so that a model of such a column would be one of
//! MySQL alone.

use std::borrow::Cow;

use crate::schema::{EnumType, QualifiedName, Schema, Type};

/// The longest name of a type, in bytes: PostgreSQL's limit, the lowest.
const LONGEST_NAME: usize = 63;

/// Gives each inline enum type a name, after its table and column.
pub(super) fn with_names(schema: &Schema) -> Cow<'_, Schema> {
    let is_inline = |ty: &Type| matches!(ty, Type::Native(text) if labels(text).is_some());
    let mut columns = schema.tables.values().flat_map(|table| &table.columns);
    if !columns.any(|column| is_inline(&column.ty)) {
        return Cow::Borrowed(schema);
    }
    let mut named = schema.clone();
    let Schema { tables, views, enums, .. } = &mut named;
    let taken: Vec<QualifiedName> = tables.keys().chain(views.keys()).cloned().collect();
    for table in tables.values_mut() {
        for column in &mut table.columns {
            let Type::Native(text) = &column.ty else { continue };
            let Some(values) = labels(text) else { continue };
            let base = format!("{}_{}", table.name.name, column.name);
            let candidates = (1_u32..).map(|number| QualifiedName {
                namespace: table.name.namespace.clone(),
                name: numbered(&base, number).into(),
            });
            let mut free = candidates.filter(|name| !taken.contains(name) && !enums.contains_key(name));
            let Some(name) = free.next() else { continue };
            column.ty = Type::Enum(name.clone());
            enums.insert(name.clone(), EnumType { name, values, comment: None });
        }
    }
    Cow::Owned(named)
}

/// The labels of an inline enum type, as `enum('a','b')`. Those with escapes
/// that only MySQL knows are left to it.
fn labels(text: &str) -> Option<Vec<String>> {
    let mut rest = text.strip_prefix("enum(")?.strip_suffix(')')?;
    let mut labels = Vec::new();
    if text.contains('\\') {
        return None;
    }
    loop {
        let mut label = String::new();
        rest = rest.strip_prefix('\'')?;
        loop {
            let (before, after) = rest.split_once('\'')?;
            label.push_str(before);
            rest = after;
            match rest.strip_prefix('\'') {
                Some(after) => {
                    label.push('\'');
                    rest = after;
                }
                None => break,
            }
        }
        labels.push(label);
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None => return rest.is_empty().then_some(labels),
        }
    }
}

/// A name that is not too long, with a number but for the first.
fn numbered(base: &str, number: u32) -> String {
    let suffix = if number == 1 { String::new() } else { format!("_{number}") };
    let end = base.floor_char_boundary(LONGEST_NAME - suffix.len());
    format!("{}{suffix}", &base[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read() {
        let check = |text: &str, expected: &[&str]| assert_eq!(labels(text).unwrap(), expected, "{text}");
        check("enum('a')", &["a"]);
        check("enum('a','b c')", &["a", "b c"]);
        check("enum('it''s','')", &["it's", ""]);
        check("enum(',',')')", &[",", ")"]);
        for text in [
            "enum",
            "enum()",
            "enum('a'",
            "enum('a',)",
            "enum('a''')x",
            r"enum('a\n')",
            "set('a')",
            "enum(1)",
        ] {
            assert_eq!(labels(text), None, "{text}");
        }
    }

    #[test]
    fn names_fit_and_differ() {
        assert_eq!(numbered("shirt_size", 1), "shirt_size");
        assert_eq!(numbered("shirt_size", 2), "shirt_size_2");
        let long = "ä".repeat(40);
        assert!([1, 2, 10].iter().all(|number| numbered(&long, *number).len() <= LONGEST_NAME));
        assert_ne!(numbered(&long, 1), numbered(&long, 2));
    }
}
