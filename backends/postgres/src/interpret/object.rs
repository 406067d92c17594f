//! Objects outside the model, which the schema lists.

use retort_core::schema::{Name, QualifiedName, Schema, Unmanaged};

use super::words::Words;

/// Kinds of objects that have a name of their own, by their words.
const KINDS: [(&[&str], &str); 8] = [
    (&["FUNCTION"], "function"),
    (&["PROCEDURE"], "procedure"),
    (&["AGGREGATE"], "aggregate"),
    (&["MATERIALIZED", "VIEW"], "materialized view"),
    (&["SEQUENCE"], "sequence"),
    (&["EXTENSION"], "extension"),
    (&["DOMAIN"], "domain"),
    (&["FOREIGN", "TABLE"], "foreign table"),
];

/// Kinds of objects that belong to a table or view: their word, and the one
/// before the table.
const ON_TABLE: [(&str, &str, &str); 3] =
    [("TRIGGER", "trigger", "ON"), ("POLICY", "policy", "ON"), ("RULE", "rule", "TO")];

/// Lists what a `CREATE` creates, from behind that word.
pub(super) fn create(sql: &str, mut words: Words<'_>, replaces: bool, schema: &mut Schema) -> Option<()> {
    words.eat("CONSTRAINT");
    let created = if let Some((word, kind, before_table)) =
        ON_TABLE.into_iter().find(|(word, _, _)| words.is(word))
    {
        words.eat(word);
        let name = words.name()?;
        words.skip_to(before_table)?;
        let table = words.qualified_name()?;
        Unmanaged {
            kind: kind.to_owned(),
            name: table.with_name(name),
            table: Some(table),
            definition: Some(sql.to_owned()),
        }
    } else if let Some((keywords, kind)) = KINDS.into_iter().find(|(keywords, _)| words.starts_with(keywords))
    {
        words.eat_all(keywords);
        let if_not_exists = words.eat_all(&["IF", "NOT", "EXISTS"]);
        let mut name = words.qualified_name()?;
        if kind == "extension" {
            words.eat("WITH");
            if words.eat("SCHEMA") {
                let namespace = words.name()?;
                name = words.qualified(namespace, name.name);
            }
        }
        if if_not_exists && find(schema, kind, &name).next().is_some() {
            return Some(());
        }
        let table = owner(kind, words)?;
        Unmanaged { kind: kind.to_owned(), name, table, definition: Some(sql.to_owned()) }
    } else {
        return None;
    };
    if let Some(namespace) = &created.name.namespace {
        known_namespace(namespace.clone(), schema)?;
    }
    let is_on_something = created.table.as_ref().is_none_or(|table| {
        schema.tables.contains_key(table) || schema.views.contains_key(table) || exists(schema, table)
    });
    if !is_on_something {
        return None;
    }
    if replaces {
        schema
            .unmanaged
            .retain(|object| !is_same(object, &created.kind, &created.name, created.table.as_ref()));
    }
    schema.unmanaged.push(created);
    Some(())
}

/// Takes what a `DROP` drops off the list, from behind that word.
pub(super) fn drop(mut words: Words<'_>, schema: &mut Schema) -> Option<()> {
    if let Some((word, kind, _)) = ON_TABLE.into_iter().find(|(word, _, _)| words.is(word)) {
        words.eat(word);
        let if_exists = words.eat_all(&["IF", "EXISTS"]);
        let name = words.name()?;
        if !words.eat("ON") {
            return None;
        }
        let table = words.qualified_name()?;
        let name = table.with_name(name);
        let known = schema.unmanaged.len();
        schema.unmanaged.retain(|object| !is_same(object, kind, &name, Some(&table)));
        return (if_exists || schema.unmanaged.len() < known).then_some(());
    }
    let (keywords, kind) = KINDS.into_iter().find(|(keywords, _)| words.starts_with(keywords))?;
    words.eat_all(keywords);
    let if_exists = words.eat_all(&["IF", "EXISTS"]);
    let mut name = words.qualified_name()?;
    // With their arguments, functions of one name are told apart.
    let more =
        words.any(|word| word == ",") && kind != "function" && kind != "procedure" && kind != "aggregate";
    if more {
        return None;
    }
    if kind == "extension" {
        // An extension has no namespace where it is dropped.
        let found =
            schema.unmanaged.iter().find(|object| object.kind == kind && object.name.name == name.name);
        name = found.map_or(name, |object| object.name.clone());
    }
    match find(schema, kind, &name).count() {
        0 => if_exists.then_some(()),
        1 => {
            schema.unmanaged.retain(|object| !(object.kind == kind && object.name == name));
            // What was on it goes with it.
            schema.unmanaged.retain(|object| object.table.as_ref() != Some(&name));
            Some(())
        }
        _ => None,
    }
}

/// The table that a sequence belongs to.
fn owner(kind: &str, mut words: Words<'_>) -> Option<Option<QualifiedName>> {
    if kind != "sequence" || !words.any(|word| word.eq_ignore_ascii_case("OWNED")) {
        return Some(None);
    }
    words.skip_to("OWNED")?;
    words.eat("BY");
    if words.is("NONE") {
        return Some(None);
    }
    let mut path = vec![words.name()?];
    while words.peek() == Some(".") {
        words.next();
        path.push(words.name()?);
    }
    match path.as_slice() {
        [table, _column] => Some(Some(QualifiedName::unqualified(table.clone()))),
        [namespace, table, _column] => Some(Some(words.qualified(namespace.clone(), table.clone()))),
        _ => None,
    }
}

/// The namespace, if it is one of the schema: the default one has no name there.
fn known_namespace(namespace: Name, schema: &Schema) -> Option<Option<Name>> {
    schema.namespaces.contains(&namespace).then_some(Some(namespace))
}

fn exists(schema: &Schema, relation: &QualifiedName) -> bool {
    schema.unmanaged.iter().any(|object| object.table.is_none() && object.name == *relation)
}

fn find<'a>(
    schema: &'a Schema,
    kind: &'a str,
    name: &'a QualifiedName,
) -> impl Iterator<Item = &'a Unmanaged> {
    schema.unmanaged.iter().filter(move |object| object.kind == kind && object.name == *name)
}

fn is_same(object: &Unmanaged, kind: &str, name: &QualifiedName, table: Option<&QualifiedName>) -> bool {
    object.kind == kind && object.name == *name && object.table.as_ref() == table
}
