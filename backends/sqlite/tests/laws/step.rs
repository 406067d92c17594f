//! What holds after operations, whichever they are.

use std::collections::{BTreeMap, BTreeSet};

use pretty::diff;
use retort_core::{
    backend::Backend,
    operation::{ColumnChange, Operation},
    schema::{ConstraintKind, QualifiedName, Schema, Table, Type},
};
use retort_sqlite::Sqlite;

use crate::database::{Contents, Database, Failure, Rows, identifier};

/// Carries out operations that fit the schema, and checks everything that must
/// then hold, or that nothing happened.
pub(crate) fn step(
    database: &mut Database,
    before: &Schema,
    operations: &[Operation],
) -> Result<Schema, Failure> {
    let contents = database.contents();
    let written = match database.carry_out(operations, before) {
        Ok(written) => written,
        Err(failure) => {
            diff("a failure left a trace", &database.contents(), &contents);
            assert_eq!(database.faults(), [""; 0], "after a failure");
            return Err(failure);
        }
    };
    let told = || format!("{}\n{}", told(operations), written.join(";\n"));
    let mut model = before.clone();
    for operation in operations {
        operation.apply_to(&mut model).unwrap();
    }
    let found = database.schema();
    assert_same(&found, &normal(model.clone()), operations, &told());
    assert_eq!(normal(found.clone()), found, "what is read is normal, after {}", told());
    assert_eq!(database.faults(), [""; 0], "after {}", told());
    let after = database.contents();
    check_catalog(&contents, &after, operations, before, &told());
    check_rows(&contents, &after, operations, before, &told());
    check_second_path(&contents, &found, operations, before);
    Ok(with_enums(found, &model))
}

/// The schema with the enum types that no column uses, which only the
/// revisions know.
pub(crate) fn with_enums(mut schema: Schema, known: &Schema) -> Schema {
    for (name, enum_type) in &known.enums {
        schema.enums.entry(name.clone()).or_insert_with(|| enum_type.clone());
    }
    schema
}

/// Undoes operations, if they can be, and checks that all is as it was. The
/// schema before each of them comes with it.
pub(crate) fn undo(
    database: &mut Database,
    before: &Schema,
    contents: &Contents,
    operations: &[Operation],
    after: &Schema,
) -> Option<Result<Schema, Failure>> {
    let mut undoing = Vec::new();
    let mut model = before.clone();
    for operation in operations {
        undoing.splice(0..0, operation.reverse(&model).ok()?);
        operation.apply_to(&mut model).unwrap();
    }
    let written = match database.carry_out(&undoing, after) {
        Ok(written) => written,
        Err(failure) => return Some(Err(failure)),
    };
    let told =
        format!("{}\nand back by\n{}\n{}", told(operations), self::told(&undoing), written.join(";\n"));
    let there_and_back = [operations, &undoing].concat();
    let found = database.schema();
    let mut sorted = [found.clone(), normal(before.clone())];
    let numbers = |operation: &Operation| {
        matches!(operation, Operation::AlterColumn { change: ColumnChange::Identity(_), .. })
    };
    let collates = |operation: &Operation| {
        matches!(operation, Operation::AlterColumn { change: ColumnChange::Type { .. }, .. })
    };
    for schema in &mut sorted {
        for table in schema.tables.values_mut() {
            // An index by the collation of its column does not say so when it is read.
            let indexes = table.indexes.iter_mut().filter(|_| operations.iter().any(collates));
            indexes.flat_map(|index| &mut index.key).for_each(|part| part.collation = None);
            // SQLite numbers only what is declared as INTEGER.
            for column in table.columns.iter_mut().filter(|_| operations.iter().any(numbers)) {
                if column.ty == Type::BigInt {
                    column.ty = Type::Integer;
                }
            }
            table.columns.sort_by(|left, right| left.name.cmp(&right.name));
        }
    }
    assert_same(&sorted[0], &sorted[1], &there_and_back, &told);
    assert_eq!(database.faults(), [""; 0], "after {told}");
    check_rows(contents, &database.contents(), &there_and_back, before, &told);
    Some(Ok(with_enums(found, before)))
}

pub(crate) fn normal(schema: Schema) -> Schema {
    Sqlite::default().normalize(schema).unwrap()
}

pub(crate) fn told(operations: &[Operation]) -> String {
    let lines: Vec<String> =
        operations.iter().map(|operation| format!("{} {operation:?}", operation.describe())).collect();
    lines.join("\n")
}

