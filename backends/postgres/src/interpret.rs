//! What a statement under `@only postgresql` does to the schema.
//!
//! Planning needs the definition of what later statements touch, so it has to
//! know what raw statements before them did. What portable SQL can say as well is
//! read as such, what has no effect on the model is known by its first words, and
//! anything else is unknown, never guessed.

mod naming;
mod object;
mod serial;
mod storage;
mod words;

use std::borrow::Cow;

use retort_core::{
    backend::{Effect, Reset},
    operation::Operation,
    schema::{Name, NamingConvention, QualifiedName, Schema},
    script::portable::{self, NamespaceMap},
    sql::lex,
};

use self::words::Words;
use crate::syntax::SYNTAX;

/// Statements that leave the schema as it is.
const NO_EFFECT: [&str; 33] = [
    "ANALYZE",
    "CHECKPOINT",
    "CLOSE",
    "COPY",
    "DEALLOCATE",
    "DECLARE",
    "DELETE",
    "DISCARD",
    "EXPLAIN",
    "FETCH",
    "GRANT",
    "INSERT",
    "LISTEN",
    "LOCK",
    "MERGE",
    "MOVE",
    "NOTIFY",
    "PREPARE",
    "REASSIGN",
    "REFRESH",
    "REINDEX",
    "RESET",
    "REVOKE",
    "SECURITY",
    "SELECT",
    "SET",
    "SHOW",
    "TABLE",
    "TRUNCATE",
    "UNLISTEN",
    "UPDATE",
    "VACUUM",
    "VALUES",
];

/// What has no place in the schema: creating, altering and dropping it changes
/// nothing there.
const OUTSIDE: [&[&str]; 17] = [
    &["ACCESS", "METHOD"],
    &["CAST"],
    &["DATABASE"],
    &["DEFAULT", "PRIVILEGES"],
    &["EVENT", "TRIGGER"],
    &["FOREIGN", "DATA", "WRAPPER"],
    &["GROUP"],
    &["LANGUAGE"],
    &["PUBLICATION"],
    &["ROLE"],
    &["SERVER"],
    &["SUBSCRIPTION"],
    &["SYSTEM"],
    &["TABLESPACE"],
    &["TRANSFORM"],
    &["USER"],
    &["LARGE", "OBJECT"],
];

/// Applies a statement to the schema, as far as its text tells. `default` is the
/// namespace of names without one.
pub(crate) fn interpret(sql: &str, default: Option<&Name>, schema: &mut Schema) -> Effect {
    let names = NamespaceMap::Native.relative_to(default.cloned());
    match apply(sql, &names, schema) {
        Some(()) => Effect::Known,
        None => Effect::Unknown,
    }
}

/// What takes back what a statement sets for the session.
pub(crate) fn resetting(sql: &str) -> Option<Reset> {
    let of_names = |sql: &str| Some(Reset { sql: sql.to_owned(), of_names: true });
    let mut words = Words::new(sql, &NamespaceMap::Native);
    if words.is_any(&["SELECT", "WITH", "VALUES", "DO", "CALL"]) {
        let sets = words.mentions("search_path")
            && (words.mentions("set_config") || words.mentions("set ") || words.mentions("set\n"));
        return if sets { of_names("RESET search_path") } else { None };
    }
    if !words.eat("SET") {
        return None;
    }
    let is_local = words.eat("LOCAL");
    words.eat("SESSION");
    if words.is("SCHEMA") {
        return of_names("RESET search_path");
    } else if words.is("AUTHORIZATION") {
        return of_names("RESET SESSION AUTHORIZATION");
    } else if words.is("ROLE") {
        return of_names("RESET ROLE");
    }
    let sql = match words.name()?.as_str().to_ascii_lowercase().as_str() {
        "search_path" => return of_names("RESET search_path"),
        // The transaction is the revision's.
        _ if is_local => return None,
        "transaction" | "constraints" | "characteristics" => return None,
        "time" => "RESET TimeZone".to_owned(),
        "names" | "client_encoding" => "SET client_encoding = 'UTF8'".to_owned(),
        // What the session began with.
        "standard_conforming_strings" => "SET standard_conforming_strings = on".to_owned(),
        "client_min_messages" => "SET client_min_messages = warning".to_owned(),
        "datestyle" => "SET DateStyle = ISO".to_owned(),
        "bytea_output" => "SET bytea_output = hex".to_owned(),
        name if words.peek() == Some(".") => {
            words.next();
            format!(
                "RESET {}.{}",
                SYNTAX.quote_identifier(name),
                SYNTAX.quote_identifier(words.name()?.as_str())
            )
        }
        name => format!("RESET {}", SYNTAX.quote_identifier(name)),
    };
    Some(Reset { sql, of_names: false })
}

