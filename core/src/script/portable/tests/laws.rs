//! What holds for all operations and all texts.

use std::collections::BTreeMap;

use proptest::{collection::vec, option, prelude::*, sample::select};

use super::*;
use crate::{
    operation::{ColumnChange, CommentTarget, EnumValuePosition},
    schema::{
        Check, Column, Constraint, ConstraintKind, Deferrable, EnumType, Expression, ForeignKey, Generated,
        GeneratedStorage, Identity, IdentityMode, Index, IndexKey, IndexKeyPart, MatchKind, NullsOrder,
        PrimaryKey, ReferentialAction, SequenceOptions, SortOrder, Table, Type, Unique, View,
    },
};

fn name() -> impl Strategy<Value = Name> {
    prop_oneof![
        select(vec![
            "a",
            "b",
            "us_stock",
            "A",
            "Foo Bar",
            "a\"b",
            "select",
            "int",
            "table",
            "é",
            "☃",
            "1",
            "a.b",
            "'",
            "--",
            "value",
            "type",
            "name",
            "$",
            "a$1",
            "_",
            "/*",
            "default",
            "check",
            "constraint",
            "primary",
            "references",
            "add",
            "column",
            "to",
            "if",
            "not",
            "null",
            "on",
            "user",
            "order",
            "group",
            "index",
            "key",
            "generated",
            "collate",
            "text",
            "date",
            "time",
            "timestamp",
            "interval",
            "json",
            "only",
            ";",
            "\r\n",
        ])
        .prop_map(Name::from),
        "[a-z_][a-z0-9_]{0,8}".prop_map(Name::from),
        "[^\\x00]{1,6}".prop_map(Name::from),
    ]
}

fn qualified() -> impl Strategy<Value = QualifiedName> {
    (option::of(name()), name()).prop_map(|(namespace, name)| QualifiedName { namespace, name })
}

/// Names that differ.
fn names() -> impl Strategy<Value = Vec<Name>> {
    vec(name(), 1..4).prop_map(|mut names| {
        names.sort();
        names.dedup();
        names
    })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec!["", "x", "it's", "''", "\\", "\n", "a;b", "--", "é☃", "$$"]).prop_map(str::to_owned),
        "[^\\x00]{0,8}",
    ]
}

fn comment() -> impl Strategy<Value = Option<String>> {
    option::of(text().prop_filter("PostgreSQL keeps no empty comments", |comment| !comment.is_empty()))
}

fn expression() -> impl Strategy<Value = Expression> {
    select(vec![
        "1",
        "-1.5e3",
        "'it''s; -- no'",
        "a > 0",
        "(a)",
        "(a) + (b)",
        "lower(a)",
        "a::text",
        "a /* c */ + b",
        "a -- c\n + b",
        "a IS NULL",
        "a OR NOT b",
        "NULL",
        "CURRENT_TIMESTAMP",
        "now()",
        "CAST(a AS fin.mood)",
        "x.y",
        "ARRAY[1, 2]",
        "CASE WHEN a THEN 1 ELSE 2 END",
        "a IN (1, 2)",
        "a BETWEEN 1 AND 2",
        "$$x$$",
        "E'\\''",
        "\"A b\" || 'é'",
        "a COLLATE \"C\"",
        "(SELECT 1)",
        "NOT a",
        "a AND b",
    ])
    .prop_map(Expression::from)
}

fn ty() -> impl Strategy<Value = Type> {
    let size = 1u32..9;
    let leaf = prop_oneof![
        select(vec![
            Type::SmallInt,
            Type::Integer,
            Type::BigInt,
            Type::Boolean,
            Type::Real,
            Type::Double,
            Type::Text,
            Type::Blob,
            Type::Date,
            Type::Uuid,
            Type::Json,
            Type::Jsonb,
            Type::Native("citext".into()),
            Type::Native("time with time zone".into()),
            Type::Native("bit varying(3)".into()),
            Type::Native("geometry(Point, 4326)".into()),
            Type::Native("\"Mood\"".into()),
            Type::Native("fin.mood".into()),
            Type::Native("interval day to second".into()),
            Type::Native("time(3) with time zone".into()),
            Type::Native("\"int\"".into()),
        ]),
        (option::of(size.clone()), option::of(-3i32..9)).prop_map(|(precision, scale)| Type::Numeric {
            precision,
            scale: scale.filter(|_| precision.is_some()),
        }),
        size.clone().prop_map(Type::Char),
        option::of(size.clone()).prop_map(Type::VarChar),
        size.clone().prop_map(Type::Binary),
        size.clone().prop_map(Type::VarBinary),
        option::of(0u32..7).prop_map(Type::Time),
        option::of(0u32..7).prop_map(Type::Timestamp),
        option::of(0u32..7).prop_map(Type::TimestampTz),
    ];
    leaf.prop_recursive(2, 4, 1, |element| element.prop_map(|element| Type::Array(Box::new(element))))
}

