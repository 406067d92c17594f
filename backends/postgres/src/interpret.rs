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

use retort_core::{
    backend::Effect,
    operation::Operation,
    schema::{NamingConvention, Schema},
    script::portable::{self, NamespaceMap},
};

use self::words::Words;

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

/// Applies a statement to the schema, as far as its text tells.
pub(crate) fn interpret(sql: &str, schema: &mut Schema) -> Effect {
    match apply(sql, schema) {
        Some(()) => Effect::Known,
        None => Effect::Unknown,
    }
}

/// Applies a statement, or returns `None` and leaves the schema alone.
fn apply(sql: &str, schema: &mut Schema) -> Option<()> {
    let mut words = Words::new(sql);
    if words.is_any(&NO_EFFECT) || words.is("WITH") {
        return leaves_schema(&words).then_some(());
    }
    if words.eat("CREATE") {
        create(sql, words, schema)
    } else if words.eat("ALTER") {
        alter(sql, words, schema)
    } else if words.eat("DROP") {
        drop(sql, words, schema)
    } else if words.eat("COMMENT") {
        comment(sql, words, schema)
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

fn create(sql: &str, mut words: Words<'_>, schema: &mut Schema) -> Option<()> {
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
    portable(sql, schema)
}

fn alter(sql: &str, words: Words<'_>, schema: &mut Schema) -> Option<()> {
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
    if updates { Some(()) } else { portable(sql, schema) }
}

fn drop(sql: &str, words: Words<'_>, schema: &mut Schema) -> Option<()> {
    if OUTSIDE.iter().any(|kind| words.starts_with(kind)) {
        return Some(());
    }
    if words.any(|word| word.eq_ignore_ascii_case("CASCADE")) {
        return None;
    }
    if let Some(()) = object::drop(words, schema) {
        return Some(());
    }
    portable(sql, schema)
}

fn comment(sql: &str, mut words: Words<'_>, schema: &mut Schema) -> Option<()> {
    if !words.eat("ON") {
        return None;
    }
    let is_modelled =
        words.is_any(&["TABLE", "COLUMN", "VIEW", "TYPE", "CONSTRAINT", "INDEX", "MATERIALIZED"]);
    if is_modelled { portable(sql, schema) } else { Some(()) }
}

/// Applies a statement that portable SQL can say as well.
fn portable(sql: &str, schema: &mut Schema) -> Option<()> {
    let (sql, options) = storage::take(sql)?;
    let (sql, serials) = serial::replace(&sql)?;
    let statements = portable::parse(&sql, &NamespaceMap::Native, &NamingConvention::default()).ok()?;
    let names = naming::Written::of(&sql);
    let mut altered = schema.clone();
    for mut operation in statements.into_iter().flat_map(|statement| statement.operations) {
        if let Operation::Raw { .. } | Operation::Dml { .. } | Operation::DropEnumValue { .. } = operation {
            return None;
        }
        portable::resolve_enum_types(&mut operation, |name| altered.enums.contains_key(name));
        names.name_as_the_server(&mut operation, &altered)?;
        serial::apply(&serials, &mut operation, &mut altered)?;
        storage::apply(&options, &mut operation);
        operation.apply_to(&mut altered).ok()?;
    }
    *schema = altered;
    Some(())
}

#[cfg(test)]
mod tests;
