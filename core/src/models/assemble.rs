//! Statements in any order → one schema.
//!
//! What depends on other things comes after them, wherever it is written:
//! types, tables, indexes and keys, foreign keys, views, comments. Statements
//! under `@only` are tried again after each of these until their backend
//! understands them.

mod native;
mod views;

use std::collections::BTreeSet;

use super::{
    ModelError,
    outline::{Outline, OutlineItem},
    place::{ModelObject, Place, Spot, Spots},
    statements::{ModelStatements, StatementKind},
};
use crate::{
    backend::Backend,
    operation::{ApplyError, ColumnChange, CommentTarget, Editor, Operation},
    plan::{PlanSettings, error::spelling},
    schema::{Constraint, ConstraintKind, ForeignKey, Name, QualifiedName, Schema, Table},
    script::{SourceError, portable},
};

/// The schema of models, and where it is from.
#[derive(Debug)]
pub(super) struct Assembled {
    pub(super) schema: Schema,
    pub(super) spots: Spots,
    /// Tables and views that statements under `@only` define.
    pub(super) native: BTreeSet<QualifiedName>,
}

/// Puts the statements of all files together.
pub(super) fn assemble(
    files: &[ModelStatements],
    backend: &dyn Backend,
    settings: &PlanSettings,
) -> Result<Assembled, ModelError> {
    let mut assembler = Assembler {
        files,
        backend,
        schema: Schema::default(),
        editor: Editor::default(),
        spots: Spots::default(),
        native: BTreeSet::new(),
        errors: Vec::new(),
    };
    assembler.run(settings);
    let Assembler { schema, spots, native, errors, .. } = assembler;
    if errors.is_empty() { Ok(Assembled { schema, spots, native }) } else { Err(ModelError::invalid(errors)) }
}

/// An operation, and where it is from.
struct Item<'a> {
    operation: Operation,
    spot: Spot,
    outline: Option<&'a Outline>,
}

/// The items of all files, by what must be there before them.
#[derive(Default)]
struct Stages<'a> {
    namespaces: Vec<Item<'a>>,
    enums: Vec<Item<'a>>,
    tables: Vec<Item<'a>>,
    keys: Vec<Item<'a>>,
    foreign_keys: Vec<Item<'a>>,
    views: Vec<Item<'a>>,
    comments: Vec<Item<'a>>,
    native: Vec<native::Native<'a>>,
}

impl<'a> Stages<'a> {
    fn of(files: &'a [ModelStatements]) -> Self {
        let mut stages = Self::default();
        for (file, statements) in files.iter().enumerate() {
            for statement in &statements.statements {
                let spot = Spot { file, span: statement.span.clone() };
                let outline = statement.outline.as_ref();
                match &statement.kind {
                    StatementKind::Native(sql) => stages.native.push(native::Native { sql, spot, outline }),
                    StatementKind::Portable(operations) => {
                        for operation in operations {
                            stages.push(Item { operation: operation.clone(), spot: spot.clone(), outline });
                        }
                    }
                }
            }
        }
        stages
    }

    fn push(&mut self, mut item: Item<'a>) {
        let stage = match &mut item.operation {
            Operation::CreateNamespace { .. } => &mut self.namespaces,
            Operation::CreateEnum { .. } => &mut self.enums,
            Operation::CreateTable { table, .. } => {
                let is_foreign =
                    |constraint: &mut Constraint| matches!(constraint.kind, ConstraintKind::ForeignKey(_));
                for constraint in table.constraints.extract_if(.., is_foreign) {
                    let spot = match (&constraint.kind, item.outline) {
                        (ConstraintKind::ForeignKey(key), Some(outline)) => outline.foreign_key(key),
                        _ => None,
                    };
                    let span = spot.map_or_else(|| item.spot.span.clone(), |item| item.span.clone());
                    self.foreign_keys.push(Item {
                        operation: Operation::AddConstraint { table: table.name.clone(), constraint },
                        spot: Spot { file: item.spot.file, span },
                        outline: None,
                    });
                }
                &mut self.tables
            }
            Operation::AddConstraint { constraint, .. } => match constraint.kind {
                ConstraintKind::ForeignKey(_) => &mut self.foreign_keys,
                ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Check(_) => {
                    &mut self.keys
                }
            },
            Operation::CreateIndex { .. } => &mut self.keys,
            Operation::CreateView { .. } => &mut self.views,
            // Any other was refused when it was read.
            _ => &mut self.comments,
        };
        stage.push(item);
    }
}

