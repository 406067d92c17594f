//! Texts in which two schemas differ, and whether a server takes them for the
//! same.
//!
//! A server shows a text in its own words. What can be told without asking is
//! told by the normal form of the backend; the rest is in doubt until
//! [`Connection::canonicalize`](crate::backend::Connection::canonicalize) has
//! told the form of both texts.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::query;
use crate::{
    backend::{BackendError, Definition},
    schema::{
        Column, ConstraintKind, Expression, Index, IndexKey, Name, QualifiedName, Schema, Table, View,
        mention,
    },
    sql::Syntax,
};

/// The texts in which two schemas of one normal form differ.
#[derive(Debug, Default)]
pub struct Doubts {
    pairs: Vec<Doubt>,
}

/// Two texts in one place.
#[derive(Debug)]
struct Doubt {
    place: Place,
    found: Definition,
    written: Definition,
}

/// Where a text is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Column(QualifiedName, Name),
    Check(QualifiedName, Name),
    Index(QualifiedName, Name),
    View(QualifiedName),
}

impl Place {
    fn view(&self) -> Option<&QualifiedName> {
        match self {
            Self::View(name) => Some(name),
            Self::Column(..) | Self::Check(..) | Self::Index(..) => None,
        }
    }
}

/// Two texts of which the server could not tell whether they are the same.
#[derive(Debug)]
pub struct Unsettled {
    doubt: Doubt,
    /// Why.
    pub error: BackendError,
}

impl Unsettled {
    /// Settles what can be told without a server, as
    /// [`Doubts::settle_written_out`] does.
    pub fn settle_written_out(&self, schema: &mut Schema, words: &Schema, syntax: &Syntax) -> bool {
        self.doubt.settle_written_out(schema, words, syntax)
    }
}

impl fmt::Display for Unsettled {
    /// Writes where they are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.doubt.place.fmt(f)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(table, column) => write!(f, "column `{table}.{column}`"),
            Self::Check(table, name) => write!(f, "check `{name}` of `{table}`"),
            Self::Index(table, name) => write!(f, "index `{name}` of `{table}`"),
            Self::View(name) => write!(f, "view `{name}`"),
        }
    }
}

