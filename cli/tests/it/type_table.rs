//! `docs/types.md`: what each logical type becomes, as the backends write it.

use expect_test::expect_file;
use retort_core::{
    backend::Backend,
    operation::Operation,
    schema::{Column, EnumType, QualifiedName, Schema, Table, Type},
};
use retort_mysql::MySql;
use retort_postgres::Postgres;
use retort_sqlite::Sqlite;

/// The types, by what a revision says, in the order of the model.
fn types() -> Vec<Type> {
    vec![
        Type::SmallInt,
        Type::Integer,
        Type::BigInt,
        Type::Boolean,
        Type::Real,
        Type::Double,
        Type::Numeric { precision: None, scale: None },
        Type::Numeric { precision: Some(10), scale: Some(2) },
        Type::Char(3),
        Type::VarChar(None),
        Type::VarChar(Some(100)),
        Type::Text,
        Type::Binary(16),
        Type::VarBinary(16),
        Type::Blob,
        Type::Date,
        Type::Time(None),
        Type::Time(Some(3)),
        Type::Timestamp(None),
        Type::Timestamp(Some(3)),
        Type::TimestampTz(None),
        Type::TimestampTz(Some(3)),
        Type::Uuid,
        Type::Json,
        Type::Jsonb,
        Type::Enum(QualifiedName::unqualified("mood")),
        Type::Array(Box::new(Type::Integer)),
    ]
}

/// What a backend writes for the type of a column: what follows the name of the
/// column in CREATE TABLE.
fn written(backend: &dyn Backend, ty: &Type) -> String {
    let table = Table::new(QualifiedName::unqualified("t"), vec![Column::new("c", ty.clone())]);
    let mut schema = Schema::default();
    let mood = EnumType::new(QualifiedName::unqualified("mood"), ["sad", "ok"]);
    schema.enums.insert(mood.name.clone(), mood);
    let create = Operation::CreateTable { table, if_not_exists: false };
    let Ok(statements) = backend.render(&[create], &schema) else { return "refused".to_owned() };
    let name = backend.syntax().quote_identifier("c");
    let sql = &statements[0].sql;
    let (_, definition) = sql.split_once(&format!("{name} ")).expect("the column is in it");
    let line = definition.lines().next().unwrap_or_default();
    let end = line.rfind([')', ',']).filter(|_| line.ends_with(',')).unwrap_or(line.len());
    let line = &line[..end];
    // On one line, the list of columns ends behind it.
    let depth = line.matches('(').count() < line.matches(')').count();
    let line = if depth { &line[..line.rfind(')').unwrap_or(line.len())] } else { line };
    format!("`{}`", line.trim())
}

#[test]
fn the_document_says_what_the_backends_write() {
    let backends: Vec<(&str, Box<dyn Backend>)> = vec![
        ("PostgreSQL 13", Box::new(Postgres::default())),
        ("MySQL 8.4", Box::new(MySql::default())),
        ("MariaDB 10.6", Box::new(MySql::mariadb())),
        ("MariaDB 10.7", Box::new(MySql::mariadb().of_version((10, 7, 0)))),
        ("SQLite", Box::new(Sqlite::default())),
    ];
    let mut text = "# Types\n\n\
        What each logical type becomes, from that version on. A test compares this table with what the backends write. A type that\n\
        a backend has no equivalent of is refused while planning, unless `[types.<backend>]` in `retort.toml` names another for it.\n\n"
        .to_owned();
    let names: Vec<&str> = backends.iter().map(|(name, _)| *name).collect();
    text.push_str(&format!("| type | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len())));
    for ty in types() {
        let cells: Vec<String> = backends.iter().map(|(_, backend)| written(&**backend, &ty)).collect();
        let name = match &ty {
            Type::Enum(_) => "`CREATE TYPE mood AS ENUM ('sad', 'ok')`".to_owned(),
            ty => format!("`{ty}`"),
        };
        text.push_str(&format!("| {name} | {} |\n", cells.join(" | ")));
    }
    text.push_str(
        "\n`TIMESTAMPTZ` on MySQL and MariaDB is in UTC by convention: their own TIMESTAMP ends in 2038. A UUID there is told from other\n\
         text of 36 characters by its character set. SQLite's declared types keep the right affinity and let Retort read back which\n\
         logical type it was.\n",
    );
    expect_file!["../../../docs/types.md"].assert_eq(&text);
}
