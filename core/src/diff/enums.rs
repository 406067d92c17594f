//! Enum types: which come, go, and get other labels.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    operation::{EnumValuePosition, Operation},
    schema::{Column, EnumType, QualifiedName, Schema, mention},
};

/// What changes on enum types.
#[derive(Debug, Default)]
pub(super) struct Enums {
    /// Types that step aside and go: columns get another one of the same name,
    /// whose labels are in another order.
    pub(super) replaced: Vec<Operation>,
    /// Labels that come.
    pub(super) added: Vec<Operation>,
    /// Labels that go, by type.
    pub(super) dropped: BTreeMap<QualifiedName, Vec<String>>,
}

impl Enums {
    pub(super) fn new(before: &Schema, after: &Schema) -> Self {
        let mut enums = Self::default();
        for (name, old) in &before.enums {
            let mut step_aside = || {
                let to = aside(name, before, after).name;
                enums.replaced.push(Operation::RenameEnum { from: name.clone(), to });
            };
            let Some(new) = after.enums.get(name) else {
                // The name of a table is also one of a type.
                if after.tables.contains_key(name) || after.views.contains_key(name) {
                    step_aside();
                }
                continue;
            };
            if new.values == old.values {
                continue;
            }
            let gone: Vec<String> = without(old, new);
            let moves = old
                .values
                .iter()
                .filter(|label| new.values.contains(label))
                .ne(new.values.iter().filter(|label| old.values.contains(label)));
            // A backend that makes the type again for a label that goes cannot
            // do so under a computed column.
            if moves || (!gone.is_empty() && is_computed_from(before, name)) {
                step_aside();
                continue;
            }
            enums.added.extend(additions(old, new));
            if !gone.is_empty() {
                enums.dropped.insert(name.clone(), gone);
            }
        }
        enums
    }

    /// Whether the labels of the type of the column change: foreign keys on
    /// such columns stand in the way on some backends.
    pub(super) fn changes(&self, column: &Column) -> bool {
        let Some(name) = column.ty.enum_name() else { return false };
        let is_added = |operation: &Operation| matches!(operation, Operation::AddEnumValue { name: of, .. } if of == name);
        self.dropped.contains_key(name) || self.added.iter().any(is_added)
    }
}

/// The labels of the one type that the other has not.
fn without(one: &EnumType, other: &EnumType) -> Vec<String> {
    one.values.iter().filter(|label| !other.values.contains(label)).cloned().collect()
}

/// Adds the new labels where they belong. Labels that go are still there.
fn additions(old: &EnumType, new: &EnumType) -> Vec<Operation> {
    let mut labels = old.values.clone();
    let mut operations = Vec::new();
    for (at, label) in new.values.iter().enumerate() {
        if labels.contains(label) {
            continue;
        }
        let previous = at.checked_sub(1).and_then(|at| new.values.get(at));
        let place = previous.and_then(|previous| labels.iter().position(|found| found == previous));
        let (place, position) = match (place, previous, labels.first()) {
            (Some(place), _, _) if place + 1 == labels.len() => (labels.len(), EnumValuePosition::End),
            (Some(place), Some(previous), _) => (place + 1, EnumValuePosition::After(previous.clone())),
            (_, _, Some(first)) => (0, EnumValuePosition::Before(first.clone())),
            (_, _, None) => (0, EnumValuePosition::End),
        };
        labels.insert(place, label.clone());
        operations.push(Operation::AddEnumValue {
            name: new.name.clone(),
            value: label.clone(),
            position,
            if_not_exists: false,
        });
    }
    operations
}

/// Whether a computed column depends on the type.
fn is_computed_from(schema: &Schema, ty: &QualifiedName) -> bool {
    schema.tables.values().any(|table| {
        let generated = table.columns.iter().filter_map(|column| column.generated.as_ref());
        let mut users = table.columns.iter().filter(|column| column.ty.enum_name() == Some(ty));
        let expressions: Vec<_> = generated.map(|generated| &generated.expression).collect();
        !expressions.is_empty()
            && users.any(|column| {
                expressions
                    .iter()
                    .any(|expression| mention::mentions_column(expression, &table.name, &column.name))
            })
    })
}

/// A name that nothing has, for a type that goes.
fn aside(name: &QualifiedName, before: &Schema, after: &Schema) -> QualifiedName {
    let is_taken = |name: &QualifiedName| {
        [before, after].iter().any(|schema| {
            schema.enums.contains_key(name)
                || schema.tables.contains_key(name)
                || schema.views.contains_key(name)
        })
    };
    let mut spare = name.with_name(format!("{}_old", name.name));
    let mut number = 1_u64;
    while is_taken(&spare) && number < u64::MAX {
        number += 1;
        spare = name.with_name(format!("{}_old{number}", name.name));
    }
    spare
}

/// The enum types that columns of tables are of.
pub(super) fn used(schema: &Schema) -> BTreeSet<QualifiedName> {
    let columns = schema.tables.values().flat_map(|table| &table.columns);
    columns.filter_map(|column| column.ty.enum_name()).cloned().collect()
}
