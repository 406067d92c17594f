//! The law of the module: a schema that is created and read again is the
//! normal form of the schema.

use proptest::{collection::vec, option, prelude::*, sample::select};
use retort_core::{
    backend::Backend,
    operation::Operation,
    schema::{Deferrable, Expression, ReferentialAction, Unique},
};

use super::*;
use crate::Sqlite;

/// Names of columns, most of them hostile. No two differ in case alone.
const COLUMNS: [&str; 8] = ["id", "Total", "a b", "order", "it's", "x\"y", "größe", "[z]"];

fn ty() -> impl Strategy<Value = Type> {
    select(vec![
        Type::SmallInt,
        Type::Integer,
        Type::BigInt,
        Type::Boolean,
        Type::Double,
        Type::Numeric { precision: Some(8), scale: Some(2) },
        Type::Numeric { precision: Some(8), scale: Some(0) },
        Type::Char(3),
        Type::VarChar(None),
        Type::VarChar(Some(20)),
        Type::Text,
        Type::Binary(16),
        Type::VarBinary(9),
        Type::Blob,
        Type::Date,
        Type::Time(Some(3)),
        Type::Timestamp(None),
        Type::TimestampTz(Some(6)),
        Type::Uuid,
        Type::Json,
        Type::Jsonb,
        Type::Enum(unqualified("mood")),
        Type::Enum(unqualified("it's \"hard\"")),
    ])
}

fn default() -> impl Strategy<Value = Expression> {
    select(vec![
        "1",
        "0",
        "-1",
        "+ 2.5",
        "'x'",
        "'it''s'",
        "E'a\\nb'",
        "true",
        "FALSE",
        "null",
        "now()",
        "CURRENT_DATE",
        "'5'::integer",
        "'{}'::jsonb",
        "lower('X')",
        "(1 + 2)",
        "x'00ff'",
        "$$it's$$",
        "gen_random_uuid()",
        "'x' -- comment",
        "LOCALTIMESTAMP",
        "CAST(1 AS varchar(3))",
        "'ok'::mood",
    ])
    .prop_map(Expression::from)
}

/// An expression over a column that is a condition.
fn condition(column: &str) -> impl Strategy<Value = Expression> {
    let quoted = crate::syntax::SYNTAX.quote_identifier(column);
    select(vec![
        "{} > 0",
        "(({} IS NOT NULL))",
        "length({}::text) < 10 and {} <> ''",
        "{} in ('a','b') OR NOT {} BETWEEN 1 AND - 2",
        "CASE WHEN {} = 1 THEN true ELSE coalesce({}, false) END",
        "{} IS DISTINCT FROM E'\\t'",
        "{} /* c */ <> ')' -- end",
        "char_length({}) != 3",
        "{}::mood = 'ok'",
    ])
    .prop_map(move |shape| shape.replace("{}", &quoted).into())
}

fn comment() -> impl Strategy<Value = Option<String>> {
    option::of(select(vec![
        "",
        "plain",
        "*/ it's \\ over */",
        "two\nlines -- x",
        "ends in *",
        "/*@enum x*/",
        " spaces ",
    ]))
    .prop_map(|comment| comment.map(str::to_owned))
}

fn column(name: &'static str) -> impl Strategy<Value = Column> {
    let generated = option::weighted(0.15, (condition(name), any::<bool>()));
    let collation = option::weighted(0.2, select(vec!["nocase", "RTRIM", "C", "binary"]));
    (ty(), any::<bool>(), option::of(default()), comment(), generated, collation).prop_map(
        move |(ty, nullable, default, comment, generated, collation)| {
            let is_generated = generated.is_some() && name != "id";
            let mut column = Column::new(name, ty);
            column.nullable = nullable;
            column.default = default.filter(|_| !is_generated);
            column.comment = comment;
            column.collation = collation.map(Name::from);
            column.generated = generated.filter(|_| is_generated).map(|(_, is_stored)| Generated {
                expression: "(\"id\"  || 'x')".into(),
                storage: if is_stored { GeneratedStorage::Stored } else { GeneratedStorage::Virtual },
            });
            column
        },
    )
}

