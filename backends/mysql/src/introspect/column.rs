//! Rows of the catalog → columns.

use retort_core::schema::{Column, Expression, Generated, GeneratedStorage, Identity, Name, Type};

use super::{catalog::ColumnRow, text::unescaped};
use crate::{
    expression,
    normalize::default::{has_bare_literals, normal_default},
    option,
    server::{Flavor, Server},
    syntax::SYNTAX,
    types::read::column_type,
};

/// The collation of a column that MariaDB makes of type JSON.
const JSON_COLLATION: &str = "utf8mb4_bin";

/// Reads a column of a table whose default collation is given.
///
/// MariaDB's JSON is text with a check, of which is said whether it is there.
pub(super) fn column(row: ColumnRow, has_json_check: bool, of_table: Option<&str>, server: Server) -> Column {
    let ty = match column_type(&row.ty, row.collation.as_deref()) {
        Type::Text if has_json_check && row.collation.as_deref() == Some(JSON_COLLATION) => Type::Json,
        ty => ty,
    };
    let extra = row.extra.to_ascii_lowercase();
    let mut column = Column::new(Name::new(row.name), ty);
    column.nullable = row.nullable;
    if extra.contains("auto_increment") {
        column.identity = Some(Identity::by_default());
    }
    if let Some(expression) = row.generated {
        let storage = match extra.contains("stored") || extra.contains("persistent") {
            true => GeneratedStorage::Stored,
            false => GeneratedStorage::Virtual,
        };
        column.generated = Some(Generated { expression: from_catalog(&expression, server), storage });
    } else if let Some(default) = row.default {
        column.default = read_default(&default, &column.ty, extra.contains("default_generated"), server);
    }
    let mut collation = row
        .collation
        .filter(|collation| Some(collation.as_str()) != of_table)
        .filter(|_| !matches!(column.ty, Type::Uuid | Type::Json));
    option::settle_charset(&mut collation, &mut column.options);
    column.collation = collation.map(Name::new);
    column.comment = Some(row.comment).filter(|comment| !comment.is_empty());
    if let Some((_, expression)) = extra.split_once("on update ") {
        // Nothing but INVISIBLE may follow.
        let expression = expression.split(',').next().unwrap_or_default();
        let expression = expression.trim_end_matches("invisible").trim();
        column.options.insert(option::ON_UPDATE.to_owned(), option::on_update(expression));
    }
    let mut set = |word: &str, value: &str| column.options.insert(word.to_owned(), value.to_owned());
    if extra.contains("invisible") {
        set(option::INVISIBLE, "true");
    }
    if row.ty.to_ascii_lowercase().contains("compressed") && server.flavor == Flavor::MariaDb {
        set(option::COMPRESSED, "true");
    }
    if let Some(srid) = row.srid {
        set(option::SRID, &srid);
    }
    column
}

/// Reads an expression as the catalog has it.
pub(super) fn from_catalog(text: &str, server: Server) -> Expression {
    match server.flavor {
        Flavor::MySql => expression::from_mysql(&unescaped(text), server),
        Flavor::MariaDb => expression::from_mysql(text, server),
    }
    .into()
}

/// Reads a default. MariaDB's catalog has an expression, MySQL's an expression
/// or the mere value.
fn read_default(text: &str, ty: &Type, is_expression: bool, server: Server) -> Option<Expression> {
    let expression = match server.flavor {
        Flavor::MariaDb => from_catalog(text, server),
        Flavor::MySql if is_expression => from_catalog(text, server),
        Flavor::MySql if has_bare_literals(ty) && !text.is_empty() => from_catalog_literal(text, server),
        Flavor::MySql => from_catalog_literal(&SYNTAX.quote_literal(text), server),
    };
    normal_default(&expression, ty)
}

fn from_catalog_literal(literal: &str, server: Server) -> Expression {
    expression::from_mysql(literal, server).into()
}
