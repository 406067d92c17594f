//! Columns.

use std::collections::HashMap;

use retort_core::schema::{Column, Generated, GeneratedStorage, Identity, IdentityMode, Name};

use super::{
    assemble::{Assembly, options},
    rows::{ColumnRow, SequenceRow},
    sequence, unmanaged,
};
use crate::types;

/// What the server itself keeps among the options of a column, since the minor
/// releases of November 2026: which version of the type its values are of.
const OWN_OPTION: &str = "pg_attver";

/// Gives the columns to their tables.
pub(super) fn add_all(assembly: &mut Assembly, mut rows: Vec<ColumnRow>, sequences: &[SequenceRow]) {
    let sequences: HashMap<(u32, i32), &SequenceRow> = sequences
        .iter()
        .filter(|row| row.is_identity())
        .filter_map(|row| Some(((row.relation?, row.column?), row)))
        .collect();
    rows.sort_unstable_by_key(|row| (row.relation, row.number));
    for row in rows {
        let name = Name::new(row.name.as_str());
        if assembly.names.contains_key(&row.relation) {
            assembly.columns.insert((row.relation, row.number), name.clone());
        }
        if assembly.views.contains_key(&row.relation) {
            unmanaged::add_view_column(assembly, row);
            continue;
        }
        let sequence = sequences.get(&(row.relation, i32::from(row.number))).copied();
        let ty = match assembly.types.get(&row.ty) {
            Some(ty) => ty.clone(),
            None => types::read::from_catalog(row.ty, row.modifier, row.type_text.as_deref()),
        };
        if let Some(table) = assembly.tables.get_mut(&row.relation) {
            table.columns.push(column(row, Column::new(name, ty), sequence));
        }
    }
}

fn column(row: ColumnRow, column: Column, sequence: Option<&SequenceRow>) -> Column {
    let mode = match row.identity {
        'a' => Some(IdentityMode::Always),
        'd' => Some(IdentityMode::ByDefault),
        _ => None,
    };
    let identity =
        mode.map(|mode| Identity { mode, sequence: sequence.map(sequence::options).unwrap_or_default() });
    let storage = match row.generated {
        's' => Some(GeneratedStorage::Stored),
        'v' => Some(GeneratedStorage::Virtual),
        _ => None,
    };
    let (default, generated) = match (row.expression, storage) {
        (Some(text), Some(storage)) => (None, Some(Generated { expression: text.into(), storage })),
        (text, _) => (text.map(Into::into), None),
    };
    let mut options = options(row.options.as_deref());
    options.remove(OWN_OPTION);
    let storage = match row.storage {
        'p' => Some("plain"),
        'e' => Some("external"),
        'm' => Some("main"),
        'x' => Some("extended"),
        _ => None,
    };
    options.extend(storage.map(|word| ("storage".to_owned(), word.to_owned())));
    let compression = match row.compression {
        'p' => Some("pglz"),
        'l' => Some("lz4"),
        _ => None,
    };
    options.extend(compression.map(|word| ("compression".to_owned(), word.to_owned())));
    options.extend(row.statistics.map(|target| ("statistics".to_owned(), target.to_string())));
    Column {
        nullable: !row.is_not_null,
        default,
        identity,
        generated,
        collation: row.collation.map(Name::new),
        comment: row.comment,
        options,
        ..column
    }
}
