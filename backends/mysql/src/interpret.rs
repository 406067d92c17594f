//! What a statement under `@only mysql` does to the schema.

mod column;
mod cursor;
mod element;
mod table;

use retort_core::{
    backend::Effect,
    operation::Operation,
    schema::{Name, QualifiedName, Schema, Table, Unmanaged, View},
};

use self::cursor::Cursor;
use crate::{introspect::shown_query, server::Server};

/// The first words of statements that leave the schema as it is.
const NO_EFFECT: [&str; 32] = [
    "ANALYZE",
    "BEGIN",
    "CACHE",
    "CHECK",
    "CHECKSUM",
    "COMMIT",
    "DELETE",
    "DESC",
    "DESCRIBE",
    "DO",
    "EXPLAIN",
    "FLUSH",
    "GRANT",
    "HANDLER",
    "INSERT",
    "KILL",
    "LOAD",
    "LOCK",
    "OPTIMIZE",
    "RELEASE",
    "REPAIR",
    "REPLACE",
    "REVOKE",
    "ROLLBACK",
    "SAVEPOINT",
    "SELECT",
    "SET",
    "SHOW",
    "START",
    "TRUNCATE",
    "UNLOCK",
    "UPDATE",
];

/// What is outside the schema altogether.
const ELSEWHERE: [&str; 7] = ["DATABASE", "SCHEMA", "USER", "ROLE", "SERVER", "TABLESPACE", "TEMPORARY"];

/// What is in the schema but outside the model.
const PROGRAMS: [&str; 4] = ["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"];

/// Applies a statement to the schema, as far as its text tells.
pub(crate) fn interpret(sql: &str, schema: &mut Schema, server: Server) -> Effect {
    let mut after = schema.clone();
    match apply(sql, &mut after, server) {
        Some(()) => {
            *schema = after;
            Effect::Known
        }
        None => Effect::Unknown,
    }
}

/// Applies a statement; `None` if its text does not tell what it does.
fn apply(sql: &str, schema: &mut Schema, server: Server) -> Option<()> {
    let mut cursor = Cursor::new(sql);
    if cursor.is_any(&NO_EFFECT) {
        return Some(());
    }
    if cursor.eat("WITH") {
        // It ends in a statement about rows.
        return Some(());
    }
    if cursor.eat("CREATE") {
        create(cursor, sql, schema, server)
    } else if cursor.eat("DROP") {
        drop(cursor, schema)
    } else if cursor.eat("RENAME") {
        rename(cursor, schema)
    } else if cursor.eat("ALTER") {
        alter(cursor, schema, server)
    } else {
        None
    }
}

fn create(mut cursor: Cursor<'_>, sql: &str, schema: &mut Schema, server: Server) -> Option<()> {
    if cursor.is_any(&ELSEWHERE) {
        return Some(());
    }
    let or_replace = cursor.eat("OR");
    if or_replace {
        cursor.expect("REPLACE")?;
    }
    if cursor.eat("DEFINER") {
        cursor.skip_to(&PROGRAMS)?;
    }
    if let Some(kind) = cursor.eat_any(&PROGRAMS) {
        return create_program(kind, cursor, sql, schema);
    }
    if cursor.eat("TABLE") {
        return table::create(cursor, or_replace, schema, server);
    }
    if cursor.eat("VIEW") {
        return create_view(cursor, or_replace, schema);
    }
    element::create_index(cursor, or_replace, schema, server)
}

/// `name (a, b) AS query`
fn create_view(mut cursor: Cursor<'_>, or_replace: bool, schema: &mut Schema) -> Option<()> {
    let name = QualifiedName::unqualified(cursor.name()?);
    let mut columns = Vec::new();
    if cursor.eat("(") {
        loop {
            columns.push(cursor.name()?);
            if cursor.eat(")") {
                break;
            }
            cursor.expect(",")?;
        }
    }
    cursor.expect("AS")?;
    let query = shown_query(cursor.rest()?, "", "").into();
    Operation::CreateView { view: View { name, columns, query, comment: None }, or_replace }
        .apply_to(schema)
        .ok()
}

