//! The order of things: what must go first, and what must be there before.

use std::{
    cell::LazyCell,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    ByHand, Diff, DiffError, Renames, Risk, candidate,
    enums::{self, Enums},
    indirect,
    names::Names,
    naming::{named, named_as},
    rename::Renaming,
    script::{Script, apply},
    table::TableDiff,
    tables::{self, Tables},
    views::{Impact, Views},
};
use crate::{
    backend::Capabilities,
    operation::{CommentTarget, Operation},
    schema::{Constraint, EnumType, Name, QualifiedName, Schema, Table},
};

/// See [`super::diff`].
pub(super) fn diff(
    before: &Schema,
    after: &Schema,
    renames: &Renames,
    capabilities: &Capabilities,
) -> Result<Diff, DiffError> {
    let before = named(before);
    let renaming = Renaming::new(&before, after, renames)?;
    let enums = Enums::new(&before, after);

    let mut renamed = Schema { views: BTreeMap::new(), unmanaged: Vec::new(), ..before.clone() };
    for operation in enums.replaced.iter().chain(&renaming.operations) {
        apply(operation, &mut renamed)?;
    }
    let after = named_as(after, &renamed, capabilities);
    let cut = indirect::cut_by_renames(&before, &renaming);
    let taken_out = take_out(&cut, &renaming, &mut renamed);
    let mut diffs = compare(&renamed, &after, &enums);
    put_back(&taken_out, &mut diffs);
    let gone: Vec<&Table> = tables_without(&renamed, &after);
    let new: Vec<&Table> = tables_without(&after, &renamed);
    let views = Views::new(&before, &after, &impact(&before, &renaming, &diffs, &gone))?;

    let mut script = Script::new(before.clone());
    drop_views(&views, &mut script)?;
    for name in after.namespaces.difference(&before.namespaces) {
        script.push(Operation::CreateNamespace { name: name.clone(), if_not_exists: false })?;
    }
    for (table, name) in cut {
        let (table, name) = (table.clone(), name.clone());
        script.push(Operation::DropConstraint { table, name, if_exists: false })?;
    }
    for operation in enums.replaced.iter().chain(&renaming.operations) {
        script.push(operation.clone())?;
    }
    let mut tables = Tables::new(&renamed, &after, &diffs, &new);
    tables.clear(&gone, &mut script)?;
    drop_enums(&after, false, &mut script)?;
    for (_, enum_type) in after.enums.iter().filter(|(name, _)| !renamed.enums.contains_key(*name)) {
        script.push(Operation::CreateEnum { enum_type: EnumType::clone(enum_type) })?;
    }
    for operation in &enums.added {
        script.push(operation.clone())?;
    }
    tables.change(&mut script)?;
    for (ty, labels) in &enums.dropped {
        for (at, value) in labels.iter().enumerate() {
            let risk = (at == 0).then(|| Risk::RefusesLabels { ty: ty.clone(), labels: labels.clone() });
            let operation = Operation::DropEnumValue { name: ty.clone(), value: value.clone() };
            script.push_risky(operation, risk)?;
        }
    }
    comment_on_enums(&after, &mut script)?;
    drop_enums(&after, true, &mut script)?;
    let mut by_hand: Vec<ByHand> = diffs.values().flat_map(TableDiff::by_hand).collect();
    by_hand.extend(drop_namespaces(&after, &mut script)?);
    for view in views.created {
        script.push(Operation::CreateView { view: view.clone(), or_replace: false })?;
    }
    for operation in views.comments {
        script.push(operation)?;
    }

    let mut candidates = candidate::tables(&gone, &new);
    candidates.extend(diffs.values().flat_map(candidate::columns));
    Ok(Diff { changes: script.changes, renames: renaming.renames(), candidates, by_hand })
}

/// The tables of the one schema whose names the other does not have.
fn tables_without<'a>(schema: &'a Schema, other: &Schema) -> Vec<&'a Table> {
    let gone = |(name, _): &(&QualifiedName, &Table)| !other.tables.contains_key(name);
    schema.tables.iter().filter(gone).map(|(_, table)| table).collect()
}

/// Compares the tables that stay. Only those that differ are in the result, and
/// those with a foreign key that must make room.
fn compare<'a>(
    before: &'a Schema,
    after: &'a Schema,
    enums: &Enums,
) -> BTreeMap<&'a QualifiedName, TableDiff<'a>> {
    let both = |name: &'a QualifiedName| Some((name, before.tables.get(name)?, after.tables.get(name)?));
    let pairs = || before.tables.keys().filter_map(both);
    // Few changes need all names.
    let names = LazyCell::new(|| (Names::new(before), Names::new(after)));
    let compared = |old: &'a Table, new: &'a Table| {
        let is_free = |name: &Name| {
            let (names_before, names_after) = &*names;
            names_before.count(&old.name, name) == 0 && names_after.count(&old.name, name) == 1
        };
        TableDiff::new(old, new, is_free)
    };
    let mut diffs: BTreeMap<_, _> = pairs()
        .filter(|(name, old, new)| !before.tables.share(&after.tables, name) && old != new)
        .map(|(name, old, new)| (name, compared(old, new)))
        .collect();
    for (name, old, new) in pairs() {
        let disturbed = indirect::disturbed(name, before, &diffs, enums);
        if !disturbed.is_empty() {
            let diff = diffs.entry(name).or_insert_with(|| compared(old, new));
            diff.constraints.renew(|constraint| disturbed.contains(&constraint));
        }
    }
    diffs
}

