//! What a statement under `@only sqlite` does to the schema.
//!
//! A rebuild needs the whole definition of its table and puts the triggers of
//! the table back, so planning has to know what raw statements before it did.
//! What is not understood here is reported as unknown, never guessed.

use retort_core::{
    backend::Effect,
    operation::Operation,
    schema::{Name, NamingConvention, QualifiedName, Schema, Table, Type, Unmanaged},
    script::portable::{self, NamespaceMap},
};

use crate::{
    cursor::Cursor,
    expression::ColumnNames,
    index_text::IndexText,
    table_text::{TableText, eat_if_not_exists},
    types::logical_type,
    view_text::ViewText,
};

/// Statements that leave the schema as it is.
const NO_EFFECT: [&str; 14] = [
    "ANALYZE", "ATTACH", "DELETE", "DETACH", "EXPLAIN", "INSERT", "PRAGMA", "REINDEX", "REPLACE", "SELECT",
    "UPDATE", "VACUUM", "VALUES", "WITH",
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
    let mut cursor = Cursor::new(sql);
    if cursor.is_any_keyword(&NO_EFFECT) {
        return (!edits_the_catalog(sql)).then_some(());
    }
    if cursor.eat_keyword("CREATE") {
        create(cursor, schema)
    } else if cursor.eat_keyword("DROP") {
        drop(cursor, schema)
    } else if cursor.eat_keyword("ALTER") {
        add_column(cursor, schema).or_else(|| alter(sql, schema))
    } else {
        None
    }
}

/// Whether a statement may write to the catalog behind SQLite's back.
fn edits_the_catalog(sql: &str) -> bool {
    let sql = sql.to_ascii_lowercase();
    ["writable_schema", "sqlite_master", "sqlite_schema"].iter().any(|word| sql.contains(word))
}

fn create(mut cursor: Cursor<'_>, schema: &mut Schema) -> Option<()> {
    let sql = cursor.text();
    // What is temporary is gone when the session ends.
    if cursor.is_any_keyword(&["TEMP", "TEMPORARY"]) {
        return Some(());
    }
    if cursor.eat_keyword("TRIGGER") {
        return create_trigger(cursor, schema);
    }
    if cursor.is_keyword("TABLE") {
        return create_table(sql, schema);
    }
    if cursor.is_keyword("VIEW") {
        let view = ViewText::parse(sql).ok()?.to_model();
        if !is_taken(schema, &view.name.name) {
            schema.views.insert(view.name.clone(), view);
        }
        return Some(());
    }
    cursor.eat_keyword("UNIQUE");
    if cursor.is_keyword("INDEX") { create_index(sql, schema) } else { None }
}

fn create_trigger(mut cursor: Cursor<'_>, schema: &mut Schema) -> Option<()> {
    let definition = cursor.text().to_owned();
    eat_if_not_exists(&mut cursor).ok()?;
    let name = Name::new(cursor.expect_qualified_name().ok()?.name);
    // Before `ON` there are only words and, after `UPDATE OF`, names.
    while !cursor.is_keyword("ON") {
        cursor.peek()?;
        cursor.advance();
    }
    cursor.advance();
    let table = Name::new(cursor.expect_name().ok()?.name);
    let exists =
        schema.unmanaged.iter().any(|object| object.kind == "trigger" && same(&object.name.name, &name));
    if !exists {
        schema.unmanaged.push(Unmanaged {
            kind: "trigger".to_owned(),
            name: QualifiedName::unqualified(name),
            table: Some(QualifiedName::unqualified(table)),
            definition: Some(definition),
        });
    }
    Some(())
}

fn create_table(sql: &str, schema: &mut Schema) -> Option<()> {
    let model = TableText::parse(sql).ok()?.to_model_beside(&schema.enums);
    if is_taken(schema, &model.table.name.name) {
        return Some(());
    }
    for enum_type in model.enums {
        schema.enums.entry(enum_type.name.clone()).or_insert(enum_type);
    }
    schema.tables.insert(model.table.name.clone(), model.table);
    Some(())
}

