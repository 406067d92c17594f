//! What the expressions of a query may refer to.

use retort_core::schema::{Column, Name, QualifiedName, Type};

use super::{
    super::{Columns, kind::Kind},
    Catalog,
    resolve::Resolver,
};
use crate::server::Server;

/// A column of a relation or a query.
#[derive(Debug, Clone)]
pub(super) struct Output {
    pub(super) name: Name,
    pub(super) kind: Option<Kind>,
    /// The type, where it is a column of a table.
    pub(super) ty: Option<Type>,
}

impl Output {
    pub(super) fn of_column(column: &Column) -> Self {
        Self { name: column.name.clone(), kind: Some(Kind::of(&column.ty)), ty: Some(column.ty.clone()) }
    }
}

/// A relation that a query reads, by the name that it goes by.
#[derive(Debug, Clone)]
pub(super) struct Visible {
    pub(super) alias: Name,
    /// The name with its namespace, where there is no alias.
    pub(super) table: Option<QualifiedName>,
    /// Its columns, if they are known.
    pub(super) columns: Option<Vec<Output>>,
}

impl Visible {
    fn column(&self, name: &Name) -> Option<&Output> {
        self.columns.as_ref()?.iter().find(|column| column.name == *name)
    }

    fn goes_by(&self, path: &[Name]) -> bool {
        match path {
            [alias] => self.alias == *alias,
            [namespace, name] => self
                .table
                .as_ref()
                .is_some_and(|table| table.namespace.as_ref() == Some(namespace) && table.name == *name),
            _ => false,
        }
    }
}

/// The relations of one query, and those of the queries around it.
pub(super) struct QueryScope<'a> {
    pub(super) resolver: &'a Resolver<'a>,
    pub(super) relations: Vec<Visible>,
    /// The columns that USING makes one of two, and the relation on its left.
    pub(super) merged: Vec<(Name, Name)>,
}

impl QueryScope<'_> {
    fn outer(&self) -> Option<&QueryScope<'_>> {
        self.resolver.outer
    }

    fn catalog(&self) -> &Catalog<'_> {
        self.resolver.catalog
    }

    /// The relation of this query that has the column, if it can be only one.
    pub(super) fn owner(&self, column: &Name) -> Option<&Visible> {
        self.owner_among(self.relations.len(), column)
    }

    /// As [`owner`](Self::owner), among the first relations.
    pub(super) fn owner_among(&self, count: usize, column: &Name) -> Option<&Visible> {
        let relations = self.relations.get(..count)?;
        if let Some((_, left)) = self.merged.iter().find(|(name, _)| name == column) {
            return relations.iter().find(|relation| relation.alias == *left);
        }
        if let [relation] = relations {
            let has = relation.columns.is_none() || relation.column(column).is_some();
            return has.then_some(relation);
        }
        let mut found = None;
        for relation in relations {
            relation.columns.as_ref()?;
            if relation.column(column).is_some() {
                if found.is_some() {
                    return None;
                }
                found = Some(relation);
            }
        }
        found
    }

    /// Whether no relation of this query can have the column.
    fn lacks(&self, column: &Name) -> bool {
        self.relations.iter().all(|relation| relation.columns.is_some() && relation.column(column).is_none())
    }

    fn output(&self, path: &[Name]) -> Option<&Output> {
        let found = match path {
            [column] => self.owner(column)?.column(column),
            [qualifier @ .., column] => {
                let relation = self.relations.iter().find(|relation| relation.goes_by(qualifier));
                match relation {
                    Some(relation) => relation.column(column),
                    None => return self.outer()?.output(path),
                }
            }
            [] => None,
        };
        found.or_else(|| if self.lacks(path.last()?) { self.outer()?.output(path) } else { None })
    }
}

impl Columns for QueryScope<'_> {
    fn server(&self) -> Server {
        self.catalog().server
    }

    fn plain(&self, path: Vec<Name>) -> Vec<Name> {
        let Some((column, qualifier)) = path.split_last() else { return path };
        if qualifier.is_empty() {
            // A column of a query around this one is named with its relation.
            let mut around = self;
            while around.lacks(column) {
                let Some(outer) = around.outer() else { return path };
                around = outer;
                if let Some(owner) = around.owner(column) {
                    return vec![owner.alias.clone(), column.clone()];
                }
            }
            return path;
        }
        match self.relations.iter().find(|relation| relation.goes_by(qualifier)) {
            Some(relation) => {
                let alias = relation.alias.clone();
                match self.owner(column) {
                    Some(owner) if owner.alias == alias => vec![column.clone()],
                    _ => vec![alias, column.clone()],
                }
            }
            None => match self.outer() {
                Some(_) if qualifier.len() == 2 => path[1..].to_vec(),
                _ => path,
            },
        }
    }

    fn ty(&self, path: &[Name]) -> Option<&Type> {
        self.output(path)?.ty.as_ref()
    }

    fn kind(&self, path: &[Name]) -> Option<Kind> {
        self.output(path)?.kind.clone()
    }

    fn query(&self, sql: &str) -> String {
        let nested =
            Resolver { catalog: self.catalog(), outer: Some(self), with: self.resolver.with.clone() };
        let resolved = super::parse::query(sql).and_then(|query| nested.query(query, &[]));
        match resolved {
            Some((query, _)) => super::write::text(&query),
            None => sql.to_owned(),
        }
    }
}
