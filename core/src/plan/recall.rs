//! What a database does not keep and the revisions know: the names of enum
//! types and primary keys on some backends.

use super::{Draft, Planner};
use crate::{
    operation::Operation,
    schema::{Constraint, ConstraintKind, QualifiedName, Schema, Table, Type},
    script::portable,
};

impl Planner<'_> {
    /// Whether the draft uses a name that earlier revisions may have given and
    /// that the database does not show: of an enum type, or a primary key.
    pub fn misses(&self, draft: &Draft) -> bool {
        let capabilities = self.backend().capabilities();
        draft.items.iter().any(|item| {
            (!capabilities.enum_types && self.misses_enum(&item.operation))
                || (!capabilities.primary_key_names && self.misses_primary_key(&item.operation))
        })
    }

    fn misses_enum(&self, operation: &Operation) -> bool {
        let missing = |name: &QualifiedName| !self.schema.enums.contains_key(name);
        operation.existing_enum().is_some_and(missing)
            || operation.types().into_iter().filter_map(native_name).any(|name| missing(&name))
    }

    fn misses_primary_key(&self, operation: &Operation) -> bool {
        let (Operation::DropConstraint { table, name, .. }
        | Operation::RenameConstraint { table, from: name, .. }) = operation
        else {
            return false;
        };
        self.schema.tables.get(table).is_some_and(|table| {
            table.constraint(name).is_none() && table.constraints.iter().any(is_unnamed_key)
        })
    }

    /// Adds names that another schema, made from the revisions, has.
    ///
    /// A primary key of which it knows nothing gets the name that it would have
    /// if nobody had named it.
    pub fn recall(&mut self, from: &Schema) {
        let enum_types = self.backend.capabilities().enum_types;
        let shown = if enum_types { None } else { self.backend.normalize(from.clone()).ok() };
        self.recall_where_shown(from, shown.as_ref());
    }

    /// The same for somebody who has the other schema as the backend shows it.
    pub(crate) fn recall_where_shown(&mut self, from: &Schema, shown: Option<&Schema>) {
        self.editor.forget();
        recall_enums(&mut self.schema, from, shown, self.backend.capabilities().enum_types);
        if self.backend.capabilities().primary_key_names {
            return;
        }
        for table in self.schema.tables.values_mut() {
            let known = from.tables.get(&table.name);
            let naming = &self.settings.naming;
            let name = table.constraints.iter().find(|constraint| is_unnamed_key(constraint)).map(|key| {
                let known = known.and_then(|known| primary_key(known));
                let same = known.filter(|known| known.kind == key.kind);
                same.and_then(|known| known.name.clone())
                    .unwrap_or_else(|| naming.constraint(&table.name, &key.kind, |_| false))
            });
            if let Some(name) = name.filter(|name| table.constraint(name).is_none())
                && let Some(key) = table.constraints.iter_mut().find(|constraint| is_unnamed_key(constraint))
            {
                key.name = Some(name);
            }
        }
    }

    /// Lets an operation on an index mean the unique constraint that the
    /// backend reports instead.
    pub(super) fn resolve_unique_index(&self, operation: &mut Operation) {
        if self.backend.capabilities().unique_index_is_no_constraint {
            return;
        }
        let table_of = |index: &QualifiedName| self.table_of_unique(index);
        match operation {
            Operation::DropIndex { name, if_exists, .. } => {
                if let Some(table) = table_of(name) {
                    *operation =
                        Operation::DropConstraint { table, name: name.name.clone(), if_exists: *if_exists };
                }
            }
            Operation::RenameIndex { from, to } => {
                if let Some(table) = table_of(from) {
                    *operation =
                        Operation::RenameConstraint { table, from: from.name.clone(), to: to.clone() };
                }
            }
            _ => {}
        }
    }

    fn table_of_unique(&self, index: &QualifiedName) -> Option<QualifiedName> {
        if self.schema.table_of_index(index).is_some() {
            return None;
        }
        let is_it = |table: &&Table| {
            table.name.namespace == index.namespace
                && table
                    .constraint(&index.name)
                    .is_some_and(|constraint| matches!(constraint.kind, ConstraintKind::Unique(_)))
        };
        self.schema.tables.values().find(is_it).map(|table| table.name.clone())
    }
}

/// Adds the enum types of another schema, and, where the backend has no such
/// types, says which columns are of them: those with the labels that the other
/// schema `shown` by the backend has.
fn recall_enums(schema: &mut Schema, from: &Schema, shown: Option<&Schema>, enum_types: bool) {
    for (name, enum_type) in &from.enums {
        schema.enums.entry(name.clone()).or_insert_with(|| enum_type.clone());
    }
    if enum_types {
        return;
    }
    for (name, known) in &from.tables {
        let Some(table) = schema.tables.get_mut(name) else { continue };
        for column in &known.columns {
            if let Type::Enum(_) = &column.ty
                && let Some(found) = table.column_mut(&column.name)
                && is_inline_enum(&found.ty)
                && shown
                    .and_then(|shown| shown.tables.get(name)?.column(&column.name))
                    .is_none_or(|shown| shown.ty == found.ty)
            {
                found.ty = column.ty.clone();
            }
        }
    }
}

/// Whether a native type is a list of labels.
fn is_inline_enum(ty: &Type) -> bool {
    matches!(ty, Type::Native(text) if text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("enum(")))
}

fn is_unnamed_key(constraint: &Constraint) -> bool {
    constraint.name.is_none() && matches!(constraint.kind, ConstraintKind::PrimaryKey(_))
}

fn primary_key(table: &Table) -> Option<&Constraint> {
    table.constraints.iter().find(|constraint| matches!(constraint.kind, ConstraintKind::PrimaryKey(_)))
}

/// The name of an enum type that a native type may be.
fn native_name(ty: &Type) -> Option<QualifiedName> {
    match ty {
        Type::Native(text) => portable::native_type_name(text),
        _ => None,
    }
}
