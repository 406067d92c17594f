//! What a change of a column leaves as it is without saying so.

use super::item::Item;
use crate::{
    backend::Capabilities,
    operation::{ColumnChange, Operation},
    schema::{Column, Schema, Type},
};

/// Writes into an operation what it leaves as it is. `run` is what is planned
/// together with it, and before it; the schema is the one before that.
pub(super) fn keep(operation: &mut Operation, schema: &Schema, run: &[Item], capabilities: &Capabilities) {
    let Operation::AlterColumn { table, column: name, change } = operation else {
        return;
    };
    match change {
        // `SET EXPRESSION` does not say where the value lives.
        ColumnChange::Generated(Some(_)) => {}
        ColumnChange::Type { ty, collation: None, .. }
            if capabilities.type_change_keeps_collation && is_text(ty) => {}
        _ => return,
    }
    let Some(table) = schema.tables.get(table) else { return };
    // Most runs have one operation.
    let changed = (!run.is_empty()).then(|| {
        let tables = [(table.name.clone(), table.clone())].into();
        let mut alone = Schema { tables, enums: schema.enums.clone(), ..Schema::default() };
        for item in run {
            // What does not fit is refused where it is planned.
            let _ = item.operation.apply_to(&mut alone);
        }
        alone
    });
    let table = changed.as_ref().and_then(|alone| alone.tables.values().next()).unwrap_or(table);
    if let Some(column) = table.column(name) {
        keep_of(column, change);
    }
}

fn keep_of(column: &Column, change: &mut ColumnChange) {
    match change {
        ColumnChange::Generated(Some(generated)) => {
            if let Some(before) = &column.generated {
                generated.storage = before.storage;
            }
        }
        ColumnChange::Type { collation, .. } => collation.clone_from(&column.collation),
        ColumnChange::Nullable(_)
        | ColumnChange::Default(_)
        | ColumnChange::Identity(_)
        | ColumnChange::Generated(None)
        | ColumnChange::Comment(_) => {}
    }
}

/// Whether values of the type are text, which has a collation.
fn is_text(ty: &Type) -> bool {
    match ty {
        Type::Char(_) | Type::VarChar(_) | Type::Text | Type::Enum(_) => true,
        Type::Native(text) => {
            let text = text.to_ascii_lowercase();
            ["char", "text"].iter().any(|word| text.contains(word))
                || ["enum(", "set("].iter().any(|word| text.starts_with(word))
        }
        Type::SmallInt
        | Type::Integer
        | Type::BigInt
        | Type::Boolean
        | Type::Real
        | Type::Double
        | Type::Numeric { .. }
        | Type::Binary(_)
        | Type::VarBinary(_)
        | Type::Blob
        | Type::Date
        | Type::Time(_)
        | Type::Timestamp(_)
        | Type::TimestampTz(_)
        | Type::Uuid
        | Type::Json
        | Type::Jsonb
        | Type::Array(_) => false,
    }
}
