//! Rows of the catalog → columns.

use retort_core::schema::{Column, Expression, Generated, GeneratedStorage, Identity, Name, Type};

use super::{rows::ColumnRow, text::sql};
use crate::{
    expression::Context,
    normalize::default::{has_bare_literals, normal_default},
    option,
    server::{Flavor, Server},
    syntax::SYNTAX,
    types::read::column_type,
};

/// The collation of a column that MariaDB makes of type JSON.
const JSON_COLLATION: &str = "utf8mb4_bin";

/// Reads a column of a table whose default collation is given, but not
/// yet its [expressions](read_expressions).
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
        column.generated = Some(Generated { expression: sql(&expression, server).into(), storage });
    } else if let Some(default) = row.default {
        let is_expression = extra.contains("default_generated");
        column.default = Some(default_sql(&default, &column.ty, is_expression, server));
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
        set(option::INVISIBLE, option::SET);
    }
    // MariaDB says so in a comment behind the type.
    if row.ty.ends_with(" COMPRESSED*/") {
        set(option::COMPRESSED, option::SET);
    }
    if let Some(srid) = row.srid {
        set(option::SRID, &srid);
    }
    column
}

/// Reads the expressions of the columns of a table, which depend on all of
/// them.
///
/// Until then they are MySQL's.
pub(super) fn read_expressions(columns: &mut [Column], server: Server) {
    if columns.iter().all(|column| column.default.is_none() && column.generated.is_none()) {
        return;
    }
    let all = columns.to_vec();
    let context = Context::new(server).with_columns(&all);
    for column in columns {
        if let Some(default) = &column.default {
            let portable = context.read(default.as_str()).into();
            column.default = normal_default(&portable, &column.ty);
        }
        if let Some(generated) = &mut column.generated {
            generated.expression = context.read(generated.expression.as_str()).into();
        }
    }
}

/// A default as SQL. MariaDB's catalog has that, MySQL's has it of expressions;
/// of literals it has the mere text.
fn default_sql(text: &str, ty: &Type, is_expression: bool, server: Server) -> Expression {
    match server.flavor {
        Flavor::MySql if !is_expression && (text.is_empty() || !has_bare_literals(ty)) => {
            SYNTAX.quote_literal(text).into()
        }
        Flavor::MySql | Flavor::MariaDb => sql(text, server).into(),
    }
}