fn index(count: usize) -> impl Strategy<Value = Index> {
    let part = ((0..count), any::<bool>(), any::<bool>(), option::weighted(0.3, select(vec!["nocase", "C"])));
    (vec(part, 1..4), any::<bool>(), option::of((0..count).prop_flat_map(|at| condition(COLUMNS[at]))))
        .prop_map(|(parts, unique, predicate)| {
            let mut index = Index::on_columns("ix \"1\"", []);
            index.unique = unique;
            index.predicate = predicate;
            for (at, is_expression, is_descending, collation) in parts {
                let mut part = IndexKeyPart::column(COLUMNS[at].into());
                if is_expression {
                    let quoted = crate::syntax::SYNTAX.quote_identifier(COLUMNS[at]);
                    part.key = IndexKey::Expression(format!("Lower( {quoted} )").into());
                }
                part.order = if is_descending { SortOrder::Descending } else { SortOrder::Ascending };
                part.collation = collation.map(Name::from);
                index.key.push(part);
            }
            index
        })
}

fn constraint(count: usize) -> impl Strategy<Value = Constraint> {
    let column = || (0..count).prop_map(|at| Name::from(COLUMNS[at]));
    let unique = vec(column(), 1..3).prop_map(|mut columns| {
        columns.dedup();
        ConstraintKind::Unique(Unique { columns, nulls_not_distinct: false, deferrable: Deferrable::No })
    });
    let check = (0..count)
        .prop_flat_map(|at| condition(COLUMNS[at]))
        .prop_map(|expression| ConstraintKind::Check(Check { expression, validated: true }));
    let actions = vec![ReferentialAction::NoAction, ReferentialAction::Restrict, ReferentialAction::SetNull];
    let deferrals = vec![Deferrable::No, Deferrable::InitiallyImmediate, Deferrable::InitiallyDeferred];
    let key = (column(), any::<bool>(), select(actions), select(deferrals)).prop_map(
        |(column, is_named, action, deferrable)| {
            let referenced = if is_named { vec!["id".into()] } else { Vec::new() };
            let mut key = ForeignKey::new(vec![column], unqualified("Odd \"table\""), referenced);
            key.on_delete = action;
            key.deferrable = deferrable;
            ConstraintKind::ForeignKey(key)
        },
    );
    let name = option::of(select(vec!["c1", "C 2", "it's"]));
    (name, prop_oneof![unique, check, key])
        .prop_map(|(name, kind)| Constraint { name: name.map(Name::from), kind })
}

fn table() -> impl Strategy<Value = Table> {
    (1..=COLUMNS.len()).prop_flat_map(|count| {
        let columns: Vec<_> = COLUMNS[..count].iter().map(|name| column(name)).collect();
        let key = (any::<bool>(), any::<bool>());
        (columns, key, vec(constraint(count), 0..4), option::of(index(count)), comment()).prop_map(
            |(columns, (is_named, is_identity), constraints, index, comment)| {
                let mut table = Table::new(unqualified("Odd \"table\""), columns);
                if is_identity {
                    let id = &mut table.columns[0];
                    *id = Column { ty: Type::Integer, default: None, collation: None, ..id.clone() };
                    id.identity = Some(Identity::by_default());
                }
                let key = PrimaryKey { columns: vec!["id".into()] };
                let name = is_named.then(|| Name::from("the key"));
                table.constraints.push(Constraint { name, kind: ConstraintKind::PrimaryKey(key) });
                table.constraints.extend(constraints);
                table.indexes.extend(index);
                table.comment = comment;
                table
            },
        )
    })
}

fn enums() -> Vec<EnumType> {
    vec![
        EnumType::new(unqualified("mood"), ["ok", "not ok"]),
        EnumType::new(unqualified("it's \"hard\""), ["it's", "a\\b", "", "*/"]),
        EnumType::new(unqualified("unused"), ["x"]),
    ]
}

proptest! {
    #[test]
    fn a_schema_is_read_as_its_normal_form(table in table()) {
        let enums = enums().into_iter().map(|found| (found.name.clone(), found)).collect();
        let mut schema = Schema { enums, ..Schema::default() };
        let create = Operation::CreateTable { table: table.clone(), if_not_exists: false };
        let statements = Sqlite::default().render(&[create], &schema).expect("renders");
        let sql: Vec<String> = statements.into_iter().map(|statement| statement.sql).collect();
        schema.tables.insert(table.name.clone(), table);
        let normal = normalize(schema).expect("normalizes");
        let connection = Connection::open_in_memory().expect("opens");
        let created = connection.execute_batch(&sql.join(";\n"));
        prop_assert!(created.is_ok(), "{created:?}\n{}", sql.join(";\n"));
        let found = introspect(&connection, &Scope::default()).expect("introspects");
        prop_assert_eq!(&found, &normal, "{}", sql.join(";\n"));
        prop_assert_eq!(&normalize(found.clone()).expect("normalizes"), &found);
    }
}
