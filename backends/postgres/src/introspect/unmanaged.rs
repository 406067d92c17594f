//! What the model cannot hold: objects of other kinds, and clauses of objects
//! that it holds for the rest.

use retort_core::schema::{Name, QualifiedName, Unmanaged};

use super::{
    assemble::Assembly,
    rows::{ColumnRow, ConstraintRow, IndexRow, RelationRow, UnmanagedRow},
};
use crate::syntax::SYNTAX;

/// Adds an object that is outside the model altogether.
pub(super) fn add(assembly: &mut Assembly, row: UnmanagedRow) {
    let table = match row.relation {
        // It goes with the table that is excluded.
        Some(oid) => match assembly.names.get(&oid) {
            Some(table) => Some(table.clone()),
            None => return,
        },
        None => None,
    };
    if let Some(name) = assembly.name(row.namespace, &row.name) {
        let definition = row.definition;
        assembly.schema.unmanaged.push(Unmanaged { kind: row.kind, name, table, definition });
    }
}

/// A table, a view, or what looks like one.
pub(super) struct Relation<'a> {
    pub(super) name: &'a QualifiedName,
    pub(super) row: &'a RelationRow,
    /// The tables that it inherits from.
    pub(super) parents: Vec<QualifiedName>,
}

impl Relation<'_> {
    /// What of it is outside the model: all, or some clauses.
    pub(super) fn unmanaged(&self) -> Vec<Unmanaged> {
        let Self { name, row, parents } = self;
        let kind = match row.kind {
            'r' if row.is_partition => "partition",
            'p' if row.is_partition => "partition",
            'r' => return self.clauses_of_table(),
            'v' => return self.clauses_of_view(),
            'm' => "materialized view",
            'p' => "partitioned table",
            _ => "foreign table",
        };
        let definition = row.query.as_ref().map(|query| {
            let query = query.trim().trim_end_matches(';');
            format!("CREATE MATERIALIZED VIEW {} AS {query}", SYNTAX.quote_qualified(name))
        });
        vec![Unmanaged {
            kind: kind.to_owned(),
            name: (*name).clone(),
            table: parents.first().cloned().filter(|_| row.is_partition),
            definition,
        }]
    }

    fn clauses_of_table(&self) -> Vec<Unmanaged> {
        let table = SYNTAX.quote_qualified(self.name);
        let mut clauses = Vec::new();
        let mut add = |kind: &str, name: &QualifiedName, action: String| {
            let definition = Some(format!("ALTER TABLE {table} {action}"));
            clauses.push(self.clause(kind, name, definition));
        };
        for parent in &self.parents {
            add("inheritance", parent, format!("INHERIT {}", SYNTAX.quote_qualified(parent)));
        }
        if let Some(ty) = &self.row.of_type {
            add("row type", self.name, format!("OF {ty}"));
        }
        if self.row.has_row_security {
            add("row security", self.name, "ENABLE ROW LEVEL SECURITY".to_owned());
        }
        if self.row.forces_row_security {
            add("row security", self.name, "FORCE ROW LEVEL SECURITY".to_owned());
        }
        match self.row.replica_identity {
            'f' => add("replica identity", self.name, "REPLICA IDENTITY FULL".to_owned()),
            'n' => add("replica identity", self.name, "REPLICA IDENTITY NOTHING".to_owned()),
            _ => {}
        }
        clauses
    }

    fn clauses_of_view(&self) -> Vec<Unmanaged> {
        let Some(options) = &self.row.options else { return Vec::new() };
        let view = SYNTAX.quote_qualified(self.name);
        let definition = format!("ALTER VIEW {view} SET ({})", options.join(", "));
        vec![self.clause("view options", self.name, Some(definition))]
    }

    fn clause(&self, kind: &str, name: &QualifiedName, definition: Option<String>) -> Unmanaged {
        Unmanaged { kind: kind.to_owned(), name: name.clone(), table: Some(self.name.clone()), definition }
    }
}

/// Adds what a view says of a column: the columns of a view have nothing but
/// names in the model.
pub(super) fn add_view_column(assembly: &mut Assembly, row: ColumnRow) {
    let Some(view) = assembly.names.get(&row.relation).cloned() else { return };
    let quoted = SYNTAX.quote_qualified(&view);
    let column = SYNTAX.quote_identifier(&row.name);
    let comment = row.comment.map(|comment| {
        let comment = SYNTAX.quote_literal(&comment);
        ("comment", format!("COMMENT ON COLUMN {quoted}.{column} IS {comment}"))
    });
    let default = row.expression.map(|default| {
        ("default", format!("ALTER VIEW {quoted} ALTER COLUMN {column} SET DEFAULT {default}"))
    });
    for (kind, definition) in comment.into_iter().chain(default) {
        push(assembly, kind, &view, &row.name, Some(definition));
    }
}

/// Adds what the model cannot hold of a constraint.
pub(super) fn add_beside_constraint(assembly: &mut Assembly, row: &ConstraintRow) {
    let Some(table) = assembly.names.get(&row.relation).cloned() else { return };
    let quoted = SYNTAX.quote_qualified(&table);
    let name = SYNTAX.quote_identifier(&row.name);
    if let Some(comment) = &row.comment {
        let comment = SYNTAX.quote_literal(comment);
        let definition = format!("COMMENT ON CONSTRAINT {name} ON {quoted} IS {comment}");
        push(assembly, "comment", &table, &row.name, Some(definition));
    }
    let definition =
        row.definition.as_ref().map(|text| format!("ALTER TABLE {quoted} ADD CONSTRAINT {name} {text}"));
    let kind = if row.kind == 'x' { "exclusion constraint" } else { "constraint clause" };
    if definition.is_some() {
        push(assembly, kind, &table, &row.name, definition);
    }
}

/// Adds what the model cannot hold of an index.
pub(super) fn add_beside_index(assembly: &mut Assembly, row: &IndexRow) {
    let Some(table) = assembly.names.get(&row.relation).cloned() else { return };
    let quoted = SYNTAX.quote_qualified(&table);
    let name = SYNTAX.quote_identifier(&row.name);
    let qualified = SYNTAX.quote_qualified(&table.with_name(row.name.as_str()));
    if let Some(comment) = &row.comment {
        let definition = format!("COMMENT ON INDEX {qualified} IS {}", SYNTAX.quote_literal(comment));
        push(assembly, "comment", &table, &row.name, Some(definition));
    }
    if row.is_clustered {
        let definition = format!("ALTER TABLE {quoted} CLUSTER ON {name}");
        push(assembly, "clustering", &table, &row.name, Some(definition));
    }
    if row.is_replica_identity {
        let definition = format!("ALTER TABLE {quoted} REPLICA IDENTITY USING INDEX {name}");
        push(assembly, "replica identity", &table, &row.name, Some(definition));
    }
    if row.has_operator_class_options {
        push(assembly, "operator class options", &table, &row.name, row.definition.clone());
    }
}

/// Adds an index on what is no table of the model.
pub(super) fn add_index(assembly: &mut Assembly, row: IndexRow) {
    if let Some(table) = assembly.names.get(&row.relation).cloned() {
        push(assembly, "index", &table, &row.name, row.definition);
    }
}

/// Adds something that belongs to a table, and is in the namespace of the table.
fn push(assembly: &mut Assembly, kind: &str, table: &QualifiedName, name: &str, definition: Option<String>) {
    assembly.schema.unmanaged.push(Unmanaged {
        kind: kind.to_owned(),
        name: table.with_name(Name::new(name)),
        table: Some(table.clone()),
        definition,
    });
}
