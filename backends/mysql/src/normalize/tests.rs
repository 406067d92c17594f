mod round_trip;

use expect_test::{Expect, expect};
use retort_core::schema::{
    Check, Constraint, Deferrable, Generated, GeneratedStorage, IdentityMode, IndexKeyPart, PrimaryKey,
    SequenceOptions, Unique,
};

use super::*;
use crate::introspect::tests::support::describe;

fn unqualified(name: &str) -> QualifiedName {
    QualifiedName::unqualified(name)
}

fn schema_of(tables: impl IntoIterator<Item = Table>) -> Schema {
    let tables = tables.into_iter().map(|table| (table.name.clone(), table)).collect();
    Schema { tables, ..Schema::default() }
}

/// Both servers give the schema back as what is expected.
fn check(schema: Schema, expected: Expect) {
    let mut forms = [Server::OLDEST_MYSQL, Server::OLDEST_MARIADB].map(|server| {
        let normal = normalize(schema.clone(), server).expect("normalizes");
        assert_eq!(normalize(normal.clone(), server).expect("normalizes"), normal, "{server:?}");
        describe(&normal)
    });
    let [mysql, mariadb] = &mut forms;
    assert_eq!(mysql, mariadb);
    expected.assert_eq(mysql);
}

#[test]
fn types_have_one_form() {
    let mood = EnumType::new(unqualified("mood"), ["a", "it's"]);
    let types = [
        Type::SmallInt,
        Type::Boolean,
        Type::Numeric { precision: None, scale: None },
        Type::Numeric { precision: Some(65), scale: Some(30) },
        Type::Numeric { precision: Some(8), scale: Some(0) },
        Type::Numeric { precision: Some(8), scale: Some(2) },
        Type::VarChar(None),
        Type::VarChar(Some(5)),
        Type::Text,
        Type::Time(None),
        Type::Time(Some(6)),
        Type::Time(Some(0)),
        Type::Timestamp(Some(6)),
        Type::TimestampTz(None),
        Type::TimestampTz(Some(3)),
        Type::Uuid,
        Type::Jsonb,
        Type::Enum(unqualified("mood")),
        Type::Enum(unqualified("missing")),
        Type::Native("INT(11) Unsigned".to_owned()),
        Type::Native("MediumText".to_owned()),
        Type::Native("ENUM( 'x','y' )".to_owned()),
        Type::Native("datetime".to_owned()),
        Type::Array(Box::new(Type::Integer)),
    ];
    let columns = types.into_iter().enumerate().map(|(at, ty)| Column::new(format!("c{at}"), ty));
    let mut schema = schema_of([Table::new(unqualified("t"), columns.collect())]);
    schema.enums.insert(mood.name.clone(), mood);
    check(
        schema,
        expect![[r#"
        table t
          c0 SMALLINT
          c1 BOOLEAN
          c2 NUMERIC
          c3 NUMERIC
          c4 NUMERIC(8)
          c5 NUMERIC(8, 2)
          c6 TEXT
          c7 VARCHAR(5)
          c8 TEXT
          c9 TIME
          c10 TIME
          c11 TIME(0)
          c12 TIMESTAMP
          c13 TIMESTAMP
          c14 TIMESTAMP(3)
          c15 UUID
          c16 JSON
          c17 enum('a','it''s')
          c18 missing
          c19 int unsigned
          c20 mediumtext
          c21 enum('x','y')
          c22 TIMESTAMP(0)
          c23 INTEGER[]
    "#]],
    );
}

#[test]
fn constraints_and_indexes_have_one_form() {
    let key = PrimaryKey { columns: vec!["id".into()] };
    let mut parent = Table::new(unqualified("parent"), vec![Column::new("id", Type::Integer)]);
    parent.constraints.push(Constraint::named("pk_parent", ConstraintKind::PrimaryKey(key)));
    let columns =
        [("a", Type::Integer), ("b", Type::Text), ("c", Type::VarChar(Some(9))), ("d", Type::Integer)];
    let mut child = Table::new(
        unqualified("child"),
        columns.into_iter().map(|(name, ty)| Column::new(name, ty)).collect(),
    );
    let mut to_parent = |name: &str, column: &str| {
        let mut key = ForeignKey::new(vec![column.into()], unqualified("parent"), Vec::new());
        key.validated = false;
        key.on_delete = ReferentialAction::Restrict;
        child.constraints.push(Constraint::named(name, ConstraintKind::ForeignKey(key)));
    };
    to_parent("fk_a", "a");
    to_parent("fk_d", "d");
    let unique = Unique { columns: vec!["c".into()], nulls_not_distinct: false, deferrable: Deferrable::No };
    child.constraints.push(Constraint::named("uq_c", ConstraintKind::Unique(unique)));
    let holds = Check { expression: "((a) > 0)".into(), validated: false };
    child.constraints.push(Constraint::named("ck", ConstraintKind::Check(holds)));
    let mut index = |name: &str, columns: &[&str], change: &dyn Fn(&mut Index)| {
        let mut index = Index::on_columns(name, columns.iter().map(|column| Name::from(*column)));
        change(&mut index);
        child.indexes.push(index);
    };
    index("plain", &["a", "c"], &|_| {});
    index("long", &["b", "a"], &|_| {});
    index("shorter", &["b"], &|index| index.key[0].prefix = Some(9));
    index("whole", &["b"], &|index| index.method = Some("FULLTEXT".into()));
    index("fk_d", &["d"], &|_| {});
    index("uq_d", &["d"], &|index| index.unique = true);
    index("uq_desc", &["d"], &|index| {
        index.unique = true;
        index.key[0].order = SortOrder::Descending;
        index.key[0].nulls = Some(NullsOrder::Last);
        index.method = Some("BTree".into());
    });
    index("expression", &[], &|index| {
        let key = IndexKey::Expression("(a + 1)".into());
        index.key.push(IndexKeyPart { key, ..IndexKeyPart::column("a".into()) });
    });
    check(
        schema_of([parent, child]),
        expect![[r#"
            table child
              a INTEGER
              b TEXT
              c VARCHAR(9)
              d INTEGER
              check ck: a > 0
              foreign key fk_a (a) to parent (id) update NO ACTION delete NO ACTION
              foreign key fk_d (d) to parent (id) update NO ACTION delete NO ACTION
              index expression ([a + 1])
              index fk_d (d)
              index long (b(255), a)
              index plain (a, c)
              index shorter (b(9))
              index whole (b) using fulltext
              unique constraint uq_c (c)
              unique constraint uq_d (d)
              unique index uq_desc (d desc)
            table parent
              id INTEGER not null
              primary key (id)
        "#]],
    );
}

#[test]
fn columns_and_options_have_one_form() {
    let mut table = Table::new(
        unqualified("t"),
        vec![
            Column::new("id", Type::BigInt),
            Column::new("a", Type::Timestamp(None)).with_default("now()"),
            Column::new("b", Type::Boolean).with_default("1"),
            Column::new("c", Type::Integer).with_default("NULL"),
            Column::new("d", Type::VarChar(Some(9))).with_default("'x'"),
            Column::new("e", Type::VarChar(Some(9))),
            Column::new("f", Type::Integer),
        ],
    );
    let sequence = SequenceOptions { start: Some(100), ..SequenceOptions::default() };
    table.columns[0].identity = Some(Identity { mode: IdentityMode::Always, sequence });
    table.columns[1].options.insert("on update".to_owned(), "now(6)".to_owned());
    table.columns[3].comment = Some(String::new());
    table.columns[4].collation = Some("Latin1_Bin".into());
    table.columns[5].options.insert("charset".to_owned(), "ascii".to_owned());
    table.columns[6].generated =
        Some(Generated { expression: "(c * 2)".into(), storage: GeneratedStorage::Stored });
    table.comment = Some(String::new());
    let option = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    table.options = [("ENGINE", "InnoDB"), ("ROW_FORMAT", "COMPRESSED")].map(option).into();
    let mut other = Table::new(unqualified("u"), vec![Column::new("a", Type::Char(3))]);
    other.columns[0].collation = Some("utf8mb4_bin".into());
    other.comment = Some("about u".to_owned());
    other.options = [("engine", "MyISAM"), ("collation", "utf8mb4_bin")].map(option).into();
    let mut schema = schema_of([table, other]);
    let query = "SELECT 1 AS x".into();
    let comment = Some("refused elsewhere".to_owned());
    let view = View { name: unqualified("v"), columns: Vec::new(), query, comment };
    schema.views.insert(view.name.clone(), view);
    check(
        schema,
        expect![[r#"
        table t row_format=compressed
          id BIGINT not null identity
          a TIMESTAMP default CURRENT_TIMESTAMP on update=CURRENT_TIMESTAMP(6)
          b BOOLEAN default TRUE
          c INTEGER
          d VARCHAR(9) default 'x' collate latin1_bin charset=latin1
          e VARCHAR(9) collate ascii_general_ci charset=ascii
          f INTEGER as (c * 2) stored
        table u collation=utf8mb4_bin engine=myisam -- about u
          a CHAR(3)
        view v () SELECT 1 AS x
    "#]],
    );
}
