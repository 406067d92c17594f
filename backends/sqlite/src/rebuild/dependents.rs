//! Views and triggers that may not survive a change of a table. SQLite finds
//! out only when they are used; here they are compiled, so that the batch fails.

use retort_core::{
    backend::{BackendError, Statement},
    schema::{Name, QualifiedName, Schema, Table},
};

use crate::{
    cursor::{Cursor, NameText},
    render::{mentions, quote, unqualified},
};

/// Statements that do nothing, and fail if a view or trigger that reaches the
/// table, directly or not, does not compile.
pub(super) fn compile(table: &Name, schema: &Schema) -> Result<Vec<Statement>, BackendError> {
    let mut reached: Vec<&Name> = vec![table];
    let mut statements = Vec::new();
    let mut next = 0;
    while let Some(name) = reached.get(next).copied() {
        next += 1;
        for view in schema.views.values() {
            if !reached.contains(&&view.name.name) && mentions(view.query.as_str(), name) {
                reached.push(&view.name.name);
                let view = quote(unqualified(&view.name)?);
                statements.push(Statement::new(format!("SELECT 1 FROM {view} LIMIT 0")));
            }
        }
    }
    let mut seen: Vec<&QualifiedName> = Vec::new();
    for object in schema.unmanaged.iter().filter(|object| object.kind == "trigger") {
        let definition = object.definition.as_deref();
        let concerned = |text| reached.iter().any(|name| mentions(text, name));
        let Some(on) = object.table.as_ref().filter(|_| definition.is_none_or(concerned)) else {
            continue;
        };
        match (schema.tables.get(on), definition) {
            (Some(table), _) if !seen.contains(&on) => {
                seen.push(on);
                statements.extend(fire_all(table)?.map(Statement::new));
            }
            (Some(_), _) | (None, None) => {}
            (None, Some(definition)) => statements.extend(fire_one(on, definition).map(Statement::new)),
        }
    }
    Ok(statements)
}

/// Explanations of statements that would fire every trigger of the table:
/// SQLite compiles them with the triggers, and runs nothing.
fn fire_all(table: &Table) -> Result<impl Iterator<Item = String> + use<>, BackendError> {
    let target = quote(unqualified(&table.name)?);
    let columns = table.columns.iter().filter(|column| column.generated.is_none());
    let set: Vec<String> = columns.map(|column| format!("{0} = {0}", quote(&column.name))).collect();
    let insert = format!("EXPLAIN INSERT INTO {target} DEFAULT VALUES");
    let delete = format!("EXPLAIN DELETE FROM {target}");
    let update = (!set.is_empty()).then(|| format!("EXPLAIN UPDATE {target} SET {}", set.join(", ")));
    Ok([insert, delete].into_iter().chain(update))
}

/// The same for one trigger of a view, which takes no other statement. Nor
/// are the columns of a view known, so only `UPDATE OF` is fired.
fn fire_one(view: &QualifiedName, definition: &str) -> Option<String> {
    let target = quote(&view.name);
    Some(match event(definition)? {
        Event::Insert => format!("EXPLAIN INSERT INTO {target} DEFAULT VALUES"),
        Event::Delete => format!("EXPLAIN DELETE FROM {target}"),
        Event::Update(columns) => {
            let column = quote(&columns.into_iter().next()?.name.into());
            format!("EXPLAIN UPDATE {target} SET {column} = {column}")
        }
    })
}

/// What fires a trigger.
enum Event {
    Insert,
    Delete,
    /// Of these columns, or of any.
    Update(Vec<NameText>),
}

/// Reads the event from the definition of a trigger.
fn event(definition: &str) -> Option<Event> {
    let mut cursor = Cursor::new(definition);
    cursor.expect_keyword("CREATE").ok()?;
    if !cursor.eat_keyword("TEMP") {
        cursor.eat_keyword("TEMPORARY");
    }
    cursor.expect_keyword("TRIGGER").ok()?;
    crate::table_text::eat_if_not_exists(&mut cursor).ok()?;
    cursor.expect_qualified_name().ok()?;
    if cursor.eat_keyword("INSTEAD") {
        cursor.expect_keyword("OF").ok()?;
    } else if !cursor.eat_keyword("BEFORE") {
        cursor.eat_keyword("AFTER");
    }
    if cursor.eat_keyword("INSERT") {
        return Some(Event::Insert);
    }
    if cursor.eat_keyword("DELETE") {
        return Some(Event::Delete);
    }
    cursor.expect_keyword("UPDATE").ok()?;
    let mut columns = Vec::new();
    if cursor.eat_keyword("OF") {
        loop {
            columns.push(cursor.expect_name().ok()?);
            if !cursor.eat_punctuation(',') {
                break;
            }
        }
    }
    Some(Event::Update(columns))
}
