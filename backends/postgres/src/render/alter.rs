//! Changes of a table, in as few statements as possible: each one that rewrites
//! the rows rewrites them all.

use std::collections::BTreeSet;

use retort_core::{
    backend::{BackendError, Statement},
    operation::{ColumnChange, Operation},
    schema::{
        Column, Constraint, ConstraintKind, Expression, GeneratedStorage, Identity, Name, QualifiedName,
        Schema, Type, Unmanaged,
    },
};

use super::{
    column, comment_on, comment_on_column, constraint, conversion, dependents, exists, identifiers,
    not_exists, quote, quote_qualified,
};
use crate::{server::Server, types::type_sql};

/// Carries out operations on one table.
pub(super) fn alter(
    table: &QualifiedName,
    operations: &[Operation],
    before: &Schema,
    server: Server,
) -> Result<Vec<Statement>, BackendError> {
    let columns = before.tables.get(table).map(|table| table.columns.clone()).unwrap_or_default();
    let is_own = |object: &&Unmanaged| object.kind == "sequence" && object.table.as_ref() == Some(table);
    let sequences = before.unmanaged.iter().filter(is_own).map(|object| &object.name).collect();
    let mut reader = Reader { table, columns, sequences, server };
    let mut groups: Vec<Group> = Vec::new();
    for operation in operations {
        let pieces = reader.read(operation)?;
        if pieces.is_empty() {
            continue;
        }
        match groups.last_mut() {
            Some(group) if group.takes(&pieces) => group.pieces.extend(pieces),
            Some(_) | None => groups.push(Group { pieces }),
        }
    }
    Ok(groups.into_iter().flat_map(|group| group.statements(table, before)).collect())
}

/// When PostgreSQL carries out a part of an ALTER TABLE: not in the order of its
/// text, but in this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pass {
    Drop,
    /// With the drops, but how values are converted to a new type cannot be said
    /// of a column that is generated when the statement begins.
    DropExpression,
    Type,
    /// Dropping an identity: early, but a new type that cannot be numbered is
    /// refused before all else, and must be in a later statement.
    Identity,
    Add,
    Expression,
    NotNull,
    Key,
    Other,
    /// Not part of an ALTER TABLE with others: after it.
    After,
}

/// What one operation does to the table, or a part of that.
struct Piece {
    pass: Pass,
    /// The part of an ALTER TABLE, or a whole statement.
    sql: Sql,
    /// The columns and constraints that it touches.
    touches: BTreeSet<Name>,
}

enum Sql {
    Action(String),
    /// An action that gives this column another type.
    Retype(String, Name),
    Statement(Statement),
}

/// Pieces that one ALTER TABLE carries out, and statements after it.
struct Group {
    pieces: Vec<Piece>,
}

impl Group {
    /// Whether the result is the same when the pieces join the group.
    fn takes(&self, pieces: &[Piece]) -> bool {
        pieces.iter().all(|piece| {
            self.pieces.iter().all(|earlier| {
                let is_refused = earlier.pass == Pass::DropExpression && piece.pass == Pass::Type;
                let in_order = (earlier.pass < piece.pass && !is_refused)
                    || (earlier.pass == piece.pass && !matches!(piece.pass, Pass::Type | Pass::Expression));
                in_order || earlier.touches.is_disjoint(&piece.touches)
            })
        })
    }

    fn statements(self, table: &QualifiedName, before: &Schema) -> Vec<Statement> {
        let (mut actions, mut retyped, mut after) = (Vec::new(), Vec::new(), Vec::new());
        for piece in self.pieces {
            match piece.sql {
                Sql::Action(action) => actions.push(action),
                Sql::Retype(action, column) => {
                    actions.push(action);
                    retyped.push(column);
                }
                Sql::Statement(statement) => after.push(statement),
            }
        }
        let name = quote_qualified(table);
        let altered = match actions.as_slice() {
            [] => None,
            [action] => Some(format!("ALTER TABLE {name} {action}")),
            actions => Some(format!("ALTER TABLE {name}\n    {}", actions.join(",\n    "))),
        };
        let altered = altered.into_iter().map(Statement::new).collect();
        let mut statements = dependents::around_columns(table, &retyped, altered, before);
        statements.extend(after);
        statements
    }
}

fn is_integer(ty: &Type) -> bool {
    matches!(ty, Type::SmallInt | Type::Integer | Type::BigInt)
}

