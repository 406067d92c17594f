//! Which fields of the model differ between two schemas: a table of cases is
//! complete if each field that an engine can show is changed by one of them.

use std::collections::BTreeSet;

use retort_core::schema::{
    Check, Column, Constraint, ConstraintKind, EnumType, ForeignKey, Generated, Identity, Index, IndexKey,
    IndexKeyPart, PrimaryKey, Schema, SequenceOptions, Table, Type, Unique, View,
};

use crate::case::Engine;

/// The names of fields.
pub(crate) type Clauses = BTreeSet<&'static str>;

/// The fields of the model that the engine cannot show, or show to change; none
/// where nobody has listed them yet.
pub(crate) fn missing(engine: Engine) -> Option<&'static [&'static str]> {
    match engine {
        Engine::Sqlite => Some(&[
            "check.validated",
            "enum.comment",
            "enum.values",
            "enums",
            "foreign key.match_kind",
            "foreign key.validated",
            "identity.mode",
            "identity.sequence",
            "index.include",
            "index.method",
            "index.nulls_not_distinct",
            "index.options",
            "key part.nulls",
            "key part.operator_class",
            "key part.prefix",
            "namespaces",
            "sequence.cache",
            "sequence.cycle",
            "sequence.increment",
            "sequence.max",
            "sequence.min",
            "sequence.start",
            "unique.deferrable",
            "unique.nulls_not_distinct",
            "view.comment",
        ]),
        Engine::Postgresql => Some(&["generated.storage", "key part.prefix", "view.columns"]),
        Engine::Mysql | Engine::Mariadb => None,
    }
}

/// Compares, and notes each field by its name. A new field of the model does
/// not compile until it has its place here.
struct Comparison {
    /// The fields that there are.
    known: Clauses,
    /// Those that differ.
    changed: Clauses,
}

/// The fields that differ, and all fields of what both schemas have.
pub(crate) fn compare(before: &Schema, after: &Schema) -> (Clauses, Clauses) {
    let mut comparison = Comparison { known: Clauses::new(), changed: Clauses::new() };
    comparison.schema(before, after);
    (comparison.changed, comparison.known)
}

impl Comparison {
    fn field<T: PartialEq>(&mut self, name: &'static str, before: &T, after: &T) {
        self.known.insert(name);
        if before != after {
            self.changed.insert(name);
        }
    }

    fn schema(&mut self, before: &Schema, after: &Schema) {
        let Schema { namespaces, enums, tables, views, unmanaged: _ } = before;
        self.field("namespaces", namespaces, &after.namespaces);
        self.field("enums", &enums.keys().collect::<Vec<_>>(), &after.enums.keys().collect());
        self.field("tables", &tables.keys().collect::<Vec<_>>(), &after.tables.keys().collect());
        self.field("views", &views.keys().collect::<Vec<_>>(), &after.views.keys().collect());
        for (name, before) in enums {
            let Some(after) = after.enums.get(name) else { continue };
            let EnumType { name: _, values, comment } = before;
            self.field("enum.values", values, &after.values);
            self.field("enum.comment", comment, &after.comment);
        }
        for (name, before) in views {
            let Some(after) = after.views.get(name) else { continue };
            let View { name: _, columns, query, comment } = before;
            self.field("view.columns", columns, &after.columns);
            self.field("view.query", query, &after.query);
            self.field("view.comment", comment, &after.comment);
        }
        for (name, before) in tables {
            if let Some(after) = after.tables.get(name) {
                self.table(before, after);
            }
        }
    }

    fn table(&mut self, before: &Table, after: &Table) {
        let Table { name: _, columns, constraints, indexes, comment, options, stored: _ } = before;
        let column_names = |table: &Table| -> BTreeSet<_> {
            table.columns.iter().map(|column| column.name.clone()).collect()
        };
        let constraint_names = |table: &Table| -> BTreeSet<_> {
            table.constraints.iter().map(|constraint| constraint.name.clone()).collect()
        };
        let index_names =
            |table: &Table| -> BTreeSet<_> { table.indexes.iter().map(|index| index.name.clone()).collect() };
        self.field("table.columns", &column_names(before), &column_names(after));
        self.field("table.constraints", &constraint_names(before), &constraint_names(after));
        self.field("table.indexes", &index_names(before), &index_names(after));
        self.field("table.comment", comment, &after.comment);
        self.field("table.options", options, &after.options);
        for before in columns {
            if let Some(after) = after.column(&before.name) {
                self.column(before, after);
            }
        }
        for before in constraints {
            if let Some(after) = after.constraints.iter().find(|after| after.name == before.name) {
                self.constraint(before, after);
            }
        }
        for before in indexes {
            if let Some(after) = after.index(&before.name) {
                self.index(before, after);
            }
        }
    }

