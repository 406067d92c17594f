//! Changes of a table, as one ALTER TABLE wherever the server can do them
//! together.

use retort_core::{
    backend::{BackendError, Statement},
    operation::Operation,
    schema::{
        Column, Constraint, ConstraintKind, GeneratedStorage, Index, IndexKey, Name, QualifiedName, Schema,
        Table, Unmanaged,
    },
};

use super::{
    apply, column, constraint, convert, ddl, index, keys, literal, mentions, quote, refuse, segment::Segment,
    table_name,
};
use crate::{
    server::{Flavor, Server},
    types::{self, Kind},
};

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
    let tables = names
        .into_iter()
        .filter_map(|name| before.tables.get_key_value(name))
        .map(|(name, table)| (name.clone(), table.clone()))
        .collect();
    Schema { namespaces: before.namespaces.clone(), enums: before.enums.clone(), tables, ..Schema::default() }
}

/// Views and triggers keep the old name of a column, and fail from then on.
fn follow_rename(operation: &Operation, before: &Schema) -> Result<(), BackendError> {
    let Operation::RenameColumn { table, from, .. } = operation else {
        return Ok(());
    };
    let view = before
        .views
        .values()
        .find(|view| view.reads(table) && mentions(&view.query.as_str().replace('"', "`"), from));
    if let Some(view) = view {
        return Err(BackendError::unsupported(format!(
            "view `{}` mentions column `{from}` and would not follow its new name: drop the view first, and \
             create it again after",
            view.name
        )));
    }
    let concerns = |object: &&Unmanaged| {
        object.definition.as_ref().is_some_and(|text| {
            mentions(text, from) && (object.table.as_ref() == Some(table) || mentions(text, &table.name))
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

/// Writes the statements of one segment.
struct Writer<'a> {
    segment: &'a Segment,
    /// Everything that is known.
    before: &'a Schema,
    server: Server,
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
}

impl Clauses {
    fn all(self) -> Vec<String> {
        let Self { drop_own_foreign_keys, drop_keys, drop_columns, columns, add_columns, add_keys, other } =
            self;
        [drop_own_foreign_keys, drop_keys, drop_columns, columns, add_columns, add_keys, other].concat()
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
        let clauses = clauses.all();
        if !clauses.is_empty() {
            statements.push(self.alter_table(clauses)?);
        }
        if guarded {
            let clause = format!("DROP CONSTRAINT {}", quote(&Name::from(NO_ROWS)));
            statements.push(self.alter_table(vec![clause])?);
        }
        statements.extend(self.scatter()?);
        Ok(statements)
    }

    fn alter_table(&self, clauses: Vec<String>) -> Result<Statement, BackendError> {
        alter_table(&self.segment.tables()?[2].name, &clauses)
    }

    /// Fails if a foreign key would no longer find the key that it references.
    fn require_keys(&self) -> Result<(), BackendError> {
        let [_, renamed, now] = self.segment.tables()?;
        for (from, foreign_key, key) in self.segment.now.foreign_keys_to(&now.name) {
            let columns = constraint::referenced_columns(key, now, &self.segment.now)?;
            if keys::is_key(renamed, columns) && !keys::is_key(now, columns) {
                return Err(BackendError::unsupported(format!(
                    "{} of table `{}` needs a key of table `{}` with the same columns in the same order",
                    constraint::describe(foreign_key),
                    from.name,
                    now.name
                )));
            }
        }
        Ok(())
    }

    /// Whether a key goes that a foreign key may have referenced.
    fn drops_a_key(&self) -> Result<bool, BackendError> {
        let [start, renamed, now] = self.segment.tables()?;
        let unnamed = |constraint: &Constraint| Constraint { name: None, ..constraint.clone() };
        let kept: Vec<Constraint> = now.constraints.iter().map(unnamed).collect();
        let is_key = |constraint: &Constraint| {
            matches!(constraint.kind, ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_))
        };
        let lost =
            renamed.constraints.iter().filter(|old| is_key(old)).any(|old| !kept.contains(&unnamed(old)));
        Ok(lost || start.indexes.iter().any(|index| index.unique && now.index(&index.name).is_none()))
    }

    fn added_columns(&self) -> Result<impl Iterator<Item = &Column>, BackendError> {
        let [_, renamed, now] = self.segment.tables()?;
        Ok(now.columns.iter().filter(|column| renamed.column(&column.name).is_none()))
    }

    /// Whether the server would fill a new column with zeros or empty text,
    /// where there must not be any rows.
    fn needs_no_rows(&self, column: &Column) -> bool {
        !column.nullable
            && column.default.is_none()
            && column.identity.is_none()
            && column.generated.is_none()
    }

    fn write_columns(
        &self,
        replacement: Option<&Replacement>,
        clauses: &mut Clauses,
    ) -> Result<(), BackendError> {
        let [start, renamed, now] = self.segment.tables()?;
        for (old, renamed) in start.columns.iter().zip(&renamed.columns) {
            let Some(new) = now.column(&renamed.name) else {
                clauses.drop_columns.push(format!("DROP COLUMN {}", quote(&old.name)));
                continue;
            };
            self.require_change(old, renamed, new)?;
            match replacement {
                Some(replacement) if replacement.column == old.name => {
                    clauses.drop_columns.push(format!("DROP COLUMN {}", quote(&old.name)));
                    let definition = column::definition(new, &self.segment.now, self.server)?;
                    clauses.columns.push(format!("CHANGE COLUMN {} {definition}", quote(&replacement.name)));
                }
                Some(_) | None => clauses.columns.extend(self.change(old, renamed, new)?),
            }
        }
        for column in self.added_columns()? {
            let definition = if self.segment.scattered.contains(&column.name) {
                let empty = Column { nullable: true, default: None, ..column.clone() };
                column::definition(&empty, &self.segment.now, self.server)?
            } else {
                column::definition(column, &self.segment.now, self.server)?
            };
            clauses.add_columns.push(format!("ADD COLUMN {definition}"));
        }
        Ok(())
    }

    /// Fills new columns whose default differs from row to row.
    fn scatter(&self) -> Result<Vec<Statement>, BackendError> {
        let [_, _, now] = self.segment.tables()?;
        let mut statements = Vec::new();
        for column in self.added_columns()?.filter(|column| self.segment.scattered.contains(&column.name)) {
            let Some(default) = &column.default else { continue };
            let value = column::default_value(default, &column.ty, self.server)?;
            statements.push(update(now, &column.name, &value, None)?);
            let definition = column::definition(column, &self.segment.now, self.server)?;
            statements.push(self.alter_table(vec![format!("MODIFY COLUMN {definition}")])?);
        }
        Ok(statements)
    }

    /// The clause that makes the new column of the old one, if it is another.
    fn change(&self, old: &Column, renamed: &Column, new: &Column) -> Result<Option<String>, BackendError> {
        // MySQL does not let a column go by another name while an expression
        // mentions the old one.
        let is_stale = self.server.flavor == Flavor::MySql
            && (old.default != renamed.default || old.generated != renamed.generated);
        let has_other_name = old.name != new.name;
        if renamed == new && !is_stale {
            let rename = || format!("RENAME COLUMN {} TO {}", quote(&old.name), quote(&new.name));
            return Ok(has_other_name.then(rename));
        }
        if !has_other_name
            && !is_stale
            && let Some(clause) = self.set_default(renamed, new)?
        {
            return Ok(Some(clause));
        }
        let definition = column::definition(new, &self.segment.now, self.server)?;
        Ok(Some(if has_other_name {
            format!("CHANGE COLUMN {} {definition}", quote(&old.name))
        } else {
            format!("MODIFY COLUMN {definition}")
        }))
    }

    /// The clause that changes the default and touches nothing else, if that is
    /// all that changes.
    fn set_default(&self, old: &Column, new: &Column) -> Result<Option<String>, BackendError> {
        let is_all = Column { default: None, ..old.clone() } == Column { default: None, ..new.clone() };
        let unlimited = Kind::of(&new.ty).is_unlimited() && self.server.flavor == Flavor::MySql;
        if !is_all || unlimited || new.options.contains_key("on update") {
            return Ok(None);
        }
        let column = quote(&new.name);
        let Some(default) = &new.default else {
            // Without a default, NULL is what an INSERT gives that does not say.
            return Ok(Some(match new.nullable {
                true => format!("ALTER COLUMN {column} SET DEFAULT NULL"),
                false => format!("ALTER COLUMN {column} DROP DEFAULT"),
            }));
        };
        let value = column::default_value(default, &new.ty, self.server)?;
        // MySQL takes no such word here.
        let is_now = column::is_now(&value);
        Ok((!is_now).then(|| format!("ALTER COLUMN {column} SET DEFAULT {value}")))
    }

    /// Fails if the server would refuse what becomes of the column.
    fn require_change(&self, old: &Column, renamed: &Column, new: &Column) -> Result<(), BackendError> {
        let [_, _, now] = self.segment.tables()?;
        if let (Some(before), after) = (&renamed.generated, &new.generated) {
            let moved = after.as_ref().is_none_or(|after| after.storage != before.storage);
            if moved && (before.storage == GeneratedStorage::Virtual || after.is_some()) {
                return Err(BackendError::unsupported(format!(
                    "{} cannot change where the values of generated column `{}` are kept: drop it and add it again",
                    self.server.flavor, new.name
                )));
            }
        }
        if renamed.nullable && !new.nullable {
            refuse::not_null(new, now, self.server)?;
        }
        let form = |column: &Column, schema: &Schema| {
            let declared = types::declared_type(&column.ty, &schema.enums, self.server);
            (declared.ok(), column.collation.clone(), column.options.get("charset").cloned())
        };
        if form(renamed, &self.segment.start) == form(new, &self.segment.now) {
            return Ok(());
        }
        match self.foreign_key_with(&new.name)? {
            Some((from, foreign_key)) => Err(BackendError::unsupported(format!(
                "{} cannot change the type of column `{}` while {} of table `{}` is on it: drop that first, and add \
                 it again after",
                self.server.flavor,
                old.name,
                constraint::describe(foreign_key),
                from.name
            ))),
            None => Ok(()),
        }
    }

    /// A foreign key that was there and stays, on the column or referencing it.
    fn foreign_key_with(&self, column: &Name) -> Result<Option<(&Table, &Constraint)>, BackendError> {
        let [_, _, now] = self.segment.tables()?;
        let stays = |constraint: &Constraint| {
            constraint.name.as_ref().is_none_or(|name| self.segment.constraints.contains_key(name))
        };
        for (constraint, key) in keys::foreign_keys(now) {
            if stays(constraint) && key.columns.contains(column) {
                return Ok(Some((now, constraint)));
            }
        }
        for (from, constraint, key) in self.segment.now.foreign_keys_to(&now.name) {
            let stays = from.name != now.name || stays(constraint);
            if stays && constraint::referenced_columns(key, now, &self.segment.now)?.contains(column) {
                return Ok(Some((from, constraint)));
            }
        }
        Ok(None)
    }

    fn write_constraints(&self, clauses: &mut Clauses) -> Result<(), BackendError> {
        let [start, renamed, now] = self.segment.tables()?;
        let mut kept: Vec<&Constraint> = Vec::new();
        for (old, renamed) in start.constraints.iter().zip(&renamed.constraints) {
            let Some(new) = self.constraint_now(old, now) else {
                let is_own = old.kind.references() == Some(&start.name);
                let drops = if is_own { &mut clauses.drop_own_foreign_keys } else { &mut clauses.drop_keys };
                drops.push(constraint::drop_clause(old)?);
                continue;
            };
            kept.push(new);
            let is_stale =
                self.server.flavor == Flavor::MySql && matches!(old.kind, ConstraintKind::Check(_));
            let as_it_is = renamed.kind == new.kind
                && !(is_stale && old.kind != renamed.kind)
                && !self.is_on_converted(old);
            let has_other_name = old.name != new.name;
            match (&new.kind, &old.name, &new.name) {
                // Its name is PRIMARY, whatever it is called.
                (ConstraintKind::PrimaryKey(_), _, _) if as_it_is => {}
                (ConstraintKind::Unique(_), Some(from), Some(to)) if as_it_is && has_other_name => {
                    clauses.drop_keys.push(format!("RENAME INDEX {} TO {}", quote(from), quote(to)));
                }
                _ if as_it_is && !has_other_name => {}
                _ => {
                    clauses.drop_keys.push(constraint::drop_clause(old)?);
                    clauses.add_keys.push(self.add_constraint(new, now)?);
                }
            }
        }
        for added in &now.constraints {
            if !kept.iter().any(|kept| std::ptr::eq(*kept, added)) {
                refuse::added_constraint(added, now, &self.segment.now, self.server)?;
                refuse::taken_name(added, now, self.before, self.server)?;
                clauses.add_keys.push(self.add_constraint(added, now)?);
            }
        }
        Ok(())
    }

    fn add_constraint(&self, added: &Constraint, now: &Table) -> Result<String, BackendError> {
        Ok(format!("ADD {}", constraint::clause(added, now, &self.segment.now, self.server)?))
    }

    /// What has become of a constraint.
    fn constraint_now<'t>(&self, old: &Constraint, now: &'t Table) -> Option<&'t Constraint> {
        match &old.name {
            Some(name) => {
                let (current, _) = self.segment.constraints.iter().find(|(_, original)| *original == name)?;
                now.constraint(current)
            }
            // Only a primary key is without a name.
            None => now.constraints.iter().find(|constraint| {
                constraint.name.is_none()
                    && std::mem::discriminant(&constraint.kind) == std::mem::discriminant(&old.kind)
            }),
        }
    }

    fn is_on_converted(&self, constraint: &Constraint) -> bool {
        let Some(conversion) = &self.segment.conversion else { return false };
        match &constraint.kind {
            ConstraintKind::Check(check) => check.expression.columns().contains(&conversion.column),
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) => {
                constraint.columns().contains(&conversion.column)
            }
        }
    }

    fn write_indexes(&self, clauses: &mut Clauses) -> Result<(), BackendError> {
        let [start, renamed, now] = self.segment.tables()?;
        for (old, renamed) in start.indexes.iter().zip(&renamed.indexes) {
            let current = self.segment.indexes.iter().find(|(_, original)| **original == old.name);
            let Some(new) = current.and_then(|(name, _)| now.index(name)) else {
                clauses.drop_keys.push(format!("DROP INDEX {}", quote(&old.name)));
                continue;
            };
            let same = Index { name: new.name.clone(), ..renamed.clone() } == *new;
            let as_it_is =
                same && expressions(old).eq(expressions(renamed)) && !self.is_index_on_converted(old);
            if !as_it_is {
                clauses.drop_keys.push(format!("DROP INDEX {}", quote(&old.name)));
                clauses.add_keys.push(format!("ADD {}", index::clause(new, now, self.server)?));
            } else if old.name != new.name {
                clauses.drop_keys.push(format!("RENAME INDEX {} TO {}", quote(&old.name), quote(&new.name)));
            }
        }
        for added in now.indexes.iter().filter(|index| !self.segment.indexes.contains_key(&index.name)) {
            clauses.add_keys.push(format!("ADD {}", index::clause(added, now, self.server)?));
        }
        Ok(())
    }

    fn is_index_on_converted(&self, index: &Index) -> bool {
        let Some(conversion) = &self.segment.conversion else { return false };
        index.has_column(&conversion.column)
            || expressions(index).any(|expression| expression.columns().contains(&conversion.column))
    }

    /// Leaves the indexes that exist for foreign keys only as the model implies
    /// them.
    fn write_implicit_indexes(&self, clauses: &mut Clauses) {
        let Ok([_, renamed, now]) = self.segment.tables() else { return };
        let (before, mut after) = (keys::implicit(renamed), keys::implicit(now));
        let is_added = |name: &Name| now.constraint(name).is_some() && self.is_added(name);
        let add = |index: &keys::Implicit| {
            format!("ADD INDEX {} {}", quote(&index.name), super::quote_all(&index.columns))
        };
        // The server names the index like the last of the foreign keys with the
        // same columns.
        let has_added_twin = |index: &keys::Implicit| {
            keys::foreign_keys(now).any(|(constraint, key)| {
                key.columns == index.columns
                    && constraint.name.as_ref().is_some_and(|name| *name != index.name && is_added(name))
            })
        };
        for old in &before {
            if let Some(at) = after.iter().position(|new| new == old) {
                if has_added_twin(old) {
                    clauses.drop_keys.push(format!("DROP INDEX {}", quote(&old.name)));
                    clauses.add_keys.insert(0, add(old));
                }
                after.remove(at);
            } else if let Some(at) = after.iter().position(|new| new.columns == old.columns) {
                let new = after.remove(at);
                clauses.drop_keys.push(format!("RENAME INDEX {} TO {}", quote(&old.name), quote(&new.name)));
            } else {
                clauses.drop_keys.push(format!("DROP INDEX {}", quote(&old.name)));
            }
        }
        for new in &after {
            // For a new foreign key the server sees to it.
            if !is_added(&new.name) || has_added_twin(new) {
                clauses.add_keys.insert(0, add(new));
            }
        }
    }

    /// Whether this segment adds a foreign key of the name, if only under
    /// another name.
    fn is_added(&self, name: &Name) -> bool {
        self.segment.constraints.get(name).is_none_or(|original| original != name)
    }

    /// The column that takes the place of one whose values are converted.
    fn replacement(&self) -> Result<Option<Replacement>, BackendError> {
        let Some(conversion) = &self.segment.conversion else { return Ok(None) };
        let [start, renamed, now] = self.segment.tables()?;
        let at = start.columns.iter().position(|column| column.name == conversion.column);
        let columns = at.and_then(|at| Some((start.columns.get(at)?, renamed.columns.get(at)?)));
        let Some((old, new)) = columns.and_then(|(old, renamed)| Some((old, now.column(&renamed.name)?)))
        else {
            return Ok(None);
        };
        if let Some((from, foreign_key)) = self.foreign_key_with(&new.name)? {
            return Err(BackendError::unsupported(format!(
                "the values of column `{}` cannot be converted while {} of table `{}` is on it: drop that first, \
                 and add it again after",
                old.name,
                constraint::describe(foreign_key),
                from.name
            )));
        }
        let dependent = start.columns.iter().find(|column| {
            column.name != old.name
                && column.default.as_ref().is_some_and(|default| default.columns().contains(&old.name))
        });
        if let Some(dependent) = dependent {
            return Err(BackendError::unsupported(format!(
                "the values of column `{}` cannot be converted while the default of column `{}` mentions it",
                old.name, dependent.name
            )));
        }
        let name = convert::free_name(start);
        let empty = Column { default: None, comment: None, ..new.clone() };
        let declared = column::type_clause(&empty, &self.segment.now, self.server)?;
        let clause = conversion.add_clause(&name, old, new, start, &declared, self.server)?;
        Ok(Some(Replacement { column: old.name.clone(), name, clause }))
    }
}

/// A new column beside an old one, whose place it takes.
struct Replacement {
    /// The old one.
    column: Name,
    /// What the new one is called until then.
    name: Name,
    /// The clause that adds it.
    clause: String,
}

fn expressions(index: &Index) -> impl Iterator<Item = &retort_core::schema::Expression> {
    index.key.iter().filter_map(|part| match &part.key {
        IndexKey::Column(_) => None,
        IndexKey::Expression(expression) => Some(expression),
    })
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
    let moving = table.columns.iter().filter(|other| other.options.contains_key("on update"));
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
