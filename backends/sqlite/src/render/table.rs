//! `CREATE TABLE` text, and the parts that it shares with edits of stored text.

use retort_core::{
    backend::BackendError,
    schema::{
        Column, Constraint, ConstraintKind, Deferrable, EnumType, Expression, ForeignKey, Generated,
        GeneratedStorage, Identity, IdentityMode, MatchKind, Name, PrimaryKey, QualifiedName,
        ReferentialAction, Schema, SequenceOptions, Table, Type,
    },
    sql::{TokenKind, lex},
};

use super::{Origin, literal, quote, unqualified};
use crate::{annotation, edit, syntax::SYNTAX, table_text::beyond::conflict_clause, types};

/// The statement that creates the table, without its indexes.
///
/// # Errors
///
/// Fails with what SQLite cannot hold.
pub(crate) fn create_table(
    table: &Table,
    if_not_exists: bool,
    schema: &Schema,
) -> Result<String, BackendError> {
    check_columns(table)?;
    let mut elements = Vec::new();
    for column in &table.columns {
        let key = inline_key(table, column);
        elements.push(column_definition(table, column, key, schema)?);
    }
    for constraint in &table.constraints {
        if inline_column(constraint).is_none() {
            let conflict = conflict_clause(constraint, &table.options);
            elements.push(constraint_definition(constraint)? + &conflict);
        }
    }
    let mut sql = String::from("CREATE TABLE ");
    if if_not_exists {
        sql.push_str("IF NOT EXISTS ");
    }
    sql.push_str(&quote(unqualified(&table.name)?));
    sql.push_str(" (");
    if let Some(comment) = &table.comment {
        sql.push_str(&annotation::write_comment(comment));
    }
    sql.push_str("\n    ");
    sql.push_str(&elements.join(",\n    "));
    sql.push_str("\n)");
    let options: Vec<&str> = [("strict", "STRICT"), ("without_rowid", "WITHOUT ROWID")]
        .into_iter()
        .filter(|(option, _)| table.options.contains_key(*option))
        .map(|(_, sql)| sql)
        .collect();
    if !options.is_empty() {
        sql.push(' ');
        sql.push_str(&options.join(", "));
    }
    Ok(sql)
}

/// The definition of a column. `key` is the primary key that is written with
/// it.
///
/// # Errors
///
/// Fails with what SQLite cannot hold.
pub(crate) fn column_definition(
    table: &Table,
    column: &Column,
    key: Option<&Constraint>,
    schema: &Schema,
) -> Result<String, BackendError> {
    let mut parts = vec![quote(&column.name), declared_type(table, column)?];
    parts.extend(annotations(column)?);
    if let Some(collation) = &column.collation {
        parts.push(collate(collation)?);
    }
    if !column.nullable {
        parts.push("NOT NULL".to_owned());
    }
    if let Some(default) = &column.default {
        parts.push(default_clause(default)?);
    }
    if let Some(generated) = &column.generated {
        parts.push(generated_clause(&table.name, generated)?);
    }
    if let Some(name) = key.map(|key| key.name.as_ref()) {
        parts.extend(name.map(|name| format!("CONSTRAINT {}", quote(name))));
        parts.push("PRIMARY KEY".to_owned());
        if column.identity.is_some() {
            parts.push("AUTOINCREMENT".to_owned());
        }
    }
    if let Type::Enum(name) = &column.ty {
        parts.push(enum_check(&table.name, &column.name, enum_type(schema, name)?));
    }
    Ok(parts.join(" "))
}

/// The type that a column is declared with.
///
/// # Errors
///
/// Fails if SQLite, or a STRICT table, has no such type, or if SQLite cannot
/// number the rows of the column.
pub(crate) fn declared_type(table: &Table, column: &Column) -> Result<String, BackendError> {
    if let Some(identity) = &column.identity {
        check_identity(table, column, identity)?;
        // The one spelling that SQLite numbers rows for.
        return Ok("INTEGER".to_owned());
    }
    let declared = types::declared_type(&column.ty)?;
    if table.options.contains_key("strict") && !STRICT_TYPES.contains(&declared.as_str()) {
        return Err(BackendError::unsupported(format!(
            "table `{}` is STRICT and cannot hold column `{}` of type {}",
            table.name, column.name, column.ty
        )));
    }
    Ok(declared)
}

/// The types that a STRICT table has.
const STRICT_TYPES: [&str; 6] = ["INT", "INTEGER", "REAL", "TEXT", "BLOB", "ANY"];

/// The annotations behind the type of a column.
pub(crate) fn annotations(column: &Column) -> Result<Vec<String>, BackendError> {
    let mut written = Vec::new();
    if let Type::Enum(name) = &column.ty {
        written.push(annotation::write_enum(unqualified(name)?.as_str()));
    }
    written.extend(column.comment.as_deref().map(annotation::write_comment));
    Ok(written)
}