/// Whether a default takes its numbers from the sequence.
fn takes_from(default: &Expression, sequence: &QualifiedName) -> bool {
    let literal = default.as_str().strip_prefix("nextval('").and_then(|rest| rest.split('\'').next());
    let name = literal.and_then(|literal| literal.rsplit('.').next());
    name.is_some_and(|name| name.trim_matches('"') == sequence.name.as_str())
}

/// Reads operations in turn, and keeps the columns up to date.
struct Reader<'a> {
    table: &'a QualifiedName,
    columns: Vec<Column>,
    /// Those of its `serial` columns.
    sequences: Vec<&'a QualifiedName>,
    server: Server,
}

impl Reader<'_> {
    fn read(&mut self, operation: &Operation) -> Result<Vec<Piece>, BackendError> {
        Ok(match operation {
            Operation::SetTableComment { table, comment } => {
                let statement = comment_on("TABLE", &quote_qualified(table), comment.as_deref());
                vec![after(statement, [])]
            }
            Operation::AddColumn { table: _, column, if_not_exists } => self.add(column, *if_not_exists)?,
            Operation::DropColumn { table: _, column, if_exists } => {
                self.columns.retain(|kept| kept.name != *column);
                let sql = format!("DROP COLUMN {}{}", exists(*if_exists), quote(column));
                vec![action(Pass::Drop, sql, [column.clone()])]
            }
            Operation::RenameColumn { table, from, to } => {
                if let Some(column) = self.column_mut(from) {
                    column.name = to.clone();
                }
                let sql = format!(
                    "ALTER TABLE {} RENAME COLUMN {} TO {}",
                    quote_qualified(table),
                    quote(from),
                    quote(to)
                );
                vec![after(Statement::new(sql), [from.clone(), to.clone()])]
            }
            Operation::AlterColumn { table: _, column, change } => self.change(column, change)?,
            Operation::AddConstraint { table, constraint } => {
                let sql = format!("ADD {}", constraint::definition(constraint, self.server)?);
                vec![action(pass_of(constraint), sql, self.touched_by(table, constraint))]
            }
            Operation::DropConstraint { table: _, name, if_exists } => {
                let sql = format!("DROP CONSTRAINT {}{}", exists(*if_exists), quote(name));
                vec![action(Pass::Drop, sql, [name.clone()])]
            }
            Operation::RenameConstraint { table, from, to } => {
                let sql = format!(
                    "ALTER TABLE {} RENAME CONSTRAINT {} TO {}",
                    quote_qualified(table),
                    quote(from),
                    quote(to)
                );
                vec![after(Statement::new(sql), [from.clone(), to.clone()])]
            }
            // Alone it lets others write to the table meanwhile.
            Operation::ValidateConstraint { table, name } => {
                let sql =
                    format!("ALTER TABLE {} VALIDATE CONSTRAINT {}", quote_qualified(table), quote(name));
                vec![after(Statement::new(sql), [name.clone()])]
            }
            Operation::CreateNamespace { .. }
            | Operation::DropNamespace { .. }
            | Operation::RenameNamespace { .. }
            | Operation::CreateEnum { .. }
            | Operation::DropEnum { .. }
            | Operation::RenameEnum { .. }
            | Operation::AddEnumValue { .. }
            | Operation::RenameEnumValue { .. }
            | Operation::DropEnumValue { .. }
            | Operation::CreateTable { .. }
            | Operation::DropTable { .. }
            | Operation::RenameTable { .. }
            | Operation::CreateIndex { .. }
            | Operation::DropIndex { .. }
            | Operation::RenameIndex { .. }
            | Operation::CreateView { .. }
            | Operation::DropView { .. }
            | Operation::RenameView { .. }
            | Operation::SetComment { .. }
            | Operation::Dml { .. }
            | Operation::Raw { .. } => Vec::new(),
        })
    }

    fn add(&mut self, column: &Column, if_not_exists: bool) -> Result<Vec<Piece>, BackendError> {
        let is_there = self.column_mut(&column.name).is_some();
        let definition = column::definition(self.table, column, self.server)?;
        let sql = format!("ADD COLUMN {}{definition}", not_exists(if_not_exists));
        let mut touches = BTreeSet::from([column.name.clone()]);
        if let Some(generated) = &column.generated {
            touches.extend(self.columns_in(&generated.expression));
        }
        let mut pieces = vec![action(Pass::Add, sql, touches)];
        if !is_there {
            self.columns.push(column.clone());
            for option in column::options(column) {
                pieces.push(action(Pass::Other, option, [column.name.clone()]));
            }
            if let Some(comment) = &column.comment {
                let statement = comment_on_column(self.table, &column.name, Some(comment));
                pieces.push(after(statement, [column.name.clone()]));
            }
        }
        Ok(pieces)
    }

    fn change(&mut self, name: &Name, change: &ColumnChange) -> Result<Vec<Piece>, BackendError> {
        let alter = format!("ALTER COLUMN {}", quote(name));
        let touches = [name.clone()];
        let pieces = match change {
            ColumnChange::Type { ty, collation, using } => {
                let mut sql = format!("{alter} TYPE {}", type_sql(ty, self.server)?);
                if let Some(collation) = collation {
                    sql.push(' ');
                    sql.push_str(&column::collate(collation));
                }
                return self.retype(name, ty, sql, using.as_ref());
            }
            ColumnChange::Nullable(true) => {
                vec![action(Pass::Drop, format!("{alter} DROP NOT NULL"), touches)]
            }
            ColumnChange::Nullable(false) => {
                vec![action(Pass::NotNull, format!("{alter} SET NOT NULL"), touches)]
            }
            ColumnChange::Default(None) => {
                vec![action(Pass::Drop, format!("{alter} DROP DEFAULT"), touches)]
            }
            ColumnChange::Default(Some(default)) => {
                vec![action(Pass::Other, format!("{alter} SET DEFAULT {default}"), touches)]
            }
            ColumnChange::Identity(identity) => self.change_identity(name, identity.as_ref(), &alter),
            ColumnChange::Generated(None) => {
                let generated = self.column_mut(name).and_then(|column| column.generated.as_ref());
                if generated.is_some_and(|generated| generated.storage == GeneratedStorage::Virtual) {
                    return Err(BackendError::unsupported(format!(
                        "PostgreSQL cannot keep the values of virtual generated column `{name}` of table `{}`: drop \
                         the column and add it again",
                        self.table
                    )));
                }
                vec![action(Pass::DropExpression, format!("{alter} DROP EXPRESSION"), touches)]
            }
            ColumnChange::Generated(Some(generated)) if self.server.is_at_least(17) => {
                let sql = format!("{alter} SET EXPRESSION AS ({})", generated.expression);
                let others = self.columns_in(&generated.expression);
                vec![action(Pass::Expression, sql, touches.into_iter().chain(others))]
            }
            ColumnChange::Generated(Some(_)) => {
                return Err(BackendError::unsupported(format!(
                    "PostgreSQL before 17 cannot change the expression of generated column `{name}` of table \
                     `{}`: drop the column and add it again",
                    self.table
                )));
            }
            ColumnChange::Comment(comment) => {
                vec![after(comment_on_column(self.table, name, comment.as_deref()), touches)]
            }
        };
        if let Some(column) = self.column_mut(name) {
            match change {
                // Returned above.
                ColumnChange::Type { .. } => {}
                ColumnChange::Nullable(nullable) => column.nullable = *nullable,
                ColumnChange::Default(default) => column.default.clone_from(default),
                ColumnChange::Identity(identity) => column.identity.clone_from(identity),
                ColumnChange::Generated(generated) => column.generated.clone_from(generated),
                ColumnChange::Comment(comment) => column.comment.clone_from(comment),
            }
        }
        Ok(pieces)
    }

    /// A new type. The default is set again, because PostgreSQL would keep it as
    /// a conversion from the old type, or refuse to convert it. The sequence of a
    /// `serial` column must reach as far as the column does.
    fn retype(
        &mut self,
        name: &Name,
        ty: &Type,
        mut sql: String,
        using: Option<&Expression>,
    ) -> Result<Vec<Piece>, BackendError> {
        let server = self.server;
        let mut touches = BTreeSet::from([name.clone()]);
        touches.extend(using.into_iter().flat_map(|using| self.columns_in(using)));
        let column = self.column_mut(name);
        let using = match (using, &column) {
            (Some(using), _) => Some(using.as_str().to_owned()),
            (None, Some(column)) => conversion::using(column, ty, server)?,
            (None, None) => None,
        };
        if let Some(using) = using {
            sql.push_str(" USING ");
            sql.push_str(&using);
        }
        let mut pieces = Vec::new();
        let is_resized = column.as_ref().is_some_and(|column| column.ty != *ty && is_integer(&column.ty));
        let default = column.as_ref().and_then(|column| column.default.clone());
        let alter = format!("ALTER COLUMN {}", quote(name));
        if default.is_some() {
            pieces.push(action(Pass::Drop, format!("{alter} DROP DEFAULT"), [name.clone()]));
        }
        pieces.push(Piece { pass: Pass::Type, sql: Sql::Retype(sql, name.clone()), touches });
        if let Some(default) = default {
            pieces.push(action(Pass::Other, format!("{alter} SET DEFAULT {default}"), [name.clone()]));
            let sequence = self.sequences.iter().find(|sequence| takes_from(&default, sequence));
            if let Some(sequence) = sequence.filter(|_| is_resized && is_integer(ty)) {
                let sql =
                    format!("ALTER SEQUENCE {} AS {}", quote_qualified(sequence), type_sql(ty, server)?);
                pieces.push(after(Statement::new(sql), [name.clone()]));
            }
        }
        if let Some(column) = self.column_mut(name) {
            column.ty = ty.clone();
        }
        Ok(pieces)
    }

    fn change_identity(&mut self, name: &Name, new: Option<&Identity>, alter: &str) -> Vec<Piece> {
        let touches = [name.clone()];
        let old = self.column_mut(name).and_then(|column| column.identity.clone());
        match (old, new) {
            (_, None) => vec![action(Pass::Identity, format!("{alter} DROP IDENTITY"), touches)],
            (Some(old), Some(new)) => {
                let changes = column::identity_changes(&old, new);
                if changes.is_empty() {
                    return Vec::new();
                }
                let mut pieces = vec![action(Pass::Other, format!("{alter} {changes}"), touches.clone())];
                if column::is_descending(&old.sequence) != column::is_descending(&new.sequence) {
                    pieces.extend(self.number_on(name, new).map(|statement| after(statement, touches)));
                }
                pieces
            }
            (None, Some(new)) => {
                let added = format!("{alter} ADD {}", column::identity_clause(new));
                let mut pieces = vec![action(Pass::Other, added, touches.clone())];
                pieces.extend(self.number_on(name, new).map(|statement| after(statement, touches)));
                pieces
            }
        }
    }

    /// Makes the numbers that start anew go on behind those that rows have, unless
    /// the user says where they start.
    fn number_on(&self, name: &Name, identity: &Identity) -> Option<Statement> {
        if identity.sequence.start.is_some() {
            return None;
        }
        let (column, table) = (quote(name), quote_qualified(self.table));
        let (last, is_beyond) =
            if column::is_descending(&identity.sequence) { ("min", "<=") } else { ("max", ">=") };
        let first = column::first_value(&identity.sequence);
        Some(Statement::new(format!(
            "SELECT setval(pg_get_serial_sequence({}, {}), {last}({column})) FROM {table} HAVING \
             {last}({column}) {is_beyond} {first}",
            super::literal(&table),
            super::literal(name.as_str()),
        )))
    }

    /// The columns and constraints that a new constraint touches: a foreign key to
    /// the table itself may need any of its keys.
    fn touched_by(&self, table: &QualifiedName, constraint: &Constraint) -> BTreeSet<Name> {
        let named = constraint.columns().iter().chain(&constraint.name).cloned();
        let others: Vec<Name> = match &constraint.kind {
            ConstraintKind::ForeignKey(key) if key.references == *table => {
                self.columns.iter().map(|column| column.name.clone()).collect()
            }
            ConstraintKind::Check(check) => self.columns_in(&check.expression),
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) => {
                Vec::new()
            }
        };
        named.chain(others).collect()
    }

    /// The columns that an expression may mention: all its words, if it is not
    /// known which columns there are.
    fn columns_in(&self, expression: &Expression) -> Vec<Name> {
        let is_one = |word: &Name| self.columns.iter().any(|column| column.name == *word);
        identifiers(expression.as_str()).filter(|word| self.columns.is_empty() || is_one(word)).collect()
    }

    fn column_mut(&mut self, name: &Name) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| column.name == *name)
    }
}

fn action(pass: Pass, sql: String, touches: impl IntoIterator<Item = Name>) -> Piece {
    Piece { pass, sql: Sql::Action(sql), touches: touches.into_iter().collect() }
}

fn after(statement: Statement, touches: impl IntoIterator<Item = Name>) -> Piece {
    Piece { pass: Pass::After, sql: Sql::Statement(statement), touches: touches.into_iter().collect() }
}

fn pass_of(constraint: &Constraint) -> Pass {
    match &constraint.kind {
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => Pass::Key,
        ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => Pass::Other,
    }
}
