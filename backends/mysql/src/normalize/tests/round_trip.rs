//! The law of the module: a schema that is created and read again is the
//! normal form of the schema.

use std::cell::{Cell, RefCell};

use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};
use retort_core::{backend::Backend, operation::Operation, schema::Expression};
use retort_test_servers::Engine;

use super::*;
use crate::{MySql, introspect::tests::support::TestDatabase, types};

/// How many schemas are tried on each server.
const CASES: u32 = 64;

/// Names of columns, most of them hostile. No two differ in case alone.
const COLUMNS: [&str; 8] = ["id", "Total", "a b", "order", "it's", "x`y", "größe", "\"z\""];

/// Types with defaults of columns that are of them.
fn kinds() -> Vec<(Type, &'static [&'static str])> {
    let numeric = |precision, scale| Type::Numeric { precision, scale };
    vec![
        (Type::SmallInt, &["1", "-1", "'5'", "+ 7"]),
        (Type::Integer, &["1 + 1", "NULL", "'5'::integer"]),
        (Type::BigInt, &["9223372036854775807", "length('abc')"]),
        (Type::Boolean, &["true", "FALSE", "NOT TRUE"]),
        (Type::Real, &["0.5", "-1e3"]),
        (Type::Double, &["0.1", "1e100", "'1.50'"]),
        (numeric(None, None), &["1.10"]),
        (numeric(Some(8), Some(2)), &["1.5", "0", "-0.05"]),
        (numeric(Some(8), Some(0)), &["7"]),
        (Type::Char(3), &["'a'", "''"]),
        (Type::VarChar(None), &["'x'"]),
        (
            Type::VarChar(Some(20)),
            &["'it''s'", "E'a\\nb'", "'back\\slash'", "'ü'", "5", "upper('x')", "'a' || 'b'"],
        ),
        (Type::VarChar(Some(2000)), &[]),
        (Type::Text, &["'x'", "lower('X')"]),
        (Type::Binary(16), &[]),
        (Type::VarBinary(9), &[]),
        (Type::Blob, &[]),
        (Type::Date, &["'2020-01-02'", "CURRENT_DATE"]),
        (Type::Time(Some(3)), &["'01:02:03'"]),
        (Type::Time(None), &[]),
        (Type::Timestamp(None), &["now()", "CURRENT_TIMESTAMP", "'2020-01-02'", "LOCALTIMESTAMP"]),
        (Type::Timestamp(Some(0)), &["CURRENT_TIMESTAMP", "'2020-01-02 03:04:05'"]),
        (Type::TimestampTz(Some(3)), &["now()", "CURRENT_TIMESTAMP"]),
        (Type::Uuid, &["gen_random_uuid()", "'00000000-0000-0000-0000-0000000000ab'"]),
        (Type::Json, &["'{}'", "'[1, 2]'"]),
        (Type::Jsonb, &["'{}'::jsonb"]),
        (Type::Enum(unqualified("mood")), &["'ok'", "'ok'::mood"]),
        (Type::Enum(unqualified("it's \"hard\"")), &["'it''s'"]),
        (Type::Native("int unsigned".to_owned()), &["7"]),
        (Type::Native("mediumtext".to_owned()), &[]),
        (Type::Native("timestamp".to_owned()), &["CURRENT_TIMESTAMP"]),
        (Type::Native("set('a','b')".to_owned()), &["'a,b'"]),
    ]
}

fn enums() -> Vec<EnumType> {
    vec![
        EnumType::new(unqualified("mood"), ["ok", "not ok"]),
        EnumType::new(unqualified("it's \"hard\""), ["it's", "a\\b", "", "*/", "two\nlines"]),
        EnumType::new(unqualified("unused"), ["x"]),
    ]
}

fn quoted(column: &str) -> String {
    retort_core::sql::Syntax::PORTABLE.quote_identifier(column)
}