fn create_program(kind: &str, mut cursor: Cursor<'_>, sql: &str, schema: &mut Schema) -> Option<()> {
    let if_not_exists = cursor.eat_if_not_exists();
    let name = QualifiedName::unqualified(cursor.name()?);
    let table = if kind == "TRIGGER" {
        cursor.skip_to(&["ON"])?;
        cursor.expect("ON")?;
        Some(QualifiedName::unqualified(cursor.name()?))
    } else {
        None
    };
    let kind = kind.to_ascii_lowercase();
    let is_it = |object: &Unmanaged| object.kind == kind && object.name == name;
    if if_not_exists && schema.unmanaged.iter().any(is_it) {
        return Some(());
    }
    schema.unmanaged.retain(|object| !is_it(object));
    schema.unmanaged.push(Unmanaged { kind, name, table, definition: Some(sql.to_owned()) });
    Some(())
}

fn drop(mut cursor: Cursor<'_>, schema: &mut Schema) -> Option<()> {
    if cursor.is_any(&ELSEWHERE) || cursor.eat("PREPARE") {
        return Some(());
    }
    if let Some(kind) = cursor.eat_any(&PROGRAMS) {
        cursor.eat_if_exists();
        let name = QualifiedName::unqualified(cursor.name()?);
        let kind = kind.to_ascii_lowercase();
        schema.unmanaged.retain(|object| object.kind != kind || object.name != name);
        return Some(());
    }
    if cursor.eat("INDEX") {
        cursor.eat_if_exists();
        let name = cursor.name()?;
        cursor.expect("ON")?;
        return drop_index(&name, &cursor.name()?, schema);
    }
    let tables = cursor.eat("TABLE");
    if !tables {
        cursor.expect("VIEW")?;
    }
    cursor.eat_if_exists();
    loop {
        let name = QualifiedName::unqualified(cursor.name()?);
        let operation = match tables {
            true => Operation::DropTable { name, if_exists: true },
            false => Operation::DropView { name, if_exists: true },
        };
        operation.apply_to(schema).ok()?;
        if !cursor.eat(",") {
            return Some(());
        }
    }
}

fn drop_index(name: &Name, table: &Name, schema: &mut Schema) -> Option<()> {
    let table = find(schema, table)?;
    let is_index = table.indexes.iter().find(|index| same(&index.name, name));
    let constraint = table.constraints.iter().filter_map(|constraint| constraint.name.as_ref());
    let operation = match is_index {
        // Only one table must have an index of the name.
        Some(index) if schema.table_of_index(&table.name.with_name(index.name.clone())) == Some(table) => {
            let name = table.name.with_name(index.name.clone());
            Operation::DropIndex { name, concurrently: false, if_exists: false }
        }
        Some(_) => return None,
        None => {
            let name = constraint.into_iter().find(|constraint| same(constraint, name))?.clone();
            Operation::DropConstraint { table: table.name.clone(), name, if_exists: false }
        }
    };
    operation.apply_to(schema).ok()
}

/// `TABLE a TO b, c TO d`
fn rename(mut cursor: Cursor<'_>, schema: &mut Schema) -> Option<()> {
    cursor.expect("TABLE")?;
    loop {
        let from = QualifiedName::unqualified(cursor.name()?);
        cursor.expect("TO")?;
        rename_relation(from, cursor.name()?, schema)?;
        if !cursor.eat(",") {
            return cursor.at_end().then_some(());
        }
    }
}

fn rename_relation(from: QualifiedName, to: Name, schema: &mut Schema) -> Option<()> {
    // Views that read from it keep its old name.
    if schema.views.values().any(|view| view.reads(&from)) {
        return None;
    }
    let operation = match schema.views.contains_key(&from) {
        true => Operation::RenameView { from, to },
        false => Operation::RenameTable { from, to },
    };
    operation.apply_to(schema).ok()
}

/// `TABLE a …`, and what is outside the schema.
fn alter(mut cursor: Cursor<'_>, schema: &mut Schema, server: Server) -> Option<()> {
    if cursor.is_any(&ELSEWHERE) {
        return Some(());
    }
    cursor.expect("TABLE")?;
    let name = QualifiedName::unqualified(cursor.name()?);
    if cursor.eat("RENAME") && !cursor.is_any(&["INDEX", "KEY", "COLUMN"]) {
        let _ = cursor.eat("TO") || cursor.eat("AS");
        let to = cursor.name()?;
        cursor.at_end().then_some(())?;
        return rename_relation(name, to, schema);
    }
    table::alter(cursor, &name, schema, server)
}

fn find<'a>(schema: &'a Schema, name: &Name) -> Option<&'a Table> {
    schema.tables.get(&QualifiedName::unqualified(name.clone()))
}

/// Whether two names of columns or indexes are one to the server.
fn same(one: &Name, other: &Name) -> bool {
    one.as_str().to_lowercase() == other.as_str().to_lowercase()
}

#[cfg(test)]
mod tests;
