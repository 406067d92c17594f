//! The laws on rows: changes without a risk suit them, and renames keep them.

use std::cell::RefCell;

use proptest::strategy::Strategy;
use retort_core::{
    diff::{Change, Diff, Renames},
    operation::Operation,
    schema::{ConstraintKind, Name, QualifiedName, Schema, Table},
};

use super::{Failure, Walk, compare, possible};
use crate::{
    case::{Case, Stop, Verdict, ensure},
    context::Context,
    generate::{
        Choices, World, choices,
        sound::{self, NUMBER, ROWS},
    },
    laws::generated::{Tally, conclude, for_all, rows::fill, world},
    session::Session,
    site::told,
};

pub(super) fn cases() -> Vec<Case> {
    vec![Case::new("diff::without_risk_suits_rows", rows), Case::new("diff::renames_keep_rows", renames)]
}

fn rows(context: &Context) -> Verdict {
    /// About three operations.
    const CHOICES: usize = 60;
    let tally = RefCell::default();
    let world = world(context, World::plain)?;
    let changes = (sound::schema(world), choices(world, CHOICES));
    let changes = changes.prop_map(|(before, choices)| (before.clone(), changed(before, choices)));
    for_all(context, context.settings.cases * 2, changes, |(before, after)| {
        context.block_on(keep(context, [&before, &after], &tally))
    })?;
    conclude(tally)
}

/// The schema after some operations.
pub(in crate::laws) fn changed(mut schema: Schema, mut choices: Choices) -> Schema {
    while !choices.is_empty() {
        if let Some(operation) = sound::operation(&schema, &mut choices) {
            // An operation that does not fit changes nothing.
            operation.apply_to(&mut schema).ok();
        }
    }
    schema
}

/// Makes a schema with rows, and another one of it, if that risks nothing but
/// what it says is lost.
async fn keep(context: &Context, schemas: [&Schema; 2], tally: &RefCell<Tally>) -> Verdict {
    let session = Session::new(context).await?;
    let [before, after] = schemas.map(|schema| possible(schema, &*session.backend));
    let Diff { changes, .. } = compare(&before, &after, &Renames::default(), &*session.backend)?;
    if changes.iter().filter_map(|change| change.risk.as_ref()).any(|risk| !risk.loses_data()) {
        return session.close().await;
    }
    let operations: Vec<Operation> =
        changes.into_iter().map(|Change { operation, risk: _ }| operation).collect();
    let mut walk = match create(session, &before).await {
        Ok(walk) => walk,
        Err(failure) => return refused(failure, tally),
    };
    match walk.step(&before, &after).await {
        Ok(_) => tally.borrow_mut().done += 1,
        Err(failure) => return refused(failure, tally),
    }
    for name in before.tables.keys() {
        let is_dropped = |operation: &Operation| matches!(operation, Operation::DropTable { name: dropped, .. } if dropped == name);
        if !operations.iter().any(is_dropped) {
            check_rows(&mut walk.session, name, &operations).await?;
        }
    }
    walk.session.close().await
}

/// Makes the schema, with rows.
async fn create(session: Session, schema: &Schema) -> Result<Walk, Failure> {
    if schema.tables.values().any(references_itself) {
        return Err(Stop::skipped("a row that references itself cannot be inserted everywhere").into());
    }
    let mut walk = Walk { session, renames: Renames::default() };
    let (made, _) = walk.step(&Schema::default(), schema).await?;
    for operation in &made {
        if let Operation::CreateTable { table, .. } = operation
            && let Some(table) = schema.tables.get(&table.name)
        {
            fill(&mut walk.session, schema, table).await?;
        }
    }
    Ok(walk)
}

/// Whether a foreign key references the very columns that it is on.
pub(in crate::laws) fn references_itself(table: &Table) -> bool {
    table.constraints.iter().any(|constraint| match &constraint.kind {
        ConstraintKind::ForeignKey(key) => {
            key.references == table.name
                && key.columns.iter().any(|name| key.referenced_columns.contains(name))
        }
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Check(_) => false,
    })
}