/// An expression over a column of a type that is a condition.
fn condition(column: &Column) -> impl Strategy<Value = Expression> + use<> {
    let shapes = match &column.ty {
        Type::SmallInt | Type::Integer | Type::BigInt | Type::Numeric { .. } => vec![
            "{} > 0",
            "((({} <> 1)))",
            "{} in (1, 2) OR NOT {} BETWEEN 1 AND 2 or {} = - 2",
            "CASE WHEN {} = 1 THEN true ELSE coalesce({} = 2, false) END",
            "{} + 1 > 2 * (3 - {})",
            "not ({} = 1 AND {} <> 2)",
        ],
        Type::Char(_) | Type::VarChar(_) | Type::Text => vec![
            "{} /* c */ <> ')' -- end",
            "{} LIKE 'a%' AND {} NOT LIKE '_b\\_'",
            "{} in ('it''s', E'\\n', 'ü') or {} = 'back\\slash'",
            "length({}) < 9 and upper({}) = {}",
            "{} || 'x' <> 'yx'",
        ],
        Type::Date => vec!["{} > '2020-01-02'", "{} <> DATE '2020-01-02'"],
        Type::Boolean => vec!["{}", "NOT {}", "{} IS TRUE", "{} = false", "{} OR {} IS NULL"],
        _ => vec!["(({} IS NOT NULL))", "{} is null", "coalesce({}, {}) IS NULL"],
    };
    let quoted = quoted(column.name.as_str());
    select(shapes).prop_map(move |shape| shape.replace("{}", &quoted).into())
}

fn comment() -> impl Strategy<Value = Option<String>> {
    let texts = vec!["", "plain", "it's \\ over", "two\nlines -- x", " spaces ", "größe \"日本\""];
    option::of(select(texts)).prop_map(|comment| comment.map(str::to_owned))
}

fn column(name: &'static str) -> impl Strategy<Value = Column> {
    let generated = option::weighted(0.15, any::<bool>());
    let default = option::of(any::<prop::sample::Index>());
    let collation = option::weighted(0.2, select(vec!["utf8mb4_bin", "latin1_swedish_ci"]));
    (select(kinds()), any::<bool>(), default, comment(), generated, collation).prop_map(
        move |((ty, defaults), nullable, default, comment, generated, collation)| {
            let mut column = Column::new(name, ty);
            column.nullable = nullable;
            column.comment = comment;
            let is_text = matches!(column.ty, Type::Char(_) | Type::VarChar(_) | Type::Text);
            column.collation = collation.filter(|_| is_text).map(Name::from);
            if name != "id"
                && let Some(is_stored) = generated
            {
                column.ty = Type::Integer;
                column.collation = None;
                // MariaDB has no other.
                column.nullable = true;
                column.generated = Some(Generated {
                    expression: "(base  * 2 + 1)".into(),
                    storage: if is_stored { GeneratedStorage::Stored } else { GeneratedStorage::Virtual },
                });
            } else if let Some(at) = default
                && !defaults.is_empty()
            {
                column.default = Some((*at.get(defaults)).into());
                column.nullable |= *at.get(defaults) == "NULL";
            }
            column
        },
    )
}

/// An index on what can be indexed.
fn index(columns: Vec<Column>) -> impl Strategy<Value = Index> {
    let part = (any::<prop::sample::Index>(), any::<bool>());
    (vec(part, 1..3), any::<bool>()).prop_map(move |(parts, unique)| {
        let mut index = Index::on_columns("ix `1`", []);
        index.unique = unique;
        for (at, is_descending) in parts {
            let column = at.get(&columns);
            let is_whole = types::key_prefix(column).is_none();
            let is_known = index.has_column(&column.name) || matches!(column.ty, Type::Json | Type::Jsonb);
            if is_known || (unique && !is_whole) {
                continue;
            }
            let mut part = IndexKeyPart::column(column.name.clone());
            part.order = if is_descending { SortOrder::Descending } else { SortOrder::Ascending };
            index.key.push(part);
        }
        if index.key.is_empty() {
            index.key.push(IndexKeyPart::column("id".into()));
        }
        index
    })
}

