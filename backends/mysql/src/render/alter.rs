//! Changes of a table, as one ALTER TABLE wherever the server can do them
//! together.

mod columns;
mod keys;

use retort_core::{
    backend::{BackendError, Statement},
    operation::Operation,
    schema::{Name, QualifiedName, Schema, Table, Unmanaged},
    sql::Syntax,
};

use super::{apply, ddl, literal, mentions, quote, refuse, segment::Segment, table_name, translate::Site};
use crate::{introspect::PARTITIONING, option, server::Server, syntax::SYNTAX};

/// Carries out operations on one table in as few statements as possible.
pub(super) fn alter(
    name: &QualifiedName,
    operations: &[Operation],
    before: &Schema,
    server: Server,
) -> Result<Vec<Statement>, BackendError> {
    let mut statements = Vec::new();
    let mut schema = neighbourhood(name, operations, before);
    let mut rest = operations;
    while !rest.is_empty() {
        let mut segment = Segment::new(name, schema, server)?;
        while let Some((operation, later)) = rest.split_first() {
            if !segment.take(operation)? {
                break;
            }
            follow_rename(operation, before)?;
            require_unused(operation, before)?;
            rest = later;
        }
        statements.extend(Writer { segment: &segment, before, server }.statements()?);
        schema = segment.now;
    }
    Ok(statements)
}

/// The table, and what a change of it may concern: the tables that it
/// references, or that reference it.
fn neighbourhood(name: &QualifiedName, operations: &[Operation], before: &Schema) -> Schema {
    let mut names = vec![name];
    for operation in operations {
        if let Operation::AddConstraint { constraint, .. } = operation {
            names.extend(constraint.kind.references());
        }
    }
    if let Some(table) = before.tables.get(name) {
        names.extend(table.constraints.iter().filter_map(|constraint| constraint.kind.references()));
    }
    names.extend(before.foreign_keys_to(name).map(|(from, _, _)| &from.name));
    let partitions = before.unmanaged.iter().filter(|object| object.kind == PARTITIONING);
    let partitions = partitions.filter(|object| names.iter().any(|name| object.table.as_ref() == Some(name)));
    let unmanaged = partitions.cloned().collect();
    Schema {
        namespaces: before.namespaces.clone(),
        enums: before.enums.clone(),
        tables: before.tables.of_names(names),
        unmanaged,
        ..Schema::default()
    }
}

/// Views and triggers keep the old name of a column, and fail from then on.
fn follow_rename(operation: &Operation, before: &Schema) -> Result<(), BackendError> {
    let Operation::RenameColumn { table, from, .. } = operation else {
        return Ok(());
    };
    let view = before
        .views
        .values()
        .find(|view| view.reads(table) && mentions(view.query.as_str(), from, &Syntax::PORTABLE));
    if let Some(view) = view {
        return Err(BackendError::unsupported(format!(
            "view `{}` mentions column `{from}` and would not follow its new name: drop the view first, and \
             create it again after",
            view.name
        )));
    }
    let concerns = |object: &&Unmanaged| {
        follows_no_names(object)
            && object.definition.as_ref().is_some_and(|text| {
                mentions(text, from, &SYNTAX)
                    && (object.table.as_ref() == Some(table) || mentions(text, &table.name, &SYNTAX))
            })
    };
    match before.unmanaged.iter().find(concerns) {
        Some(object) => Err(BackendError::unsupported(format!(
            "{} `{}` mentions column `{from}` and would not follow its new name: drop it first, and create it \
             again after",
            object.kind, object.name
        ))),
        None => Ok(()),
    }
}

/// A trigger of the table that mentions a column which is gone makes every
/// change of a row fail; partitions cannot lose a column that they depend on.
fn require_unused(operation: &Operation, before: &Schema) -> Result<(), BackendError> {
    let Operation::DropColumn { table, column, .. } = operation else {
        return Ok(());
    };
    let concerns = |object: &&Unmanaged| {
        follows_no_names(object)
            && object.table.as_ref() == Some(table)
            && object.definition.as_ref().is_some_and(|text| mentions(text, column, &SYNTAX))
    };
    match before.unmanaged.iter().find(concerns) {
        Some(object) => Err(BackendError::unsupported(format!(
            "{} `{}` mentions column `{column}` and would not work without it: drop it first, and create it again \
             after",
            object.kind, object.name
        ))),
        None => Ok(()),
    }
}

/// Whether the server keeps the definition of the object as it was written.
pub(super) fn follows_no_names(object: &Unmanaged) -> bool {
    object.kind != "order or comment of primary key"
}

/// Writes the statements of one segment.
struct Writer<'a> {
    segment: &'a Segment,
    /// Everything that is known.
    before: &'a Schema,
    server: Server,
}

impl<'a> Writer<'a> {
    /// What new definitions stand in.
    fn site(&self) -> Result<Site<'a>, BackendError> {
        Ok(Site::new(self.segment.tables()?[2], &self.segment.now, self.server))
    }
}

/// The clauses of an ALTER TABLE, in the order in which they are written.
#[derive(Debug, Default)]
struct Clauses {
    /// Foreign keys that reference the table itself.
    drop_own_foreign_keys: Vec<String>,
    drop_keys: Vec<String>,
    drop_columns: Vec<String>,
    columns: Vec<String>,
    add_columns: Vec<String>,
    add_keys: Vec<String>,
    other: Vec<String>,
    /// Those that follow in a statement of their own.
    later: Vec<String>,
}