struct Assembler<'a> {
    files: &'a [ModelStatements],
    backend: &'a dyn Backend,
    schema: Schema,
    editor: Editor,
    spots: Spots,
    native: BTreeSet<QualifiedName>,
    errors: Vec<SourceError>,
}

impl<'a> Assembler<'a> {
    fn run(&mut self, settings: &PlanSettings) {
        let Stages { namespaces, enums, tables, keys, foreign_keys, views, comments, mut native } =
            Stages::of(self.files);
        let has_namespaces = self.backend.capabilities().namespaces;
        for item in namespaces {
            if let Operation::CreateNamespace { name, if_not_exists } = &item.operation {
                let object = ModelObject::Namespace(name.clone());
                let again = *if_not_exists && self.spots.get(&object).is_some();
                // Names in it are read as names without one.
                let is_default = self.backend.default_namespace().as_ref() == Some(name);
                if !again && self.define(object, &item.spot) && has_namespaces && !is_default {
                    self.apply(&item);
                }
            }
        }
        for item in enums {
            if let Operation::CreateEnum { enum_type } = &item.operation
                && self.define(ModelObject::Enum(enum_type.name.clone()), &item.spot)
            {
                self.apply(&item);
            }
        }
        for item in tables {
            self.table(item, settings);
        }
        self.interpret(&mut native);
        for item in keys {
            self.key(&item);
        }
        self.interpret(&mut native);
        for item in foreign_keys {
            self.foreign_key(&item);
        }
        self.interpret(&mut native);
        self.views(views);
        self.interpret(&mut native);
        self.refuse_unknown(native);
        for item in comments {
            self.comment(&item);
        }
    }

    fn table(&mut self, mut item: Item<'a>, settings: &PlanSettings) {
        portable::resolve_enum_types(&mut item.operation, |name| self.schema.enums.contains_key(name));
        portable::map_native_types(&mut item.operation, &settings.types);
        let Operation::CreateTable { table, if_not_exists } = &mut item.operation else { return };
        *if_not_exists = false;
        let table = table.clone();
        if self.define(ModelObject::Table(table.name.clone()), &item.spot) {
            self.apply(&item);
            self.define_columns(&table, &item.spot, item.outline);
        }
    }

    /// Notes where the columns of a table are.
    fn define_columns(&mut self, table: &Table, spot: &Spot, outline: Option<&Outline>) {
        let columns = outline.into_iter().flat_map(|outline| outline.columns(table));
        let spot = |(column, item): (&Name, &OutlineItem)| {
            (column.clone(), Spot { file: spot.file, span: item.span.clone() })
        };
        self.spots.define_columns(table.name.clone(), columns.map(spot).collect());
    }

    /// An index, or a constraint other than a foreign key.
    fn key(&mut self, item: &Item<'_>) {
        let mut operation = item.operation.clone();
        let object = match &mut operation {
            Operation::CreateIndex { table, index, if_not_exists, .. } => {
                *if_not_exists = false;
                ModelObject::Index(table.clone(), index.name.clone())
            }
            Operation::AddConstraint { table, constraint: Constraint { name: Some(name), .. } } => {
                ModelObject::Constraint(table.clone(), name.clone())
            }
            _ => return,
        };
        if self.define(object, &item.spot) {
            self.apply(&Item { operation, spot: item.spot.clone(), outline: None });
        }
    }