fn constraint(columns: Vec<Column>) -> impl Strategy<Value = ConstraintKind> {
    let check = select(columns)
        .prop_flat_map(|column| condition(&column))
        .prop_map(|expression| ConstraintKind::Check(Check { expression, validated: true }));
    let unique = Just(()).prop_map(|()| {
        ConstraintKind::Unique(Unique {
            columns: vec!["id".into()],
            nulls_not_distinct: false,
            deferrable: Deferrable::No,
        })
    });
    let actions = vec![ReferentialAction::NoAction, ReferentialAction::Restrict, ReferentialAction::Cascade];
    let key = (any::<bool>(), select(actions)).prop_map(|(is_named, action)| {
        let referenced = if is_named { vec!["id".into()] } else { Vec::new() };
        let mut key = ForeignKey::new(vec!["ref".into()], unqualified("Odd `table`"), referenced);
        key.on_delete = action;
        ConstraintKind::ForeignKey(key)
    });
    prop_oneof![unique, check, key]
}

fn table() -> impl Strategy<Value = Table> {
    (1..=COLUMNS.len())
        .prop_flat_map(|count| COLUMNS[..count].iter().map(|name| column(name)).collect::<Vec<_>>())
        .prop_flat_map(|mut columns| {
            columns[0] = Column { ty: Type::BigInt, default: None, collation: None, ..columns[0].clone() };
            // Of the columns that the server fills in itself no check is possible.
            let checked = columns.iter().skip(1).cloned().chain([Column::new("base", Type::BigInt)]);
            let constraints = vec(constraint(checked.collect()), 0..4);
            let indexed =
                columns.iter().cloned().chain(["ref", "ref"].map(|name| Column::new(name, Type::BigInt)));
            let index = option::of(index(indexed.collect()));
            (Just(columns), any::<bool>(), constraints, index, comment())
        })
        .prop_map(|(mut columns, is_identity, constraints, index, comment)| {
            if is_identity {
                columns[0].identity = Some(Identity::by_default());
            }
            columns.extend(["ref", "base"].map(|name| Column::new(name, Type::BigInt)));
            let mut table = Table::new(unqualified("Odd `table`"), columns);
            let key = PrimaryKey { columns: vec!["id".into()] };
            table.constraints.push(Constraint::named("the key", ConstraintKind::PrimaryKey(key)));
            for (at, kind) in constraints.into_iter().enumerate() {
                table.constraints.push(Constraint::named(format!("Constraint {at}"), kind));
            }
            table.indexes.extend(index);
            table.comment = comment;
            table
        })
}

fn check_law(engine: Engine) {
    let database = RefCell::new(TestDatabase::create(engine));
    let backend = MySql { server: database.borrow().server };
    let refused = Cell::new(0);
    let check = |table: Table| {
        let mut database = database.borrow_mut();
        let enums = enums().into_iter().map(|found| (found.name.clone(), found)).collect();
        let mut schema = Schema { enums, ..Schema::default() };
        let create = Operation::CreateTable { table: table.clone(), if_not_exists: false };
        let Ok(statements) = backend.render(&[create], &schema) else {
            refused.set(refused.get() + 1);
            return Ok(());
        };
        schema.tables.insert(table.name.clone(), table);
        let normal = normalize(schema, backend.server).expect("normalizes");
        database.run("DROP TABLE IF EXISTS `Odd ``table```");
        let sql: Vec<String> = statements.into_iter().map(|statement| statement.sql).collect();
        let sql = sql.join(";\n");
        let created = database.try_run(&sql);
        prop_assert!(created.is_ok(), "{created:?}\n{sql}");
        let found = database.read();
        prop_assert_eq!(describe(&found), describe(&normal), "{}", sql);
        prop_assert_eq!(&found, &normal, "{}", sql);
        prop_assert_eq!(&normalize(found.clone(), backend.server).expect("normalizes"), &found);
        Ok(())
    };
    let config =
        Config { cases: CASES, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let result = TestRunner::new(config).run(&table(), check);
    result.unwrap_or_else(|error| panic!("{engine:?}: {error}"));
    assert!(refused.get() < CASES / 10, "{engine:?}: {} refused", refused.get());
}

#[test]
fn a_schema_is_read_as_its_normal_form_on_mysql() {
    check_law(Engine::Mysql);
}

#[test]
fn a_schema_is_read_as_its_normal_form_on_mariadb() {
    check_law(Engine::Mariadb);
}