/// Gives other names to tables and columns.
fn renamed(before: Schema, mut choices: Choices) -> (Schema, Schema, Renames) {
    let mut after = before.clone();
    let mut renames = Renames::default();
    for (old, table) in &before.tables {
        let new = match choices.once_in(2) {
            true => old.with_name(format!("{}_new", old.name)),
            false => old.clone(),
        };
        if new != *old {
            rename(&mut after, &Operation::RenameTable { from: old.clone(), to: new.name.clone() });
            in_views(&mut after, old, &sound::qualified(old), &sound::qualified(&new));
            renames.tables.insert(new.clone(), old.clone());
        }
        for column in table.columns.iter().filter(|column| column.name.as_str() != NUMBER) {
            if !choices.once_in(3) || is_fixed(&before, table, &column.name) {
                continue;
            }
            let (from, to) = (column.name.clone(), Name::new(format!("{}_new", column.name)));
            in_views(&mut after, &new, &sound::spelled(&from), &sound::spelled(&to));
            rename(
                &mut after,
                &Operation::RenameColumn { table: new.clone(), from: from.clone(), to: to.clone() },
            );
            renames.columns.insert((new.clone(), to), from);
        }
    }
    (before, after, renames)
}

/// MySQL 9.7 may refuse to rename a column that is in a foreign key where the
/// table has computed columns or checks.
fn is_fixed(schema: &Schema, table: &Table, column: &Name) -> bool {
    let is_generated = table.columns.iter().any(|column| column.generated.is_some());
    let is_checked =
        table.constraints.iter().any(|constraint| matches!(constraint.kind, ConstraintKind::Check(_)));
    let in_own = table
        .constraints
        .iter()
        .any(|constraint| constraint.kind.references().is_some() && constraint.columns().contains(column));
    let in_other =
        schema.foreign_keys_to(&table.name).any(|(_, _, key)| key.referenced_columns.contains(column));
    (is_generated || is_checked) && (in_own || in_other)
}

/// Carries out a rename, and nothing of views.
fn rename(schema: &mut Schema, operation: &Operation) {
    let views = std::mem::take(&mut schema.views);
    // New names are free.
    operation.apply_to(schema).ok();
    schema.views = views;
}

/// Replaces a name in views of the table.
fn in_views(schema: &mut Schema, table: &QualifiedName, from: &str, to: &str) {
    for view in schema.views.values_mut().filter(|view| view.reads(table)) {
        view.query = view.query.as_str().replace(from, to).into();
    }
}

fn renames(context: &Context) -> Verdict {
    const CHOICES: usize = 60;
    let tally = RefCell::default();
    let world = world(context, World::plain)?;
    let cases = (sound::schema(world), choices(world, CHOICES));
    for_all(context, context.settings.cases, cases, |(before, choices)| {
        context.block_on(async {
            let session = Session::new(context).await?;
            let (before, after, renames) = renamed(possible(&before, &*session.backend), choices);
            let mut walk = match create(session, &before).await {
                Ok(walk) => walk,
                Err(failure) => return refused(failure, &tally),
            };
            walk.renames = renames;
            let operations = match walk.step(&before, &after).await {
                Ok((operations, _)) => operations,
                Err(failure) => return refused(failure, &tally),
            };
            for name in after.tables.keys() {
                check_rows(&mut walk.session, name, &operations).await?;
            }
            walk.renames = walk.renames.reversed();
            match walk.step(&after, &before).await {
                Ok(_) => tally.borrow_mut().done += 1,
                Err(failure) => return refused(failure, &tally),
            }
            walk.session.close().await
        })
    })?;
    conclude(tally)
}

/// The law: the rows are there.
async fn check_rows(session: &mut Session, table: &QualifiedName, operations: &[Operation]) -> Verdict {
    let query = format!("SELECT 1 FROM {}", session.backend.syntax().quote_qualified(table));
    let found = session.rows(&query).await?.len();
    ensure!(found == ROWS.count(), "{found} rows of {table} are left after\n{}", told(operations));
    Ok(())
}

fn refused(failure: Failure, tally: &RefCell<Tally>) -> Verdict {
    match failure {
        Failure::Refused(refusal, operations) => tally.borrow_mut().refuse(refusal, || told(&operations)),
        Failure::Stopped(stop) => Err(stop),
    }
}
