//! Laws of the difference of two schemas, on generated schemas.

use proptest::prelude::*;
use retort_conformance::generate::{World, sound, wild};
use retort_core::{
    backend::Capabilities,
    diff::{Diff, DiffError, Renames, diff},
    operation::{ApplyError, Operation},
    schema::{NamingConvention, QualifiedName, Schema},
};

/// Few names, so that everything is in everything's way.
const CROWDED: World = World {
    capabilities: Capabilities::EVERYTHING,
    namespaces: &["finance", "Sales"],
    relations: &["users", "orders", "order", "Log \"Entry\"", "é"],
    columns: &["id", "email", "a", "b", "Total", "end", "users", "it's"],
    names: &["uq_1", "ck_1", "fk_1", "ix_1", "ix_2", "pk_1", "users"],
    labels: &["new", "done", "it's", ""],
    collations: &["C", "nocase"],
};

const PLAIN: World = World::plain(Capabilities::EVERYTHING);

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn nothing_differs_from_itself(schema in wild::schema(CROWDED)) {
        let found = diff(&schema, &schema, &Renames::default(), &Capabilities::EVERYTHING);
        prop_assert_eq!(found, Ok(Diff::default()));
    }

    #[test]
    fn a_difference_makes_the_other_schema(before in wild::schema(CROWDED), after in wild::schema(CROWDED)) {
        leads_there_and_back(&before, &after, &Renames::default())?;
    }

    #[test]
    fn a_difference_makes_the_other_schema_of_plain_ones(
        before in sound::schema(PLAIN), after in sound::schema(PLAIN)
    ) {
        leads_there_and_back(&before, &after, &Renames::default())?;
    }

    #[test]
    fn renames_are_followed(
        before in wild::schema(CROWDED), after in wild::schema(CROWDED), picks in prop::collection::vec(any::<u16>(), 8)
    ) {
        let (before, after) = (bare(&before), bare(&after));
        let renames = some_renames(&before, &after, &picks);
        prop_assume!(fits(&before, &renames) && fits(&after, &renames.reversed()));
        leads_there_and_back(&before, &after, &renames)?;
    }

    #[test]
    fn one_operation_is_found(schema in wild::schema_and_operation(CROWDED)) {
        let (before, operation) = schema;
        let mut after = before.clone();
        if operation.apply_to(&mut after).is_ok() {
            leads_there_and_back(&before, &after, &Renames::default())?;
        }
    }
}

/// Renames between what only one of the schemas has.
fn some_renames(before: &Schema, after: &Schema, picks: &[u16]) -> Renames {
    let mut picks = picks.iter().map(|pick| usize::from(*pick));
    let mut renames = Renames::default();
    let gone = before.tables.keys().filter(|name| !after.tables.contains_key(name));
    for old in gone {
        let new: Vec<&QualifiedName> = after
            .tables
            .keys()
            .filter(|new| !before.tables.contains_key(new) && !renames.tables.contains_key(new))
            .filter(|new| new.namespace == old.namespace)
            .collect();
        if let Some(pick) = picks.next().filter(|_| !new.is_empty()) {
            renames.tables.insert(new[pick % new.len()].clone(), old.clone());
        }
    }
    for (name, table) in &after.tables {
        let Some(old) = before.tables.get(renames.tables.get(name).unwrap_or(name)) else { continue };
        let mut gone = old.columns.iter().filter(|column| table.column(&column.name).is_none());
        for column in table.columns.iter().filter(|column| old.column(&column.name).is_none()) {
            if let Some(gone) = gone.next() {
                renames.columns.insert((name.clone(), column.name.clone()), gone.name.clone());
            }
        }
    }
    renames
}

/// Whether the renames themselves fit: an index may have the new name of a
/// table.
fn fits(before: &Schema, renames: &Renames) -> bool {
    let mut schema = Schema { views: Default::default(), ..before.clone() };
    renames.tables.iter().all(|(new, old)| {
        let rename = Operation::RenameTable { from: old.clone(), to: new.name.clone() };
        rename.apply_to(&mut schema).is_ok()
    })
}

