//! Rows of the catalog → `Schema`.

use std::collections::{BTreeMap, HashMap, HashSet};

use retort_core::{
    backend::Scope,
    schema::{EnumType, Name, QualifiedName, Schema, Table, Type, View},
    script::portable::NamespaceMap,
};

use super::{
    catalog::Catalog,
    column, constraint, index,
    rows::{EnumRow, NamespaceRow, RelationRow},
    sequence,
    unmanaged::{self, Relation},
};
use crate::{
    expression::normalize_views,
    normalize::{normalize_expressions, sort, sort_unmanaged},
    server::Server,
};

/// The schema that the rows describe, without what the scope excludes.
pub(super) fn schema_of(catalog: Catalog, scope: &Scope, server: Server) -> Schema {
    let mut assembly = Assembly::default();
    assembly.namespaces(catalog.namespaces, scope);
    assembly.enums(catalog.enums);
    assembly.relations(catalog.relations, scope);
    column::add_all(&mut assembly, catalog.columns, &catalog.sequences);
    sequence::add_all(&mut assembly, catalog.sequences);
    let indexes = index::add_all(&mut assembly, catalog.indexes, &catalog.constraints);
    constraint::add_all(&mut assembly, catalog.constraints, &indexes);
    for row in catalog.unmanaged {
        unmanaged::add(&mut assembly, row);
    }
    assembly.finish(server)
}

/// A schema that is being put together.
#[derive(Default)]
pub(super) struct Assembly {
    pub(super) schema: Schema,
    /// The namespaces by oid, `None` for the default one.
    namespaces: HashMap<u32, Option<Name>>,
    /// The default one.
    default_namespace: Option<Name>,
    /// The enum types and arrays of them, by oid.
    pub(super) types: HashMap<u32, Type>,
    /// The names of tables, views and what looks like them, by oid. Those that
    /// are excluded have none.
    pub(super) names: HashMap<u32, QualifiedName>,
    pub(super) tables: HashMap<u32, Table>,
    pub(super) views: HashMap<u32, View>,
    /// The names of columns by the oid of their table and their number.
    pub(super) columns: HashMap<(u32, i16), Name>,
}

impl Assembly {
    /// The name of an object; those in the server's own namespaces have none.
    pub(super) fn name(&self, namespace: u32, name: &str) -> Option<QualifiedName> {
        let namespace = self.namespaces.get(&namespace)?.clone();
        Some(QualifiedName { namespace, name: name.into() })
    }

    /// The names of columns of a table by their numbers.
    pub(super) fn column_names(&self, relation: u32, numbers: &[i16]) -> Vec<Name> {
        numbers.iter().filter_map(|number| self.columns.get(&(relation, *number)).cloned()).collect()
    }

    fn namespaces(&mut self, rows: Vec<NamespaceRow>, scope: &Scope) {
        for row in rows {
            let name = Name::new(row.name);
            let name = if row.is_default {
                self.default_namespace = Some(name);
                None
            } else {
                Some(name)
            };
            if let Some(name) = &name
                && scope.only.is_none()
                && !row.is_of_extension
            {
                self.schema.namespaces.insert(name.clone());
            }
            self.namespaces.insert(row.oid, name);
        }
    }

    fn enums(&mut self, rows: Vec<EnumRow>) {
        for row in rows {
            let Some(name) = self.name(row.namespace, &row.name) else { continue };
            let ty = Type::Enum(name.clone());
            self.types.insert(row.oid, ty.clone());
            self.types.insert(row.array_oid, Type::Array(Box::new(ty)));
            if !row.is_of_extension {
                let enum_type = EnumType { name: name.clone(), values: row.labels, comment: row.comment };
                self.schema.enums.insert(name, enum_type);
            }
        }
    }

    fn relations(&mut self, rows: Vec<RelationRow>, scope: &Scope) {
        let names = NamespaceMap::Native.relative_to(self.default_namespace.clone());
        let excluded: HashSet<QualifiedName> = scope.exclude.iter().map(|name| names.apply(name)).collect();
        for row in &rows {
            if let Some(name) = self.name(row.namespace, &row.name).filter(|name| !excluded.contains(name)) {
                self.names.insert(row.oid, name);
            }
        }
        for row in rows {
            let Some(name) = self.names.get(&row.oid).cloned() else { continue };
            let parents = row.parents.iter().filter_map(|oid| self.names.get(oid)).cloned().collect();
            let relation = Relation { name: &name, row: &row, parents };
            self.schema.unmanaged.extend(relation.unmanaged());
            match row.kind {
                'r' if !row.is_partition => {
                    self.tables.insert(row.oid, table(row, name));
                }
                'v' => {
                    self.views.insert(row.oid, view(row, name));
                }
                _ => {}
            }
        }
    }

    fn finish(mut self, server: Server) -> Schema {
        for (_, mut table) in self.tables {
            normalize_expressions(&mut table, server);
            sort(&mut table);
            self.schema.tables.insert(table.name.clone(), table);
        }
        for (_, view) in self.views {
            self.schema.views.insert(view.name.clone(), view);
        }
        normalize_views(&mut self.schema, server);
        sort_unmanaged(&mut self.schema.unmanaged);
        self.schema
    }
}

fn table(row: RelationRow, name: QualifiedName) -> Table {
    let mut table = Table::new(name, Vec::new());
    table.comment = row.comment;
    table.options = options(row.options.as_deref());
    if row.persistence == 'u' {
        table.options.insert("unlogged".to_owned(), String::new());
    }
    table.options.extend(row.method.map(|method| ("using".to_owned(), method)));
    table.options.extend(row.tablespace.map(|tablespace| ("tablespace".to_owned(), tablespace)));
    table
}

fn view(row: RelationRow, name: QualifiedName) -> View {
    let query = row.query.unwrap_or_default();
    View {
        name,
        // The server puts them into the query.
        columns: Vec::new(),
        query: query.trim_end_matches(';').into(),
        comment: row.comment,
    }
}

/// Storage parameters, which the catalog keeps as `fillfactor=70`.
pub(super) fn options(texts: Option<&[String]>) -> BTreeMap<String, String> {
    let split = |text: &String| {
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        (key.to_owned(), value.to_owned())
    };
    texts.unwrap_or_default().iter().map(split).collect()
}
