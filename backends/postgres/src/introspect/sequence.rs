//! Sequences: those of identity columns are part of the model, others are not.

use std::fmt::Write as _;

use retort_core::schema::{SequenceOptions, Unmanaged};

use super::{assemble::Assembly, rows::SequenceRow};
use crate::{
    sequence::{SequenceRange, without_defaults},
    syntax::SYNTAX,
};

impl SequenceRow {
    /// Whether it numbers the rows of an identity column.
    pub(super) fn is_identity(&self) -> bool {
        self.dependency.map(i8::cast_unsigned) == Some(b'i')
    }
}

/// The options of a sequence that are not what it would have without.
pub(super) fn options(row: &SequenceRow) -> SequenceOptions {
    let all = SequenceOptions {
        start: Some(row.start),
        increment: Some(row.increment),
        min: Some(row.min),
        max: Some(row.max),
        cache: Some(row.cache),
        cycle: row.cycles,
    };
    without_defaults(&all, SequenceRange::of_type_name(&row.ty))
}

/// Adds the sequences that are not part of a column.
///
/// That of a `serial` column, which it belongs to, is among them: the column has
/// a default, `nextval('t_id_seq'::regclass)`, and no identity, so that is what
/// the model holds. Creating the table again needs the sequence first.
pub(super) fn add_all(assembly: &mut Assembly, rows: Vec<SequenceRow>) {
    for row in rows.into_iter().filter(|row| !row.is_identity()) {
        let Some(name) = assembly.name(row.namespace, &row.name) else { continue };
        let table = row.relation.map(|oid| assembly.names.get(&oid).cloned());
        // It goes with the table that it belongs to.
        if table == Some(None) {
            continue;
        }
        let table = table.flatten();
        let column = row.column.and_then(|number| i16::try_from(number).ok());
        let column = row.relation.zip(column).and_then(|key| assembly.columns.get(&key));
        let mut definition = format!("CREATE SEQUENCE {} AS {}", SYNTAX.quote_qualified(&name), row.ty);
        let SequenceOptions { start, increment, min, max, cache, cycle } = options(&row);
        let clauses = [
            start.map(|value| format!(" START WITH {value}")),
            increment.map(|value| format!(" INCREMENT BY {value}")),
            min.map(|value| format!(" MINVALUE {value}")),
            max.map(|value| format!(" MAXVALUE {value}")),
            cache.map(|value| format!(" CACHE {value}")),
            cycle.then(|| " CYCLE".to_owned()),
        ];
        definition.extend(clauses.into_iter().flatten());
        if let (Some(table), Some(column)) = (&table, column) {
            let column = SYNTAX.quote_identifier(column.as_str());
            // Writing to a string doesn't fail.
            let _ = write!(definition, " OWNED BY {}.{column}", SYNTAX.quote_qualified(table));
        }
        assembly.schema.unmanaged.push(Unmanaged {
            kind: "sequence".to_owned(),
            name,
            table,
            definition: Some(definition),
        });
    }
}