/// The law: the operations fit one after another and make the other schema,
/// and their reverses lead back.
fn leads_there_and_back(before: &Schema, after: &Schema, renames: &Renames) -> Result<(), TestCaseError> {
    let (before, after) = (bare(before), bare(after));
    // What was built in steps may reference a key that is gone since, or views
    // may read from each other.
    prop_assume!([&before, &after].into_iter().all(can_be_built));
    let found = diff(&before, &after, renames, &Capabilities::EVERYTHING);
    let found = found.map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
    let told: Vec<String> = found.changes.iter().map(|change| change.operation.describe()).collect();
    let told = told.join("\n");
    let mut schema = before.clone();
    let mut undo = Vec::new();
    for change in &found.changes {
        let reverse = change.operation.reverse(&schema);
        match reverse {
            Ok(steps) => {
                undo.splice(0..0, steps);
            }
            Err(error) => return Err(TestCaseError::fail(format!("{error}\n{told}"))),
        }
        let applied = change.operation.apply_to(&mut schema);
        prop_assert_eq!(applied, Ok(()), "{} in\n{}", change.operation.describe(), told);
    }
    prop_assert_eq!(found.changes.is_empty(), comparable(before.clone()) == comparable(after.clone()));
    prop_assert_eq!(comparable(schema.clone()), comparable(after.clone()), "{}", told);
    let again = diff(&schema, &after, renames, &Capabilities::EVERYTHING);
    prop_assert!(again.is_ok_and(|again| again.is_empty()), "something is left after\n{}", told);
    let back = diff(&schema, &before, &found.renames.reversed(), &Capabilities::EVERYTHING);
    let back = back.map_err(|error| TestCaseError::fail(format!("{error:?} back from\n{told}")))?;
    let mut restored = schema.clone();
    for change in &back.changes {
        let applied = change.operation.apply_to(&mut restored);
        prop_assert_eq!(applied, Ok(()), "{} back from\n{}", change.operation.describe(), told);
    }
    prop_assert_eq!(comparable(restored), comparable(before.clone()), "back from\n{}", told);
    for step in &undo {
        let stepped = step.apply_to(&mut schema);
        prop_assert_eq!(stepped, Ok(()), "{} back from\n{}", step.describe(), told);
    }
    let validates =
        found.changes.iter().any(|change| matches!(change.operation, Operation::ValidateConstraint { .. }));
    if !validates {
        prop_assert_eq!(comparable(schema), comparable(before), "{}", told);
    }
    Ok(())
}

/// Whether the schema can be built from nothing.
fn can_be_built(schema: &Schema) -> bool {
    let built = diff(&Schema::default(), schema, &Renames::default(), &Capabilities::EVERYTHING);
    let is_broken = |error: &DiffError| {
        matches!(
            error,
            DiffError::ViewsInCircle(_)
                | DiffError::Step {
                    source: ApplyError::NoUniqueKey(_)
                        | ApplyError::NoPrimaryKey(_)
                        | ApplyError::KeyLengthsDisagree,
                    ..
                }
        )
    };
    !built.is_err_and(|error| is_broken(&error))
}

/// The schema without what the model does not manage, and with a name for each
/// constraint.
fn bare(schema: &Schema) -> Schema {
    let mut schema = Schema { unmanaged: Vec::new(), ..schema.clone() };
    for table in schema.tables.values_mut() {
        table.stored = None;
        for at in 0..table.constraints.len() {
            if table.constraints[at].name.is_none() {
                let kind = &table.constraints[at].kind;
                let name = NamingConvention::default()
                    .constraint(&table.name, kind, |name| table.constraint(name).is_some());
                table.constraints[at].name = Some(name);
            }
        }
    }
    schema
}

/// What the law compares: the order of columns does not count.
fn comparable(mut schema: Schema) -> Schema {
    for table in schema.tables.values_mut() {
        table.columns.sort_by(|left, right| left.name.cmp(&right.name));
    }
    schema
}
