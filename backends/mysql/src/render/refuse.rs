//! What the server would refuse, or do in a way of its own, found before
//! anything runs.

use retort_core::{
    backend::{BackendError, BackendErrorKind, Statement},
    schema::{
        Column, Constraint, ConstraintKind, Expression, ForeignKey, Name, ReferentialAction, Schema, Table,
        Unmanaged,
    },
    sql::{TokenKind, lex},
};

use super::{
    constraint, keys,
    translate::{mentions_column, missing_column},
};
use crate::{
    introspect::{PARTITIONING, UNENFORCED},
    option,
    server::{Flavor, Server},
    syntax::SYNTAX,
    types::{self, Kind},
};

/// Fails if the server would not give back what the statement says: its
/// catalog holds no characters beyond U+FFFF.
///
/// # Errors
///
/// Fails as unsupported with the text.
pub(super) fn lossy(statement: &Statement, server: Server) -> Result<(), BackendError> {
    let sql = &statement.sql;
    if statement.transactional || !is_lossy(sql) {
        return Ok(());
    }
    lex(sql, &SYNTAX)
        .filter(|token| match token.kind {
            TokenKind::QuotedIdentifier => true,
            // MySQL keeps the bytes of a literal within an expression.
            TokenKind::String => server.flavor == Flavor::MariaDb,
            TokenKind::Whitespace
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::ConditionalOpen
            | TokenKind::ConditionalClose
            | TokenKind::Word
            | TokenKind::DollarString
            | TokenKind::Number
            | TokenKind::Parameter
            | TokenKind::Punctuation => false,
        })
        .try_for_each(|token| kept(&sql[token.span], server))
}

/// Fails if the catalog of the server cannot hold the text.
///
/// # Errors
///
/// Fails as unsupported with the text.
pub(crate) fn kept(text: &str, server: Server) -> Result<(), BackendError> {
    if is_lossy(text) {
        return Err(BackendError::unsupported(format!(
            "the catalog of {} holds no characters beyond U+FFFF, as in {text}",
            server.flavor
        )));
    }
    Ok(())
}

/// Fails if the server keeps the name of a table or view in another case: the
/// revisions that follow would not find it again.
///
/// # Errors
///
/// Fails as unsupported with the name.
pub(super) fn table_name(name: &Name, server: Server) -> Result<(), BackendError> {
    if !server.lower_case_tables || !is_folded(name) {
        return Ok(());
    }
    Err(BackendError::unsupported(format!(
        "the server keeps names of tables and views in lower case (`lower_case_table_names = 1`): `{name}` has to be \
         `{}`",
        name.as_str().to_lowercase()
    )))
}

/// Whether a name is another one in lower case.
pub(crate) fn is_folded(name: &Name) -> bool {
    name.as_str().to_lowercase() != name.as_str()
}

/// Whether the text has characters that the catalogs of the servers do not
/// hold.
pub(super) fn is_lossy(text: &str) -> bool {
    text.chars().any(|char| char > '\u{ffff}')
}

/// Fails unless the table as a whole can exist.
///
/// # Errors
///
/// Fails as unsupported if it has no columns, if names of columns differ in
/// case only, if an index has the name of the primary key, or if the server
/// cannot number its rows.
pub(super) fn table(table: &Table, server: Server) -> Result<(), BackendError> {
    if table.columns.is_empty() {
        return Err(BackendError::unsupported(format!(
            "{} has no tables without columns: `{}`",
            server.flavor, table.name
        )));
    }
    for (at, column) in table.columns.iter().enumerate() {
        let same = |other: &&Column| same_name(&other.name, &column.name);
        if let Some(other) = table.columns.iter().take(at).find(same) {
            return Err(BackendError::unsupported(format!(
                "{} cannot tell column `{}` of table `{}` from column `{}`",
                server.flavor, column.name, table.name, other.name
            )));
        }
    }
    index_names(table, server)?;
    identity(table, server)
}

/// No index can be called as the server calls that of the primary key, whatever
/// its case.
fn index_names(table: &Table, server: Server) -> Result<(), BackendError> {
    let is_reserved = |name: &Name| name.as_str().eq_ignore_ascii_case("PRIMARY");
    let of_constraint = table.constraints.iter().find(|constraint| {
        let makes_index = match constraint.kind {
            ConstraintKind::Unique(_) => true,
            ConstraintKind::ForeignKey(_) => {
                server.flavor == Flavor::MariaDb
                    || keys::implicit(table, server)
                        .iter()
                        .any(|index| constraint.name.as_ref() == Some(&index.name))
            }
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Check(_) => false,
        };
        makes_index && constraint.name.as_ref().is_some_and(is_reserved)
    });
    let of_index = table.indexes.iter().find(|index| is_reserved(&index.name));
    let found = match (of_constraint, of_index) {
        (Some(constraint), _) => constraint::describe(constraint),
        (None, Some(index)) => format!("index `{}`", index.name),
        (None, None) => return Ok(()),
    };
    Err(BackendError::unsupported(format!(
        "{found} of table `{}` cannot have the name that {} keeps for primary keys",
        table.name, server.flavor
    )))
}

