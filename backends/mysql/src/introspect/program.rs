//! Rows of the catalog → objects outside the model.
//!
//! Their definitions say all that the catalog does, but for who defined them.

use retort_core::schema::{Name, QualifiedName, Unmanaged};

use super::rows::{CheckRow, EventRow, ParameterRow, PartitionRow, RoutineRow, TriggerRow};
use crate::syntax::SYNTAX;

/// An object outside the model.
pub(super) fn unmanaged(
    kind: &str,
    name: &str,
    table: Option<&str>,
    definition: Option<String>,
) -> Unmanaged {
    let qualified = |name: &str| QualifiedName::unqualified(Name::new(name));
    Unmanaged { kind: kind.to_owned(), name: qualified(name), table: table.map(qualified), definition }
}

pub(super) fn trigger(row: &TriggerRow) -> Unmanaged {
    let TriggerRow { name, table, time, event, .. } = row;
    let definition = format!(
        "CREATE TRIGGER {} {time} {event} ON {} FOR EACH ROW {}",
        SYNTAX.quote_identifier(name),
        SYNTAX.quote_identifier(table),
        without_end(&row.body)
    );
    unmanaged("trigger", name, Some(table), Some(definition))
}

/// Reads a routine, whose parameters are given in order.
pub(super) fn routine(row: &RoutineRow, parameters: &[&ParameterRow]) -> Unmanaged {
    let definition = row.body.as_ref().map(|body| {
        let mut text = format!("CREATE {} {}", row.kind, SYNTAX.quote_identifier(&row.name));
        if matches!(row.kind.as_str(), "PROCEDURE" | "FUNCTION") {
            let is_procedure = row.kind == "PROCEDURE";
            let parameter = |parameter: &&ParameterRow| {
                let mode = parameter.mode.as_deref().filter(|_| is_procedure);
                let name = SYNTAX.quote_identifier(parameter.name.as_deref().unwrap_or_default());
                mode.into_iter().chain([name.as_str(), &parameter.ty]).collect::<Vec<_>>().join(" ")
            };
            let of_call = parameters.iter().filter(|parameter| parameter.position > 0);
            let of_call: Vec<String> = of_call.map(parameter).collect();
            text.extend(["(", &of_call.join(", "), ")"]);
            if let Some(returned) = parameters.iter().find(|parameter| parameter.position == 0) {
                text.extend([" RETURNS ", &returned.ty]);
            }
            text.push_str(if row.deterministic { " DETERMINISTIC " } else { " NOT DETERMINISTIC " });
            text.push_str(&row.data_access);
        }
        text.extend([" SQL SECURITY ", &row.security]);
        if !row.comment.is_empty() {
            text.extend([" COMMENT ", &SYNTAX.quote_literal(&row.comment)]);
        }
        text.extend([" ", without_end(body)]);
        text
    });
    unmanaged(&row.kind.to_lowercase(), &row.name, None, definition)
}

pub(super) fn event(row: &EventRow) -> Unmanaged {
    let mut text = format!("CREATE EVENT {} ON SCHEDULE", SYNTAX.quote_identifier(&row.name));
    let moment = |word: &str, at: &Option<String>| {
        at.as_ref().map(|at| format!(" {word} {}", SYNTAX.quote_literal(at))).unwrap_or_default()
    };
    match &row.every {
        Some(every) => text.extend([" EVERY ", every]),
        None => text.push_str(&moment("AT", &row.at)),
    }
    text.push_str(&moment("STARTS", &row.starts));
    text.push_str(&moment("ENDS", &row.ends));
    let (completion, status) = row.state.rsplit_once(' ').unwrap_or_default();
    text.extend([" ON COMPLETION ", completion]);
    text.push_str(if status == "ENABLED" { " ENABLE" } else { " DISABLE" });
    if !row.comment.is_empty() {
        text.extend([" COMMENT ", &SYNTAX.quote_literal(&row.comment)]);
    }
    text.extend([" DO ", without_end(&row.body)]);
    unmanaged("event", &row.name, None, Some(text))
}

/// The body of a program without the semicolon behind it, which MySQL keeps
/// or not.
fn without_end(body: &str) -> &str {
    body.trim_end_matches(|c: char| c == ';' || c.is_whitespace())
}

/// What a check that is not enforced is called among objects that the model
/// does not have.
pub(crate) const UNENFORCED: &str = "check constraint that is not enforced";

/// Reads a check that is not enforced.
pub(super) fn unenforced_check(row: &CheckRow, expression: &str) -> Unmanaged {
    let definition = format!(
        "ALTER TABLE {} ADD CONSTRAINT {} CHECK ({expression}) NOT ENFORCED",
        SYNTAX.quote_identifier(&row.table),
        SYNTAX.quote_identifier(&row.name)
    );
    unmanaged(UNENFORCED, &row.name, Some(&row.table), Some(definition))
}

/// What the partitions of a table are called among objects that the model does
/// not have.
pub(crate) const PARTITIONING: &str = "partitioning";

/// Reads how a table is partitioned, from its partitions in order.
pub(super) fn partitioning(table: &str, rows: &[PartitionRow]) -> Unmanaged {
    let by = |method: &str, expression: &Option<String>| {
        // KEY has columns, or none for the primary key.
        format!("{method} ({})", expression.as_deref().unwrap_or_default())
    };
    let mut text = format!("ALTER TABLE {} PARTITION BY", SYNTAX.quote_identifier(table));
    if let Some(first) = rows.first() {
        text.extend([" ", &by(&first.method, &first.expression)]);
        if let Some(method) = &first.part_method {
            text.extend([" SUBPARTITION BY ", &by(method, &first.part_expression)]);
        }
        let partitions: Vec<String> =
            rows.chunk_by(|one, other| one.position == other.position).map(partition).collect();
        text.extend([" (", &partitions.join(", "), ")"]);
    }
    unmanaged(PARTITIONING, table, Some(table), Some(text))
}

/// One partition, from its subpartitions in order.
fn partition(rows: &[PartitionRow]) -> String {
    let Some(first) = rows.first() else { return String::new() };
    let mut text = format!("PARTITION {}", SYNTAX.quote_identifier(&first.name));
    if let Some(values) = &first.values {
        let method = first.method.as_str();
        let values = if method.starts_with("LIST") {
            format!(" VALUES IN ({values})")
        } else if values == "MAXVALUE" {
            " VALUES LESS THAN MAXVALUE".to_owned()
        } else if method.starts_with("RANGE") {
            format!(" VALUES LESS THAN ({values})")
        } else {
            format!(" {values}")
        };
        text.push_str(&values);
    }
    let parts: Vec<String> = rows
        .iter()
        .filter_map(|row| Some(format!("SUBPARTITION {}", SYNTAX.quote_identifier(row.part.as_ref()?))))
        .collect();
    if !parts.is_empty() {
        text.extend([" (", &parts.join(", "), ")"]);
    }
    text
}
