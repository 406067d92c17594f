//! Views, which read from tables and from each other.

use std::collections::{BTreeMap, BTreeSet};

use super::{Assembler, Item};
use crate::{
    models::place::{ModelObject, Spot},
    operation::Operation,
    schema::{QualifiedName, View, mention},
    sql::{Syntax, TokenKind, lex},
};

impl Assembler<'_> {
    /// Adds the views that portable SQL defines, each of which reads from what
    /// is there, and not from itself.
    pub(super) fn views(&mut self, items: Vec<Item<'_>>) {
        let mut views: Vec<(View, Spot)> = Vec::new();
        for item in items {
            let Operation::CreateView { view, .. } = item.operation else { continue };
            if self.define(ModelObject::View(view.name.clone()), &item.spot) {
                let operation = Operation::CreateView { view: view.clone(), or_replace: false };
                self.apply(&Item { operation, spot: item.spot.clone(), outline: None });
                views.push((view, item.spot));
            }
        }
        let mut sources: BTreeMap<&QualifiedName, Vec<QualifiedName>> = BTreeMap::new();
        for (view, spot) in &views {
            let relations = mention::relations_of(view.query.as_str());
            let missing: Vec<_> = relations.iter().filter(|relation| !self.is_relation(relation)).collect();
            for missing in missing {
                let span = self.find(spot, missing);
                let message = format!("view `{}` reads from `{missing}`, which is not defined", view.name);
                let near = self.nearly(missing);
                let hint = near.map(|name| {
                    format!("it is spelled \"{name}\": names without quotes are read in lower case")
                });
                self.fail(&Spot { file: spot.file, span }, message, hint);
            }
            sources.insert(&view.name, relations);
        }
        for (view, spot) in &views {
            if reaches(&view.name, &sources) {
                let message = format!("view `{}` reads from itself, directly or by other views", view.name);
                self.fail(spot, message, None);
            }
        }
    }

    /// Whether a query can read from something of the name.
    fn is_relation(&self, name: &QualifiedName) -> bool {
        let schema = &self.schema;
        let is_catalog = match &name.namespace {
            Some(namespace) => matches!(namespace.as_str(), "pg_catalog" | "information_schema"),
            // They are in every database, in no namespace of the user's.
            None => ["pg_", "sqlite_"].iter().any(|prefix| name.name.as_str().starts_with(prefix)),
        };
        is_catalog
            || schema.tables.contains_key(name)
            || schema.views.contains_key(name)
            || schema.unmanaged.iter().any(|object| object.name == *name)
    }

    /// A relation that differs from the name in the case of letters only.
    fn nearly(&self, name: &QualifiedName) -> Option<&QualifiedName> {
        let same = |other: &&QualifiedName| {
            other.namespace == name.namespace && other.name.as_str().eq_ignore_ascii_case(name.name.as_str())
        };
        self.schema.tables.keys().chain(self.schema.views.keys()).find(same)
    }

    /// Where a statement has a name, or else the whole statement.
    fn find(&self, spot: &Spot, name: &QualifiedName) -> std::ops::Range<usize> {
        let sql = &self.files[spot.file].source().text()[spot.span.clone()];
        let is_it = |token: &crate::sql::Token| {
            let text = &sql[token.span.clone()];
            match token.kind {
                TokenKind::Word => text.eq_ignore_ascii_case(name.name.as_str()),
                TokenKind::QuotedIdentifier => text.trim_matches('"') == name.name.as_str(),
                _ => false,
            }
        };
        match lex(sql, &Syntax::PORTABLE).find(is_it) {
            Some(token) => spot.span.start + token.span.start..spot.span.start + token.span.end,
            None => spot.span.clone(),
        }
    }
}

/// Whether a view reads from itself, however many views lie between.
fn reaches(view: &QualifiedName, sources: &BTreeMap<&QualifiedName, Vec<QualifiedName>>) -> bool {
    let mut seen: BTreeSet<&QualifiedName> = BTreeSet::new();
    let mut next: Vec<&QualifiedName> = sources.get(view).into_iter().flatten().collect();
    while let Some(name) = next.pop() {
        if name == view {
            return true;
        }
        if seen.insert(name) {
            next.extend(sources.get(name).into_iter().flatten());
        }
    }
    false
}