fn assert_same(found: &Schema, expected: &Schema, operations: &[Operation], told: &str) {
    let mut sides = [found.clone(), expected.clone()];
    // Only the database knows what a rename makes of views and triggers.
    let renames = operations.iter().any(|operation| {
        matches!(
            operation,
            Operation::RenameColumn { .. } | Operation::RenameTable { .. } | Operation::RenameView { .. }
        )
    });
    for schema in &mut sides {
        // What only the text of a constraint says follows the text.
        for table in schema.tables.values_mut() {
            table.options.retain(|option, _| !option.contains(" of "));
            table.columns.iter_mut().for_each(|column| column.options.clear());
        }
        schema.unmanaged.sort_by(|left, right| left.name.cmp(&right.name));
        schema.unmanaged.iter_mut().for_each(|object| object.definition = None);
        if renames {
            schema.views.values_mut().for_each(|view| view.query = "".into());
        }
        schema.tables.values_mut().for_each(|table| table.stored = None);
    }
    let [found, expected] = &sides;
    for (name, table) in &found.tables {
        if let Some(wanted) = expected.tables.get(name)
            && table != wanted
        {
            diff(told, table, wanted);
        }
    }
    if found != expected {
        diff(told, found, expected);
    }
}

/// Rendering from a schema that was replayed from files, and so has no text of
/// the database, comes to the same.
fn check_second_path(contents: &Contents, found: &Schema, operations: &[Operation], before: &Schema) {
    // Files name every constraint.
    let is_named = |table: &Table| {
        table.constraints.iter().all(|constraint| {
            let name = constraint.name.as_ref().map(|name| identifier(name.as_str()));
            let text = table.stored.as_ref().map(|stored| stored.definition.as_str());
            name.zip(text).is_some_and(|(name, text)| text.contains(&format!("CONSTRAINT {name}")))
        })
    };
    if !before.tables.values().all(is_named) {
        return;
    }
    let mut replayed = before.clone();
    replayed.tables.values_mut().for_each(|table| table.stored = None);
    let mut database = Database::like(contents);
    let written = database.carry_out(operations, &replayed);
    let written = written.unwrap_or_else(|failure| {
        panic!("without stored text: {} in {}\n{}", failure.message(), failure.statement(), told(operations))
    });
    let told = format!("without stored text: {}\n{}", told(operations), written.join(";\n"));
    assert_same(&database.schema(), found, operations, &told);
}

/// What is not altered keeps its text to the byte.
fn check_catalog(before: &Contents, after: &Contents, operations: &[Operation], schema: &Schema, told: &str) {
    let touched = touched(operations, schema);
    let renamed: Vec<String> = operations.iter().flat_map(renamed).collect();
    for entry in &before.catalog {
        let is_internal = entry.sql.is_empty() || entry.name.starts_with("sqlite_");
        let mentions = |name: &String| entry.sql.to_lowercase().replace("\"\"", "\"").contains(name);
        if is_internal || renamed.iter().any(mentions) {
            continue;
        }
        let found = after.catalog.iter().find(|other| other.kind == entry.kind && other.name == entry.name);
        let is_touched = touched.contains(&entry.table) || touched.contains(&entry.name);
        match found {
            Some(found) if !is_touched || entry.kind == "trigger" => {
                assert_eq!(found.sql, entry.sql, "{told}");
                assert_eq!(found.table, entry.table, "{told}");
            }
            Some(_) => {}
            None => assert!(is_touched, "{} `{}` is gone after {told}", entry.kind, entry.name),
        }
    }
}

/// The tables, views and indexes that the operations are about.
fn touched(operations: &[Operation], schema: &Schema) -> BTreeSet<String> {
    let mut touched = BTreeSet::new();
    for operation in operations {
        for name in operation.names() {
            touched.insert(name.name.as_str().to_owned());
            for table in schema.tables.values() {
                if table.columns.iter().any(|column| column.ty == Type::Enum(name.clone()))
                    && is_about_enum(operation)
                {
                    touched.insert(table.name.name.as_str().to_owned());
                }
            }
        }
        if let Operation::RenameTable { to, .. } | Operation::RenameView { to, .. } = operation {
            touched.insert(to.as_str().to_owned());
        }
    }
    touched
}

fn is_about_enum(operation: &Operation) -> bool {
    operation.altered_table().is_none() && !matches!(operation, Operation::CreateTable { .. })
}

/// The names that an operation takes from objects, in lower case.
fn renamed(operation: &Operation) -> Option<String> {
    let name = match operation {
        Operation::RenameTable { from, .. } | Operation::RenameView { from, .. } => &from.name,
        Operation::RenameColumn { from, .. } => from,
        _ => return None,
    };
    Some(name.as_str().to_lowercase())
}

