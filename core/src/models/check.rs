//! Whether a backend can hold what models define.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    assemble::Assembled,
    place::{ModelObject, Spot},
    statements::ModelStatements,
};
use crate::{
    backend::{Backend, BackendError, BackendErrorKind},
    diff::Names,
    operation::Operation,
    plan::feature,
    schema::{Column, Index, QualifiedName, Schema, Table, Type},
    script::SourceError,
};

/// Has the backend render each definition that is not its own SQL.
pub(super) fn check(
    files: &[ModelStatements],
    assembled: &Assembled,
    backend: &dyn Backend,
) -> Result<(), Vec<SourceError>> {
    let schema = &assembled.schema;
    let mut checker = Checker { files, assembled, backend, names: Names::new(schema), errors: Vec::new() };
    let is_portable = |name: &QualifiedName| !assembled.native.contains(name);
    // The whole schema but for what is being checked; many have neither types nor views.
    let mut before = match schema.enums.is_empty() && schema.views.is_empty() {
        true => Schema::default(),
        false => schema.clone(),
    };
    for enum_type in schema.enums.values() {
        before.enums.remove(&enum_type.name);
        let operation = Operation::CreateEnum { enum_type: enum_type.clone() };
        checker.operation(&operation, &ModelObject::Enum(enum_type.name.clone()), &before);
        before.enums.insert(enum_type.name.clone(), enum_type.clone());
    }
    for table in schema.tables.values().filter(|table| is_portable(&table.name)) {
        checker.table(table);
    }
    for view in schema.views.values().filter(|view| is_portable(&view.name)) {
        before.views.remove(&view.name);
        let operation = Operation::CreateView { view: view.clone(), or_replace: false };
        checker.operation(&operation, &ModelObject::View(view.name.clone()), &before);
        before.views.insert(view.name.clone(), view.clone());
    }
    if checker.errors.is_empty() { Ok(()) } else { Err(checker.errors) }
}

struct Checker<'a> {
    files: &'a [ModelStatements],
    assembled: &'a Assembled,
    backend: &'a dyn Backend,
    names: Names<'a>,
    errors: Vec<SourceError>,
}