fn create_index(sql: &str, schema: &mut Schema) -> Option<()> {
    let text = IndexText::parse(sql).ok()?;
    let table = find_table(schema, &text.table.name)?;
    let columns = ColumnNames::new(table.columns.iter().map(|column| &column.name));
    let index = text.to_model(table, &columns);
    if table.index(&index.name).is_none() {
        table.indexes.push(index);
    }
    Some(())
}

fn drop(mut cursor: Cursor<'_>, schema: &mut Schema) -> Option<()> {
    const KINDS: [&str; 4] = ["TABLE", "VIEW", "INDEX", "TRIGGER"];
    let kind = KINDS.into_iter().find(|kind| cursor.eat_keyword(kind))?;
    if cursor.is_keyword("IF") && cursor.is_keyword_ahead(1, "EXISTS") {
        cursor.advance();
        cursor.advance();
    }
    let written = Name::new(cursor.expect_qualified_name().ok()?.name);
    let spelled = |name: Option<&Name>| QualifiedName::unqualified(name.unwrap_or(&written).clone());
    let operation = match kind {
        "TABLE" => {
            let name = spelled(schema.tables.keys().map(|name| &name.name).find(|name| same(name, &written)));
            Operation::DropTable { name, if_exists: true }
        }
        "VIEW" => {
            let name = spelled(schema.views.keys().map(|name| &name.name).find(|name| same(name, &written)));
            Operation::DropView { name, if_exists: true }
        }
        "INDEX" => {
            let indexes = schema.tables.values().flat_map(|table| &table.indexes);
            let name = spelled(indexes.map(|index| &index.name).find(|name| same(name, &written)));
            Operation::DropIndex { name, concurrently: false, if_exists: true }
        }
        _ => {
            schema.unmanaged.retain(|object| object.kind != "trigger" || !same(&object.name.name, &written));
            return Some(());
        }
    };
    operation.apply_to(schema).ok()?;
    if kind != "INDEX" {
        // Triggers go with what they are on.
        let is_on =
            |object: &Unmanaged| object.table.as_ref().is_some_and(|table| same(&table.name, &written));
        schema.unmanaged.retain(|object| !is_on(object));
    }
    Some(())
}

/// `TABLE name ADD [COLUMN] …`. SQLite puts the text of the column into the
/// definition of the table, behind the last column.
fn add_column(mut cursor: Cursor<'_>, schema: &mut Schema) -> Option<()> {
    cursor.expect_keyword("TABLE").ok()?;
    let table = cursor.expect_qualified_name().ok()?;
    cursor.expect_keyword("ADD").ok()?;
    cursor.eat_keyword("COLUMN");
    let column = cursor.text()[cursor.position()..].trim_end();
    let enums = schema.enums.clone();
    let table = find_table(schema, &table.name)?;
    // What has been planned for the table is not in its text yet.
    let stored = table.stored.as_ref().filter(|stored| stored.since.is_empty())?;
    let text = TableText::parse(&stored.definition).ok()?;
    let (last, _) = text.columns().last()?;
    let (before, after) = stored.definition.split_at(text.elements[last].span.end);
    let mut model =
        TableText::parse(&format!("{before}, {column}{after}")).ok()?.to_model_beside(&enums).table;
    model.indexes = std::mem::take(&mut table.indexes);
    *table = model;
    Some(())
}

/// An ALTER TABLE that portable SQL can say as well.
fn alter(sql: &str, schema: &mut Schema) -> Option<()> {
    let statements = portable::parse(sql, &NamespaceMap::Native, &NamingConvention::default()).ok()?;
    let mut altered = schema.clone();
    for mut operation in statements.into_iter().flat_map(|statement| statement.operations) {
        if let Operation::AddColumn { column, .. } = &mut operation
            && let Type::Native(declared) = &column.ty
        {
            column.ty = logical_type(declared);
        }
        operation.apply_to(&mut altered).ok()?;
    }
    *schema = altered;
    Some(())
}

fn find_table<'a>(schema: &'a mut Schema, name: &str) -> Option<&'a mut Table> {
    schema.tables.values_mut().find(|table| table.name.name.as_str().eq_ignore_ascii_case(name))
}

fn is_taken(schema: &Schema, name: &Name) -> bool {
    schema.tables.keys().chain(schema.views.keys()).any(|taken| same(&taken.name, name))
}