fn identity(table: &Table, server: Server) -> Result<(), BackendError> {
    let mut numbered = table.columns.iter().filter(|column| column.identity.is_some());
    let Some(column) = numbered.next() else {
        return Ok(());
    };
    if let Some(other) = numbered.next() {
        return Err(BackendError::unsupported(format!(
            "table `{}` cannot have two identity columns on {}: `{}` and `{}`",
            table.name, server.flavor, column.name, other.name
        )));
    }
    if !keys::leads_a_key(table, &column.name) {
        return Err(BackendError::unsupported(format!(
            "identity column `{}` of table `{}` must be the first column of a primary key, unique constraint or \
             index: {} numbers no other column",
            column.name, table.name, server.flavor
        )));
    }
    let dependent = table
        .columns
        .iter()
        .filter_map(|other| Some((other, other.generated.as_ref()?)))
        .find(|(_, generated)| mentions_column(&generated.expression, &column.name));
    if let Some((other, _)) = dependent {
        return Err(BackendError::unsupported(format!(
            "generated column `{}` of table `{}` cannot mention identity column `{}` on {}",
            other.name, table.name, column.name, server.flavor
        )));
    }
    let checked = table.constraints.iter().find(|constraint| checks(constraint, &column.name));
    match checked {
        Some(check) => Err(BackendError::unsupported(format!(
            "{} of table `{}` cannot mention identity column `{}` on {}",
            constraint::describe(check),
            table.name,
            column.name,
            server.flavor
        ))),
        None => Ok(()),
    }
}

/// Fails unless the constraint can be added to the table, which already has it
/// in the model.
///
/// # Errors
///
/// Fails as unsupported with the reason.
pub(super) fn added_constraint(
    added: &Constraint,
    table: &Table,
    schema: &Schema,
    server: Server,
) -> Result<(), BackendError> {
    match &added.kind {
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => Ok(()),
        ConstraintKind::ForeignKey(key) => {
            partitions(key, table, schema, server)?;
            target(added, key, table, schema, server)?;
            actions(added, key, table, server)
        }
        ConstraintKind::Check(check) => {
            columns_exist(&check.expression, table)?;
            let acting = keys::foreign_keys(table)
                .find(|(_, key)| writes(key) && key.columns.iter().any(|column| checks(added, column)));
            match acting {
                Some((other, _)) => Err(checked_action(added, other, table, server)),
                None => Ok(()),
            }
        }
    }
}

/// Fails if the expression mentions a column that the table does not have.
///
/// # Errors
///
/// Fails with the name.
pub(super) fn columns_exist(expression: &Expression, table: &Table) -> Result<(), BackendError> {
    match missing_column(expression, table) {
        Some(column) => Err(BackendError::new(
            BackendErrorKind::Missing,
            format!("column \"{column}\" of relation \"{}\" does not exist", table.name),
        )),
        None => Ok(()),
    }
}

/// Fails if another table has a constraint of the name: foreign keys, and on
/// MySQL checks, share their names with those of the whole database.
///
/// # Errors
///
/// Fails as unsupported with the other table.
pub(super) fn taken_name(
    added: &Constraint,
    table: &Table,
    schema: &Schema,
    server: Server,
) -> Result<(), BackendError> {
    let Some(name) = &added.name else {
        return Ok(());
    };
    let is_idle = |object: &&Unmanaged| {
        object.kind == UNENFORCED && object.table.as_ref() == Some(&table.name) && object.name.name == *name
    };
    if matches!(added.kind, ConstraintKind::Check(_)) && schema.unmanaged.iter().any(|it| is_idle(&it)) {
        return Err(BackendError::unsupported(format!(
            "table `{}` has a check `{name}` already that is not enforced: enforce or drop it first",
            table.name
        )));
    }
    let is_shared = match added.kind {
        ConstraintKind::ForeignKey(_) => true,
        ConstraintKind::Check(_) => server.flavor == Flavor::MySql,
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => false,
    };
    let has_it = |other: &&Table| {
        other.name != table.name
            && other.constraints.iter().any(|constraint| {
                std::mem::discriminant(&constraint.kind) == std::mem::discriminant(&added.kind)
                    && constraint.name.as_ref().is_some_and(|other| same_name(other, name))
            })
    };
    match schema.tables.values().find(has_it) {
        Some(other) if is_shared => Err(BackendError::unsupported(format!(
            "table `{}` has a {} `{name}` already, and on {} the name is taken in the whole database",
            other.name,
            added.kind.noun(),
            server.flavor
        ))),
        Some(_) | None => Ok(()),
    }
}

/// Foreign keys lead neither from nor to a table with partitions.
fn partitions(key: &ForeignKey, table: &Table, schema: &Schema, server: Server) -> Result<(), BackendError> {
    let concerned = [&table.name, &key.references];
    let found = schema.unmanaged.iter().find(|object| {
        object.kind == PARTITIONING && object.table.as_ref().is_some_and(|on| concerned.contains(&on))
    });
    match found {
        Some(partitioning) => Err(BackendError::unsupported(format!(
            "table `{}` has partitions, and on {} foreign keys lead neither from nor to such a table",
            partitioning.name, server.flavor
        ))),
        None => Ok(()),
    }
}

