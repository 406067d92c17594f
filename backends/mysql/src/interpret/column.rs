//! The definition of a column.

use retort_core::schema::{Column, Generated, GeneratedStorage, Identity, Name, Type};

use super::cursor::Cursor;
use crate::{
    option,
    server::{Flavor, Server},
    types::read::column_type,
};

/// A column with what its definition says of the table.
pub(super) struct Defined {
    /// Its default and its generation expression are still MySQL's own.
    pub(super) column: Column,
    pub(super) primary_key: bool,
    pub(super) unique: bool,
    /// Checks of the whole table, MySQL's own.
    pub(super) checks: Vec<String>,
}

/// Reads `name type …`.
pub(super) fn column(cursor: &mut Cursor<'_>, server: Server) -> Option<Defined> {
    let name = cursor.name()?;
    let declared = declared_type(cursor)?;
    let mut column = Column::new(name, Type::Native(String::new()));
    let mut defined =
        Defined { column: column.clone(), primary_key: false, unique: false, checks: Vec::new() };
    let (mut collation, mut nullable) = (None, true);
    loop {
        if cursor.eat_all(&["CHARACTER", "SET"]) || cursor.eat("CHARSET") {
            let charset = cursor.operand()?.to_ascii_lowercase();
            column.options.insert(option::CHARSET.to_owned(), charset);
        } else if cursor.eat("COLLATE") {
            collation = Some(cursor.name()?.as_str().to_lowercase());
        } else if cursor.eat_all(&["GENERATED", "ALWAYS", "AS"]) || cursor.eat("AS") {
            let expression = cursor.parenthesized()?.into();
            let storage = match cursor.eat("STORED") || cursor.eat("PERSISTENT") {
                true => GeneratedStorage::Stored,
                false => GeneratedStorage::Virtual,
            };
            cursor.eat("VIRTUAL");
            column.generated = Some(Generated { expression, storage });
        } else if cursor.eat_all(&["NOT", "NULL"]) {
            nullable = false;
        } else if cursor.eat("NULL") {
            nullable = true;
        } else if cursor.eat("AUTO_INCREMENT") {
            column.identity = Some(Identity::by_default());
        } else if cursor.eat("DEFAULT") {
            column.default = Some(value(cursor)?.into());
        } else if cursor.eat_all(&["ON", "UPDATE"]) {
            let expression = option::on_update(value(cursor)?);
            column.options.insert(option::ON_UPDATE.to_owned(), expression);
        } else if cursor.eat("COMMENT") {
            column.comment = Some(cursor.string()?).filter(|comment| !comment.is_empty());
        } else if cursor.eat("INVISIBLE") {
            column.options.insert(option::INVISIBLE.to_owned(), option::SET.to_owned());
        } else if cursor.eat("COMPRESSED") {
            column.options.insert(option::COMPRESSED.to_owned(), option::SET.to_owned());
        } else if cursor.eat("SRID") {
            column.options.insert(option::SRID.to_owned(), cursor.number()?.to_string());
        } else if cursor.eat_all(&["PRIMARY", "KEY"]) {
            defined.primary_key = true;
        } else if cursor.eat("UNIQUE") {
            cursor.eat("KEY");
            defined.unique = true;
        } else if cursor.eat("CHECK") {
            let check = cursor.parenthesized()?.to_owned();
            match server.flavor {
                Flavor::MySql => defined.checks.push(check),
                Flavor::MariaDb => {
                    column.options.insert(option::CHECK.to_owned(), check);
                }
            }
        } else {
            break;
        }
    }
    column.ty = column_type(&declared, collation.as_deref());
    column.nullable = nullable && column.identity.is_none();
    settle_json(&mut column, &mut collation, server);
    option::settle_charset(&mut collation, &mut column.options);
    if matches!(column.ty, Type::Uuid | Type::Json) {
        collation = None;
        column.options.remove(option::CHARSET);
    }
    column.collation = collation.map(Name::new);
    defined.column = column;
    Some(defined)
}

/// MariaDB's JSON is text of one collation with one check: with another check
/// it is text, and such text is JSON.
fn settle_json(column: &mut Column, collation: &mut Option<String>, server: Server) {
    const COLLATION: &str = "utf8mb4_bin";
    let Some(check) = column.options.get(option::CHECK).filter(|_| server.flavor == Flavor::MariaDb) else {
        return;
    };
    let plain: String = check.chars().filter(|c| !c.is_whitespace() && *c != '`').collect();
    let is_json_check = plain.eq_ignore_ascii_case(&format!("json_valid({})", column.name));
    match (&column.ty, collation.as_deref()) {
        (Type::Text, Some(COLLATION)) if is_json_check => column.ty = Type::Json,
        (Type::Json, _) if !is_json_check => {
            column.ty = Type::Text;
            *collation = Some(COLLATION.to_owned());
        }
        _ => {}
    }
    if column.ty == Type::Json {
        column.options.remove(option::CHECK);
    }
}

/// Reads a type: words, what is in its parentheses, and what follows.
fn declared_type(cursor: &mut Cursor<'_>) -> Option<String> {
    const SECOND_WORDS: [&str; 4] = ["PRECISION", "VARYING", "VARCHAR", "CHAR"];
    let mut declared = cursor.operand()?.to_owned();
    while let Some(word) = cursor.eat_any(&SECOND_WORDS) {
        declared = format!("{declared} {word}");
    }
    if cursor.is("(") {
        declared = format!("{declared}({})", cursor.parenthesized()?);
    }
    // The catalog says how many zeros there may be.
    if !declared.contains('(') && (0..3).any(|ahead| cursor.is_ahead(ahead, "ZEROFILL")) {
        let width = match declared.to_ascii_lowercase().as_str() {
            "tinyint" => "(3)",
            "smallint" => "(5)",
            "mediumint" => "(8)",
            "int" | "integer" => "(10)",
            "bigint" => "(20)",
            _ => "",
        };
        declared.push_str(width);
    }
    while let Some(word) = cursor.eat_any(&["UNSIGNED", "SIGNED", "ZEROFILL"]) {
        declared = format!("{declared} {word}");
    }
    // `SERIAL` is a column with a key.
    (!declared.eq_ignore_ascii_case("serial")).then_some(declared)
}

/// Reads what follows DEFAULT: an expression in parentheses, a literal, or a
/// call.
fn value<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    if cursor.is("(") {
        return cursor.parenthesized();
    }
    let mark = cursor.mark();
    let _ = cursor.eat("-") || cursor.eat("+");
    let first = cursor.operand()?;
    // The character set of a literal, and literals of bytes.
    let is_prefix = first.starts_with('_') || ["x", "b", "n"].iter().any(|it| first.eq_ignore_ascii_case(it));
    if is_prefix {
        cursor.operand()?;
    } else if cursor.is("(") {
        cursor.parenthesized()?;
    }
    cursor.text_since(mark)
}
