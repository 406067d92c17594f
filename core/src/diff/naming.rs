//! Names for constraints that have none.

use std::borrow::Cow;

use super::names::Names;
use crate::{
    backend::Capabilities,
    schema::{Constraint, ConstraintKind, Name, NamingConvention, Schema, Table},
};

/// The schema with a name for each constraint: the one of the convention, as
/// planning gives it.
pub(crate) fn named(schema: &Schema) -> Schema {
    let mut named = schema.clone();
    let has_unnamed = |table: &Table| table.constraints.iter().any(|constraint| constraint.name.is_none());
    for (name, _) in schema.tables.iter().filter(|(_, table)| has_unnamed(table)) {
        if let Some(table) = named.tables.get_mut(name) {
            name_by_convention(table);
        }
    }
    named
}

/// The schema with a name for each constraint: the one that the same constraint
/// has in the other schema, or the one of the convention.
///
/// A primary key is called as there even if it has another name, where the
/// backend does not keep such names.
pub(super) fn named_as<'a>(
    schema: &'a Schema,
    other: &Schema,
    capabilities: &Capabilities,
) -> Cow<'a, Schema> {
    let keeps_name = |constraint: &Constraint| {
        constraint.name.is_some() && (capabilities.primary_key_names || !is_primary(constraint))
    };
    let is_settled = |table: &Table| table.constraints.iter().all(keeps_name);
    if schema.tables.values().all(is_settled) {
        return Cow::Borrowed(schema);
    }
    let names = Names::new(schema);
    let mut named = schema.clone();
    for (name, table) in &mut named.tables {
        if let Some(other) = other.tables.get(name) {
            name_alike(table, other, keeps_name, |part| names.is_elsewhere(name, part));
        }
        name_by_convention(table);
    }
    Cow::Owned(named)
}

/// `is_elsewhere` says whether something outside of the table has a name.
fn name_alike(
    table: &mut Table,
    other: &Table,
    keeps_name: impl Fn(&Constraint) -> bool,
    is_elsewhere: impl Fn(&Name) -> bool,
) {
    let mut taken: Vec<Name> = table
        .constraints
        .iter()
        .filter(|constraint| keeps_name(constraint))
        .filter_map(|constraint| constraint.name.clone())
        .collect();
    for constraint in table.constraints.iter_mut().filter(|constraint| !keeps_name(constraint)) {
        let alike = other.constraints.iter().filter(|found| found.kind == constraint.kind);
        let free = alike
            .filter_map(|found| found.name.as_ref())
            .find(|name| !taken.contains(name) && !is_elsewhere(name));
        if let Some(name) = free {
            taken.push(name.clone());
            constraint.name = Some(name.clone());
        }
    }
}

fn name_by_convention(table: &mut Table) {
    let convention = NamingConvention::default();
    for at in 0..table.constraints.len() {
        let Some(constraint) = table.constraints.get(at).filter(|found| found.name.is_none()) else {
            continue;
        };
        let is_taken = |name: &Name| table.constraint(name).is_some();
        let name = convention.constraint(&table.name, &constraint.kind, is_taken);
        if let Some(constraint) = table.constraints.get_mut(at) {
            constraint.name = Some(name);
        }
    }
}

fn is_primary(constraint: &Constraint) -> bool {
    match &constraint.kind {
        ConstraintKind::PrimaryKey(_) => true,
        ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => false,
    }
}