/// The namespace that a statement creates, or that one is renamed to.
pub(crate) fn created_namespace(sql: &str) -> Option<Name> {
    let mut words = Words::new(sql, &NamespaceMap::Native);
    if words.eat_all(&["CREATE", "SCHEMA"]) {
        words.eat_all(&["IF", "NOT", "EXISTS"]);
        words.eat("AUTHORIZATION");
        return words.name();
    }
    if words.eat_all(&["ALTER", "SCHEMA"]) {
        words.name()?;
        return words.eat_all(&["RENAME", "TO"]).then(|| words.name())?;
    }
    None
}

/// The table and the index that a statement creates without keeping writers
/// out.
pub(crate) fn concurrent_index(sql: &str) -> Option<(QualifiedName, Name)> {
    let mut words = Words::new(sql, &NamespaceMap::Native);
    if !words.eat_all(&["CREATE", "UNIQUE", "INDEX", "CONCURRENTLY"])
        && !words.eat_all(&["CREATE", "INDEX", "CONCURRENTLY"])
    {
        return None;
    }
    words.eat_all(&["IF", "NOT", "EXISTS"]);
    if words.is("ON") {
        return None;
    }
    let index = words.name()?;
    words.skip_to("ON")?;
    words.eat("ONLY");
    Some((words.qualified_name()?, index))
}

/// Applies a statement, or returns `None` and leaves the schema alone.
fn apply(sql: &str, names: &NamespaceMap, schema: &mut Schema) -> Option<()> {
    let mut words = Words::new(sql, names);
    if words.is_any(&NO_EFFECT) || words.is("WITH") {
        return leaves_schema(&words).then_some(());
    }
    if words.eat("CREATE") {
        create(sql, words, names, schema)
    } else if words.eat("ALTER") {
        alter(sql, words, names, schema)
    } else if words.eat("DROP") {
        drop(sql, words, names, schema)
    } else if words.eat("COMMENT") {
        comment(sql, words, names, schema)
    } else {
        None
    }
}

/// Whether a statement that reads or changes rows does no more than that.
fn leaves_schema(words: &Words<'_>) -> bool {
    // `SELECT … INTO t` creates a table.
    let creates = words.follows(|before, word| {
        word == "INTO" && !["INSERT", "MERGE", "COPY"].iter().any(|verb| before.eq_ignore_ascii_case(verb))
    });
    // What names mean afterwards is not known.
    let moves = words.mentions("search_path")
        || words.is("SET") && words.any(|word| word.eq_ignore_ascii_case("SCHEMA"));
    // Nobody tells what the catalogs hold afterwards.
    let edits_the_catalog = words.is_any(&["INSERT", "UPDATE", "DELETE", "MERGE", "WITH"])
        && words.any(|word| word.to_ascii_lowercase().starts_with("pg_"));
    let explains = words.is("EXPLAIN") && words.any(|word| word.eq_ignore_ascii_case("CREATE"));
    !(creates || moves || edits_the_catalog || explains)
}

fn create(sql: &str, mut words: Words<'_>, names: &NamespaceMap, schema: &mut Schema) -> Option<()> {
    let replaces = words.eat_all(&["OR", "REPLACE"]);
    if OUTSIDE.iter().any(|kind| words.starts_with(kind)) {
        return Some(());
    }
    // What is temporary is gone when the session ends.
    if words.is_any(&["TEMP", "TEMPORARY"]) {
        return Some(());
    }
    if let Some(()) = object::create(sql, words, replaces, schema) {
        return Some(());
    }
    portable(sql, names, schema)
}

