mod fixtures;

use retort_core::{
    schema::{IdentityMode, NamingConvention, SequenceOptions},
    script::portable::{self, NamespaceMap},
};

use self::fixtures::{FIXTURES, TYPES};
use super::*;
use crate::introspect::tests::{Fixture, describe};

/// The schema that portable SQL describes, and the same SQL with all names that
/// it leaves out, as the server takes it.
fn model(sql: &str) -> (Schema, String) {
    let statements =
        portable::parse(sql, &NamespaceMap::Native, &NamingConvention::default()).expect("is portable");
    let mut schema = Schema::default();
    let mut written = String::new();
    for mut operation in statements.into_iter().flat_map(|statement| statement.operations) {
        portable::resolve_enum_types(&mut operation, |name| schema.enums.contains_key(name));
        operation.apply_to(&mut schema).expect("applies");
        written.push_str(&portable::write(&operation));
        written.push('\n');
    }
    (schema, written)
}

/// What is read from a database is the normal form of what was created in it,
/// and is normal itself.
async fn round_trip(sql: &str) {
    let (schema, written) = model(sql);
    let fixture = Fixture::new(&written).await;
    let read = fixture.read().await;
    let normal = normalize(schema, fixture.server).expect("normalizes");
    assert_eq!(describe(&normal), describe(&read), "{sql}");
    assert_eq!(normal, read, "{sql}");
    assert_eq!(normalize(read.clone(), fixture.server).expect("normalizes"), read, "{sql}");
}

#[tokio::test]
async fn what_is_read_is_the_normal_form_of_what_was_created() {
    for sql in FIXTURES {
        round_trip(sql).await;
    }
}

#[tokio::test]
async fn types_have_one_form() {
    let columns: Vec<String> =
        TYPES.iter().enumerate().map(|(at, ty)| format!("c{at} {ty}, d{at} {ty}[]")).collect();
    let columns = format!("CREATE TABLE t ({})", columns.join(", "));
    let (schema, _) = model(&columns);
    // Binary types are not the server's.
    let native =
        columns.replace("varbinary(64)", "bytea").replace("binary(16)", "bytea").replace("blob", "bytea");
    let native = native.replace("datetime", "timestamp");
    let fixture = Fixture::new(&native).await;
    let read = fixture.read().await;
    let normal = normalize(schema, fixture.server).expect("normalizes");
    let types = |schema: &Schema| {
        let table = schema.tables.values().next().expect("is there");
        table.columns.iter().map(|column| format!("{:?}", column.ty)).collect::<Vec<_>>()
    };
    for (at, (normal, read)) in types(&normal).iter().zip(types(&read)).enumerate() {
        assert_eq!(*normal, read, "{}", TYPES[at / 2]);
    }
    assert_eq!(normal, read);
    assert_eq!(normalize(read.clone(), fixture.server).expect("normalizes"), read);
}

#[test]
fn options_that_go_without_saying_are_left_out() {
    let mut column = Column::new("id", Type::Integer);
    let all = |start, increment, min, max, cache| SequenceOptions {
        start: Some(start),
        increment: Some(increment),
        min: Some(min),
        max: Some(max),
        cache: Some(cache),
        cycle: false,
    };
    let mut check = |sequence: SequenceOptions, expected: SequenceOptions| {
        column.identity = Some(retort_core::schema::Identity { mode: IdentityMode::Always, sequence });
        normalize_column(&mut column, &BTreeMap::new());
        assert_eq!(column.identity.as_ref().map(|identity| &identity.sequence), Some(&expected));
    };
    let max = i64::from(i32::MAX);
    check(all(1, 1, 1, max, 1), SequenceOptions::default());
    check(
        all(-1, -1, i64::from(i32::MIN), -1, 1),
        SequenceOptions { increment: Some(-1), ..Default::default() },
    );
    check(all(5, 1, 5, max, 1), SequenceOptions { min: Some(5), ..Default::default() });
    check(
        all(7, 1, 5, max, 3),
        SequenceOptions { start: Some(7), min: Some(5), cache: Some(3), ..Default::default() },
    );
    check(all(1, 1, 1, i64::MAX, 1), SequenceOptions { max: Some(i64::MAX), ..Default::default() });
}