    fn foreign_key(&mut self, item: &Item<'_>) {
        let Operation::AddConstraint { table, constraint } = &item.operation else { return };
        let Some(name) = &constraint.name else { return };
        if !self.define(ModelObject::Constraint(table.clone(), name.clone()), &item.spot) {
            return;
        }
        if let Err(error) = self.editor.apply(&item.operation, &mut self.schema) {
            let message = match &constraint.kind {
                ConstraintKind::ForeignKey(key) => foreign_key_error(key, &error),
                ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Check(_) => None,
            };
            self.fail(&item.spot, message.unwrap_or_else(|| error.to_string()), self.advice(&error));
        }
    }

    fn comment(&mut self, item: &Item<'_>) {
        let on = match &item.operation {
            Operation::SetTableComment { table, .. } => ModelObject::Table(table.clone()),
            Operation::AlterColumn { table, column, change: ColumnChange::Comment(_) } => {
                ModelObject::Column(table.clone(), column.clone())
            }
            Operation::SetComment { on: CommentTarget::View(name), .. } => ModelObject::View(name.clone()),
            Operation::SetComment { on: CommentTarget::Enum(name), .. } => ModelObject::Enum(name.clone()),
            _ => return,
        };
        if self.define(ModelObject::Comment(Box::new(on)), &item.spot) {
            self.apply(item);
        }
    }

    /// Applies an operation, or says why it cannot be.
    fn apply(&mut self, item: &Item<'_>) {
        if let Err(error) = self.editor.apply(&item.operation, &mut self.schema) {
            self.fail(&item.spot, error.to_string(), self.advice(&error));
        }
    }

    /// Notes where an object is defined, and says whether that is the only
    /// place.
    fn define(&mut self, object: ModelObject, spot: &Spot) -> bool {
        match self.spots.define(object.clone(), spot.clone()) {
            Ok(()) => true,
            Err(earlier) => {
                let message = format!("{object} is defined twice");
                let hint = format!("the other definition is at {}: remove one of them", self.place(&earlier));
                self.fail(spot, message, Some(hint));
                false
            }
        }
    }

    fn place(&self, spot: &Spot) -> Place {
        let source = self.files[spot.file].source();
        Place { path: source.path().to_owned(), line: source.position(spot.span.start).line }
    }

    fn fail(&mut self, spot: &Spot, message: impl Into<String>, hint: Option<String>) {
        self.errors.push(*self.files[spot.file].source().error(spot.span.clone(), message, hint));
    }

    /// What to do about something that is missing.
    fn advice(&self, error: &ApplyError) -> Option<String> {
        if !error.object_missing() {
            return None;
        }
        if let ApplyError::NamespaceMissing(name) = error {
            return Some(format!("define it: `CREATE SCHEMA {name};`"));
        }
        Some(match spelling(error, &self.schema) {
            Some(name) => format!("it is spelled \"{name}\": names without quotes are read in lower case"),
            None => "no model defines it".to_owned(),
        })
    }
}

/// What is wrong with a foreign key, in the words of its file.
fn foreign_key_error(key: &ForeignKey, error: &ApplyError) -> Option<String> {
    let target = &key.references;
    Some(match error {
        ApplyError::TableMissing(missing) if missing == target => {
            format!("the foreign key refers to table `{target}`, which is not defined")
        }
        ApplyError::ColumnMissing { table, column } if table == target => {
            format!("the foreign key refers to column `{column}`, which table `{target}` does not have")
        }
        ApplyError::NoPrimaryKey(_) => {
            format!("the foreign key refers to the primary key of table `{target}`, which has none")
        }
        ApplyError::NoUniqueKey(_) => format!(
            "the foreign key refers to columns of table `{target}` that are neither its primary key nor unique"
        ),
        ApplyError::KeyLengthsDisagree => {
            format!("the foreign key and what it refers to in table `{target}` have not as many columns")
        }
        _ => return None,
    })
}
