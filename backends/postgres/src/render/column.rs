//! Definitions of columns, and what numbers their rows.

use retort_core::{
    backend::BackendError,
    schema::{
        Column, Expression, Generated, GeneratedStorage, Identity, IdentityMode, Name, QualifiedName,
        SequenceOptions,
    },
    sql::{TokenKind, lex},
};

use super::{literal, quote};
use crate::{server::Server, syntax::SYNTAX, types::type_sql};

/// The definition of a column of the table.
///
/// # Errors
///
/// Fails with what this version of PostgreSQL lacks.
pub(super) fn definition(
    table: &QualifiedName,
    column: &Column,
    server: Server,
) -> Result<String, BackendError> {
    let mut parts = vec![quote(&column.name), type_sql(&column.ty, server)?];
    parts.extend(column.collation.as_ref().map(collate));
    if !column.nullable {
        parts.push("NOT NULL".to_owned());
    }
    parts.extend(column.default.as_ref().map(default_clause));
    if let Some(generated) = &column.generated {
        parts.push(generated_clause(table, &column.name, generated, server)?);
    }
    parts.extend(column.identity.as_ref().map(identity_clause));
    Ok(parts.join(" "))
}

/// What sets the options of a column, which its definition has no place for:
/// parts of an ALTER TABLE.
pub(super) fn options(column: &Column) -> Vec<String> {
    let alter = format!("ALTER COLUMN {}", quote(&column.name));
    let set = |(option, value): (&String, &String)| match option.as_str() {
        "storage" => format!("{alter} SET STORAGE {value}"),
        "compression" => format!("{alter} SET COMPRESSION {value}"),
        "statistics" => format!("{alter} SET STATISTICS {value}"),
        attribute => {
            format!("{alter} SET ({} = {})", quote(&Name::new(attribute)), literal(value))
        }
    };
    column.options.iter().map(set).collect()
}

/// `COLLATE …`
pub(super) fn collate(collation: &Name) -> String {
    format!("COLLATE {}", quote(collation))
}

/// `DEFAULT …`, in parentheses where the grammar of a column definition would
/// take what follows the first operand for something else.
fn default_clause(default: &Expression) -> String {
    if is_operand(default.as_str()) { format!("DEFAULT {default}") } else { format!("DEFAULT ({default})") }
}

/// Whether an expression is one operand: a literal, a name, a call, or one of
/// these with casts.
fn is_operand(sql: &str) -> bool {
    let mut depth = 0_usize;
    let mut after_operand = false;
    for token in lex(sql, &SYNTAX).filter(|token| !token.kind.is_trivia()) {
        let text = &sql[token.span.clone()];
        match token.kind {
            TokenKind::Punctuation => match text {
                "(" => {
                    depth += 1;
                    after_operand = false;
                    continue;
                }
                ")" => {
                    depth = depth.saturating_sub(1);
                    after_operand = true;
                    continue;
                }
                _ if depth > 0 => continue,
                ":" | "." => after_operand = false,
                "-" if token.span.start == 0 => {}
                _ => return false,
            },
            _ if depth > 0 => {}
            _ if after_operand => return false,
            _ => after_operand = true,
        }
    }
    after_operand
}

/// `GENERATED ALWAYS AS (…) …`
fn generated_clause(
    table: &QualifiedName,
    column: &Name,
    generated: &Generated,
    server: Server,
) -> Result<String, BackendError> {
    let storage = match generated.storage {
        GeneratedStorage::Stored => "STORED",
        GeneratedStorage::Virtual if server.is_at_least(18) => "VIRTUAL",
        GeneratedStorage::Virtual => {
            return Err(BackendError::unsupported(format!(
                "PostgreSQL before 18 has no virtual generated columns such as `{column}` of table `{table}`"
            )));
        }
    };
    Ok(format!("GENERATED ALWAYS AS ({}) {storage}", generated.expression))
}