/// Whether two names are one to SQLite, which ignores the case of ASCII
/// letters.
fn same(left: &Name, right: &Name) -> bool {
    left.as_str().eq_ignore_ascii_case(right.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use retort_core::backend::Scope;

    /// What is interpreted must be what SQLite does: runs `before`, interprets
    /// `sql` on the schema read, runs it, and reads again.
    fn check(before: &str, sql: &str, expected: Effect) {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch(before).unwrap();
        let scope = Scope::default();
        let mut schema = crate::introspect::introspect(&connection, &scope).unwrap();
        let start = schema.clone();
        assert_eq!(interpret(sql, &mut schema), expected, "{sql}");
        connection.execute_batch(sql).unwrap();
        match expected {
            Effect::Known => {
                assert_eq!(schema, crate::introspect::introspect(&connection, &scope).unwrap(), "{sql}")
            }
            Effect::Unknown => assert_eq!(schema, start, "{sql}"),
        }
    }

    const SHOP: &str = "CREATE TABLE Album (id INTEGER PRIMARY KEY, title TEXT NOT NULL); \
                        CREATE TABLE log (what TEXT); \
                        CREATE INDEX ix ON Album (title); \
                        CREATE VIEW titles AS SELECT title FROM Album; \
                        CREATE TRIGGER t AFTER INSERT ON Album BEGIN INSERT INTO log VALUES (new.title); END;";

    #[test]
    fn data_and_maintenance_leave_the_schema() {
        for sql in [
            "INSERT INTO log VALUES ('x')",
            "/* c */ UPDATE log SET what = 'y'",
            "WITH x AS (SELECT 1) DELETE FROM log",
            "PRAGMA user_version = 3",
            "ANALYZE",
            "CREATE TEMP TABLE scratch (a)",
        ] {
            check(SHOP, sql, Effect::Known);
        }
    }

    #[test]
    fn creations_are_seen() {
        for sql in [
            "CREATE TRIGGER u BEFORE UPDATE OF title, id ON album BEGIN SELECT 1; END",
            "CREATE TRIGGER IF NOT EXISTS T AFTER DELETE ON Album BEGIN SELECT 1; END",
            "CREATE TRIGGER v INSTEAD OF INSERT ON titles BEGIN SELECT 1; END",
            "CREATE TABLE [new one] (a INT UNIQUE, b TEXT COLLATE NOCASE, CHECK (a > 0)) STRICT",
            "CREATE TABLE IF NOT EXISTS album (other INT)",
            "CREATE UNIQUE INDEX iy ON ALBUM (title DESC) WHERE id > 3",
            "CREATE VIEW v (a) AS SELECT id FROM Album",
        ] {
            check(SHOP, sql, Effect::Known);
        }
    }

    #[test]
    fn drops_are_seen() {
        for sql in [
            "DROP TRIGGER T",
            "DROP TRIGGER IF EXISTS absent",
            "DROP INDEX IX",
            "DROP VIEW Titles",
            "DROP TABLE LOG",
            "DROP TABLE IF EXISTS absent",
        ] {
            check(SHOP, sql, Effect::Known);
        }
    }

    #[test]
    fn alterations_are_seen() {
        check(SHOP, "ALTER TABLE log ADD COLUMN at TEXT", Effect::Known);
        check(SHOP, "ALTER TABLE log RENAME COLUMN what TO which", Effect::Known);
        check(SHOP, "ALTER TABLE main.[album] ADD `odd one` NVARCHAR(60) COLLATE NOCASE", Effect::Known);
        check(SHOP, "ALTER TABLE Album ADD COLUMN log INT REFERENCES log (what)", Effect::Known);
    }

    #[test]
    fn what_is_not_understood_is_unknown() {
        for sql in [
            "CREATE TABLE copy AS SELECT * FROM log",
            "CREATE VIRTUAL TABLE search USING fts5(body)",
            "ALTER TABLE Album RENAME COLUMN `title` TO `name`",
            "PRAGMA writable_schema = 1",
        ] {
            check(SHOP, sql, Effect::Unknown);
        }
    }
}
