//! Keys, indexes and constraints.

use retort_core::schema::{
    Check, Column, Constraint, ConstraintKind, ForeignKey, Index, IndexKey, IndexKeyPart, Name, PrimaryKey,
    QualifiedName, ReferentialAction, Schema, SortOrder, Table,
};

use super::{cursor::Cursor, find, same};
use crate::{
    expression::Context,
    normalize::key::put_index,
    option,
    server::{Flavor, Server},
};

/// Something on a table that is no column.
pub(super) enum Element {
    PrimaryKey(PrimaryKey),
    Index(Index),
    ForeignKey(Option<Name>, ForeignKey),
    Check(Option<Name>, String),
}

/// The words with which an element begins that is no column.
const WORDS: [&str; 8] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "INDEX", "KEY", "FULLTEXT"];

/// Whether an element follows, and not a column.
pub(super) fn is_next(cursor: &Cursor<'_>) -> bool {
    cursor.is_any(&WORDS) || cursor.is("SPATIAL")
}

/// Reads an element of a table with these columns.
pub(super) fn element(cursor: &mut Cursor<'_>, columns: &[Column], server: Server) -> Option<Element> {
    let mut name = None;
    if cursor.eat("CONSTRAINT") && !cursor.is_any(&["PRIMARY", "UNIQUE", "FOREIGN", "CHECK"]) {
        name = Some(cursor.name()?);
    }
    if cursor.eat_all(&["PRIMARY", "KEY"]) {
        let key = key_parts(cursor, columns, server)?;
        // An order or a prefix is outside of the model.
        let plain = key.iter().map(|part| match &part.key {
            IndexKey::Column(name) if *part == IndexKeyPart::column(name.clone()) => Some(name.clone()),
            IndexKey::Column(_) | IndexKey::Expression(_) => None,
        });
        return Some(Element::PrimaryKey(PrimaryKey { columns: plain.collect::<Option<_>>()? }));
    }
    if cursor.eat_all(&["FOREIGN", "KEY"]) {
        let own = if cursor.is("(") { None } else { Some(cursor.name()?) };
        return Some(Element::ForeignKey(name.or(own), foreign_key(cursor)?));
    }
    if cursor.eat("CHECK") {
        return Some(Element::Check(name, cursor.parenthesized()?.to_owned()));
    }
    let unique = cursor.eat("UNIQUE");
    let method = cursor.eat_any(&["FULLTEXT", "SPATIAL"]).map(str::to_lowercase);
    let _ = cursor.eat("INDEX") || cursor.eat("KEY");
    let named = cursor.is_quoted() || !(cursor.is("(") || cursor.is("USING"));
    let own = if named { Some(cursor.name()?) } else { None };
    let mut index = Index::on_columns(own.or(name).unwrap_or_else(|| Name::new("")), []);
    index.unique = unique;
    index.method = method.map(Name::new);
    using(cursor, &mut index)?;
    index.key = key_parts(cursor, columns, server)?;
    options(cursor, &mut index)?;
    if index.name.as_str().is_empty() {
        // It is called like its first column, which may be taken.
        let IndexKey::Column(first) = &index.key.first()?.key else { return None };
        index.name = first.clone();
    }
    Some(Element::Index(index))
}

/// Puts an element on a table. What has no name gets the server's; of a foreign
/// key the columns are returned, for [`put_indexes_of_foreign_keys`].
pub(super) fn put(element: Element, table: &mut Table, server: Server) -> Option<Option<Vec<Name>>> {
    let mut unnamed = None;
    match element {
        Element::PrimaryKey(key) => {
            if table.primary_key().is_some() {
                return None;
            }
            for column in &key.columns {
                table.column_mut(column)?.nullable = false;
            }
            let kind = ConstraintKind::PrimaryKey(key);
            table.constraints.push(Constraint { name: None, kind });
        }
        Element::Index(index) => {
            let named = |name: &Name| same(name, &index.name);
            let constraints = table.constraints.iter().filter_map(|constraint| constraint.name.as_ref());
            if table.indexes.iter().map(|index| &index.name).chain(constraints).any(named) {
                return None;
            }
            put_index(table, index);
        }
        Element::ForeignKey(name, key) => {
            unnamed = name.is_none().then(|| key.columns.clone());
            let generated = format!("{}_ibfk_", table.name.name);
            let name = name.unwrap_or_else(|| next(&generated, table));
            key.columns.iter().try_for_each(|column| table.column(column).map(drop))?;
            table.constraints.push(Constraint::named(name, ConstraintKind::ForeignKey(key)));
        }
        Element::Check(name, text) => {
            let generated = match server.flavor {
                Flavor::MySql => format!("{}_chk_", table.name.name),
                Flavor::MariaDb => "CONSTRAINT_".to_owned(),
            };
            let name = name.unwrap_or_else(|| next(&generated, table));
            let context = Context::new(server).with_columns(&table.columns).condition();
            let expression = context.read(&text).into();
            let kind = ConstraintKind::Check(Check { expression, validated: true });
            table.constraints.push(Constraint::named(name, kind));
        }
    }
    Some(unnamed)
}

