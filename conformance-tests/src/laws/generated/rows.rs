//! The rows of a trial: that they are there, and stay.

use std::collections::BTreeMap;

use retort_core::{
    backend::Row,
    operation::{ColumnChange, Operation},
    schema::{Column, Name, QualifiedName, Schema, Table, Type},
};

use crate::{
    case::{Verdict, ensure, same},
    generate::sound::{NUMBER, ROWS, value},
    session::Session,
    site::Site,
};

/// The rows of all tables.
pub(super) struct Snapshot {
    tables: BTreeMap<QualifiedName, Content>,
}

/// The rows of a table, each column in its place.
struct Content {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

impl Snapshot {
    /// Reads all rows.
    pub(super) async fn take(site: &mut Site) -> Verdict<Self> {
        let mut tables = BTreeMap::new();
        for table in site.model.tables.clone().into_values() {
            let names: Vec<Name> = table.columns.iter().map(|column| column.name.clone()).collect();
            let rows = read(site, &table.name, &names).await?;
            tables.insert(table.name, Content { columns: table.columns, rows });
        }
        Ok(Self { tables })
    }

    /// The law: rows are there, and hold the same in each column that the
    /// operations are not about.
    pub(super) async fn check(
        &self,
        site: &mut Site,
        operations: &[Operation],
        told: impl Fn() -> String + Copy,
    ) -> Verdict {
        for (name, content) in &self.tables {
            let Some(now) = table_after(name, operations) else { continue };
            let kept: Vec<(usize, Name)> = content
                .columns
                .iter()
                .enumerate()
                .filter_map(|(at, column)| Some((at, column_after(name, column, operations)?)))
                .collect();
            let names: Vec<Name> = kept.iter().map(|(_, name)| name.clone()).collect();
            let found = read(site, &now, &names).await?;
            let mut expected: Vec<Row> = content
                .rows
                .iter()
                .map(|row| Row(kept.iter().filter_map(|(at, _)| row.0.get(*at).cloned()).collect()))
                .collect();
            expected.sort_by_key(|row| format!("{row:?}"));
            same(&found, &expected, || format!("rows of {now} in {names:?} after\n{}", told()))?;
        }
        Ok(())
    }
}

async fn read(site: &mut Site, table: &QualifiedName, columns: &[Name]) -> Verdict<Vec<Row>> {
    let syntax = site.session.backend.syntax();
    let names: Vec<String> = columns.iter().map(|name| syntax.quote_identifier(name.as_str())).collect();
    let query = format!("SELECT {} FROM {}", names.join(", "), syntax.quote_qualified(table));
    site.session.rows(&query).await
}

/// What a table is called after the operations, if it is still there.
fn table_after(name: &QualifiedName, operations: &[Operation]) -> Option<QualifiedName> {
    let mut name = name.clone();
    for operation in operations {
        match operation {
            Operation::RenameTable { from, to } if *from == name => name = name.with_name(to.clone()),
            Operation::RenameNamespace { from, to } if name.namespace.as_ref() == Some(from) => {
                name.namespace = Some(to.clone());
            }
            Operation::DropTable { name: dropped, .. } if *dropped == name => return None,
            _ => {}
        }
    }
    Some(name)
}

/// What a column is called after the operations, if its values must be the same.
fn column_after(table: &QualifiedName, column: &Column, operations: &[Operation]) -> Option<Name> {
    let becomes_another = operations.iter().enumerate().any(|(at, operation)| match operation {
        Operation::AlterColumn { table: of, column: altered, change: ColumnChange::Type { .. } } => {
            let before = operations.get(..at).unwrap_or_default();
            of == table && name_after(table, &column.name, before).as_ref() == Some(altered)
        }
        Operation::RenameEnumValue { name, .. } => column.ty == Type::Enum(name.clone()),
        _ => false,
    });
    if becomes_another { None } else { name_after(table, &column.name, operations) }
}

/// What a column is called after the operations, if it is still there.
fn name_after(table: &QualifiedName, column: &Name, operations: &[Operation]) -> Option<Name> {
    let mut name = column.clone();
    for operation in operations {
        match operation {
            Operation::RenameColumn { table: of, from, to } if of == table && *from == name => {
                name = to.clone();
            }
            Operation::DropColumn { table: of, column, .. } if of == table && *column == name => {
                return None;
            }
            _ => {}
        }
    }
    Some(name)
}

/// Puts values where the operations will demand some.
pub(super) async fn prepare(site: &mut Site, operations: &[Operation]) -> Verdict {
    for operation in operations {
        if let Operation::AlterColumn { table, column, change: ColumnChange::Nullable(false) } = operation
            && let Some(column) = site.model.tables.get(table).and_then(|found| found.column(column)).cloned()
        {
            set(site, table, &Column { nullable: false, ..column }).await?;
        }
    }
    Ok(())
}

/// Puts rows into new tables, and values into columns that hold others than
/// rows do here.
pub(super) async fn settle(site: &mut Site, operations: &[Operation]) -> Verdict {
    if let [Operation::AddColumn { table, column, .. }] = operations
        && column.generated.is_none()
    {
        has_default(site, table, column).await?;
    }
    for (at, operation) in operations.iter().enumerate() {
        let rest = operations.get(at + 1..).unwrap_or_default();
        match operation {
            Operation::CreateTable { table, .. } => {
                if let Some(table) = site.model.tables.get(&table.name).cloned() {
                    fill(&mut site.session, &site.model, &table).await?;
                }
            }
            Operation::AddColumn { table, column: Column { name, .. }, .. }
            | Operation::AlterColumn { table, column: name, change: ColumnChange::Generated(None) } => {
                let table = table.clone();
                let name = name_after(&table, name, rest);
                let found = site.model.tables.get(&table).zip(name);
                let found = found.and_then(|(found, name)| found.column(&name)).cloned();
                if let Some(found) = found.filter(|found| found.generated.is_none()) {
                    set(site, &table, &found).await?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The law: the rows of a table have the default of a column that was added.
async fn has_default(site: &mut Site, table: &QualifiedName, column: &Column) -> Verdict {
    let syntax = site.session.backend.syntax();
    let name = syntax.quote_identifier(column.name.as_str());
    let wanted = if column.default.is_some() { "IS NULL" } else { "IS NOT NULL" };
    let query = format!(
        "SELECT {} FROM {} WHERE {name} {wanted}",
        syntax.quote_identifier(NUMBER),
        syntax.quote_qualified(table)
    );
    let wrong = site.session.rows(&query).await?;
    ensure!(
        wrong.is_empty(),
        "rows {wrong:?} of {table} have {name} {wanted} although its default is {:?}",
        column.default
    );
    Ok(())
}

/// Puts rows into a table that has none.
pub(in crate::laws) async fn fill(session: &mut Session, model: &Schema, table: &Table) -> Verdict {
    let syntax = *session.backend.syntax();
    let columns: Vec<&Column> = table.columns.iter().filter(|column| column.generated.is_none()).collect();
    let names: Vec<String> =
        columns.iter().map(|column| syntax.quote_identifier(column.name.as_str())).collect();
    for row in ROWS {
        let values: Vec<String> = columns
            .iter()
            .map(|column| match column.name.as_str() {
                NUMBER => row.to_string(),
                _ => value(column, row, model, &syntax),
            })
            .collect();
        let insert = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            syntax.quote_qualified(&table.name),
            names.join(", "),
            values.join(", ")
        );
        session.run(&[&insert]).await?;
    }
    Ok(())
}

/// Gives a column in each row what it should hold.
async fn set(site: &mut Site, table: &QualifiedName, column: &Column) -> Verdict {
    let syntax = *site.session.backend.syntax();
    for row in ROWS {
        let update = format!(
            "UPDATE {} SET {} = {} WHERE {} = {row}",
            syntax.quote_qualified(table),
            syntax.quote_identifier(column.name.as_str()),
            value(column, row, &site.model, &syntax),
            syntax.quote_identifier(NUMBER),
        );
        site.session.run(&[&update]).await?;
    }
    Ok(())
}

/// Whether rows allow the way back: a column that comes back empty may be part
/// of what refuses that.
pub(super) fn allow(undo: &[Operation]) -> bool {
    undo.iter().all(|operation| match operation {
        Operation::AddColumn { column, .. } => {
            column.generated.is_some() || (column.nullable && column.default.is_none())
        }
        _ => true,
    })
}