impl Doubts {
    /// Finds the texts in which what a database has differs from what was
    /// written, where nothing else in the same place does.
    pub fn between(found: &Schema, written: &Schema) -> Self {
        let mut pairs = Vec::new();
        for (name, table) in &found.tables {
            if let Some(other) = written.tables.get(name).filter(|other| *other != table) {
                pairs.extend(of_table(table, other));
            }
        }
        for (name, view) in &found.views {
            let other = written.views.get(name).filter(|other| definition(other) != definition(view));
            pairs.extend(other.map(|other| Doubt {
                place: Place::View(name.clone()),
                found: Definition::View(view.clone()),
                written: Definition::View(other.clone()),
            }));
        }
        Self { pairs }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// What to ask the server, in the order in which [`settle`](Self::settle)
    /// takes the answers.
    pub fn definitions(&self) -> Vec<Definition> {
        self.pairs.iter().flat_map(|pair| [pair.found.clone(), pair.written.clone()]).collect()
    }

    /// Puts the words of the other schema in the place of those that the server
    /// takes for the same. A view counts as the same only if what it reads is
    /// the same in both schemas. Returns what could not be told.
    pub fn settle(
        self,
        forms: Vec<Result<String, BackendError>>,
        schema: &mut Schema,
        words: &Schema,
    ) -> Vec<Unsettled> {
        let mut unsettled = Vec::new();
        let mut views = BTreeSet::new();
        let mut forms = forms.into_iter();
        for doubt in self.pairs {
            match (forms.next(), forms.next()) {
                (Some(Ok(found)), Some(Ok(written))) if found != written => {}
                (Some(Ok(_)), Some(Ok(_))) => match doubt.place {
                    Place::View(name) => drop(views.insert(name)),
                    place => put(&place, schema, words),
                },
                (Some(Err(error)), _) | (_, Some(Err(error))) => {
                    unsettled.push(Unsettled { doubt, error });
                }
                (_, None) | (None, _) => {}
            }
        }
        // What reads something else than before is another view, in all words.
        let failed = unsettled.iter().filter_map(|unsettled: &Unsettled| unsettled.doubt.place.view());
        let comparable = readers_of_the_same(views.iter().chain(failed).cloned().collect(), schema, words);
        unsettled
            .retain(|unsettled| unsettled.doubt.place.view().is_none_or(|name| comparable.contains(name)));
        for name in readers_of_the_same(views, schema, words) {
            put(&Place::View(name), schema, words);
        }
        unsettled
    }

    /// The same for queries of views alone, where no server can be asked and the
    /// schema is known to come from the other one: what databases add when they
    /// write a query out does not count. Returns whether no doubt is left.
    pub fn settle_written_out(self, schema: &mut Schema, words: &Schema, syntax: &Syntax) -> bool {
        let left = self.pairs.iter().filter(|doubt| !doubt.settle_written_out(schema, words, syntax));
        left.count() == 0
    }
}

impl Doubt {
    fn settle_written_out(&self, schema: &mut Schema, words: &Schema, syntax: &Syntax) -> bool {
        let (Definition::View(found), Definition::View(written)) = (&self.found, &self.written) else {
            return false;
        };
        let is_same = found.columns == written.columns
            && query::is_written_out(found.query.as_str(), written.query.as_str(), syntax);
        if is_same {
            put(&self.place, schema, words);
        }
        is_same
    }
}

/// Takes the words of the other schema in one place.
fn put(place: &Place, schema: &mut Schema, words: &Schema) {
    let done = match place {
        Place::Column(table, name) => both(schema, words, table).and_then(|(table, words)| {
            let (column, words) = (table.column_mut(name)?, words.column(name)?);
            column.default.clone_from(&words.default);
            column.generated.clone_from(&words.generated);
            Some(())
        }),
        Place::Check(table, name) => both(schema, words, table).and_then(|(table, words)| {
            let constraint = table.constraints.iter_mut().find(|constraint| constraint.has_name(name))?;
            match (&mut constraint.kind, &words.constraint(name)?.kind) {
                (ConstraintKind::Check(check), ConstraintKind::Check(words)) => {
                    check.expression.clone_from(&words.expression);
                    Some(())
                }
                _ => None,
            }
        }),
        Place::Index(table, name) => both(schema, words, table).and_then(|(table, words)| {
            let index = table.indexes.iter_mut().find(|index| index.name == *name)?;
            index.clone_from(words.index(name)?);
            Some(())
        }),
        Place::View(name) => schema.views.get_mut(name).zip(words.views.get(name)).map(|(view, words)| {
            view.columns.clone_from(&words.columns);
            view.query.clone_from(&words.query);
        }),
    };
    debug_assert!(done.is_some(), "a doubt is about what both schemas have");
}

fn both<'a>(
    schema: &'a mut Schema,
    words: &'a Schema,
    table: &QualifiedName,
) -> Option<(&'a mut Table, &'a Table)> {
    schema.tables.get_mut(table).zip(words.tables.get(table))
}

fn of_table(found: &Table, written: &Table) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let mut add = |place, definitions: (Option<Definition>, Option<Definition>)| {
        if let (Some(found), Some(written)) = definitions {
            doubts.push(Doubt { place, found, written });
        }
    };
    for column in &found.columns {
        let name = &column.name;
        if written.column(name).is_some_and(|other| differs_in_text(column, other)) {
            let place = Place::Column(found.name.clone(), name.clone());
            add(place, (Definition::column(found, name), Definition::column(written, name)));
        }
    }
    for constraint in &found.constraints {
        let Some(name) = &constraint.name else { continue };
        if written.constraint(name).is_some_and(|other| check(&constraint.kind) != check(&other.kind)) {
            let place = Place::Check(found.name.clone(), name.clone());
            add(place, (Definition::check(found, name), Definition::check(written, name)));
        }
    }
    for index in &found.indexes {
        let name = &index.name;
        let is_other = |other: &Index| other != index && without_text(other) == without_text(index);
        if written.index(name).is_some_and(is_other) {
            let place = Place::Index(found.name.clone(), name.clone());
            add(place, (Definition::index(found, name), Definition::index(written, name)));
        }
    }
    doubts
}