/// `COLLATE …`
pub(crate) fn collate(collation: &Name) -> Result<String, BackendError> {
    let name = collation.as_str().to_ascii_uppercase();
    let known = match name.as_str() {
        "NOCASE" | "BINARY" | "RTRIM" => name.as_str(),
        "C" | "POSIX" => "BINARY",
        _ => {
            return Err(BackendError::unsupported(format!(
                "SQLite has no collation `{collation}`, only `binary`, `nocase` and `rtrim`"
            )));
        }
    };
    Ok(format!("COLLATE {known}"))
}

/// `DEFAULT …`
///
/// # Errors
///
/// Fails with what SQLite lacks.
pub(crate) fn default_clause(default: &Expression) -> Result<String, BackendError> {
    let default = Origin::Revision.expression(default)?;
    Ok(if is_literal(default.as_str()) {
        format!("DEFAULT {default}")
    } else {
        format!("DEFAULT {}", parenthesized(&default))
    })
}

/// Whether a default is taken without parentheses, which also makes it
/// constant, `CURRENT_…` aside.
pub(crate) fn is_literal(sql: &str) -> bool {
    let tokens: Vec<_> = lex(sql, &SYNTAX).filter(|token| !token.kind.is_trivia()).collect();
    let text = |index: usize| tokens.get(index).and_then(|token| sql.get(token.span.clone())).unwrap_or("");
    let kind = |index: usize| tokens.get(index).map(|token| token.kind);
    match tokens.len() {
        1 => match kind(0) {
            Some(TokenKind::String | TokenKind::Number) => true,
            Some(TokenKind::Word) => {
                ["NULL", "TRUE", "FALSE"].iter().any(|word| text(0).eq_ignore_ascii_case(word)) || is_now(sql)
            }
            _ => false,
        },
        2 => {
            (matches!(text(0), "-" | "+") && kind(1) == Some(TokenKind::Number))
                || (text(0).eq_ignore_ascii_case("x")
                    && kind(1) == Some(TokenKind::String)
                    && tokens[0].span.end == tokens[1].span.start)
        }
        _ => false,
    }
}

/// Whether a default is the time, which SQLite writes without parentheses but
/// does not count as constant.
pub(crate) fn is_now(sql: &str) -> bool {
    ["CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"].iter().any(|word| sql.eq_ignore_ascii_case(word))
}

/// `GENERATED ALWAYS AS (…) …`
///
/// # Errors
///
/// Fails with what SQLite lacks.
pub(crate) fn generated_clause(table: &QualifiedName, generated: &Generated) -> Result<String, BackendError> {
    let storage = match generated.storage {
        GeneratedStorage::Stored => "STORED",
        GeneratedStorage::Virtual => "VIRTUAL",
    };
    let expression = Origin::Revision.expression(&generated.expression)?;
    let expression = edit::unqualified(&expression, &table.name);
    Ok(format!("GENERATED ALWAYS AS {} {storage}", parenthesized(&expression)))
}

/// The check that makes a column hold only the labels of its enum type.
pub(crate) fn enum_check(table: &QualifiedName, column: &Name, enum_type: &EnumType) -> String {
    let name = Name::new(format!("ck_{}_{column}_enum", table.name));
    format!("CONSTRAINT {} CHECK ({})", quote(&name), enum_labels(column, enum_type))
}

/// What the check of an enum column demands.
pub(crate) fn enum_labels(column: &Name, enum_type: &EnumType) -> String {
    if enum_type.values.is_empty() {
        // SQLite forgets what is before an empty list when it renames a column.
        return format!("{} IS NULL", quote(column));
    }
    let labels: Vec<String> = enum_type.values.iter().map(|value| literal(value)).collect();
    format!("{} IN ({})", quote(column), labels.join(", "))
}

/// The enum type of this name.
///
/// # Errors
///
/// Fails if the schema does not know it.
pub(crate) fn enum_type<'a>(schema: &'a Schema, name: &QualifiedName) -> Result<&'a EnumType, BackendError> {
    schema.enums.get(name).ok_or_else(|| super::unknown("enum type", name))
}

/// A table constraint, with its name.
///
/// # Errors
///
/// Fails with what SQLite cannot hold.
pub(crate) fn constraint_definition(constraint: &Constraint) -> Result<String, BackendError> {
    let demand = match &constraint.kind {
        ConstraintKind::PrimaryKey(PrimaryKey { columns }) => format!("PRIMARY KEY {}", columns_in(columns)),
        ConstraintKind::Unique(unique) => {
            refuse(unique.nulls_not_distinct, "NULLS NOT DISTINCT")?;
            refuse(unique.deferrable != Deferrable::No, "deferrable unique constraints")?;
            format!("UNIQUE {}", columns_in(&unique.columns))
        }
        ConstraintKind::ForeignKey(key) => {
            format!("FOREIGN KEY {} {}", columns_in(&key.columns), references(key)?)
        }
        ConstraintKind::Check(check) => {
            refuse(!check.validated, "NOT VALID")?;
            format!("CHECK {}", parenthesized(&Origin::Revision.expression(&check.expression)?))
        }
    };
    Ok(match &constraint.name {
        Some(name) => format!("CONSTRAINT {} {demand}", quote(name)),
        None => demand,
    })
}

