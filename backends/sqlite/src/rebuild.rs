//! The rebuild of a table: SQLite's documented procedure for what ALTER TABLE
//! cannot do (<https://sqlite.org/lang_altertable.html>, section 7).
//!
//! A table of the new shape gets the rows, takes the place and the name of the
//! old one, and gets back what went with it. The old table is never renamed, so
//! that nothing which refers to it follows it.

mod dependents;
mod relabel;

use std::collections::{BTreeMap, BTreeSet};

use retort_core::{
    backend::{BackendError, Statement},
    operation::Operation,
    schema::{Column, Expression, Name, QualifiedName, Schema, Table},
};

use crate::{
    convert::{self, Conversion},
    edit,
    render::{self, Origin, create_index, literal, quote, table::columns_in, unqualified},
    switch::{FOREIGN_KEYS_OFF, FOREIGN_KEYS_ON, LEGACY_ALTER_OFF, LEGACY_ALTER_ON},
    table_text::{ClauseKind, ConstraintTextKind, ElementKind, KeyTarget, TableOptionKind, TableText},
};

/// What the name of a table begins with while it is being rebuilt.
pub(crate) const NEW_PREFIX: &str = "_retort_new_";

/// What a rebuild does beside giving a table its new definition.
#[derive(Debug, Default)]
pub(crate) struct Changes<'a> {
    /// The operations on the table that the rebuild carries out.
    pub(crate) operations: &'a [Operation],
    /// Columns that the old table does not have.
    pub(crate) added: Vec<Name>,
    /// Columns that go.
    pub(crate) dropped: Vec<Name>,
    /// Columns that get another type, and what the user says their values are.
    pub(crate) converted: BTreeMap<Name, Option<Expression>>,
    /// Other values for columns, as expressions over the old row.
    pub(crate) values: BTreeMap<Name, String>,
}

/// The statements that give names to constraints which have none, where the
/// operation would otherwise change the names that they go by: those are made
/// of the names of tables and columns.
///
/// # Errors
///
/// Fails if a stored definition cannot be edited.
pub(crate) fn keep_names(operation: &Operation, before: &Schema) -> Result<Vec<Statement>, BackendError> {
    let mut after = before.clone();
    render::apply(operation, &mut after)?;
    let mut statements = Vec::new();
    for table in after.tables.values() {
        if let Some(stored) = &table.stored
            && stored.since.last() == Some(operation)
        {
            let text = edit::edited(stored, &[], table, &after)?;
            if edit::unnamed_constraints(&text)? < edit::unnamed_constraints(&stored.definition)? {
                statements.extend(relabel::relabel(table, &text, &after)?);
            }
        }
    }
    Ok(statements)
}

/// The statements that bring a table from what it is in one schema to what it
/// is in the other.
///
/// # Errors
///
/// Fails if the table holds what SQLite cannot, or if something that goes with
/// the old table cannot be put back.
pub(crate) fn rebuild(
    name: &QualifiedName,
    changes: &Changes<'_>,
    before: &Schema,
    after: &Schema,
) -> Result<Vec<Statement>, BackendError> {
    let missing = || render::unknown("table", name);
    let old = before.tables.get(name).ok_or_else(missing)?;
    let new = after.tables.get(name).ok_or_else(missing)?;
    render::table::check_columns(new)?;
    let same_rows = changes.converted.is_empty() && changes.values.is_empty();
    if same_rows && old == new && before.enums == after.enums {
        return Ok(Vec::new());
    }
    if same_rows
        && relabel::differs_in_words_only((old, before), (new, after))
        && let Some(stored) = &old.stored
    {
        return relabel::relabel(new, &edit::edited(stored, changes.operations, new, after)?, after);
    }
    let own = unqualified(name)?;
    let temporary = free_name(own, before);
    let definition = match &old.stored {
        Some(stored) => edit::edited(stored, changes.operations, new, after)?,
        None => render::table::create_table(new, false, after)?,
    };
    let created = edit::with_name(&definition, &temporary)?;
    let copy = Copy { old, new, changes, from: own, to: &temporary, created: &TableText::parse(&created)? };

    let mut statements = vec![expect_columns(old)?, FOREIGN_KEYS_OFF.to_owned(), created.clone()];
    statements.extend(copy.statements()?);
    statements.extend(copy.sequence());
    let triggers = Triggers::of(name, after);
    statements.extend(triggers.save());
    statements.push(format!("DROP TABLE {}", quote(own)));
    statements.push(LEGACY_ALTER_ON.to_owned());
    statements.push(format!("ALTER TABLE {} RENAME TO {}", quote(&temporary), quote(own)));
    statements.push(LEGACY_ALTER_OFF.to_owned());
    for index in &new.indexes {
        statements.push(create_index(name, index, false, Origin::Database)?);
    }
    statements.extend(triggers.restore());
    statements.push(FOREIGN_KEYS_ON.to_owned());
    let mut statements: Vec<Statement> = statements.into_iter().map(Statement::new).collect();
    if !changes.dropped.is_empty() || !changes.converted.is_empty() {
        statements.extend(dependents::compile(own, after)?);
    }
    Ok(statements)
}

