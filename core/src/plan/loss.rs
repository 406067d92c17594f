//! What an operation takes from a database that has rows.

use crate::{
    diff::{Loss, Risk},
    operation::Operation,
    sql::{Syntax, TokenKind, lex},
};

/// What may follow DROP in a statement that keeps all rows and values.
const KEEPING: [&str; 22] = [
    "aggregate",
    "check",
    "constraint",
    "default",
    "event",
    "expression",
    "extension",
    "foreign",
    "function",
    "identity",
    "index",
    "key",
    "not",
    "policy",
    "primary",
    "procedure",
    "role",
    "rule",
    "sequence",
    "trigger",
    "user",
    "view",
];

/// What is lost, as one line. Rows that a DELETE names are meant to go, and are
/// not counted.
pub(super) fn loss(operation: &Operation, syntax: &Syntax) -> Option<String> {
    let risk = match operation {
        Operation::DropTable { name, .. } => Risk::RowsLost { table: name.clone(), with: Vec::new() },
        Operation::DropColumn { table, column, .. } => {
            Risk::ValuesLost { table: table.clone(), column: column.clone(), because: Loss::Dropped }
        }
        Operation::Raw { sql } => {
            let first = sql.lines().next().unwrap_or_default();
            return drops(sql, syntax).then(|| format!("`{first}` may lose rows or values"));
        }
        // Changes of types refuse values that do not fit.
        Operation::AlterColumn { .. }
        | Operation::Dml { .. }
        | Operation::CreateNamespace { .. }
        | Operation::DropNamespace { .. }
        | Operation::RenameNamespace { .. }
        | Operation::CreateEnum { .. }
        | Operation::DropEnum { .. }
        | Operation::RenameEnum { .. }
        | Operation::AddEnumValue { .. }
        | Operation::RenameEnumValue { .. }
        | Operation::DropEnumValue { .. }
        | Operation::CreateTable { .. }
        | Operation::RenameTable { .. }
        | Operation::SetTableComment { .. }
        | Operation::AddColumn { .. }
        | Operation::RenameColumn { .. }
        | Operation::AddConstraint { .. }
        | Operation::DropConstraint { .. }
        | Operation::RenameConstraint { .. }
        | Operation::ValidateConstraint { .. }
        | Operation::CreateIndex { .. }
        | Operation::DropIndex { .. }
        | Operation::RenameIndex { .. }
        | Operation::CreateView { .. }
        | Operation::DropView { .. }
        | Operation::RenameView { .. }
        | Operation::SetComment { .. } => return None,
    };
    Some(risk.to_string())
}

/// Whether a statement of the backend's own drops tables or columns, as far as
/// its words tell.
fn drops(sql: &str, syntax: &Syntax) -> bool {
    let tokens = lex(sql, syntax).filter(|token| !token.kind.is_trivia());
    let words: Vec<String> = tokens
        .map(|token| match token.kind {
            TokenKind::Word => sql[token.span].to_ascii_lowercase(),
            _ => String::new(),
        })
        .collect();
    match words.first().map(String::as_str) {
        Some("truncate") => true,
        Some("alter" | "drop") => {
            words.windows(2).any(|pair| pair[0] == "drop" && !KEEPING.contains(&pair[1].as_str()))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_drop_tables_or_columns_are_known() {
        let check = |sql: &str, expected: bool| {
            let loss = loss(&Operation::Raw { sql: sql.to_owned() }, &Syntax::PORTABLE);
            assert_eq!(loss.is_some(), expected, "{sql}: {loss:?}");
        };
        check("DROP TABLE t", true);
        check("drop /* a */ schema s cascade", true);
        check("TRUNCATE t", true);
        check("ALTER TABLE t ADD a INT, DROP b", true);
        check("ALTER TABLE t DROP COLUMN b", true);
        check("ALTER TABLE t DROP \"check\"", true);
        check("ALTER TABLE t DROP PARTITION p", true);
        check("ALTER TABLE t DROP CONSTRAINT c", false);
        check("ALTER TABLE t ALTER COLUMN a DROP NOT NULL", false);
        check("DROP INDEX i", false);
        check("DROP TRIGGER t", false);
        check("CREATE TABLE t (\"drop\" INT)", false);
        check("INSERT INTO t VALUES ('drop table t')", false);
        check("CREATE TRIGGER g AFTER UPDATE ON t BEGIN DELETE FROM u; END", false);
    }
}