/// `REFERENCES …`
///
/// # Errors
///
/// Fails with what SQLite cannot hold.
pub(crate) fn references(key: &ForeignKey) -> Result<String, BackendError> {
    refuse(key.match_kind != MatchKind::Simple, "MATCH FULL")?;
    refuse(!key.validated, "NOT VALID")?;
    let mut sql = format!("REFERENCES {}", quote(unqualified(&key.references)?));
    if !key.referenced_columns.is_empty() {
        sql.push(' ');
        sql.push_str(&columns_in(&key.referenced_columns));
    }
    for (event, action) in [("DELETE", key.on_delete), ("UPDATE", key.on_update)] {
        if action != ReferentialAction::NoAction {
            sql.push_str(" ON ");
            sql.push_str(event);
            sql.push(' ');
            sql.push_str(action.as_sql());
        }
    }
    sql.push_str(match key.deferrable {
        Deferrable::No => "",
        Deferrable::InitiallyImmediate => " DEFERRABLE INITIALLY IMMEDIATE",
        Deferrable::InitiallyDeferred => " DEFERRABLE INITIALLY DEFERRED",
    });
    Ok(sql)
}

/// The expression in parentheses, whatever it ends with.
pub(crate) fn parenthesized(expression: &Expression) -> String {
    // A line comment would swallow the parenthesis.
    let end = if expression.as_str().contains("--") { "\n" } else { "" };
    format!("({expression}{end})")
}

/// `("a", "b")`
pub(crate) fn columns_in(columns: &[Name]) -> String {
    let quoted: Vec<String> = columns.iter().map(quote).collect();
    format!("({})", quoted.join(", "))
}

/// The primary key of the table, if it is this column.
fn inline_key<'a>(table: &'a Table, column: &Column) -> Option<&'a Constraint> {
    table.constraints.iter().find(|constraint| inline_column(constraint) == Some(&column.name))
}

/// The column of a primary key of one column, with which it is written. A
/// column that numbers the rows must have it so; and SQLite parses all
/// definitions again at each ADD COLUMN, so shorter ones are better.
fn inline_column(constraint: &Constraint) -> Option<&Name> {
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => match key.columns.as_slice() {
            [column] => Some(column),
            _ => None,
        },
        ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => None,
    }
}

/// Fails unless SQLite can have a table with these columns, and its primary
/// key.
pub(crate) fn check_columns(table: &Table) -> Result<(), BackendError> {
    if table.columns.iter().all(|column| column.generated.is_some()) {
        let name = &table.name;
        return Err(BackendError::unsupported(match table.columns.as_slice() {
            [] => format!("table `{name}` would have no columns"),
            _ => format!("table `{name}` would have none but generated columns"),
        }));
    }
    let key = table.primary_key().map(|key| key.columns.as_slice()).unwrap_or_default();
    if key.is_empty() && table.options.contains_key("without_rowid") {
        return Err(BackendError::unsupported(format!(
            "table `{}` is WITHOUT ROWID and cannot be without a primary key",
            table.name
        )));
    }
    let generated =
        key.iter().filter_map(|name| table.column(name)).find(|column| column.generated.is_some());
    match generated {
        Some(column) => Err(BackendError::unsupported(format!(
            "generated column `{}` of table `{}` cannot be part of the primary key on SQLite",
            column.name, table.name
        ))),
        None => Ok(()),
    }
}

/// Fails unless SQLite can number the rows of this column.
fn check_identity(table: &Table, column: &Column, identity: &Identity) -> Result<(), BackendError> {
    let of = || format!("identity column `{}` of table `{}`", column.name, table.name);
    let is_key = table.primary_key().is_some_and(|key| key.columns == [column.name.clone()]);
    if !is_key {
        return Err(BackendError::unsupported(format!(
            "{} must be the only column of the primary key: SQLite numbers no other column",
            of()
        )));
    }
    if table.options.contains_key("without_rowid") {
        return Err(BackendError::unsupported(format!("{} cannot be in a table WITHOUT ROWID", of())));
    }
    match identity.mode {
        IdentityMode::Always => Err(BackendError::unsupported(format!(
            "{} cannot be GENERATED ALWAYS: SQLite lets an INSERT give its own value",
            of()
        ))),
        IdentityMode::ByDefault if !numbers_like_sqlite(&identity.sequence) => {
            Err(BackendError::unsupported(format!("{} cannot have sequence options on SQLite", of())))
        }
        IdentityMode::ByDefault => Ok(()),
    }
}

/// Whether the options ask for nothing but what SQLite does anyway.
fn numbers_like_sqlite(options: &SequenceOptions) -> bool {
    let SequenceOptions { start, increment, min, max, cache: _, cycle } = options;
    [start, increment, min].into_iter().all(|option| option.is_none_or(|option| option == 1))
        && max.is_none_or(|max| max == i64::MAX)
        && !cycle
}

fn refuse(found: bool, what: &str) -> Result<(), BackendError> {
    if found { Err(BackendError::unsupported(format!("SQLite does not support {what}"))) } else { Ok(()) }
}
