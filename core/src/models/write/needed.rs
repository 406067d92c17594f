//! Objects outside the model that what is in it needs: the sequence that a
//! default takes numbers from, the domain that is the type of a column.

use std::collections::BTreeSet;

use crate::schema::{Column, ConstraintKind, IndexKey, Schema, Table, Type, Unmanaged, View};

/// What is needed, by positions among the unmanaged objects of a schema.
#[derive(Debug, Default)]
pub(super) struct Needed {
    /// By tables, before they are there.
    pub(super) early: BTreeSet<usize>,
    /// By views, beside the tables.
    pub(super) by_views: BTreeSet<usize>,
    /// By defaults of the very table that they belong to.
    pub(super) own: BTreeSet<usize>,
}

impl Needed {
    pub(super) fn of(schema: &Schema) -> Self {
        let mut needed = Self::default();
        for (at, object) in schema.unmanaged.iter().enumerate().filter(|(_, it)| it.definition.is_some()) {
            let is_used = |table: &Table| texts(table).iter().any(|text| mentions(text, object));
            match &object.table {
                None if schema.tables.values().any(is_used) => needed.early.insert(at),
                None if schema.views.values().any(|view: &View| mentions(view.query.as_str(), object)) => {
                    needed.by_views.insert(at)
                }
                None => false,
                Some(table) => {
                    let columns = schema.tables.get(table).into_iter().flat_map(|table| &table.columns);
                    let mut columns = columns;
                    columns.any(|column| default_needs(column, object)) && needed.own.insert(at)
                }
            };
        }
        needed
    }

    /// Whether an object is written although it is outside the model.
    pub(super) fn has(&self, at: usize) -> bool {
        [&self.early, &self.by_views, &self.own].into_iter().any(|set| set.contains(&at))
    }
}

/// Whether the default of a column mentions the object.
pub(crate) fn default_needs(column: &Column, object: &Unmanaged) -> bool {
    column.default.as_ref().is_some_and(|default| mentions(default.as_str(), object))
}

/// All texts in a table in which something may be named.
fn texts(table: &Table) -> Vec<&str> {
    let mut texts = Vec::new();
    for column in &table.columns {
        if let Type::Native(text) = element(&column.ty) {
            texts.push(text.as_str());
        }
        texts.extend(column.default.as_ref().map(|default| default.as_str()));
        texts.extend(column.generated.as_ref().map(|generated| generated.expression.as_str()));
    }
    for constraint in &table.constraints {
        if let ConstraintKind::Check(check) = &constraint.kind {
            texts.push(check.expression.as_str());
        }
    }
    for index in &table.indexes {
        texts.extend(index.predicate.as_ref().map(|predicate| predicate.as_str()));
        texts.extend(index.key.iter().filter_map(|part| match &part.key {
            IndexKey::Expression(expression) => Some(expression.as_str()),
            IndexKey::Column(_) => None,
        }));
    }
    texts
}

/// What an array is of.
fn element(ty: &Type) -> &Type {
    let mut ty = ty;
    while let Type::Array(inner) = ty {
        ty = inner;
    }
    ty
}

/// Whether a text has the name of an object, in a string or not.
fn mentions(text: &str, object: &Unmanaged) -> bool {
    let name = object.name.name.as_str();
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    if name.chars().all(is_part) {
        text.split(|c: char| !is_part(c)).any(|word| word.eq_ignore_ascii_case(name))
    } else {
        text.contains(name)
    }
}