fn identity() -> impl Strategy<Value = Identity> {
    let number = || option::of(any::<i64>());
    let mode = select(vec![IdentityMode::Always, IdentityMode::ByDefault]);
    (mode, number(), number(), number(), number(), number(), any::<bool>()).prop_map(
        |(mode, start, increment, min, max, cache, cycle)| Identity {
            mode,
            sequence: SequenceOptions { start, increment, min, max, cache, cycle },
        },
    )
}

/// Where a column takes its values from.
#[derive(Debug, Clone)]
enum Source {
    Nothing,
    Default(Expression),
    Identity(Identity),
    Generated(Generated),
}

fn column() -> impl Strategy<Value = Column> {
    let storage = select(vec![GeneratedStorage::Stored, GeneratedStorage::Virtual]);
    let source = prop_oneof![
        Just(Source::Nothing),
        // A default ends where what follows it begins.
        expression()
            .prop_filter("parentheses are kept", |expression| {
                !["a IS NULL", "a OR NOT b", "NOT a", "a AND b", "a IN (1, 2)", "a BETWEEN 1 AND 2"]
                    .contains(&expression.as_str())
            })
            .prop_map(Source::Default),
        identity().prop_map(Source::Identity),
        (expression(), storage)
            .prop_map(|(expression, storage)| Source::Generated(Generated { expression, storage })),
    ];
    (name(), ty(), any::<bool>(), source, option::of(name())).prop_map(
        |(name, ty, nullable, source, collation)| {
            let mut column = Column { nullable, collation, ..Column::new(name, ty) };
            match source {
                Source::Nothing => {}
                Source::Default(default) => column.default = Some(default),
                Source::Identity(identity) => {
                    column.identity = Some(identity);
                    column.nullable = false;
                }
                Source::Generated(generated) => column.generated = Some(generated),
            }
            column
        },
    )
}

fn deferrable() -> impl Strategy<Value = Deferrable> {
    select(vec![Deferrable::No, Deferrable::InitiallyImmediate, Deferrable::InitiallyDeferred])
}

fn action() -> impl Strategy<Value = ReferentialAction> {
    select(vec![
        ReferentialAction::NoAction,
        ReferentialAction::Restrict,
        ReferentialAction::Cascade,
        ReferentialAction::SetNull,
        ReferentialAction::SetDefault,
    ])
}

fn constraint() -> impl Strategy<Value = Constraint> {
    let kind = prop_oneof![
        names().prop_map(|columns| ConstraintKind::PrimaryKey(PrimaryKey { columns })),
        (names(), any::<bool>(), deferrable()).prop_map(|(columns, nulls_not_distinct, deferrable)| {
            ConstraintKind::Unique(Unique { columns, nulls_not_distinct, deferrable })
        }),
        (expression(), any::<bool>())
            .prop_map(|(expression, validated)| ConstraintKind::Check(Check { expression, validated })),
        (
            names(),
            qualified(),
            any::<bool>(),
            (
                action(),
                action(),
                select(vec![MatchKind::Simple, MatchKind::Full]),
                deferrable(),
                any::<bool>()
            ),
        )
            .prop_map(|(columns, references, listed, options)| {
                let (on_delete, on_update, match_kind, deferrable, validated) = options;
                let referenced_columns = if listed { columns.clone() } else { Vec::new() };
                ConstraintKind::ForeignKey(ForeignKey {
                    on_delete,
                    on_update,
                    match_kind,
                    deferrable,
                    validated,
                    ..ForeignKey::new(columns, references, referenced_columns)
                })
            }),
    ];
    (name(), kind).prop_map(|(name, kind)| Constraint::named(name, kind))
}

fn index() -> impl Strategy<Value = Index> {
    let key = prop_oneof![name().prop_map(IndexKey::Column), expression().prop_map(IndexKey::Expression),];
    let part = (
        key,
        option::of(name()),
        option::of(select(vec!["text_pattern_ops", "Ops", "jsonb_path_ops"])),
        select(vec![SortOrder::Ascending, SortOrder::Descending]),
        option::of(select(vec![NullsOrder::First, NullsOrder::Last])),
    )
        .prop_map(|(key, collation, class, order, nulls)| IndexKeyPart {
            key,
            collation,
            operator_class: class.map(Name::from),
            order,
            nulls,
            prefix: None,
        });
    (
        name(),
        any::<bool>(),
        vec(part, 1..4),
        option::of(expression()),
        prop_oneof![Just(Vec::new()), names()],
        option::of(name()),
        any::<bool>(),
    )
        .prop_map(|(name, unique, key, predicate, include, method, nulls_not_distinct)| Index {
            name,
            unique,
            key,
            predicate,
            include,
            method,
            nulls_not_distinct,
            options: BTreeMap::new(),
        })
}

