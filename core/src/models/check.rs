//! Whether a backend can hold what models define.

use super::{
    assemble::Assembled,
    place::{ModelObject, Spot},
    statements::ModelStatements,
};
use crate::{
    backend::{Backend, BackendError, BackendErrorKind},
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
    let schema = assembled.schema.clone();
    let mut checker = Checker { files, assembled, backend, schema, errors: Vec::new() };
    for enum_type in assembled.schema.enums.values() {
        checker.schema.enums.remove(&enum_type.name);
        let operation = Operation::CreateEnum { enum_type: enum_type.clone() };
        checker.operation(operation, &ModelObject::Enum(enum_type.name.clone()));
        checker.schema.enums.insert(enum_type.name.clone(), enum_type.clone());
    }
    let is_portable = |name: &QualifiedName| !assembled.native.contains(name);
    for table in assembled.schema.tables.values().filter(|table| is_portable(&table.name)) {
        checker.schema.tables.remove(&table.name);
        checker.table(table);
        checker.schema.tables.insert(table.name.clone(), table.clone());
    }
    for view in assembled.schema.views.values().filter(|view| is_portable(&view.name)) {
        checker.schema.views.remove(&view.name);
        let operation = Operation::CreateView { view: view.clone(), or_replace: false };
        checker.operation(operation, &ModelObject::View(view.name.clone()));
        checker.schema.views.insert(view.name.clone(), view.clone());
    }
    if checker.errors.is_empty() { Ok(()) } else { Err(checker.errors) }
}

struct Checker<'a> {
    files: &'a [ModelStatements],
    assembled: &'a Assembled,
    backend: &'a dyn Backend,
    /// The whole schema but for what is being checked.
    schema: Schema,
    errors: Vec<SourceError>,
}

impl Checker<'_> {
    /// Checks one operation that defines one object.
    fn operation(&mut self, operation: Operation, object: &ModelObject) {
        if self.is_within_features(&operation, object)
            && let Err(error) = self.render(&operation)
        {
            self.refuse(&error, &operation, object);
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
        let column = table.columns.iter().find(lacks).map(|column| &column.name);
        let column = column.map(|column| ModelObject::Column(table.name.clone(), column.clone()));
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
        let Err(error) = self.render(&whole) else { return };
        if let Err(error) = self.render(&alone) {
            let object = self.culprit(table).unwrap_or(object);
            self.refuse(&error, &alone, &object);
            return;
        }
        for (index, (operation, object)) in table.indexes.iter().zip(&indexes) {
            let with_one = create(Table { indexes: vec![index.clone()], ..table.clone() });
            if let Err(error) = self.render(&with_one) {
                self.refuse(&error, operation, object);
                return;
            }
        }
        self.refuse(&error, &whole, &object);
    }

    /// The column whose type is none that the backend has, if one is.
    fn culprit(&self, table: &Table) -> Option<ModelObject> {
        let is_refused = |column: &&Column| {
            let native = matches!(&column.ty, Type::Native(_));
            let column = Column::new(column.name.clone(), column.ty.clone());
            native && self.render(&create(Table::new(table.name.clone(), vec![column]))).is_err()
        };
        let column = table.columns.iter().find(is_refused)?;
        Some(ModelObject::Column(table.name.clone(), column.name.clone()))
    }

    fn render(&self, operation: &Operation) -> Result<(), BackendError> {
        self.backend.render(std::slice::from_ref(operation), &self.schema).map(drop)
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