/// A statement that does nothing, and fails if the table has not as many columns
/// as planning thinks. What a rebuild does not know of, it would lose.
fn expect_columns(table: &Table) -> Result<String, BackendError> {
    let columns: Vec<Name> = table.columns.iter().map(|column| column.name.clone()).collect();
    let name = quote(unqualified(&table.name)?);
    let columns = columns_in(&columns);
    Ok(format!("WITH {name} {columns} AS (SELECT * FROM main.{name}) SELECT 1 FROM {name} LIMIT 0"))
}

/// A name for the new table that nothing has yet.
fn free_name(table: &Name, schema: &Schema) -> Name {
    let taken: BTreeSet<String> = (schema.tables.values())
        .flat_map(|table| table.indexes.iter().map(|index| &index.name).chain([&table.name.name]))
        .chain(schema.views.keys().map(|name| &name.name))
        .chain(schema.unmanaged.iter().map(|object| &object.name.name))
        .map(|name| name.as_str().to_ascii_lowercase())
        .collect();
    let mut name = format!("{NEW_PREFIX}{table}");
    while taken.contains(&name.to_ascii_lowercase()) {
        name.insert(NEW_PREFIX.len(), '_');
    }
    name.into()
}

/// The triggers of the table, which go with the old one.
enum Triggers {
    /// Their definitions.
    Known(Vec<String>),
    /// A rename that comes earlier in the plan makes SQLite edit some of the
    /// definitions, so that only the database knows them when it gets here.
    InDatabase { table: String },
}

impl Triggers {
    fn of(table: &QualifiedName, schema: &Schema) -> Self {
        let own = schema
            .unmanaged
            .iter()
            .filter(|object| object.kind == "trigger" && object.table.as_ref() == Some(table));
        match own.map(|object| object.definition.clone()).collect() {
            Some(definitions) => Self::Known(definitions),
            None => Self::InDatabase { table: literal(table.name.as_str()) },
        }
    }

    /// What comes before the old table goes.
    fn save(&self) -> Option<String> {
        match self {
            Self::Known(_) => None,
            Self::InDatabase { table } => Some(format!(
                "CREATE TEMP TABLE _retort_triggers AS SELECT * FROM main.sqlite_schema \
                 WHERE type = 'trigger' AND tbl_name = {table}"
            )),
        }
    }

    /// What puts them back.
    fn restore(self) -> Vec<String> {
        match self {
            Self::Known(definitions) => definitions,
            // A definition cannot be run from within SQL, but the catalog is a
            // table, and a trigger nothing but a row in it.
            Self::InDatabase { .. } => vec![
                "PRAGMA writable_schema = ON".to_owned(),
                "INSERT INTO main.sqlite_schema SELECT * FROM temp._retort_triggers".to_owned(),
                "PRAGMA writable_schema = RESET".to_owned(),
                "DROP TABLE temp._retort_triggers".to_owned(),
            ],
        }
    }
}