/// `GENERATED … AS IDENTITY …`
pub(super) fn identity_clause(identity: &Identity) -> String {
    let SequenceOptions { start, increment, min, max, cache, cycle } = &identity.sequence;
    let options: Vec<String> = [
        start.map(|value| format!("START WITH {value}")),
        increment.map(|value| format!("INCREMENT BY {value}")),
        min.map(|value| format!("MINVALUE {value}")),
        max.map(|value| format!("MAXVALUE {value}")),
        cache.map(|value| format!("CACHE {value}")),
        cycle.then(|| "CYCLE".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mode = mode_sql(identity.mode);
    match options.as_slice() {
        [] => format!("GENERATED {mode} AS IDENTITY"),
        options => format!("GENERATED {mode} AS IDENTITY ({})", options.join(" ")),
    }
}

/// What turns the one identity into the other: `SET …`, once for each option
/// that differs. Empty if they are the same.
pub(super) fn identity_changes(old: &Identity, new: &Identity) -> String {
    let (from, to) = (&old.sequence, &new.sequence);
    let mut changes = Vec::new();
    if old.mode != new.mode {
        changes.push(format!("SET GENERATED {}", mode_sql(new.mode)));
    }
    let turns = is_descending(from) != is_descending(to);
    if from.increment != to.increment {
        changes.push(format!("SET INCREMENT BY {}", to.increment.unwrap_or(1)));
    }
    // The default bounds of a sequence depend on its direction, but do not
    // follow when that changes.
    if from.min != to.min || turns {
        changes.push(bound("MINVALUE", to.min));
    }
    if from.max != to.max || turns {
        changes.push(bound("MAXVALUE", to.max));
    }
    if first_value(from) != first_value(to) {
        changes.push(format!("SET START WITH {}", first_value(to)));
    }
    if from.cache != to.cache {
        changes.push(format!("SET CACHE {}", to.cache.unwrap_or(1)));
    }
    if from.cycle != to.cycle {
        changes.push(if to.cycle { "SET CYCLE" } else { "SET NO CYCLE" }.to_owned());
    }
    if turns {
        // The next number would be out of bounds.
        changes.push("RESTART".to_owned());
    }
    changes.join(" ")
}

fn bound(word: &str, value: Option<i64>) -> String {
    match value {
        Some(value) => format!("SET {word} {value}"),
        None => format!("SET NO {word}"),
    }
}

fn mode_sql(mode: IdentityMode) -> &'static str {
    match mode {
        IdentityMode::Always => "ALWAYS",
        IdentityMode::ByDefault => "BY DEFAULT",
    }
}

/// Whether the numbers get smaller.
pub(super) fn is_descending(options: &SequenceOptions) -> bool {
    options.increment.is_some_and(|increment| increment < 0)
}

/// Where the numbers start.
pub(super) fn first_value(options: &SequenceOptions) -> i64 {
    let bound = if is_descending(options) { options.max.unwrap_or(-1) } else { options.min.unwrap_or(1) };
    options.start.unwrap_or(bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_that_are_not_one_operand_are_in_parentheses() {
        for (sql, expected) in [
            ("0", true),
            ("-1.5", true),
            ("'it''s'", true),
            ("NULL", true),
            ("'{}'::jsonb", true),
            ("now()", true),
            ("coalesce(a AND b, c) ", true),
            ("nextval('a.b'::regclass)", true),
            ("pg_catalog.now()", true),
            ("(1 + 2)", true),
            ("1 + 2", false),
            ("a AND b", false),
            ("NOT a", false),
            ("x IS NULL", false),
            ("DATE '2026-11-22'", false),
            ("'a' || 'b'", false),
            ("now() AT TIME ZONE 'UTC'", false),
            ("'1'::double precision", false),
            ("ARRAY[1]", false),
            ("'{}'::text[]", false),
        ] {
            assert_eq!(is_operand(sql), expected, "{sql}");
        }
    }
}