/// Puts the indexes on a table that foreign keys without a name bring along:
/// they are called like their first column.
pub(super) fn put_indexes_of_foreign_keys(keys: Vec<Vec<Name>>, table: &mut Table) {
    for columns in keys {
        let by_constraint = table
            .constraints
            .iter()
            .any(|it| it.kind.references().is_none() && it.columns().starts_with(&columns));
        let begins = |index: &Index| {
            let parts = index.key.iter().map(|part| match &part.key {
                IndexKey::Column(name) if part.prefix.is_none() => Some(name),
                IndexKey::Column(_) | IndexKey::Expression(_) => None,
            });
            let parts: Vec<_> = parts.take(columns.len()).collect();
            parts.len() == columns.len() && parts.into_iter().eq(columns.iter().map(Some))
        };
        if let Some(first) = columns.first()
            && !by_constraint
            && !table.indexes.iter().any(begins)
        {
            table.indexes.push(Index::on_columns(first.clone(), columns.clone()));
        }
    }
}

/// The next name that the server gives.
fn next(generated: &str, table: &Table) -> Name {
    let names = table.constraints.iter().filter_map(|constraint| constraint.name.as_ref());
    let numbers = names.filter_map(|name| name.as_str().strip_prefix(generated)?.parse::<u32>().ok());
    Name::new(format!("{generated}{}", numbers.max().unwrap_or(0) + 1))
}

/// `[UNIQUE] INDEX name ON table (key)`
pub(super) fn create_index(
    mut cursor: Cursor<'_>,
    or_replace: bool,
    schema: &mut Schema,
    server: Server,
) -> Option<()> {
    let unique = cursor.eat("UNIQUE");
    let method = cursor.eat_any(&["FULLTEXT", "SPATIAL"]).map(str::to_lowercase);
    cursor.expect("INDEX")?;
    if cursor.eat_if_not_exists() && or_replace {
        return None;
    }
    let mut index = Index::on_columns(cursor.name()?, []);
    index.unique = unique;
    index.method = method.map(Name::new);
    using(&mut cursor, &mut index)?;
    cursor.expect("ON")?;
    let table = find(schema, &cursor.name()?)?.name.clone();
    index.key = key_parts(&mut cursor, &schema.tables.get(&table)?.columns, server)?;
    options(&mut cursor, &mut index)?;
    if !cursor.at_end() {
        return None;
    }
    // Its name is the table's alone; one that is unique may be a constraint as
    // well.
    let mut created = schema.tables.get(&table)?.clone();
    put(Element::Index(index), &mut created, server)?;
    schema.tables.insert(table, created);
    Some(())
}

/// `(a, b(10) DESC, (lower(c)))`
fn key_parts(cursor: &mut Cursor<'_>, columns: &[Column], server: Server) -> Option<Vec<IndexKeyPart>> {
    let mut parts = Vec::new();
    cursor.expect("(")?;
    loop {
        let mut part = if cursor.is("(") {
            let text = cursor.parenthesized()?;
            let expression = Context::new(server).with_columns(columns).read(text);
            IndexKeyPart { key: IndexKey::Expression(expression.into()), ..IndexKeyPart::column("".into()) }
        } else {
            let written = cursor.name()?;
            let column = columns.iter().find(|column| same(&column.name, &written))?;
            IndexKeyPart::column(column.name.clone())
        };
        if cursor.eat("(") {
            part.prefix = Some(cursor.number()?);
            cursor.expect(")")?;
        }
        if cursor.eat("DESC") {
            part.order = SortOrder::Descending;
        } else {
            cursor.eat("ASC");
        }
        parts.push(part);
        if !cursor.eat(",") {
            break;
        }
    }
    cursor.expect(")")?;
    Some(parts)
}

/// `USING HASH`
fn using(cursor: &mut Cursor<'_>, index: &mut Index) -> Option<()> {
    if cursor.eat("USING") {
        index.method = Some(Name::new(cursor.eat_any(&["BTREE", "HASH"])?.to_lowercase()));
    }
    Some(())
}

/// What stands behind the key.
fn options(cursor: &mut Cursor<'_>, index: &mut Index) -> Option<()> {
    loop {
        if cursor.is("USING") {
            using(cursor, index)?;
        } else if cursor.eat("COMMENT") {
            let comment = cursor.string()?;
            if !comment.is_empty() {
                index.options.insert(option::COMMENT.to_owned(), comment);
            }
        } else if cursor.eat("INVISIBLE") || cursor.eat("IGNORED") {
            index.options.insert(option::INVISIBLE.to_owned(), option::SET.to_owned());
        } else {
            return Some(());
        }
    }
}

/// `(a) REFERENCES t (b) ON DELETE CASCADE`
fn foreign_key(cursor: &mut Cursor<'_>) -> Option<ForeignKey> {
    let columns = names(cursor)?;
    cursor.expect("REFERENCES")?;
    let table = QualifiedName::unqualified(cursor.name()?);
    let mut key = ForeignKey::new(columns, table, names(cursor)?);
    while cursor.eat("ON") {
        let slot = match cursor.eat_any(&["DELETE", "UPDATE"])? {
            "DELETE" => &mut key.on_delete,
            _ => &mut key.on_update,
        };
        *slot = if cursor.eat("CASCADE") {
            ReferentialAction::Cascade
        } else if cursor.eat_all(&["SET", "NULL"]) {
            ReferentialAction::SetNull
        } else if cursor.eat("RESTRICT") || cursor.eat_all(&["NO", "ACTION"]) {
            ReferentialAction::NoAction
        } else {
            return None;
        };
    }
    Some(key)
}

/// `(a, b)`
fn names(cursor: &mut Cursor<'_>) -> Option<Vec<Name>> {
    let mut names = Vec::new();
    cursor.expect("(")?;
    loop {
        names.push(cursor.name()?);
        if !cursor.eat(",") {
            break;
        }
    }
    cursor.expect(")")?;
    Some(names)
}
