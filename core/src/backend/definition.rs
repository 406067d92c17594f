//! What a server may write in other words than those that it was given.

use crate::schema::{Column, Constraint, ConstraintKind, Index, IndexKey, Name, Table, View};

/// A definition with SQL in it that a server may write in its own words: one
/// clause of a table with as much of the table as the clause needs, or a view.
///
/// The table has its columns, as plain ones, its primary key, and nothing but
/// the clause beside them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Definition {
    /// The default of a column, or what the column is generated from.
    Column(Table, Name),
    /// The one check of a table.
    Check(Table),
    /// The one index of a table.
    Index(Table),
    /// A view.
    View(View),
}

impl Definition {
    /// The default of a column of the table, or what it is generated from; none
    /// if it has neither.
    pub fn column(table: &Table, name: &Name) -> Option<Self> {
        let found = table.column(name)?;
        if found.default.is_none() && found.generated.is_none() {
            return None;
        }
        let mut plain = plain(table);
        let column = plain.column_mut(name)?;
        column.default.clone_from(&found.default);
        column.generated.clone_from(&found.generated);
        Some(Self::Column(plain, name.clone()))
    }

    /// A check of the table; none if there is none of that name.
    pub fn check(table: &Table, name: &Name) -> Option<Self> {
        let found = table.constraint(name)?;
        let ConstraintKind::Check(check) = &found.kind else { return None };
        let mut plain = plain(table);
        let check = crate::schema::Check { validated: true, ..check.clone() };
        plain.constraints.push(Constraint { kind: ConstraintKind::Check(check), ..found.clone() });
        Some(Self::Check(plain))
    }

    /// An index of the table; none if there is none of that name.
    pub fn index(table: &Table, name: &Name) -> Option<Self> {
        let found = table.index(name)?;
        let mut plain = plain(table);
        plain.indexes.push(found.clone());
        Some(Self::Index(plain))
    }

    /// The SQL in it as it was given: its form where it is kept as it is.
    pub fn text(&self) -> String {
        let texts: Vec<&str> = match self {
            Self::Column(table, name) => table.column(name).map(expressions).unwrap_or_default(),
            Self::Check(table) => table.constraints.iter().filter_map(condition).collect(),
            Self::Index(table) => table.indexes.iter().flat_map(computed).collect(),
            Self::View(view) => view.columns.iter().map(Name::as_str).chain([view.query.as_str()]).collect(),
        };
        texts.join("\n")
    }
}

/// The table with its columns as plain ones, its primary key, and no more.
fn plain(table: &Table) -> Table {
    let columns = table.columns.iter().map(|column| Column {
        default: None,
        identity: None,
        generated: None,
        comment: None,
        ..column.clone()
    });
    let key = table.constraints.iter().filter(|found| matches!(found.kind, ConstraintKind::PrimaryKey(_)));
    Table {
        constraints: key.cloned().collect(),
        options: table.options.clone(),
        ..Table::new(table.name.clone(), columns.collect())
    }
}

fn expressions(column: &Column) -> Vec<&str> {
    let generated = column.generated.as_ref().map(|generated| generated.expression.as_str());
    column.default.iter().map(|default| default.as_str()).chain(generated).collect()
}

fn condition(constraint: &Constraint) -> Option<&str> {
    match &constraint.kind {
        ConstraintKind::Check(check) => Some(check.expression.as_str()),
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) => None,
    }
}

fn computed(index: &Index) -> impl Iterator<Item = &str> {
    let keys = index.key.iter().filter_map(|part| match &part.key {
        IndexKey::Column(_) => None,
        IndexKey::Expression(expression) => Some(expression.as_str()),
    });
    keys.chain(index.predicate.as_ref().map(|predicate| predicate.as_str()))
}
