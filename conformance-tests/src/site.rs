//! A database together with the schema that it must have.

use std::{collections::BTreeMap, sync::Arc};

use retort_core::{
    backend::Backend,
    operation::Operation,
    plan::{PlanSettings, Planner},
    schema::{ConstraintKind, NamingConvention, QualifiedName, Schema, Table},
    script::portable::{self, NamespaceMap},
};

use crate::{
    case::{Stop, Verdict, same},
    context::Context,
    session::{Refusal, Session},
};

/// A database together with the schema that it must have.
pub(crate) struct Site {
    pub(crate) session: Session,
    /// The schema, as revision files imply it.
    pub(crate) model: Schema,
    /// Whether operations are rendered without a look at the database.
    pub(crate) blind: bool,
}

impl Site {
    /// A new database.
    pub(crate) async fn new(context: &Context) -> Verdict<Self> {
        Ok(Self { session: Session::new(context).await?, model: Schema::default(), blind: false })
    }

    /// A new database after these portable statements.
    pub(crate) async fn with(context: &Context, sql: &str) -> Verdict<Self> {
        let mut site = Self::new(context).await?;
        site.apply_sql(sql).await?;
        Ok(site)
    }

    /// Carries out portable statements, which fit the schema.
    pub(crate) async fn apply_sql(&mut self, sql: &str) -> Verdict<Vec<Operation>> {
        let operations = parse(sql)?;
        let mut done = Vec::new();
        for mut run in runs(operations) {
            self.resolve(&mut run);
            self.apply(&run).await.map_err(Stop::from).map_err(|stop| stop.while_doing(|| told(&run)))?;
            done.extend(run);
        }
        Ok(done)
    }

    /// Turns native types that name an enum type of the schema into it.
    pub(crate) fn resolve(&self, operations: &mut [Operation]) {
        for operation in operations {
            portable::resolve_enum_types(operation, |name| self.model.enums.contains_key(name));
        }
    }

    /// Carries out operations that fit the schema and go together.
    ///
    /// # Panics
    ///
    /// Panics if they do not fit: that is a fault of the suite.
    pub(crate) async fn apply(&mut self, operations: &[Operation]) -> Result<Vec<String>, Refusal> {
        let mut after = self.model.clone();
        for operation in operations {
            let fits = operation.apply_to(&mut after);
            assert_eq!(fits, Ok(()), "an operation of the suite fits: {}", told(operations));
        }
        let before = self.before().await;
        let operations: Vec<Operation> =
            operations.iter().map(|operation| on_constraint(operation, &before)).collect();
        let written = self.session.carry_out(&operations, &before).await?;
        self.model = after;
        Ok(written)
    }

    /// The schema that operations are rendered against: what the database has,
    /// with the names that it does not show.
    async fn before(&mut self) -> Schema {
        if self.blind {
            return self.model.clone();
        }
        let Ok(found) = self.session.introspect(&self.model).await else {
            return self.model.clone();
        };
        let settings = plan_settings(&*self.session.backend);
        let mut planner = Planner::new(Arc::clone(&self.session.backend), &settings, found);
        planner.recall(&self.model);
        planner.schema().clone()
    }

    /// The law: what is introspected is the normal form of the schema.
    pub(crate) async fn check(&mut self, told: impl FnOnce() -> String) -> Verdict<Schema> {
        let found = self.session.introspect(&self.model).await?;
        let expected = self.session.backend.normalize(self.model.clone())?;
        same_schema(&found, &expected, told)?;
        Ok(found)
    }
}

/// What planning does where a backend reports a unique index as a constraint.
pub(crate) fn on_constraint(operation: &Operation, schema: &Schema) -> Operation {
    let table_of = |index: &QualifiedName| {
        let is_it = |table: &&Table| {
            table.name.namespace == index.namespace
                && table.index(&index.name).is_none()
                && table
                    .constraint(&index.name)
                    .is_some_and(|constraint| matches!(constraint.kind, ConstraintKind::Unique(_)))
        };
        match schema.table_of_index(index) {
            Some(_) => None,
            None => schema.tables.values().find(is_it).map(|table| table.name.clone()),
        }
    };
    match operation {
        Operation::DropIndex { name, if_exists, .. } => table_of(name)
            .map(|table| Operation::DropConstraint { table, name: name.name.clone(), if_exists: *if_exists }),
        Operation::RenameIndex { from, to } => table_of(from).map(|table| Operation::RenameConstraint {
            table,
            from: from.name.clone(),
            to: to.clone(),
        }),
        _ => None,
    }
    .unwrap_or_else(|| operation.clone())
}

/// Settings of a project on the backend.
pub(crate) fn plan_settings(backend: &dyn Backend) -> PlanSettings {
    let namespaces = match backend.capabilities().namespaces {
        true => NamespaceMap::Native,
        false => NamespaceMap::Prefix { overrides: BTreeMap::new() },
    };
    PlanSettings {
        namespaces,
        naming: NamingConvention::default(),
        types: BTreeMap::new(),
        backends: vec![backend.name().to_owned()],
    }
}

/// Reads portable statements of the suite.
///
/// # Panics
///
/// Panics if they are wrong: that is a fault of the suite.
pub(crate) fn parse(sql: &str) -> Verdict<Vec<Operation>> {
    let statements = portable::parse(sql, &NamespaceMap::Native, &NamingConvention::default());
    match statements {
        Ok(statements) => Ok(statements.into_iter().flat_map(|statement| statement.operations).collect()),
        Err(errors) => {
            let messages: Vec<String> = errors.iter().map(ToString::to_string).collect();
            panic!("the suite is wrong: {}\n{sql}", messages.join("\n"))
        }
    }
}

/// Divides operations into those that are rendered together.
pub(crate) fn runs(operations: Vec<Operation>) -> Vec<Vec<Operation>> {
    let mut runs: Vec<Vec<Operation>> = Vec::new();
    for operation in operations {
        match runs.last_mut() {
            Some(run)
                if operation.altered_table().is_some()
                    && run.first().and_then(Operation::altered_table) == operation.altered_table() =>
            {
                run.push(operation);
            }
            Some(_) | None => runs.push(vec![operation]),
        }
    }
    runs
}

/// What operations do, one line each, and as the suite holds them.
pub(crate) fn told(operations: &[Operation]) -> String {
    let lines: Vec<String> =
        operations.iter().map(|operation| format!("{} {operation:?}", operation.describe())).collect();
    lines.join("\n")
}

/// Compares schemas, except for the text of views and triggers, which is as the
/// database likes it.
pub(crate) fn same_schema(found: &Schema, expected: &Schema, told: impl FnOnce() -> String) -> Verdict {
    let [found, expected] = [found, expected].map(|schema| comparable(schema.clone()));
    for (name, table) in &found.tables {
        if let Some(wanted) = expected.tables.get(name)
            && wanted != table
        {
            return same(table, wanted, told);
        }
    }
    same(&found, &expected, told)
}

fn comparable(mut schema: Schema) -> Schema {
    schema.unmanaged.sort_by(|left, right| left.name.cmp(&right.name));
    schema.unmanaged.iter_mut().for_each(|object| object.definition = None);
    for view in schema.views.values_mut() {
        view.query = "".into();
        view.columns.clear();
    }
    for table in schema.tables.values_mut() {
        table.stored = None;
        table.constraints.sort_by(|left, right| left.name.cmp(&right.name));
        table.indexes.sort_by(|left, right| left.name.cmp(&right.name));
    }
    schema
}
