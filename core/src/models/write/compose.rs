//! A schema → pieces of text, in the order in which they could run.

use std::collections::BTreeSet;

use super::{
    Form, Forms,
    needed::{Needed, default_needs},
    order, table,
};
use crate::{
    backend::Backend,
    models::place::ModelObject,
    operation::{ColumnChange, Operation},
    schema::{Column, Constraint, ConstraintKind, NamingConvention, QualifiedName, Schema, Table, Unmanaged},
    script::portable,
};

/// Statements about one object.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    pub(super) object: ModelObject,
    /// Whether it is the backend's own SQL.
    pub(super) native: bool,
    /// Whether an empty line stands before it.
    pub(super) paragraph: bool,
    pub(super) text: String,
}

/// Writes each object in its form.
pub(super) fn compose(
    schema: &Schema,
    forms: &Forms,
    backend: &dyn Backend,
    naming: &NamingConvention,
) -> Vec<Chunk> {
    let form = |object: &ModelObject| forms.get(object).copied().unwrap_or_default();
    let mut composer = Composer { schema: schema.clone(), backend, chunks: Vec::new() };
    for (at, name) in schema.namespaces.iter().enumerate() {
        let operation = Operation::CreateNamespace { name: name.clone(), if_not_exists: false };
        composer.portable(ModelObject::Namespace(name.clone()), at == 0, portable::write(&operation) + "\n");
    }
    for enum_type in schema.enums.values() {
        let object = ModelObject::Enum(enum_type.name.clone());
        let operation = Operation::CreateEnum { enum_type: enum_type.clone() };
        match form(&object) {
            Form::Native => {
                composer.schema.enums.remove(&enum_type.name);
                composer.native(object, true, &operation);
                composer.schema.enums.insert(enum_type.name.clone(), enum_type.clone());
            }
            Form::Short | Form::Named | Form::NativeIndexes => {
                composer.portable(object, true, portable::write(&operation) + "\n");
            }
        }
    }
    let needed = Needed::of(schema);
    let definitions = |positions: &BTreeSet<usize>| {
        let objects = positions.iter().filter_map(|at| schema.unmanaged.get(*at));
        objects.cloned().collect::<Vec<Unmanaged>>()
    };
    for (at, object) in definitions(&needed.early).iter().enumerate() {
        composer.definition(object, at == 0);
    }
    let own = definitions(&needed.own);
    let order = order::tables(schema);
    let mut late = Vec::new();
    for table in order.tables.iter().filter_map(|name| schema.tables.get(name)) {
        let form = form(&ModelObject::Table(table.name.clone()));
        let is_late = |at: usize| {
            let constraint = table.constraints.get(at);
            order.late.contains(&(table.name.clone(), at)) || constraint.is_some_and(|it| !is_validated(it))
        };
        let own: Vec<&Unmanaged> = own.iter().filter(|it| it.table.as_ref() == Some(&table.name)).collect();
        late.extend(composer.table(table, form, naming, is_late, &own));
    }
    for (at, (table, text)) in late.into_iter().enumerate() {
        composer.portable(ModelObject::Table(table), at == 0, text);
    }
    for (at, object) in definitions(&needed.by_views).iter().enumerate() {
        composer.definition(object, at == 0);
    }
    for view in order::views(schema).iter().filter_map(|name| schema.views.get(name)) {
        let object = ModelObject::View(view.name.clone());
        let operation = Operation::CreateView { view: view.clone(), or_replace: false };
        match form(&object) {
            Form::Native => {
                composer.schema.views.remove(&view.name);
                composer.native(object, true, &operation);
                composer.schema.views.insert(view.name.clone(), view.clone());
            }
            Form::Short | Form::Named | Form::NativeIndexes => {
                composer.portable(object, true, portable::write(&operation) + "\n");
            }
        }
    }
    composer.chunks
}

/// Puts chunks together, and says where each begins.
pub(super) fn join<'a>(chunks: impl Iterator<Item = &'a Chunk>, backend: &str) -> (String, Vec<usize>) {
    let (mut text, mut starts, mut native) = (String::new(), Vec::new(), false);
    for chunk in chunks {
        if chunk.native != native && !chunk.native {
            text += "-- @all\n";
        }
        if chunk.paragraph && !text.is_empty() {
            text.push('\n');
        }
        if chunk.native != native && chunk.native {
            text.extend(["-- @only ", backend, "\n"]);
        }
        native = chunk.native;
        starts.push(text.len());
        text += &chunk.text;
    }
    if native {
        text += "-- @all\n";
    }
    (text, starts)
}

struct Composer<'a> {
    /// The whole schema but for what is being written.
    schema: Schema,
    backend: &'a dyn Backend,
    chunks: Vec<Chunk>,
}