/// Takes foreign keys out of the schema, in which things have their new names.
fn take_out(
    cut: &[(&QualifiedName, &Name)],
    renaming: &Renaming,
    renamed: &mut Schema,
) -> Vec<(QualifiedName, Constraint)> {
    let mut taken = Vec::new();
    for (table, name) in cut {
        let table = renaming.new_table(table);
        if let Some(found) = renamed.tables.get_mut(table) {
            let constraints = found.constraints.extract_if(.., |constraint| constraint.has_name(name));
            taken.extend(constraints.map(|constraint| (table.clone(), constraint)));
        }
    }
    taken
}

/// Notes which of the added foreign keys had been taken out, and are not new.
fn put_back(taken_out: &[(QualifiedName, Constraint)], diffs: &mut BTreeMap<&QualifiedName, TableDiff<'_>>) {
    for (table, constraint) in taken_out {
        let added = diffs.get_mut(table).map(|diff| &mut diff.constraints.added);
        for added in added.into_iter().flatten() {
            if added.item.kind == constraint.kind {
                added.is_new = false;
            }
        }
    }
}

/// What of the schema before a view may miss.
fn impact(
    before: &Schema,
    renaming: &Renaming,
    diffs: &BTreeMap<&QualifiedName, TableDiff<'_>>,
    gone: &[&Table],
) -> Impact {
    let mut impact = Impact::default();
    impact.tables.extend(gone.iter().map(|table| table.name.clone()));
    impact.tables.extend(renaming.renamed_tables().cloned());
    for (table, columns) in renaming.renamed_columns() {
        let hit = impact.columns.entry(renaming.old_table(table).clone()).or_default();
        hit.extend(columns.values().cloned());
    }
    for (table, diff) in diffs {
        let lost: Vec<Name> = diff.lost().map(|column| renaming.old_column(table, column).clone()).collect();
        if !lost.is_empty() {
            impact.columns.entry(renaming.old_table(table).clone()).or_default().extend(lost);
        }
        if !diff.added.is_empty() {
            impact.extended.insert(renaming.old_table(table).clone());
        }
    }
    impact.tables.retain(|table| before.tables.contains_key(table));
    impact
}

fn drop_views(views: &Views<'_>, script: &mut Script) -> Result<(), DiffError> {
    for view in &views.dropped {
        let with = tables::unmanaged_on(&view.name, &script.schema);
        let risk = (!with.is_empty()).then(|| Risk::ObjectsLost { view: view.name.clone(), with });
        script.push_risky(Operation::DropView { name: view.name.clone(), if_exists: false }, risk)?;
    }
    Ok(())
}

/// Drops the types that go and that no column is of; in the end, all that go.
fn drop_enums(after: &Schema, in_the_end: bool, script: &mut Script) -> Result<(), DiffError> {
    let gone: Vec<QualifiedName> =
        script.schema.enums.keys().filter(|name| !after.enums.contains_key(name)).cloned().collect();
    if gone.is_empty() {
        return Ok(());
    }
    let used = if in_the_end { BTreeSet::new() } else { enums::used(&script.schema) };
    for name in gone.into_iter().filter(|name| !used.contains(name)) {
        script.push(Operation::DropEnum { name, if_exists: false })?;
    }
    Ok(())
}

fn comment_on_enums(after: &Schema, script: &mut Script) -> Result<(), DiffError> {
    for (name, enum_type) in &after.enums {
        if script.schema.enums.get(name).is_some_and(|found| found.comment != enum_type.comment) {
            let (on, comment) = (CommentTarget::Enum(name.clone()), enum_type.comment.clone());
            script.push(Operation::SetComment { on, comment })?;
        }
    }
    Ok(())
}

/// Drops namespaces, but for those that hold something outside the model.
fn drop_namespaces(after: &Schema, script: &mut Script) -> Result<Vec<ByHand>, DiffError> {
    let gone: Vec<Name> = script.schema.namespaces.difference(&after.namespaces).cloned().collect();
    let mut by_hand = Vec::new();
    for name in gone {
        let held = script.schema.unmanaged.iter().find(|held| held.name.namespace.as_ref() == Some(&name));
        match held {
            Some(held) => by_hand.push(ByHand::NamespaceInUse {
                namespace: name,
                kind: held.kind.clone(),
                name: held.name.clone(),
            }),
            None => script.push(Operation::DropNamespace { name, if_exists: false })?,
        }
    }
    Ok(by_hand)
}
