//! Views: which come and go, and which must make room for a change below them.

use std::collections::{BTreeMap, BTreeSet};

use super::{DiffError, names::without_case};
use crate::{
    operation::{CommentTarget, Operation},
    schema::{Name, QualifiedName, Schema, View, mention},
};

/// What becomes of tables, by their names before.
#[derive(Debug, Default)]
pub(super) struct Impact {
    /// Tables that go or get another name.
    pub(super) tables: BTreeSet<QualifiedName>,
    /// Columns that go, are made again, or get another name.
    pub(super) columns: BTreeMap<QualifiedName, Vec<Name>>,
    /// Tables that get columns.
    pub(super) extended: BTreeSet<QualifiedName>,
}

impl Impact {
    fn relations(&self) -> BTreeSet<&QualifiedName> {
        self.tables.iter().chain(self.columns.keys()).chain(&self.extended).collect()
    }

    /// Whether a view that reads from the table must make room, or is another
    /// one after: `*` is the columns that there were when the view was made.
    fn is_on(&self, table: &QualifiedName, view: &View) -> bool {
        let query = view.query.as_str();
        let lost = self.columns.get(table).map(Vec::as_slice).unwrap_or_default();
        self.tables.contains(table)
            || lost.iter().any(|column| mention::mentions_anywhere(query, column))
            || (!lost.is_empty() || self.extended.contains(table)) && mention::names_no_columns(query)
    }
}

/// What to do with views.
#[derive(Debug)]
pub(super) struct Views<'a> {
    /// Those that are dropped, in this order.
    pub(super) dropped: Vec<&'a View>,
    /// Those that are created, in this order.
    pub(super) created: Vec<&'a View>,
    /// Comments on those that stay.
    pub(super) comments: Vec<Operation>,
}

impl<'a> Views<'a> {
    /// Finds what to do.
    ///
    /// # Errors
    ///
    /// Fails if a view reads from itself.
    pub(super) fn new(before: &'a Schema, after: &'a Schema, impact: &Impact) -> Result<Self, DiffError> {
        let readers = Readers::new(before);
        let mut affected: BTreeSet<&QualifiedName> = BTreeSet::new();
        for (name, view) in &before.views {
            let stays = after.views.get(name).is_some_and(|new| definition(new) == definition(view));
            if !stays {
                affected.insert(name);
            }
        }
        for table in impact.relations() {
            for name in readers.of(table) {
                let view = before.views.get(name);
                if view.is_some_and(|view| view.reads(table) && impact.is_on(table, view)) {
                    affected.insert(name);
                }
            }
        }
        let mut pending: Vec<&QualifiedName> = affected.iter().copied().collect();
        while let Some(name) = pending.pop() {
            for reader in readers.of(name) {
                let reads = before.views.get(reader).is_some_and(|view| view.reads(name));
                if reads && affected.insert(reader) {
                    pending.push(reader);
                }
            }
        }
        let mut dropped = in_order(before, &affected)?;
        dropped.reverse();
        let is_new = |name: &&QualifiedName| !before.views.contains_key(name) || affected.contains(name);
        let created = in_order(after, &after.views.keys().filter(is_new).collect())?;
        let comments = after
            .views
            .iter()
            .filter(|(name, view)| {
                let stays = before.views.get(name).filter(|_| !affected.contains(name));
                stays.is_some_and(|old| old.comment != view.comment)
            })
            .map(|(name, view)| Operation::SetComment {
                on: CommentTarget::View(name.clone()),
                comment: view.comment.clone(),
            })
            .collect();
        Ok(Self { dropped, created, comments })
    }
}

fn definition(view: &View) -> (&[Name], &str) {
    (&view.columns, view.query.as_str())
}

/// Which views may read from a relation.
struct Readers<'a> {
    /// By the name of the relation without case.
    views: BTreeMap<QualifiedName, Vec<&'a QualifiedName>>,
}

impl<'a> Readers<'a> {
    fn new(schema: &'a Schema) -> Self {
        let mut views: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (name, view) in &schema.views {
            for relation in mention::relations(view.query.as_str()) {
                views.entry(relation).or_default().push(name);
            }
        }
        Self { views }
    }

    fn of(&self, relation: &QualifiedName) -> &[&'a QualifiedName] {
        self.views.get(&without_case(relation)).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The views of these names, each after those that it reads from.
fn in_order<'a>(schema: &'a Schema, names: &BTreeSet<&'a QualifiedName>) -> Result<Vec<&'a View>, DiffError> {
    let mut by_name: BTreeMap<QualifiedName, Vec<&QualifiedName>> = BTreeMap::new();
    for name in names {
        by_name.entry(without_case(name)).or_default().push(name);
    }
    let below = |view: &View| -> Vec<&'a QualifiedName> {
        let relations = mention::relations(view.query.as_str());
        let named = relations.iter().filter_map(|relation| by_name.get(relation)).flatten();
        named.copied().filter(|name| view.reads(name)).collect()
    };
    let mut order = Order { done: BTreeSet::new(), views: Vec::new() };
    for name in names {
        order.visit(schema, name, &below, &mut Vec::new())?;
    }
    Ok(order.views)
}

struct Order<'a> {
    done: BTreeSet<&'a QualifiedName>,
    views: Vec<&'a View>,
}

impl<'a> Order<'a> {
    fn visit(
        &mut self,
        schema: &'a Schema,
        name: &'a QualifiedName,
        below: &impl Fn(&View) -> Vec<&'a QualifiedName>,
        path: &mut Vec<&'a QualifiedName>,
    ) -> Result<(), DiffError> {
        if self.done.contains(name) {
            return Ok(());
        }
        if path.contains(&name) {
            return Err(DiffError::ViewsInCircle(name.clone()));
        }
        let Some(view) = schema.views.get(name) else { return Ok(()) };
        path.push(name);
        for other in below(view) {
            self.visit(schema, other, below, path)?;
        }
        path.pop();
        self.done.insert(name);
        self.views.push(view);
        Ok(())
    }
}