/// Rows survive: those of columns that the operations do not change are as
/// they were.
fn check_rows(before: &Contents, after: &Contents, operations: &[Operation], schema: &Schema, told: &str) {
    for (name, old) in &before.tables {
        let Some(renamed) = table_after(name, operations) else { continue };
        let Some(new) = after.tables.get(&renamed) else {
            panic!("table `{name}` is gone after {told}");
        };
        let columns = columns_after(name, old, operations, schema);
        let kept: BTreeMap<&String, &String> =
            columns.iter().filter(|(_, to)| !new.generated.contains(*to)).collect();
        let same_rowid = (operations.len() == 1 || !operations.iter().any(changes_key))
            && old.has_rowid
            && new.has_rowid
            && (new.rowid_column.is_none()
                || new.rowid_column.as_ref() == old.rowid_column.as_ref().and_then(|from| columns.get(from)));
        let view = |rows: &Rows, names: &[&String]| {
            let mut rows: Vec<_> = rows
                .rows
                .iter()
                .map(|(rowid, values)| {
                    let values: Vec<String> = names.iter().map(|name| values[*name].clone()).collect();
                    (same_rowid.then(|| rowid.clone()), values)
                })
                .collect();
            rows.sort();
            rows
        };
        let (from, to): (Vec<&String>, Vec<&String>) = kept.iter().map(|(from, to)| (*from, *to)).unzip();
        assert_eq!(new.rows.len(), old.rows.len(), "rows of `{name}` after {told}");
        let (old, new) = (view(old, &from), view(new, &to));
        if old != new {
            diff(&format!("rows of `{name}` in {from:?} after {told}"), &new, &old);
        }
    }
}

/// Whether a table may get another row id for good, or on the way.
fn changes_key(operation: &Operation) -> bool {
    match operation {
        Operation::AlterColumn { change, .. } => {
            matches!(change, ColumnChange::Identity(_) | ColumnChange::Type { .. })
        }
        Operation::AddConstraint { constraint, .. } => {
            matches!(constraint.kind, ConstraintKind::PrimaryKey(_))
        }
        _ => false,
    }
}

/// What a table is called afterwards, if it is still there.
fn table_after(name: &str, operations: &[Operation]) -> Option<String> {
    let mut name = QualifiedName::unqualified(name);
    for operation in operations {
        match operation {
            Operation::RenameTable { from, to } if *from == name => {
                name = QualifiedName::unqualified(to.clone())
            }
            Operation::DropTable { name: dropped, .. } if *dropped == name => return None,
            _ => {}
        }
    }
    Some(name.name.as_str().to_owned())
}

/// The columns of a table whose values must not change, and what they are
/// called afterwards.
fn columns_after(
    table: &str,
    rows: &Rows,
    operations: &[Operation],
    schema: &Schema,
) -> BTreeMap<String, String> {
    let mut name = QualifiedName::unqualified(table);
    let all = rows.rows.first().map(|(_, values)| values.keys().cloned().collect()).unwrap_or_default();
    let known = schema.tables.get(&name);
    let mut columns: BTreeMap<String, String> =
        Vec::into_iter(all).map(|column: String| (column.clone(), column)).collect();
    for operation in operations {
        match operation {
            Operation::RenameTable { from, to } if *from == name => {
                name = QualifiedName::unqualified(to.clone())
            }
            Operation::RenameColumn { table, from, to } if *table == name => {
                columns
                    .values_mut()
                    .filter(|column| *column == from.as_str())
                    .for_each(|column| *column = to.as_str().to_owned());
            }
            Operation::DropColumn { table, column, .. } if *table == name => {
                columns.retain(|_, other| other != column.as_str());
            }
            Operation::AlterColumn {
                table,
                column,
                change: ColumnChange::Type { .. } | ColumnChange::Generated(Some(_)),
            } if *table == name => columns.retain(|_, other| other != column.as_str()),
            Operation::RenameEnumValue { name: ty, .. } => columns.retain(|from, _| {
                known
                    .and_then(|table| table.column(&from.as_str().into()))
                    .is_none_or(|column| column.ty != Type::Enum(ty.clone()))
            }),
            _ => {}
        }
    }
    columns
}

/// Fails with the lines in which two values differ.
mod pretty {
    use std::fmt::Debug;

    pub(crate) fn diff<T: Debug + PartialEq>(told: &str, found: &T, expected: &T) {
        if found == expected {
            return;
        }
        let (found, expected) = (format!("{found:#?}"), format!("{expected:#?}"));
        let (found, expected): (Vec<&str>, Vec<&str>) = (found.lines().collect(), expected.lines().collect());
        let start = found.iter().zip(&expected).take_while(|(left, right)| left == right).count();
        let rest = found.len().min(expected.len()) - start;
        let end = found
            .iter()
            .rev()
            .zip(expected.iter().rev())
            .take(rest)
            .take_while(|(left, right)| left == right)
            .count();
        let context = start.saturating_sub(12);
        panic!(
            "{told}\n--- found\n{}\n--- expected\n{}",
            found[context..found.len() - end].join("\n"),
            expected[context..expected.len() - end].join("\n")
        );
    }
}