impl Checker<'_> {
    /// Checks one operation that defines one object.
    fn operation(&mut self, operation: &Operation, object: &ModelObject, before: &Schema) {
        if self.is_within_features(operation, object)
            && let Err(error) = self.render(operation, before)
        {
            self.refuse(&error, operation, object);
        }
    }

    /// What is there before a table, as far as it can matter to it: what it
    /// refers to, and what has one of its names.
    fn before(&self, table: &Table) -> Schema {
        let schema = &self.assembled.schema;
        let parts = table.constraints.iter().filter_map(|constraint| constraint.name.as_ref());
        let parts = parts.chain(table.indexes.iter().map(|index| &index.name)).chain([&table.name.name]);
        let referenced = table.constraints.iter().filter_map(|constraint| constraint.kind.references());
        let types = table.columns.iter().filter_map(|column| column.ty.enum_name());
        let near: BTreeSet<&QualifiedName> = parts
            .flat_map(|part| self.names.owners(&table.name, part).iter().copied())
            .chain(referenced)
            .chain(types)
            .filter(|name| **name != table.name)
            .collect();
        Schema {
            namespaces: schema.namespaces.clone(),
            enums: entries(&schema.enums, &near),
            tables: schema.tables.of_names(near.iter().copied()),
            views: entries(&schema.views, &near),
            unmanaged: schema.unmanaged.clone(),
        }
    }

    /// Checks a table with its indexes, which a backend makes together.
    fn table(&mut self, table: &Table) {
        let object = ModelObject::Table(table.name.clone());
        let alone = create(Table { indexes: Vec::new(), ..table.clone() });
        let lacks = |column: &&Column| {
            feature::refusal(&create(Table::new(table.name.clone(), vec![(*column).clone()])), self.backend)
                .is_some()
        };
        // Which column it is only matters where there is one.
        let is_refused = feature::refusal(&alone, self.backend).is_some();
        let column = if is_refused { table.columns.iter().find(lacks) } else { None };
        let column = column.map(|column| ModelObject::Column(table.name.clone(), column.name.clone()));
        let mut is_fine = self.is_within_features(&alone, column.as_ref().unwrap_or(&object));
        let indexes: Vec<(Operation, ModelObject)> = table
            .indexes
            .iter()
            .map(|index| {
                (create_index(table, index), ModelObject::Index(table.name.clone(), index.name.clone()))
            })
            .collect();
        for (operation, object) in &indexes {
            is_fine &= self.is_within_features(operation, object);
        }
        if !is_fine {
            return;
        }
        let whole = create(table.clone());
        let before = self.before(table);
        let Err(error) = self.render(&whole, &before) else { return };
        if let Err(error) = self.render(&alone, &before) {
            let object = self.culprit(table, &before).unwrap_or(object);
            self.refuse(&error, &alone, &object);
            return;
        }
        for (index, (operation, object)) in table.indexes.iter().zip(&indexes) {
            let with_one = create(Table { indexes: vec![index.clone()], ..table.clone() });
            if let Err(error) = self.render(&with_one, &before) {
                self.refuse(&error, operation, object);
                return;
            }
        }
        self.refuse(&error, &whole, &object);
    }

    /// The column whose type is none that the backend has, if one is.
    fn culprit(&self, table: &Table, before: &Schema) -> Option<ModelObject> {
        let is_refused = |column: &&Column| {
            let native = matches!(&column.ty, Type::Native(_));
            let column = Column::new(column.name.clone(), column.ty.clone());
            native && self.render(&create(Table::new(table.name.clone(), vec![column])), before).is_err()
        };
        let column = table.columns.iter().find(is_refused)?;
        Some(ModelObject::Column(table.name.clone(), column.name.clone()))
    }

    fn render(&self, operation: &Operation, before: &Schema) -> Result<(), BackendError> {
        self.backend.render(std::slice::from_ref(operation), before).map(drop)
    }

    fn is_within_features(&mut self, operation: &Operation, object: &ModelObject) -> bool {
        let refusal =
            feature::refusal(operation, self.backend).or_else(|| feature::long_name(operation, self.backend));
        match refusal {
            Some((message, hint)) => {
                self.fail(object, message, Some(hint));
                false
            }
            None => true,
        }
    }

    fn refuse(&mut self, error: &BackendError, operation: &Operation, object: &ModelObject) {
        let unsupported = error.kind() == BackendErrorKind::Unsupported;
        let hint = unsupported.then(|| feature::advise_only(std::slice::from_ref(operation), self.backend));
        self.fail(object, error.to_string(), hint);
    }

    fn fail(&mut self, object: &ModelObject, message: String, hint: Option<String>) {
        let spots = &self.assembled.spots;
        let of_table = match object {
            ModelObject::Column(table, _) => spots.get(&ModelObject::Table(table.clone())),
            _ => None,
        };
        if let Some(Spot { file, span }) = spots.get(object).or(of_table) {
            self.errors.push(*self.files[*file].source().error(span.clone(), message, hint));
        }
    }
}

/// The entries of these names.
fn entries<T: Clone>(
    map: &BTreeMap<QualifiedName, T>,
    names: &BTreeSet<&QualifiedName>,
) -> BTreeMap<QualifiedName, T> {
    let entries = names.iter().filter_map(|name| map.get_key_value(*name));
    entries.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn create(table: Table) -> Operation {
    Operation::CreateTable { table, if_not_exists: false }
}

fn create_index(table: &Table, index: &Index) -> Operation {
    Operation::CreateIndex {
        table: table.name.clone(),
        index: index.clone(),
        concurrently: false,
        if_not_exists: false,
    }
}