fn alter(sql: &str, words: Words<'_>, names: &NamespaceMap, schema: &mut Schema) -> Option<()> {
    if OUTSIDE.iter().any(|kind| words.starts_with(kind)) {
        return Some(());
    }
    let ends_with_owner = words.follows(|before, word| before == "OWNER" && word == "TO");
    let is_one_action = !words.any(|word| word == ",");
    if ends_with_owner && is_one_action {
        return Some(());
    }
    let toggles = words.follows(|before, word| {
        ["ENABLE", "DISABLE"].iter().any(|verb| before.eq_ignore_ascii_case(verb))
            && ["TRIGGER", "RULE"].iter().any(|kind| word.eq_ignore_ascii_case(kind))
    });
    if words.is("TABLE") && toggles && is_one_action {
        return Some(());
    }
    if let Some(()) = storage::alter(words.clone(), schema) {
        return Some(());
    }
    let updates = words.is("EXTENSION") && words.any(|word| word.eq_ignore_ascii_case("UPDATE"));
    if updates { Some(()) } else { portable(sql, names, schema) }
}

fn drop(sql: &str, words: Words<'_>, names: &NamespaceMap, schema: &mut Schema) -> Option<()> {
    if OUTSIDE.iter().any(|kind| words.starts_with(kind)) {
        return Some(());
    }
    if words.any(|word| word.eq_ignore_ascii_case("CASCADE")) {
        return None;
    }
    if let Some(()) = object::drop(words, schema) {
        return Some(());
    }
    portable(sql, names, schema)
}

fn comment(sql: &str, mut words: Words<'_>, names: &NamespaceMap, schema: &mut Schema) -> Option<()> {
    if !words.eat("ON") {
        return None;
    }
    let is_modelled =
        words.is_any(&["TABLE", "COLUMN", "VIEW", "TYPE", "CONSTRAINT", "INDEX", "MATERIALIZED"]);
    if is_modelled { portable(sql, names, schema) } else { Some(()) }
}

/// Applies a statement that portable SQL can say as well.
fn portable(sql: &str, names: &NamespaceMap, schema: &mut Schema) -> Option<()> {
    let sql = without_only(sql);
    let (sql, options) = storage::take(&sql)?;
    let (sql, serials) = serial::replace(&sql)?;
    let statements = portable::parse(&sql, names, &NamingConvention::default()).ok()?;
    let written = naming::Written::of(&sql);
    let mut altered = schema.clone();
    for mut operation in statements.into_iter().flat_map(|statement| statement.operations) {
        if let Operation::Raw { .. } | Operation::Dml { .. } | Operation::DropEnumValue { .. } = operation {
            return None;
        }
        portable::resolve_enum_types(&mut operation, |name| altered.enums.contains_key(name));
        written.name_as_the_server(&mut operation, &altered)?;
        serial::apply(&serials, &mut operation, &mut altered)?;
        storage::apply(&options, &mut operation);
        operation.apply_to(&mut altered).ok()?;
    }
    *schema = altered;
    Some(())
}

/// `ALTER TABLE ONLY`, as `pg_dump` writes it, without that word: tables that
/// inherit from others are altered alone in the model.
fn without_only(sql: &str) -> Cow<'_, str> {
    let mut tokens = lex(sql, &SYNTAX).filter(|token| !token.kind.is_trivia());
    for keyword in ["ALTER", "TABLE"] {
        if !tokens.next().is_some_and(|token| sql[token.span].eq_ignore_ascii_case(keyword)) {
            return Cow::Borrowed(sql);
        }
    }
    match tokens.next() {
        Some(only) if sql[only.span.clone()].eq_ignore_ascii_case("ONLY") => {
            Cow::Owned(format!("{}{}", &sql[..only.span.start], &sql[only.span.end..]))
        }
        _ => Cow::Borrowed(sql),
    }
}

#[cfg(test)]
mod tests;
