//! What a user writes and what the server prints of it have one form.

mod generated;
mod texts;

use retort_core::schema::{ConstraintKind, IndexKey, QualifiedName, Schema};

use self::texts::{CHECKS, COLUMNS, DEFAULTS, GENERATED, KEYS, PREDICATES};
use super::*;
use crate::introspect::tests::Fixture;

/// A table of all texts of a kind: where each stands, and what the server made
/// of it.
struct Texts {
    /// The statements that create them.
    statements: Vec<String>,
    /// Their forms, by the names of what they are in.
    texts: Vec<(String, String)>,
}

/// What a schema has of the texts, by the name of what they are of.
fn found(schema: &Schema) -> HashMap<String, String> {
    let mut found = HashMap::new();
    for table in schema.tables.values() {
        for constraint in &table.constraints {
            if let (Some(name), ConstraintKind::Check(check)) = (&constraint.name, &constraint.kind) {
                found.insert(name.to_string(), check.expression.to_string());
            }
        }
        for index in &table.indexes {
            if let Some(predicate) = &index.predicate {
                found.insert(index.name.to_string(), predicate.to_string());
            }
            if let [part] = index.key.as_slice()
                && let IndexKey::Expression(expression) = &part.key
            {
                found.insert(index.name.to_string(), expression.to_string());
            }
        }
        for column in &table.columns {
            let text = column.default.as_ref().or(column.generated.as_ref().map(|found| &found.expression));
            if let (Some(text), true) = (text, column.name.as_str() == "x") {
                found.insert(table.name.name.to_string(), text.to_string());
            }
        }
    }
    found
}

/// The statements that create everything, and the form of each text.
fn all(texts: impl Fn(&str) -> Option<String>, server: Server) -> Texts {
    let mut statements = vec![TYPES.to_owned(), format!("CREATE TABLE t ({COLUMNS})")];
    let mut all = Vec::new();
    let schema = scope_table();
    let scope = Scope::of(&schema, server);
    let mut add = |name: String,
                   text: &str,
                   write: &dyn Fn(&str) -> String,
                   normal: &dyn Fn(&str) -> Option<String>| {
        let normal = normal(text).unwrap_or_default();
        let text = texts(&name).unwrap_or_else(|| text.to_owned());
        statements.push(write(&text));
        all.push((name, normal));
    };
    let plain = |text: &str| Some(normal(text, &scope));
    for (at, text) in CHECKS.iter().enumerate() {
        let name = format!("check_{at}");
        let constraint = name.clone();
        add(
            name,
            text,
            &|text| format!("ALTER TABLE t ADD CONSTRAINT {constraint} CHECK ({text}\n)"),
            &plain,
        );
    }
    for (at, text) in PREDICATES.iter().enumerate() {
        let name = format!("predicate_{at}");
        let index = name.clone();
        add(name, text, &|text| format!("CREATE INDEX {index} ON t (a) WHERE {text}"), &plain);
    }
    for (at, text) in KEYS.iter().enumerate() {
        let name = format!("key_{at}");
        let index = name.clone();
        let key = |text: &str| Some(normal_key(text, &scope));
        add(name, text, &|text| format!("CREATE INDEX {index} ON t (({text}\n))"), &key);
    }
    for (at, (ty, text)) in DEFAULTS.iter().enumerate() {
        let name = format!("default_{at}");
        let (table, logical) = (name.clone(), retort_core::script::portable::parse_type(ty).expect(ty));
        let default = |text: &str| normal_default(text, &logical, &scope);
        add(
            name,
            text,
            &|text| {
                format!(
                    "CREATE TABLE {table} (x {ty} DEFAULT {})",
                    if text.is_empty() { "NULL".to_owned() } else { format!("({text})") }
                )
            },
            &default,
        );
    }
    for (at, (ty, text)) in GENERATED.iter().enumerate() {
        let name = format!("generated_{at}");
        let table = name.clone();
        add(
            name,
            text,
            &|text| format!("CREATE TABLE {table} ({COLUMNS}, x {ty} GENERATED ALWAYS AS ({text}) STORED)"),
            &plain,
        );
    }
    Texts { statements, texts: all }
}

const TYPES: &str = "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy'); CREATE SEQUENCE sq; CREATE TYPE pair AS (x integer, y text)";

/// The table that expressions are about.
fn scope_table() -> Table {
    let names = retort_core::script::portable::NamespaceMap::Native;
    let sql = format!("CREATE TABLE t ({COLUMNS})");
    let statements = retort_core::script::portable::parse(&sql, &names, &Default::default()).expect("parses");
    let mut schema = Schema::default();
    for operation in statements.iter().flat_map(|statement| &statement.operations) {
        operation.apply_to(&mut schema).expect("applies");
    }
    schema.tables.remove(&QualifiedName::unqualified("t")).expect("is there")
}

/// The form of a text that was read.
fn normal_of(name: &str, text: &str, server: Server) -> String {
    let table = scope_table();
    let scope = Scope::of(&table, server);
    match name.split_once('_') {
        Some(("default", at)) => {
            let ty =
                retort_core::script::portable::parse_type(DEFAULTS[at.parse::<usize>().unwrap()].0).unwrap();
            normal_default(text, &ty, &scope).unwrap_or_default()
        }
        Some(("key", _)) => normal_key(text, &scope),
        _ => normal(text, &scope),
    }
}

async fn create(fixture: &Fixture, statements: &[String]) {
    let mut refused = Vec::new();
    for sql in statements {
        if let Err(error) = fixture.client.batch_execute(sql).await {
            let why =
                error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned());
            refused.push(format!("{why}\n    {sql}\n"));
        }
    }
    assert!(refused.is_empty(), "{}", refused.concat());
}

#[tokio::test]
async fn what_is_written_and_what_is_printed_have_one_form() {
    let fixture = Fixture::new("").await;
    let written = all(|_| None, fixture.server);
    create(&fixture, &written.statements).await;
    let read = found(&fixture.read().await);
    let mut lost = Vec::new();
    for (name, normal) in &written.texts {
        let read = read.get(name).map_or("", String::as_str);
        if read != normal {
            lost.push(format!("{name}\n    written {normal}\n    read    {read}\n"));
        }
    }
    for (name, text) in &read {
        let again = normal_of(name, text, fixture.server);
        if again != *text {
            lost.push(format!("{name}\n    read    {text}\n    normal  {again}\n"));
        }
    }
    assert!(lost.is_empty(), "{} of {} are lost\n{}", lost.len(), written.texts.len(), lost.concat());
    // What was read creates the same again.
    let again = Fixture::new("").await;
    let recreated = all(|name| Some(read.get(name).cloned().unwrap_or_default()), fixture.server);
    create(&again, &recreated.statements).await;
    let read_again = found(&again.read().await);
    for (name, text) in &read {
        assert_eq!(read_again.get(name), Some(text), "{name}");
    }
    assert_eq!(read_again.len(), read.len());
}
