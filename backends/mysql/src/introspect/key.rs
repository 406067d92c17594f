//! Rows of the catalog → keys, indexes and foreign keys.

use retort_core::schema::{
    Constraint, ConstraintKind, ForeignKey, Index, IndexKey, IndexKeyPart, Name, PrimaryKey, QualifiedName,
    ReferentialAction, SortOrder, Table, Type, Unmanaged,
};

use super::{
    rows::{ForeignKeyColumnRow, ForeignKeyRow, KeyPartRow},
    text,
};
use crate::{
    expression::Context,
    normalize::key::{drop_implicit_indexes, put_index, usual_method},
    option,
    server::Server,
    syntax::SYNTAX,
    types::Kind,
};

/// The name of every primary key.
const PRIMARY: &str = "PRIMARY";

/// Puts the keys and indexes of a table on it, whose parts are given in order.
/// The columns and foreign keys must be on it already.
///
/// Returns what the model does not hold of its primary key.
pub(super) fn put_keys(table: &mut Table, parts: Vec<KeyPartRow>, server: Server) -> Option<Unmanaged> {
    let mut further = None;
    for parts in parts.chunk_by(|one, other| one.index == other.index) {
        let Some(first) = parts.first() else { continue };
        let index = index(first, parts, table, server);
        if first.index == PRIMARY {
            further = special_primary_key(table, &index);
            let columns = parts.iter().filter_map(|part| part.column.clone().map(Name::new)).collect();
            let kind = ConstraintKind::PrimaryKey(PrimaryKey { columns });
            table.constraints.push(Constraint { name: None, kind });
        } else {
            put_index(table, index);
        }
    }
    drop_implicit_indexes(table, server);
    further
}

fn index(first: &KeyPartRow, parts: &[KeyPartRow], table: &Table, server: Server) -> Index {
    let mut index = Index::on_columns(Name::new(first.index.as_str()), []);
    index.unique = first.unique;
    index.method = match first.method.as_str() {
        "HASH" if first.unique && !fits_into_btree(parts, table) => None,
        method => Some(method.to_ascii_lowercase()).filter(|method| method != usual_method(table)),
    }
    .map(Name::new);
    let context = Context::new(server).with_columns(&table.columns);
    index.key = parts.iter().map(|part| key_part(part, context, server)).collect();
    let mut set = |word: &str, value: &str| index.options.insert(word.to_owned(), value.to_owned());
    if !first.comment.is_empty() {
        set(option::COMMENT, &first.comment);
    }
    if first.hidden {
        set(option::INVISIBLE, option::SET);
    }
    index
}

fn key_part(row: &KeyPartRow, context: Context<'_>, server: Server) -> IndexKeyPart {
    let key = match (&row.column, &row.expression) {
        (Some(column), _) => IndexKey::Column(Name::new(column.as_str())),
        (None, expression) => {
            let sql = text::sql(expression.as_deref().unwrap_or_default(), server);
            IndexKey::Expression(context.read(&sql).into())
        }
    };
    IndexKeyPart {
        key,
        collation: None,
        operator_class: None,
        order: if row.descending { SortOrder::Descending } else { SortOrder::Ascending },
        nulls: None,
        // A spatial index has the size of a rectangle there.
        prefix: row.prefix.filter(|_| row.method != "SPATIAL"),
    }
}

/// Whether MariaDB would make the index a B-tree by itself. What it cannot
/// sort because it is too long it hashes.
fn fits_into_btree(parts: &[KeyPartRow], table: &Table) -> bool {
    let length = |part: &KeyPartRow| {
        let column = table.column(&Name::new(part.column.as_deref()?))?;
        match &column.ty {
            Type::Char(size) | Type::VarChar(Some(size)) => Some(4 * size),
            Type::VarBinary(size) => Some(*size),
            ty if Kind::of(ty).is_unlimited() => None,
            _ => Some(8),
        }
    };
    parts.iter().map(length).sum::<Option<u32>>().is_some_and(|length| length <= 3072)
}

/// What a primary key has that the model does not hold: an order, or parts of
/// columns.
fn special_primary_key(table: &Table, index: &Index) -> Option<Unmanaged> {
    let is_plain = |part: &IndexKeyPart| part.prefix.is_none() && part.order == SortOrder::Ascending;
    if index.key.iter().all(is_plain) && index.options.is_empty() {
        return None;
    }
    let parts: Vec<String> = index
        .key
        .iter()
        .map(|part| {
            let mut text = match &part.key {
                IndexKey::Column(name) => SYNTAX.quote_identifier(name.as_str()),
                IndexKey::Expression(expression) => format!("({expression})"),
            };
            text.extend(part.prefix.map(|size| format!("({size})")));
            text.extend((part.order == SortOrder::Descending).then_some(" DESC"));
            text
        })
        .collect();
    let comment = index.options.get(option::COMMENT);
    let comment = comment.map(|text| format!(" COMMENT {}", SYNTAX.quote_literal(text)));
    Some(Unmanaged {
        kind: "order or comment of primary key".to_owned(),
        name: table.name.clone(),
        table: Some(table.name.clone()),
        definition: Some(format!(
            "ALTER TABLE {} ADD PRIMARY KEY ({}){}",
            SYNTAX.quote_qualified(&table.name),
            parts.join(", "),
            comment.unwrap_or_default()
        )),
    })
}

/// Reads a foreign key of the database that is named.
pub(super) fn foreign_key(
    row: &ForeignKeyRow,
    columns: &[ForeignKeyColumnRow],
    database: &str,
) -> Constraint {
    let own = columns.iter().map(|column| Name::new(column.column.as_str())).collect();
    let referenced = columns.iter().map(|column| Name::new(column.referenced_column.as_str())).collect();
    let references = match columns.first() {
        Some(column) if column.referenced_database == database => {
            QualifiedName::unqualified(column.referenced_table.as_str())
        }
        Some(column) => {
            QualifiedName::qualified(column.referenced_database.as_str(), column.referenced_table.as_str())
        }
        None => QualifiedName::unqualified(""),
    };
    let mut key = ForeignKey::new(own, references, referenced);
    key.on_update = action(&row.on_update);
    key.on_delete = action(&row.on_delete);
    Constraint::named(row.name.as_str(), ConstraintKind::ForeignKey(key))
}

/// An action in its normal form: to MySQL, which checks at once, NO ACTION and
/// RESTRICT are the same.
fn action(rule: &str) -> ReferentialAction {
    match rule {
        "CASCADE" => ReferentialAction::Cascade,
        "SET NULL" => ReferentialAction::SetNull,
        "SET DEFAULT" => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}