/// The copy of the rows.
struct Copy<'a> {
    old: &'a Table,
    new: &'a Table,
    changes: &'a Changes<'a>,
    from: &'a Name,
    to: &'a Name,
    created: &'a TableText<'a>,
}

impl Copy<'_> {
    /// The copy, checked where values get another type.
    fn statements(&self) -> Result<Vec<String>, BackendError> {
        let mut columns = Vec::new();
        let mut values = Vec::new();
        let mut refused = Vec::new();
        let mut missing = Vec::new();
        let rowid = self.rowid();
        if let Some(rowid) = rowid {
            columns.push(rowid.to_owned());
            values.push(format!("{}.{rowid}", quote(self.from)));
        }
        for column in &self.new.columns {
            let Some(old) = self.source(column) else {
                if self.is_row_number(column) {
                    let value = default_value(column)?;
                    missing.push((column, value.clone()));
                    columns.push(quote(&column.name));
                    values.push(value);
                }
                continue;
            };
            let held = format!("{}.{}", quote(self.from), quote(&old.name));
            columns.push(quote(&column.name));
            values.push(
                match (self.changes.values.get(&column.name), self.changes.converted.get(&column.name)) {
                    (Some(value), _) => value.clone(),
                    (None, Some(using)) => {
                        let conversion = Conversion::new(old, column, &held, using.as_ref())?;
                        let stored = format!("NEW.{}", quote(&column.name));
                        refused.extend(
                            conversion.refused(&stored).map(|when| (when, convert::message(column, &stored))),
                        );
                        conversion.value
                    }
                    (None, None) => held,
                },
            );
            if self.is_row_number(column)
                && (old.nullable || self.changes.converted.contains_key(&column.name))
                && let Some(value) = values.last()
            {
                missing.push((column, value.clone()));
            }
        }
        if columns.is_empty() {
            // The rows stay even where none of their values do.
            let mut stored = self.new.columns.iter().filter(|column| column.generated.is_none());
            let Some(first) = stored.next() else { return Ok(Vec::new()) };
            columns.push(quote(&first.name));
            values.push(default_value(first)?);
        }
        let mut statements: Vec<String> =
            missing.iter().flat_map(|(column, value)| self.refuse_missing(column, value)).collect();
        // Rows that are numbered anew keep their order.
        let order = match self.numbered_anew() && rowid.is_none() && self.has_rowid() {
            true => format!(" ORDER BY {}", self.alias().unwrap_or("1")),
            false => String::new(),
        };
        // A conflict clause of the table itself might drop rows in silence.
        let insert = format!(
            "INSERT OR ABORT INTO {} ({}) SELECT {} FROM {}{order}",
            quote(self.to),
            columns.join(", "),
            values.join(", "),
            quote(self.from)
        );
        if refused.is_empty() {
            statements.push(insert);
            return Ok(statements);
        }
        // A trigger sees the values as they are stored, and can say what is
        // wrong with one.
        let trigger = quote(&Name::new(format!("{}_check", self.to)));
        let whens: Vec<String> = refused
            .iter()
            .map(|(when, message)| format!("SELECT RAISE(ABORT, {message}) WHERE {when};"))
            .collect();
        statements.extend([
            format!(
                "CREATE TRIGGER {trigger} AFTER INSERT ON {} BEGIN {} END",
                quote(self.to),
                whens.join(" ")
            ),
            insert,
            format!("DROP TRIGGER {trigger}"),
        ]);
        Ok(statements)
    }

    /// Whether the column becomes the row id without numbering rows: SQLite
    /// would give it a number of its own for each NULL.
    fn is_row_number(&self, column: &Column) -> bool {
        column.identity.is_none()
            && self.integer_key().is_some_and(|key| key.eq_ignore_ascii_case(column.name.as_str()))
    }

    /// Statements that fail if the value is NULL in any row.
    fn refuse_missing(&self, column: &Column, value: &str) -> [String; 3] {
        let (from, to, name) = (quote(self.from), quote(self.to), quote(&column.name));
        let trigger = quote(&Name::new(format!("{}_check", self.to)));
        let message = literal(&format!("NOT NULL constraint failed: {}.{}", self.from, column.name));
        [
            format!(
                "CREATE TRIGGER {trigger} BEFORE INSERT ON {to} BEGIN SELECT RAISE(ABORT, {message}); END"
            ),
            format!("INSERT INTO {to} ({name}) SELECT {value} FROM {from} WHERE {value} IS NULL"),
            format!("DROP TRIGGER {trigger}"),
        ]
    }

    /// The old column whose values a new column gets.
    fn source(&self, column: &Column) -> Option<&Column> {
        if column.generated.is_some() || self.changes.added.contains(&column.name) {
            return None;
        }
        self.old.column(&column.name)
    }

    /// Carries over the number that the next row gets.
    fn sequence(&self) -> Vec<String> {
        let numbers = |table: &Table| table.columns.iter().any(|column| column.identity.is_some());
        if !numbers(self.old) || !numbers(self.new) {
            return Vec::new();
        }
        let (from, to) = (literal(self.from.as_str()), literal(self.to.as_str()));
        vec![
            format!("DELETE FROM sqlite_sequence WHERE name = {to}"),
            format!(
                "INSERT INTO sqlite_sequence (name, seq) SELECT {to}, seq FROM sqlite_sequence WHERE name = {from}"
            ),
        ]
    }

    /// Whether rows have a row id beside their columns.
    fn has_rowid(&self) -> bool {
        !self.created.has_option(TableOptionKind::WithoutRowid)
    }

    /// Whether the new table numbers rows that had no number.
    fn numbered_anew(&self) -> bool {
        self.new.columns.iter().any(|column| column.identity.is_some() && self.source(column).is_none())
    }

    /// The word that means the row id in both tables, if the row id must be
    /// copied beside the columns.
    fn rowid(&self) -> Option<&'static str> {
        if !self.has_rowid() || self.integer_key().is_some() {
            return None;
        }
        self.alias()
    }

    /// A word for the row id that no column takes.
    fn alias(&self) -> Option<&'static str> {
        ["rowid", "_rowid_", "oid"].into_iter().find(|word| {
            let hides = |column: &Column| column.name.as_str().eq_ignore_ascii_case(word);
            !self.old.columns.iter().chain(&self.new.columns).any(hides)
        })
    }

    /// The column of the new table that is the row id.
    fn integer_key(&self) -> Option<&str> {
        let is_integer = |name: &str| {
            self.created
                .column(name)
                .and_then(|(_, column)| column.ty.as_ref())
                .is_some_and(|ty| ty.declared.eq_ignore_ascii_case("INTEGER"))
        };
        let mut keys = self.created.elements.iter().filter_map(|element| match &element.kind {
            ElementKind::Column(column) => {
                let is_key =
                    |kind: &ClauseKind| matches!(kind, ClauseKind::PrimaryKey { descending: false, .. });
                column.clauses.iter().any(|clause| is_key(&clause.kind)).then_some(column.name.name.as_str())
            }
            ElementKind::Constraint(constraint) => match &constraint.kind {
                ConstraintTextKind::PrimaryKey { key, .. } => match key.as_slice() {
                    [part] => match &part.target {
                        KeyTarget::Column(name) => Some(name.name.as_str()),
                        KeyTarget::Expression(_) => None,
                    },
                    _ => None,
                },
                ConstraintTextKind::Unique { .. }
                | ConstraintTextKind::Check { .. }
                | ConstraintTextKind::ForeignKey { .. }
                | ConstraintTextKind::Nothing => None,
            },
        });
        keys.find(|name| is_integer(name)).filter(|_| self.has_rowid())
    }
}

/// The value that a column gets by itself.
fn default_value(column: &Column) -> Result<String, BackendError> {
    let default = column.default.as_ref().map(|default| Origin::Database.expression(default)).transpose()?;
    Ok(default.map_or_else(|| "NULL".to_owned(), |default| render::table::parenthesized(&default)))
}