    fn column(&mut self, before: &Column, after: &Column) {
        let Column { name: _, ty, nullable, default, identity, generated, collation, comment, options } =
            before;
        self.field("column.type", ty, &after.ty);
        match (ty, &after.ty) {
            (Type::VarChar(before), Type::VarChar(after)) => self.field("type.length", before, after),
            (Type::Char(before), Type::Char(after)) => self.field("type.length", before, after),
            (
                Type::Numeric { precision, scale },
                Type::Numeric { precision: precision_after, scale: scale_after },
            ) => {
                self.field("type.precision", precision, precision_after);
                self.field("type.scale", scale, scale_after);
            }
            (Type::Timestamp(before), Type::Timestamp(after)) => {
                self.field("type.digits", before, after);
            }
            _ => {}
        }
        self.field("column.nullable", nullable, &after.nullable);
        self.field("column.default", default, &after.default);
        self.field("column.identity", &identity.is_some(), &after.identity.is_some());
        self.field("column.generated", &generated.is_some(), &after.generated.is_some());
        self.field("column.collation", collation, &after.collation);
        self.field("column.comment", comment, &after.comment);
        self.field("column.options", options, &after.options);
        if let (Some(before), Some(after)) = (identity, &after.identity) {
            let Identity { mode, sequence } = before;
            self.field("identity.mode", mode, &after.mode);
            self.field("identity.sequence", sequence, &after.sequence);
            let SequenceOptions { start, increment, min, max, cache, cycle } = sequence;
            self.field("sequence.start", start, &after.sequence.start);
            self.field("sequence.increment", increment, &after.sequence.increment);
            self.field("sequence.min", min, &after.sequence.min);
            self.field("sequence.max", max, &after.sequence.max);
            self.field("sequence.cache", cache, &after.sequence.cache);
            self.field("sequence.cycle", cycle, &after.sequence.cycle);
        }
        if let (Some(before), Some(after)) = (generated, &after.generated) {
            let Generated { expression, storage } = before;
            self.field("generated.expression", expression, &after.expression);
            self.field("generated.storage", storage, &after.storage);
        }
    }

    fn constraint(&mut self, before: &Constraint, after: &Constraint) {
        match (&before.kind, &after.kind) {
            (ConstraintKind::PrimaryKey(PrimaryKey { columns }), ConstraintKind::PrimaryKey(after)) => {
                self.field("primary key.columns", columns, &after.columns);
            }
            (
                ConstraintKind::Unique(Unique { columns, nulls_not_distinct, deferrable }),
                ConstraintKind::Unique(after),
            ) => {
                self.field("unique.columns", columns, &after.columns);
                self.field("unique.nulls_not_distinct", nulls_not_distinct, &after.nulls_not_distinct);
                self.field("unique.deferrable", deferrable, &after.deferrable);
            }
            (ConstraintKind::ForeignKey(before), ConstraintKind::ForeignKey(after)) => {
                let ForeignKey {
                    columns,
                    references,
                    referenced_columns,
                    on_delete,
                    on_update,
                    match_kind,
                    deferrable,
                    validated,
                } = before;
                self.field("foreign key.columns", columns, &after.columns);
                self.field("foreign key.references", references, &after.references);
                self.field("foreign key.referenced_columns", referenced_columns, &after.referenced_columns);
                self.field("foreign key.on_delete", on_delete, &after.on_delete);
                self.field("foreign key.on_update", on_update, &after.on_update);
                self.field("foreign key.match_kind", match_kind, &after.match_kind);
                self.field("foreign key.deferrable", deferrable, &after.deferrable);
                self.field("foreign key.validated", validated, &after.validated);
            }
            (ConstraintKind::Check(Check { expression, validated }), ConstraintKind::Check(after)) => {
                self.field("check.expression", expression, &after.expression);
                self.field("check.validated", validated, &after.validated);
            }
            (
                ConstraintKind::PrimaryKey(_)
                | ConstraintKind::Unique(_)
                | ConstraintKind::ForeignKey(_)
                | ConstraintKind::Check(_),
                _,
            ) => {}
        }
    }

    fn index(&mut self, before: &Index, after: &Index) {
        let Index { name: _, unique, key, predicate, include, method, nulls_not_distinct, options } = before;
        self.field("index.unique", unique, &after.unique);
        self.field("index.key", &key.len(), &after.key.len());
        self.field("index.predicate", predicate, &after.predicate);
        self.field("index.include", include, &after.include);
        self.field("index.method", method, &after.method);
        self.field("index.nulls_not_distinct", nulls_not_distinct, &after.nulls_not_distinct);
        self.field("index.options", options, &after.options);
        for (before, after) in key.iter().zip(&after.key) {
            let IndexKeyPart { key, collation, operator_class, order, nulls, prefix } = before;
            match (key, &after.key) {
                (IndexKey::Column(before), IndexKey::Column(after)) => {
                    self.field("key part.column", before, after);
                }
                (IndexKey::Expression(before), IndexKey::Expression(after)) => {
                    self.field("key part.expression", before, after);
                }
                (IndexKey::Column(_) | IndexKey::Expression(_), _) => {}
            }
            self.field("key part.collation", collation, &after.collation);
            self.field("key part.operator_class", operator_class, &after.operator_class);
            self.field("key part.order", order, &after.order);
            self.field("key part.nulls", nulls, &after.nulls);
            self.field("key part.prefix", prefix, &after.prefix);
        }
    }
}
