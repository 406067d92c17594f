//! Rows that no revision may lose or change.

use std::collections::{BTreeMap, BTreeSet};

use retort_core::{
    autogenerate::Comparison,
    backend::Row,
    diff::{Change, Risk},
    operation::Operation,
    schema::{Name, QualifiedName, Schema, Table},
};

use super::author::Author;
use crate::{
    case::{Verdict, same},
    laws::{diffs::references_itself, generated::rows::fill},
};

/// Which tables have rows, and which columns of them must keep their values.
pub(super) struct Rows {
    /// In an order in which they can be filled.
    tables: Vec<QualifiedName>,
    /// Those that both schemas have.
    kept: BTreeMap<QualifiedName, Vec<Name>>,
}

/// The values of what must be kept.
pub(super) struct Filled {
    values: BTreeMap<QualifiedName, (Vec<Name>, Vec<Row>)>,
}

impl Rows {
    /// The tables of the first schema that nothing on the way to the second and
    /// back refuses rows of, as far as it says. `created` made the first.
    pub(super) fn that_fit(
        [before, after]: [&Schema; 2],
        created: &Comparison,
        comparison: &Comparison,
    ) -> Self {
        let changes = || comparison.upgrade.changes.iter().chain(&comparison.downgrade.changes);
        let risks = || changes().filter_map(|change| change.risk.as_ref());
        let mut unfit: BTreeSet<&QualifiedName> = risks().filter_map(refusing).collect();
        let relabelled: Vec<&QualifiedName> = risks().filter_map(relabelled).collect();
        let is_relabelled = |table: &&Table| {
            table
                .columns
                .iter()
                .any(|column| column.ty.enum_name().is_some_and(|ty| relabelled.contains(&ty)))
        };
        let tables = || before.tables.values().chain(after.tables.values());
        unfit.extend(tables().filter(is_relabelled).map(|table| &table.name));
        unfit.extend(tables().filter(|table| references_itself(table)).map(|table| &table.name));
        loop {
            let count = unfit.len();
            let refers = |table: &&Table| {
                table.constraints.iter().any(|it| it.kind.references().is_some_and(|to| unfit.contains(to)))
            };
            let more: Vec<_> = tables().filter(refers).map(|table| &table.name).collect();
            unfit.extend(more);
            if unfit.len() == count {
                break;
            }
        }
        let in_order =
            created.upgrade.changes.iter().filter_map(|Change { operation, .. }| match operation {
                Operation::CreateTable { table, .. } => Some(&table.name),
                _ => None,
            });
        let tables: Vec<QualifiedName> = in_order
            .filter(|name| before.tables.contains_key(name) && !unfit.contains(name))
            .cloned()
            .collect();
        let both = tables.iter().filter_map(|name| before.tables.get(name).zip(after.tables.get(name)));
        let kept = both.map(|(old, new)| {
            let is_kept = |column: &&Name| {
                let pair = old.column(column).zip(new.column(column));
                pair.is_some_and(|(old, new)| {
                    old.ty == new.ty && old.generated.is_none() && new.generated.is_none()
                }) && !risks().any(|risk| loses(risk, &old.name, column))
            };
            let names = old.columns.iter().map(|column| &column.name);
            (old.name.clone(), names.filter(is_kept).cloned().collect())
        });
        let kept = kept.collect();
        Self { tables, kept }
    }

    /// Puts rows into the tables, and remembers them.
    pub(super) async fn fill(self, author: &mut Author, schema: &Schema) -> Verdict<Filled> {
        for table in self.tables.iter().filter_map(|name| schema.tables.get(name)) {
            fill(&mut author.session, schema, table).await?;
        }
        let mut values = BTreeMap::new();
        for (name, columns) in self.kept {
            let rows = read(author, &name, &columns).await?;
            values.insert(name, (columns, rows));
        }
        Ok(Filled { values })
    }
}

impl Filled {
    /// The law: the values are there.
    pub(super) async fn check(&self, author: &mut Author, after: &str) -> Verdict {
        for (table, (columns, expected)) in &self.values {
            let found = read(author, table, columns).await?;
            same(&found, expected, || format!("rows of {table} in {columns:?} after the {after}"))?;
        }
        Ok(())
    }
}

async fn read(author: &mut Author, table: &QualifiedName, columns: &[Name]) -> Verdict<Vec<Row>> {
    let syntax = author.session.backend.syntax();
    let names: Vec<String> = columns.iter().map(|name| syntax.quote_identifier(name.as_str())).collect();
    let query = format!("SELECT {} FROM {}", names.join(", "), syntax.quote_qualified(table));
    author.session.rows(&query).await
}

/// The table of which a change may refuse rows.
fn refusing(risk: &Risk) -> Option<&QualifiedName> {
    match risk {
        Risk::Narrows { table, .. }
        | Risk::RefusesNull { table, .. }
        | Risk::NeedsValue { table, .. }
        | Risk::RefusesDuplicates { table, .. }
        | Risk::RefusesOrphans { table, .. }
        | Risk::RefusesRows { table, .. } => Some(table),
        Risk::RowsLost { .. }
        | Risk::ValuesLost { .. }
        | Risk::ObjectsLost { .. }
        | Risk::RefusesLabels { .. } => None,
    }
}

/// The type that loses labels.
fn relabelled(risk: &Risk) -> Option<&QualifiedName> {
    match risk {
        Risk::RefusesLabels { ty, .. } => Some(ty),
        _ => None,
    }
}

/// Whether the values of the column are lost.
fn loses(risk: &Risk, of: &QualifiedName, name: &Name) -> bool {
    match risk {
        Risk::RowsLost { table, .. } => table == of,
        Risk::ValuesLost { table, column, .. } => table == of && column == name,
        _ => false,
    }
}