impl Clauses {
    /// Those of the statement itself.
    fn all(self) -> Vec<String> {
        [
            self.drop_own_foreign_keys,
            self.drop_keys,
            self.drop_columns,
            self.columns,
            self.add_columns,
            self.add_keys,
            self.other,
        ]
        .concat()
    }
}

/// A check that no row fulfils. Its name is what the server says when there is
/// one.
const NO_ROWS: &str = "rows need a default for a new column that is NOT NULL";

impl Writer<'_> {
    fn statements(&self) -> Result<Vec<Statement>, BackendError> {
        let [start, _, now] = self.segment.tables()?;
        refuse::table(now, self.server)?;
        self.require_keys()?;

        let mut clauses = Clauses::default();
        let replacement = self.replacement()?;
        self.write_columns(replacement.as_ref(), &mut clauses)?;
        self.write_constraints(&mut clauses)?;
        self.write_indexes(&mut clauses)?;
        self.write_implicit_indexes(&mut clauses);
        if start.comment != now.comment {
            now.comment.iter().try_for_each(|comment| refuse::kept(comment, self.server))?;
            clauses.other.push(format!("COMMENT={}", literal(now.comment.as_deref().unwrap_or_default())));
        }
        let guarded = self.added_columns()?.any(|column| self.needs_no_rows(column));
        if guarded {
            clauses.add_keys.push(format!("ADD CONSTRAINT {} CHECK (FALSE)", quote(&Name::from(NO_ROWS))));
        }
        if self.segment.concurrently {
            clauses.other.extend(["ALGORITHM=INPLACE".to_owned(), "LOCK=NONE".to_owned()]);
        }

        let mut statements = Vec::new();
        if let Some(replacement) = replacement {
            statements.push(self.alter_table(vec![replacement.clause])?);
        }
        if !clauses.drop_own_foreign_keys.is_empty() && self.drops_a_key()? {
            // MySQL does not see that nothing needs the key any more.
            statements.push(self.alter_table(std::mem::take(&mut clauses.drop_own_foreign_keys))?);
        }
        let later = std::mem::take(&mut clauses.later);
        for clauses in [clauses.all(), later].into_iter().filter(|clauses| !clauses.is_empty()) {
            statements.push(self.alter_table(clauses)?);
        }
        if guarded {
            let clause = format!("DROP CONSTRAINT {}", quote(&Name::from(NO_ROWS)));
            statements.push(self.alter_table(vec![clause])?);
        }
        statements.extend(self.scatter()?);
        if self.renumbers_what_is_referenced()? {
            statements = without_foreign_key_checks(statements);
        }
        Ok(if self.begins_to_number()? { keeping_zeros(statements) } else { statements })
    }

    fn alter_table(&self, clauses: Vec<String>) -> Result<Statement, BackendError> {
        alter_table(&self.segment.tables()?[2].name, &clauses)
    }
}

/// The statements so that a 0 in a column that begins to number the rows stays
/// one, instead of becoming the next number.
fn keeping_zeros(statements: Vec<Statement>) -> Vec<Statement> {
    let keep = "SET @retort_sql_mode = @@sql_mode, sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')";
    let restore = "SET sql_mode = @retort_sql_mode";
    [Statement::new(keep)].into_iter().chain(statements).chain([Statement::new(restore)]).collect()
}

/// The statements where foreign keys are not in the way of a change that they
/// do not notice.
fn without_foreign_key_checks(statements: Vec<Statement>) -> Vec<Statement> {
    let off = "SET @retort_foreign_key_checks = @@foreign_key_checks, foreign_key_checks = 0";
    let restore = "SET foreign_key_checks = @retort_foreign_key_checks";
    [Statement::new(off)].into_iter().chain(statements).chain([Statement::new(restore)]).collect()
}

/// An ALTER TABLE with these clauses.
pub(super) fn alter_table(table: &QualifiedName, clauses: &[String]) -> Result<Statement, BackendError> {
    let table = table_name(table)?;
    Ok(ddl(match clauses {
        [clause] => format!("ALTER TABLE {table} {clause}"),
        clauses => format!("ALTER TABLE {table}\n    {}", clauses.join(",\n    ")),
    }))
}

/// An UPDATE of one column that leaves those alone which the server would
/// change with it.
pub(super) fn update(
    table: &Table,
    column: &Name,
    value: &str,
    condition: Option<&str>,
) -> Result<Statement, BackendError> {
    let mut sets = vec![format!("{} = {value}", quote(column))];
    let moving = table.columns.iter().filter(|other| other.options.contains_key(option::ON_UPDATE));
    for other in moving.filter(|other| other.name != *column) {
        let other = quote(&other.name);
        sets.push(format!("{other} = {other}"));
    }
    let condition = condition.map(|condition| format!(" WHERE {condition}")).unwrap_or_default();
    Ok(Statement::new(format!("UPDATE {} SET {}{condition}", table_name(&table.name)?, sets.join(", "))))
}

/// The schema after the operation.
pub(super) fn after(operation: &Operation, before: &Schema) -> Result<Schema, BackendError> {
    let mut after = before.clone();
    apply(operation, &mut after)?;
    Ok(after)
}