/// Whether both columns have a default, or both are generated in the same way,
/// and from other texts.
fn differs_in_text(one: &Column, other: &Column) -> bool {
    match (&one.generated, &other.generated) {
        (None, None) => one.default.is_some() && other.default.is_some() && one.default != other.default,
        (Some(generated), Some(others)) => {
            generated.storage == others.storage && generated.expression != others.expression
        }
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn check(kind: &ConstraintKind) -> Option<&Expression> {
    match kind {
        ConstraintKind::Check(check) => Some(&check.expression),
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) => None,
    }
}

fn without_text(index: &Index) -> Index {
    let mut index = index.clone();
    for part in &mut index.key {
        if let IndexKey::Expression(expression) = &mut part.key {
            *expression = Expression::new("");
        }
    }
    index.predicate = index.predicate.map(|_| Expression::new(""));
    index
}

fn definition(view: &View) -> (&[Name], &str) {
    (&view.columns, view.query.as_str())
}

/// Those of the views that read nothing in which the schemas differ.
fn readers_of_the_same(
    mut views: BTreeSet<QualifiedName>,
    schema: &Schema,
    words: &Schema,
) -> BTreeSet<QualifiedName> {
    let tables = differing_tables(schema, words);
    let names = schema.views.keys().chain(words.views.keys());
    let mut others: Vec<QualifiedName> = names
        .filter(|name| !views.contains(*name))
        .filter(|name| schema.views.get(*name).map(definition) != words.views.get(*name).map(definition))
        .cloned()
        .collect();
    views.retain(|name| {
        let queries = [schema, words].map(|schema| schema.views.get(name));
        let reads = queries.into_iter().flatten().any(|view| {
            tables.iter().any(|(table, columns)| view.reads(table) && may_depend(view, columns.as_deref()))
        });
        if reads {
            others.push(name.clone());
        }
        !reads
    });
    while let Some(other) = others.pop() {
        views.retain(|name| {
            let reads = schema.views.get(name).is_some_and(|view| view.reads(&other));
            if reads {
                others.push(name.clone());
            }
            !reads
        });
    }
    views
}

/// The tables that only one of the schemas has, and the columns of the others
/// that are not the same.
fn differing_tables<'a>(
    schema: &'a Schema,
    words: &'a Schema,
) -> BTreeMap<&'a QualifiedName, Option<Vec<&'a Name>>> {
    let mut differing = BTreeMap::new();
    for name in schema.tables.keys().chain(words.tables.keys()) {
        let columns = schema.tables.get(name).zip(words.tables.get(name)).map(|(one, other)| {
            let lacks = |table: &Table, column: &Column| {
                table.column(&column.name).is_none_or(|found| {
                    (&found.ty, &found.collation, found.nullable)
                        != (&column.ty, &column.collation, column.nullable)
                })
            };
            let ours = one.columns.iter().filter(|column| lacks(other, column));
            let theirs = other.columns.iter().filter(|column| lacks(one, column));
            ours.chain(theirs).map(|column| &column.name).collect::<Vec<_>>()
        });
        if columns.as_ref().is_none_or(|columns| !columns.is_empty()) {
            differing.insert(name, columns);
        }
    }
    differing
}

/// Whether a view that reads a table may show one of these columns, or be
/// resolved by them; none for all columns.
fn may_depend(view: &View, columns: Option<&[&Name]>) -> bool {
    let query = view.query.as_str();
    columns.is_none_or(|columns| {
        mention::names_no_columns(query)
            || columns.iter().any(|column| mention::mentions_anywhere(query, column))
    })
}

#[cfg(test)]
mod tests;
