//! CREATE TABLE, and what ALTER TABLE adds.

use std::collections::BTreeMap;

use retort_core::schema::{Column, Name, QualifiedName, Schema, Table};

use super::{
    column::{self, Defined},
    cursor::Cursor,
    element::{self, Element},
};
use crate::{
    expression::Context, normalize::default::normal_default, option, server::Server, syntax::SYNTAX,
};

/// `name (…) options`, behind CREATE TABLE.
pub(super) fn create(
    mut cursor: Cursor<'_>,
    or_replace: bool,
    schema: &mut Schema,
    server: Server,
) -> Option<()> {
    let if_not_exists = cursor.eat_if_not_exists();
    let name = QualifiedName::unqualified(cursor.name()?);
    if schema.views.contains_key(&name) || (or_replace && schema.tables.contains_key(&name)) {
        return None;
    }
    if schema.tables.contains_key(&name) {
        return if_not_exists.then_some(());
    }
    cursor.expect("(")?;
    let mut table = Table::new(name, Vec::new());
    let mut elements = Vec::new();
    let mut defined = Vec::new();
    loop {
        if element::is_next(&cursor) {
            // A key may stand before its columns.
            let mark = cursor.mark();
            skip_element(&mut cursor)?;
            elements.push(cursor.text_since(mark)?);
        } else {
            defined.push(column::column(&mut cursor, server)?);
        }
        if !cursor.eat(",") {
            break;
        }
    }
    cursor.expect(")")?;
    let options = options(&mut cursor, &mut table.comment)?;
    cursor.at_end().then_some(())?;
    table.options = option::of_table(&options);

    for Defined { column, .. } in &defined {
        if table.column(&column.name).is_some() {
            return None;
        }
        table.columns.push(column.clone());
    }
    read_expressions(&mut table.columns, server);
    for Defined { column, primary_key, unique, checks } in defined {
        put_own(&column, primary_key, unique, checks, &mut table, server)?;
    }
    let mut unnamed = Vec::new();
    for text in elements {
        let element = element::element(&mut Cursor::new(text), &table.columns, server)?;
        unnamed.extend(element::put(element, &mut table, server)?);
    }
    references_exist(&table, schema)?;
    element::put_indexes_of_foreign_keys(unnamed, &mut table);
    schema.tables.insert(table.name.clone(), table);
    Some(())
}

/// What follows `ALTER TABLE name`: additions, new definitions of columns, and
/// options.
pub(super) fn alter(
    mut cursor: Cursor<'_>,
    name: &QualifiedName,
    schema: &mut Schema,
    server: Server,
) -> Option<()> {
    let mut table = schema.tables.get(name)?.clone();
    let mut unnamed = Vec::new();
    loop {
        if cursor.eat("ADD") {
            if element::is_next(&cursor) {
                let element = element::element(&mut cursor, &table.columns, server)?;
                unnamed.extend(element::put(element, &mut table, server)?);
            } else {
                cursor.eat("COLUMN");
                let Defined { column, primary_key, unique, checks } = column::column(&mut cursor, server)?;
                if table.column(&column.name).is_some() {
                    return None;
                }
                table.columns.push(column.clone());
                read_last(&mut table, server);
                put_own(&column, primary_key, unique, checks, &mut table, server)?;
            }
        } else if cursor.eat("MODIFY") {
            cursor.eat("COLUMN");
            let Defined { column, primary_key, unique, checks } = column::column(&mut cursor, server)?;
            if primary_key || unique || !checks.is_empty() {
                return None;
            }
            let in_key = table.primary_key().is_some_and(|key| key.columns.contains(&column.name));
            let at = table.columns.iter().position(|found| found.name == column.name)?;
            table.columns.remove(at);
            table.columns.push(Column { nullable: column.nullable && !in_key, ..column });
            read_last(&mut table, server);
            let column = table.columns.pop()?;
            table.columns.insert(at, column);
        } else {
            let mut found = options(&mut cursor, &mut table.comment)?;
            if found.is_empty() {
                return None;
            }
            for (option, value) in &table.options {
                found.entry(option.clone()).or_insert_with(|| value.clone());
            }
            table.options = option::of_table(&found);
        }
        if !cursor.eat(",") {
            break;
        }
    }
    cursor.at_end().then_some(())?;
    references_exist(&table, schema)?;
    element::put_indexes_of_foreign_keys(unnamed, &mut table);
    schema.tables.insert(name.clone(), table);
    Some(())
}