/// Keeps what the table allows: columns that exist, one primary key.
fn table() -> impl Strategy<Value = Table> {
    (qualified(), vec(column(), 1..4), vec(constraint(), 0..4)).prop_map(
        |(name, mut columns, constraints)| {
            columns.sort_by(|left, right| left.name.cmp(&right.name));
            columns.dedup_by(|left, right| left.name == right.name);
            let mut table = Table::new(name, columns);
            for mut constraint in constraints {
                let all: Vec<Name> = table.columns.iter().map(|column| column.name.clone()).collect();
                match &mut constraint.kind {
                    ConstraintKind::PrimaryKey(_) if table.primary_key().is_some() => continue,
                    ConstraintKind::PrimaryKey(key) => {
                        key.columns = all;
                        for column in &mut table.columns {
                            column.nullable = false;
                        }
                    }
                    ConstraintKind::Unique(unique) => unique.columns = all,
                    ConstraintKind::ForeignKey(key) => {
                        key.validated = true;
                        if !key.referenced_columns.is_empty() {
                            key.referenced_columns = all.clone();
                        }
                        key.columns = all;
                    }
                    ConstraintKind::Check(check) => check.validated = true,
                }
                let name = constraint.name.clone().expect("named");
                if table.constraint(&name).is_none() {
                    table.constraints.push(constraint);
                }
            }
            table
        },
    )
}