impl Composer<'_> {
    fn portable(&mut self, object: ModelObject, paragraph: bool, text: String) {
        if !text.is_empty() {
            self.chunks.push(Chunk { object, native: false, paragraph, text });
        }
    }

    /// Writes an operation as the backend's own SQL, or portably if it has
    /// none.
    fn native(&mut self, object: ModelObject, paragraph: bool, operation: &Operation) {
        let (native, text) = match self.backend.render(std::slice::from_ref(operation), &self.schema) {
            Ok(statements) => {
                let statements = statements.iter().map(|statement| terminated(&statement.sql));
                (true, statements.collect())
            }
            Err(_) => (false, portable::write(operation) + "\n"),
        };
        self.chunks.push(Chunk { object, native, paragraph, text });
    }

    /// Writes what creates an object outside the model.
    fn definition(&mut self, object: &Unmanaged, paragraph: bool) {
        if let Some(definition) = &object.definition {
            let place = object
                .table
                .clone()
                .map_or_else(|| ModelObject::Outside(object.name.clone()), ModelObject::Table);
            self.chunks.push(Chunk { object: place, native: true, paragraph, text: terminated(definition) });
        }
    }

    /// Writes a table with what is on it, and returns what comes after all
    /// tables. `own` are objects outside the model that belong to it and that
    /// its defaults need.
    fn table(
        &mut self,
        table: &Table,
        form: Form,
        naming: &NamingConvention,
        is_late: impl Fn(usize) -> bool,
        own: &[&Unmanaged],
    ) -> Vec<(QualifiedName, String)> {
        let (wanted, is_needing) = (table, |column: &Column| own.iter().any(|it| default_needs(column, it)));
        let mut table = table.clone();
        for column in table.columns.iter_mut().filter(|column| is_needing(column)) {
            column.default = None;
        }
        let table = &table;
        let object = ModelObject::Table(table.name.clone());
        let whole = self.schema.tables.remove(&table.name);
        // Text that the database keeps has all in it.
        let stored = table.stored.as_ref().filter(|stored| stored.since.is_empty());
        let is_late = |at: usize| is_late(at) && (form != Form::Native || stored.is_none());
        if form == Form::Native {
            match stored {
                Some(stored) => self.chunks.push(Chunk {
                    object: object.clone(),
                    native: true,
                    paragraph: true,
                    text: terminated(&stored.definition),
                }),
                None => {
                    let mut constraints = table.constraints.iter().enumerate();
                    let mut created = Table { constraints: Vec::new(), ..table.clone() };
                    created.constraints.extend(
                        constraints.by_ref().filter(|(at, _)| !is_late(*at)).map(|(_, it)| it.clone()),
                    );
                    let operation = Operation::CreateTable { table: created, if_not_exists: false };
                    self.native(object.clone(), true, &operation);
                }
            }
        } else {
            self.portable(object.clone(), true, table::create(table, form, naming, is_late));
        }
        let mut there = Table { indexes: Vec::new(), ..table.clone() };
        let has_indexes = form == Form::Native && stored.is_none();
        for index in table.indexes.iter().filter(|_| !has_indexes) {
            if form < Form::NativeIndexes || (form == Form::NativeIndexes && table::is_portable(index)) {
                self.portable(object.clone(), false, table::index(&table.name, index));
                continue;
            }
            self.schema.tables.insert(table.name.clone(), there.clone());
            let operation = Operation::CreateIndex {
                table: table.name.clone(),
                index: index.clone(),
                concurrently: false,
                if_not_exists: false,
            };
            self.native(object.clone(), false, &operation);
            there.indexes.push(index.clone());
        }
        if form != Form::Native {
            self.portable(object, false, table::comments(table));
        }
        for object in own {
            self.definition(object, false);
        }
        for column in wanted.columns.iter().filter(|column| is_needing(column)) {
            self.schema.tables.insert(table.name.clone(), table.clone());
            let operation = Operation::AlterColumn {
                table: table.name.clone(),
                column: column.name.clone(),
                change: ColumnChange::Default(column.default.clone()),
            };
            self.native(ModelObject::Table(table.name.clone()), false, &operation);
        }
        self.schema.tables.extend(whole.map(|table| (table.name.clone(), table)));
        let late = table.constraints.iter().enumerate().filter(|(at, _)| is_late(*at));
        late.map(|(_, late)| (table.name.clone(), table::add_constraint(table, late, form, naming))).collect()
    }
}

/// A statement with its semicolon, on lines of its own.
fn terminated(sql: &str) -> String {
    format!("{};\n", sql.trim_end().trim_end_matches(';'))
}

fn is_validated(constraint: &Constraint) -> bool {
    match &constraint.kind {
        ConstraintKind::ForeignKey(key) => key.validated,
        ConstraintKind::Check(check) => check.validated,
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => true,
    }
}
