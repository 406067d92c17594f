//! In which order tables and views stand: what others need comes first.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{ConstraintKind, Name, QualifiedName, Schema, mention};

/// Tables in an order in which each comes after those that it refers to, and
/// the foreign keys that no order can please.
pub(super) struct TableOrder {
    pub(super) tables: Vec<QualifiedName>,
    /// Foreign keys in circles, by table and position among its constraints.
    pub(super) late: BTreeSet<(QualifiedName, usize)>,
}

/// Orders the tables: by name, as far as their foreign keys allow.
pub(super) fn tables(schema: &Schema) -> TableOrder {
    let targets = |name: &QualifiedName| -> Vec<QualifiedName> {
        let constraints = schema.tables.get(name).into_iter().flat_map(|table| &table.constraints);
        constraints.filter_map(|constraint| constraint.kind.references().cloned()).collect()
    };
    let tables = visit(schema.tables.keys(), targets);
    let position: BTreeMap<&QualifiedName, usize> =
        tables.iter().enumerate().map(|(at, name)| (name, at)).collect();
    let mut late = BTreeSet::new();
    for table in schema.tables.values() {
        for (at, constraint) in table.constraints.iter().enumerate() {
            if let ConstraintKind::ForeignKey(key) = &constraint.kind
                && position.get(&key.references) > position.get(&table.name)
            {
                late.insert((table.name.clone(), at));
            }
        }
    }
    TableOrder { tables, late }
}

/// Orders the views: by name, as far as they do not read from each other.
pub(super) fn views(schema: &Schema) -> Vec<QualifiedName> {
    // Names in a query may differ from those of views in case.
    let folded = |name: &QualifiedName| -> (Option<String>, String) {
        let lower = |name: &Name| name.as_str().to_lowercase();
        (name.namespace.as_ref().map(lower), lower(&name.name))
    };
    let by_name: BTreeMap<_, &QualifiedName> = schema.views.keys().map(|name| (folded(name), name)).collect();
    let sources = |name: &QualifiedName| -> Vec<QualifiedName> {
        let queries = schema.views.get(name).into_iter().map(|view| view.query.as_str());
        let relations = queries.flat_map(mention::relations_of);
        relations.filter_map(|relation| by_name.get(&folded(&relation)).map(|name| (*name).clone())).collect()
    };
    visit(schema.views.keys(), sources)
}

/// Each name after those that it needs, unless they need it too.
fn visit<'a>(
    names: impl Iterator<Item = &'a QualifiedName>,
    needs: impl Fn(&QualifiedName) -> Vec<QualifiedName>,
) -> Vec<QualifiedName> {
    let names: Vec<QualifiedName> = names.cloned().collect();
    let known: BTreeSet<&QualifiedName> = names.iter().collect();
    let mut begun: BTreeSet<QualifiedName> = BTreeSet::new();
    let mut order = Vec::new();
    for name in &names {
        if !begun.insert(name.clone()) {
            continue;
        }
        // A stack of its own: a chain may be as long as the schema.
        let mut stack = vec![(name.clone(), needs(name).into_iter())];
        while let Some((current, rest)) = stack.last_mut() {
            match rest.find(|next| known.contains(next) && !begun.contains(next)) {
                Some(next) => {
                    begun.insert(next.clone());
                    let needed = needs(&next).into_iter();
                    stack.push((next, needed));
                }
                None => {
                    order.push(current.clone());
                    stack.pop();
                }
            }
        }
    }
    order
}