fn change() -> impl Strategy<Value = ColumnChange> {
    prop_oneof![
        (ty(), option::of(name()), option::of(expression()))
            .prop_map(|(ty, collation, using)| ColumnChange::Type { ty, collation, using }),
        any::<bool>().prop_map(ColumnChange::Nullable),
        option::of(expression()).prop_map(ColumnChange::Default),
        option::of(identity()).prop_map(ColumnChange::Identity),
        // The grammar has no place for how the values are stored.
        option::of(expression()).prop_map(|expression| ColumnChange::Generated(
            expression.map(|expression| { Generated { expression, storage: GeneratedStorage::Virtual } })
        )),
        comment().prop_map(ColumnChange::Comment),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    let flag = any::<bool>;
    let labels = vec(text(), 1..4).prop_map(|mut labels| {
        labels.sort();
        labels.dedup();
        labels
    });
    let position = prop_oneof![
        Just(EnumValuePosition::End),
        text().prop_map(EnumValuePosition::Before),
        text().prop_map(EnumValuePosition::After),
    ];
    let query = select(vec![
        "SELECT 1",
        "SELECT a -- c\n FROM t",
        "VALUES (1)",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "TABLE fin.t",
        "(SELECT 1) UNION SELECT ';'",
    ]);
    let data = select(vec![
        "INSERT INTO t VALUES (1, ';')",
        "UPDATE fin.t SET a = 1",
        "DELETE FROM t",
        "WITH x AS (SELECT 1) DELETE FROM t",
    ]);
    prop_oneof![
        (name(), flag()).prop_map(|(name, if_not_exists)| Operation::CreateNamespace { name, if_not_exists }),
        (name(), flag()).prop_map(|(name, if_exists)| Operation::DropNamespace { name, if_exists }),
        (name(), name()).prop_map(|(from, to)| Operation::RenameNamespace { from, to }),
        (qualified(), labels)
            .prop_map(|(name, labels)| Operation::CreateEnum { enum_type: EnumType::new(name, labels) }),
        (qualified(), flag()).prop_map(|(name, if_exists)| Operation::DropEnum { name, if_exists }),
        (qualified(), name()).prop_map(|(from, to)| Operation::RenameEnum { from, to }),
        (qualified(), text(), position, flag()).prop_map(|(name, value, position, if_not_exists)| {
            Operation::AddEnumValue { name, value, position, if_not_exists }
        }),
        (qualified(), text(), text()).prop_map(|(name, from, to)| Operation::RenameEnumValue {
            name,
            from,
            to
        }),
        (qualified(), text()).prop_map(|(name, value)| Operation::DropEnumValue { name, value }),
        (table(), flag()).prop_map(|(table, if_not_exists)| Operation::CreateTable { table, if_not_exists }),
        (qualified(), flag()).prop_map(|(name, if_exists)| Operation::DropTable { name, if_exists }),
        (qualified(), name()).prop_map(|(from, to)| Operation::RenameTable { from, to }),
        (qualified(), comment()).prop_map(|(table, comment)| Operation::SetTableComment { table, comment }),
        (qualified(), column(), flag()).prop_map(|(table, column, if_not_exists)| Operation::AddColumn {
            table,
            column,
            if_not_exists
        }),
        (qualified(), name(), flag()).prop_map(|(table, column, if_exists)| Operation::DropColumn {
            table,
            column,
            if_exists
        }),
        (qualified(), name(), name()).prop_map(|(table, from, to)| Operation::RenameColumn {
            table,
            from,
            to
        }),
        (qualified(), name(), change()).prop_map(|(table, column, change)| Operation::AlterColumn {
            table,
            column,
            change
        }),
        (qualified(), constraint())
            .prop_map(|(table, constraint)| Operation::AddConstraint { table, constraint }),
        (qualified(), name(), flag()).prop_map(|(table, name, if_exists)| Operation::DropConstraint {
            table,
            name,
            if_exists
        }),
        (qualified(), name(), name()).prop_map(|(table, from, to)| Operation::RenameConstraint {
            table,
            from,
            to
        }),
        (qualified(), name()).prop_map(|(table, name)| Operation::ValidateConstraint { table, name }),
        (qualified(), index(), flag(), flag()).prop_map(|(table, index, concurrently, if_not_exists)| {
            Operation::CreateIndex { table, index, concurrently, if_not_exists }
        }),
        (qualified(), flag(), flag()).prop_map(|(name, concurrently, if_exists)| Operation::DropIndex {
            name,
            concurrently,
            if_exists
        }),
        (qualified(), name()).prop_map(|(from, to)| Operation::RenameIndex { from, to }),
        (qualified(), prop_oneof![Just(Vec::new()), names()], query, flag()).prop_map(
            |(name, columns, query, or_replace)| Operation::CreateView {
                view: View { name, columns, query: query.into(), comment: None },
                or_replace,
            }
        ),
        (qualified(), flag()).prop_map(|(name, if_exists)| Operation::DropView { name, if_exists }),
        (qualified(), name()).prop_map(|(from, to)| Operation::RenameView { from, to }),
        (qualified(), comment(), flag()).prop_map(|(name, comment, is_view)| Operation::SetComment {
            on: if is_view { CommentTarget::View(name) } else { CommentTarget::Enum(name) },
            comment,
        }),
        data.prop_map(|sql| Operation::Dml { sql: sql.to_owned() }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back_as_the_same_operation(operation in operation()) {
        let sql = write(&operation);
        let read = read(&sql);
        let read = read.map(|statements| {
            statements.into_iter().flat_map(|statement| statement.operations).collect::<Vec<_>>()
        });
        prop_assert_eq!(read, Ok(vec![operation]), "{}", sql);
    }

    #[test]
    fn reading_any_tokens_gives_statements_or_errors_within_the_text(
        words in vec(
            prop_oneof![
                3 => select(vec![
                    "CREATE", "TABLE", "ALTER", "DROP", "INDEX", "TYPE", "VIEW", "AS", "ENUM", "ON", "COLUMN", "ADD",
                    "PRIMARY KEY", "REFERENCES", "CHECK", "(", ")", ",", ";", ".", "t", "a", "fin", "\"q\"", "'s'", "1", "INT",
                    "NOT NULL", "DEFAULT", "GENERATED ALWAYS AS", "IDENTITY", "SELECT", "FROM", "INSERT INTO", "VALUES",
                    "UPDATE", "SET", "DELETE", "WHERE", "=", "::", "[", "]", "WITH", "COMMENT", "IS", "RENAME TO", "VALUE",
                    "-- c\n", "/* c */", "'", "\"", "$$", "/*", "U&\"x\"", "E'\\'", "é", "\r\n", "BEGIN", "END", "CASE", "*",
                    "USING", "COLLATE", "CONSTRAINT", "UNIQUE", "FUNCTION", "TRIGGER", "IF NOT EXISTS", "CASCADE", "NULL",
                ]).prop_map(str::to_owned),
                1 => "\\PC{0,3}",
            ],
            0..40,
        ),
        glue in select(vec![" ", "", "\n"]),
    ) {
        let sql = words.join(glue);
        for result in [read(&sql), read_prefixed(&sql)] {
            match result {
                Ok(statements) => {
                    for statement in statements {
                        prop_assert!(sql.get(statement.span).is_some());
                    }
                }
                Err(errors) => {
                    prop_assert!(!errors.is_empty());
                    for error in errors {
                        prop_assert!(sql.get(error.span).is_some(), "{}", sql);
                    }
                }
            }
        }
    }
}
