//! Constraints.

use std::collections::HashMap;

use retort_core::schema::{
    Check, Constraint, ConstraintKind, Deferrable, ForeignKey, MatchKind, Name, PrimaryKey, QualifiedName,
    ReferentialAction, Unique,
};

use super::{
    assemble::Assembly,
    rows::{ConstraintRow, IndexRow},
    unmanaged,
};

/// Gives the constraints to their tables. `indexes` are those behind
/// constraints, by oid.
pub(super) fn add_all(assembly: &mut Assembly, rows: Vec<ConstraintRow>, indexes: &HashMap<u32, IndexRow>) {
    for row in rows {
        let index = indexes.get(&row.index).filter(|_| matches!(row.kind, 'p' | 'u'));
        unmanaged::add_beside_constraint(assembly, &row);
        let Some(kind) = kind(assembly, &row, index) else { continue };
        if let Some(table) = assembly.tables.get_mut(&row.relation) {
            table.constraints.push(Constraint { name: Some(Name::new(row.name)), kind });
        }
    }
}

/// What the constraint demands, or `None` if the model has no such thing.
fn kind(assembly: &Assembly, row: &ConstraintRow, index: Option<&IndexRow>) -> Option<ConstraintKind> {
    let columns = || assembly.column_names(row.relation, row.columns.as_deref().unwrap_or_default());
    match row.kind {
        'p' => Some(ConstraintKind::PrimaryKey(PrimaryKey { columns: columns() })),
        'u' => Some(ConstraintKind::Unique(Unique {
            columns: columns(),
            nulls_not_distinct: index.is_some_and(|index| index.nulls_not_distinct),
            deferrable: deferrable(row),
        })),
        'f' => Some(ConstraintKind::ForeignKey(foreign_key(assembly, row, columns())?)),
        'c' => Some(ConstraintKind::Check(Check {
            expression: row.expression.as_deref().unwrap_or_default().into(),
            validated: row.is_validated,
        })),
        _ => None,
    }
}

fn foreign_key(assembly: &Assembly, row: &ConstraintRow, columns: Vec<Name>) -> Option<ForeignKey> {
    let references: QualifiedName =
        assembly.name(row.referenced_namespace?, row.referenced_table.as_deref()?)?;
    let referenced = row.referenced_columns.iter().flatten();
    Some(ForeignKey {
        columns,
        references,
        referenced_columns: referenced.map(|name| Name::new(name.as_str())).collect(),
        on_delete: action(row.delete_action),
        on_update: action(row.update_action),
        match_kind: if row.match_kind == 'f' { MatchKind::Full } else { MatchKind::Simple },
        deferrable: deferrable(row),
        validated: row.is_validated,
    })
}

fn action(letter: char) -> ReferentialAction {
    match letter {
        'r' => ReferentialAction::Restrict,
        'c' => ReferentialAction::Cascade,
        'n' => ReferentialAction::SetNull,
        'd' => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}

fn deferrable(row: &ConstraintRow) -> Deferrable {
    match (row.is_deferrable, row.is_deferred) {
        (false, _) => Deferrable::No,
        (true, false) => Deferrable::InitiallyImmediate,
        (true, true) => Deferrable::InitiallyDeferred,
    }
}
