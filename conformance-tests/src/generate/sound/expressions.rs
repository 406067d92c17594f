//! Expressions of which every database knows what they are, and of which no row
//! makes a check fail.

use retort_core::schema::{Column, Expression, Schema, Table, Type};

use super::{Choices, NUMBER, is_linked, spelled};

/// A condition over columns of the table that holds for all rows.
pub(super) fn condition(schema: &Schema, table: &Table, choices: &mut Choices) -> Option<Expression> {
    let columns: Vec<&Column> =
        table.columns.iter().filter(|column| is_base(schema, table, column)).collect();
    let first = term(choices.one_of(&columns)?, choices)?;
    Some(
        match choices.below(4) {
            0 => {
                let second = choices.one_of(&columns).and_then(|column| term(column, choices));
                second.map_or(first.clone(), |second| format!("{first} AND {second}"))
            }
            1 => {
                let second = choices.one_of(&columns).and_then(|column| term(column, choices));
                second.map_or(first.clone(), |second| format!("({first} OR {second}) AND {first}"))
            }
            _ => first,
        }
        .into(),
    )
}

/// Whether other things may be computed from the column everywhere.
pub(super) fn is_base(schema: &Schema, table: &Table, column: &Column) -> bool {
    column.name.as_str() != NUMBER
        && column.generated.is_none()
        && column.identity.is_none()
        && !is_linked(schema, table, &column.name)
}

fn term(column: &Column, choices: &mut Choices) -> Option<String> {
    let name = spelled(&column.name);
    let forms: &[&str] = match &column.ty {
        Type::SmallInt | Type::Integer | Type::BigInt => &[
            "$ > -1000",
            "$ < 30000",
            "$ <> 77",
            "$ BETWEEN -5 AND 30000",
            "NOT $ = 77",
            "$ + 1 > -1000",
            "$ * 2 < 60000",
            "abs($) < 30000",
            "coalesce($, 0) < 30000",
            "$ IS NULL OR $ > 0",
            "$ NOT IN (77, 78)",
        ],
        Type::VarChar(_) | Type::Text => &[
            "$ <> 'never'",
            "$ <> 'it''s'",
            "length($) < 100",
            "lower($) <> 'never'",
            "$ NOT LIKE 'n%r'",
            "coalesce($, 'none') <> 'never'",
            "$ IS NULL OR $ <> ''",
            "$ NOT IN ('a', 'b\\c')",
        ],
        Type::Numeric { .. } => &["$ >= 0", "$ < 1000.50", "$ <> 77.7"],
        _ => return None,
    };
    Some(choices.one_of(forms)?.replace('$', &name))
}

/// What a column is computed from, and the type that comes out.
pub(super) fn computed(schema: &Schema, table: &Table, choices: &mut Choices) -> Option<(Expression, Type)> {
    let columns: Vec<&Column> = table
        .columns
        .iter()
        .filter(|column| is_base(schema, table, column) && !matches!(column.ty, Type::SmallInt))
        .collect();
    let column = choices.one_of(&columns)?;
    let name = spelled(&column.name);
    let forms: &[&str] = match &column.ty {
        Type::Integer | Type::BigInt => {
            &["$ + 1", "$ * 2", "coalesce($, 0)", "CASE WHEN $ > 1 THEN $ ELSE 0 END"]
        }
        Type::Text => &["lower($)", "$ || '-x'", "coalesce($, 'it''s')"],
        _ => return None,
    };
    Some((choices.one_of(forms)?.replace('$', &name).into(), column.ty.clone()))
}

/// What an index can be on everywhere that has such indexes.
pub(super) fn key(schema: &Schema, table: &Table, choices: &mut Choices) -> Option<Expression> {
    let columns: Vec<&Column> =
        table.columns.iter().filter(|column| is_base(schema, table, column)).collect();
    let column = choices.one_of(&columns)?;
    let name = spelled(&column.name);
    let forms: &[&str] = match &column.ty {
        Type::Integer | Type::BigInt => &["$ + 1", "abs($)", "coalesce($, 0)"],
        Type::VarChar(_) => &["lower($)", "upper($)"],
        _ => return None,
    };
    Some(choices.one_of(forms)?.replace('$', &name).into())
}