/// Puts on a table what the definition of a column says of it.
fn put_own(
    column: &Column,
    primary_key: bool,
    unique: bool,
    checks: Vec<String>,
    table: &mut Table,
    server: Server,
) -> Option<()> {
    let mut put = |text: String| {
        let element = element::element(&mut Cursor::new(&text), &table.columns, server)?;
        element::put(element, table, server).map(drop)
    };
    let name = SYNTAX.quote_identifier(column.name.as_str());
    if primary_key {
        put(format!("PRIMARY KEY ({name})"))?;
    }
    if unique {
        put(format!("UNIQUE KEY ({name})"))?;
    }
    for check in checks {
        element::put(Element::Check(None, check), table, server)?;
    }
    Some(())
}

/// Goes on to the comma or parenthesis behind an element.
fn skip_element(cursor: &mut Cursor<'_>) -> Option<()> {
    while !cursor.is(",") && !cursor.is(")") {
        if cursor.is("(") {
            cursor.parenthesized()?;
        } else {
            cursor.advance()?;
        }
    }
    Some(())
}

/// `ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='x'`; the value that numbering
/// starts with is no part of the schema.
fn options(cursor: &mut Cursor<'_>, comment: &mut Option<String>) -> Option<BTreeMap<String, String>> {
    let mut options = BTreeMap::new();
    while !cursor.at_end() && !cursor.is(",") {
        cursor.eat("DEFAULT");
        if cursor.eat("COMMENT") {
            cursor.eat("=");
            *comment = Some(cursor.string()?).filter(|comment| !comment.is_empty());
            continue;
        }
        let name = if cursor.eat_all(&["CHARACTER", "SET"]) {
            Name::new(option::CHARSET)
        } else {
            let quoted = cursor.is_quoted();
            let mut name = cursor.name()?;
            while !quoted
                && !cursor.is("=")
                && matches!(name.as_str().to_ascii_lowercase().as_str(), "data" | "index")
            {
                name = Name::new(format!("{name} {}", cursor.name()?));
            }
            name
        };
        // Partitions are outside of the model.
        let known = cursor.eat("=")
            || matches!(
                name.as_str().to_ascii_lowercase().as_str(),
                "engine" | "charset" | "collate" | "row_format"
            );
        if !known {
            return None;
        }
        let value = cursor.operand()?.to_owned();
        match name.as_str().to_ascii_lowercase().as_str() {
            "auto_increment" => {}
            "collate" => {
                options.insert(option::COLLATION.to_owned(), value.to_ascii_lowercase());
            }
            word => {
                options.insert(word.to_owned(), value);
            }
        }
    }
    Some(options)
}

/// Turns the expressions of columns from MySQL's into portable ones.
fn read_expressions(columns: &mut [Column], server: Server) {
    let all = columns.to_vec();
    let context = Context::new(server).with_columns(&all);
    for column in columns {
        read_expression(column, context);
    }
}

/// The same for the last column of a table alone.
fn read_last(table: &mut Table, server: Server) {
    let all = table.columns.clone();
    if let Some(column) = table.columns.last_mut() {
        read_expression(column, Context::new(server).with_columns(&all));
    }
}

fn read_expression(column: &mut Column, context: Context<'_>) {
    if let Some(default) = &column.default {
        let portable = context.read(default.as_str()).into();
        column.default = normal_default(&portable, &column.ty);
    }
    if let Some(generated) = &mut column.generated {
        generated.expression = context.read(generated.expression.as_str()).into();
    }
}

/// What the foreign keys of a table refer to must be known.
fn references_exist(table: &Table, schema: &Schema) -> Option<()> {
    let mut references = table.constraints.iter().filter_map(|constraint| constraint.kind.references());
    references.all(|name| *name == table.name || schema.tables.contains_key(name)).then_some(())
}