/// The foreign key references a key, column for column.
fn target(
    added: &Constraint,
    key: &ForeignKey,
    table: &Table,
    schema: &Schema,
    server: Server,
) -> Result<(), BackendError> {
    let columns = constraint::referenced_columns(key, table, schema)?;
    let other = if key.references == table.name { Some(table) } else { schema.tables.get(&key.references) };
    let Some(other) = other else {
        return Ok(());
    };
    if !keys::is_key(other, columns) {
        return Err(BackendError::unsupported(format!(
            "{} references columns of table `{}` in another order than a key has them, which {} needs",
            constraint::describe(added),
            other.name,
            server.flavor
        )));
    }
    if other.name == table.name && key.columns == columns && server.flavor == Flavor::MySql {
        return Err(BackendError::unsupported(format!(
            "{} references the very columns that it is on, which {} does not accept",
            constraint::describe(added),
            server.flavor
        )));
    }
    for (own, referenced) in key.columns.iter().zip(columns) {
        if let (Some(own), Some(referenced)) = (table.column(own), other.column(referenced))
            && !may_reference(own, referenced, schema, server)
        {
            return Err(BackendError::unsupported(format!(
                "{} cannot be on column `{}` of type {} and reference column `{}` of type {}: {} needs both to be \
                 of one type",
                constraint::describe(added),
                own.name,
                own.ty,
                referenced.name,
                referenced.ty,
                server.flavor
            )));
        }
    }
    Ok(())
}

/// Whether a foreign key can be on the one column and reference the other: text
/// of any length, and else values of one type.
fn may_reference(own: &Column, referenced: &Column, schema: &Schema, server: Server) -> bool {
    let charset = |column: &Column| (column.options.get(option::CHARSET).cloned(), column.collation.clone());
    let declared = |column: &Column| types::declared_type(&column.ty, &schema.enums, server).ok();
    let are_text = [own, referenced].iter().all(|column| matches!(Kind::of(&column.ty), Kind::Text(Some(_))));
    charset(own) == charset(referenced) && (are_text || declared(own) == declared(referenced))
}

fn actions(added: &Constraint, key: &ForeignKey, table: &Table, server: Server) -> Result<(), BackendError> {
    if sets_null(key)
        && let Some(column) = not_null_column(key, table)
    {
        return Err(set_null(added, column, server));
    }
    if !writes(key) {
        return Ok(());
    }
    let checked =
        table.constraints.iter().find(|check| key.columns.iter().any(|column| checks(check, column)));
    match checked {
        Some(check) => Err(checked_action(check, added, table, server)),
        None => Ok(()),
    }
}

/// Fails if a column that does not allow NULL any more is one that a foreign
/// key sets to NULL.
///
/// # Errors
///
/// Fails as unsupported with both names.
pub(super) fn not_null(column: &Column, table: &Table, server: Server) -> Result<(), BackendError> {
    let nulled =
        keys::foreign_keys(table).find(|(_, key)| sets_null(key) && key.columns.contains(&column.name));
    match nulled {
        Some((constraint, _)) if !column.nullable => Err(set_null(constraint, column, server)),
        Some(_) | None => Ok(()),
    }
}

fn set_null(foreign_key: &Constraint, column: &Column, server: Server) -> BackendError {
    BackendError::unsupported(format!(
        "{} cannot set column `{}` to NULL, which is NOT NULL: {} does not accept such an action",
        constraint::describe(foreign_key),
        column.name,
        server.flavor
    ))
}

fn checked_action(
    check: &Constraint,
    foreign_key: &Constraint,
    table: &Table,
    server: Server,
) -> BackendError {
    BackendError::unsupported(format!(
        "{} of table `{}` cannot be on a column that an action of {} changes: {} would not check it",
        constraint::describe(check),
        table.name,
        constraint::describe(foreign_key),
        server.flavor
    ))
}

/// Whether the constraint is a check that mentions the column.
fn checks(constraint: &Constraint, column: &Name) -> bool {
    match &constraint.kind {
        ConstraintKind::Check(check) => mentions_column(&check.expression, column),
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) => false,
    }
}

/// Whether an action of the foreign key writes to its own columns.
fn writes(key: &ForeignKey) -> bool {
    sets_null(key) || key.on_update == ReferentialAction::Cascade
}

fn sets_null(key: &ForeignKey) -> bool {
    [key.on_delete, key.on_update].contains(&ReferentialAction::SetNull)
}

fn not_null_column<'a>(key: &ForeignKey, table: &'a Table) -> Option<&'a Column> {
    key.columns.iter().filter_map(|name| table.column(name)).find(|column| !column.nullable)
}

/// Whether two names of columns or constraints are one to the server.
pub(super) fn same_name(one: &Name, other: &Name) -> bool {
    one.as_str().to_lowercase() == other.as_str().to_lowercase()
}
