//! From operations to portable SQL.

use std::fmt::Write as _;

use squawk_syntax::{SourceFile, SyntaxKind};

use super::{
    names::{quote_name, quote_qualified},
    walk::span,
};
use crate::{
    operation::{ColumnChange, CommentTarget, EnumValuePosition, Operation},
    schema::{
        Column, Constraint, ConstraintKind, Deferrable, Expression, ForeignKey, Generated, GeneratedStorage,
        Identity, IdentityMode, Index, IndexKey, IndexKeyPart, MatchKind, Name, NullsOrder, QualifiedName,
        ReferentialAction, SequenceOptions, SortOrder, Table, Type,
    },
};

/// Writes an operation as portable SQL: one or more statements, each ending in
/// a semicolon, a line or more for each.
///
/// Reading the SQL back gives the operation again, but for what portable SQL
/// cannot say in one statement: the indexes and comments of a new table become
/// statements of their own, and so operations of their own. Options of a table
/// that only one backend knows are left out.
pub fn write(operation: &Operation) -> String {
    let sql = match operation {
        Operation::CreateNamespace { name, if_not_exists } => {
            format!("CREATE SCHEMA {}{}", not_exists(*if_not_exists), quote_name(name))
        }
        Operation::DropNamespace { name, if_exists } => {
            format!("DROP SCHEMA {}{}", exists(*if_exists), quote_name(name))
        }
        Operation::RenameNamespace { from, to } => {
            format!("ALTER SCHEMA {} RENAME TO {}", quote_name(from), quote_name(to))
        }
        Operation::CreateEnum { enum_type } => {
            let values = list(&enum_type.values, |value| string(value));
            let mut sql = format!("CREATE TYPE {} AS ENUM ({values})", quote_qualified(&enum_type.name));
            if let Some(comment) = &enum_type.comment {
                sql.push_str(";\n");
                sql.push_str(&comment_on("TYPE", &quote_qualified(&enum_type.name), Some(comment)));
            }
            sql
        }
        Operation::DropEnum { name, if_exists } => drop_object("TYPE", *if_exists, name),
        Operation::RenameEnum { from, to } => rename_object("TYPE", from, to),
        Operation::AddEnumValue { name, value, position, if_not_exists } => {
            let position = match position {
                EnumValuePosition::End => String::new(),
                EnumValuePosition::Before(label) => format!(" BEFORE {}", string(label)),
                EnumValuePosition::After(label) => format!(" AFTER {}", string(label)),
            };
            let (name, value) = (quote_qualified(name), string(value));
            format!("ALTER TYPE {name} ADD VALUE {}{value}{position}", not_exists(*if_not_exists))
        }
        Operation::RenameEnumValue { name, from, to } => {
            format!("ALTER TYPE {} RENAME VALUE {} TO {}", quote_qualified(name), string(from), string(to))
        }
        Operation::DropEnumValue { name, value } => {
            format!("ALTER TYPE {} DROP VALUE {}", quote_qualified(name), string(value))
        }
        Operation::CreateTable { table, if_not_exists } => create_table(table, *if_not_exists),
        Operation::DropTable { name, if_exists } => drop_object("TABLE", *if_exists, name),
        Operation::RenameTable { from, to } => rename_object("TABLE", from, to),
        Operation::SetTableComment { table, comment } => {
            comment_on("TABLE", &quote_qualified(table), comment.as_deref())
        }
        Operation::AddColumn { table, column, if_not_exists } => {
            let action = format!("ADD COLUMN {}{}", not_exists(*if_not_exists), column_definition(column));
            let mut sql = alter_table(table, &action);
            if let Some(comment) = &column.comment {
                sql.push_str(";\n");
                sql.push_str(&comment_on_column(table, &column.name, Some(comment)));
            }
            sql
        }
        Operation::DropColumn { table, column, if_exists } => {
            alter_table(table, &format!("DROP COLUMN {}{}", exists(*if_exists), quote_name(column)))
        }
        Operation::RenameColumn { table, from, to } => {
            alter_table(table, &format!("RENAME COLUMN {} TO {}", quote_name(from), quote_name(to)))
        }
        Operation::AlterColumn { table, column, change: ColumnChange::Comment(comment) } => {
            comment_on_column(table, column, comment.as_deref())
        }
        Operation::AlterColumn { table, column, change } => {
            alter_table(table, &format!("ALTER COLUMN {} {}", quote_name(column), column_change(change)))
        }
        Operation::AddConstraint { table, constraint: added } => {
            alter_table(table, &format!("ADD {}", constraint(added)))
        }
        Operation::DropConstraint { table, name, if_exists } => {
            alter_table(table, &format!("DROP CONSTRAINT {}{}", exists(*if_exists), quote_name(name)))
        }
        Operation::RenameConstraint { table, from, to } => {
            alter_table(table, &format!("RENAME CONSTRAINT {} TO {}", quote_name(from), quote_name(to)))
        }
        Operation::ValidateConstraint { table, name } => {
            alter_table(table, &format!("VALIDATE CONSTRAINT {}", quote_name(name)))
        }
        Operation::CreateIndex { table, index, concurrently, if_not_exists } => {
            create_index(table, index, *concurrently, *if_not_exists)
        }
        Operation::DropIndex { name, concurrently, if_exists } => {
            let concurrently = if *concurrently { "CONCURRENTLY " } else { "" };
            format!("DROP INDEX {concurrently}{}{}", exists(*if_exists), quote_qualified(name))
        }
        Operation::RenameIndex { from, to } => rename_object("INDEX", from, to),
        Operation::CreateView { view, or_replace } => {
            let replace = if *or_replace { "OR REPLACE " } else { "" };
            let name = quote_qualified(&view.name);
            let columns = match view.columns.as_slice() {
                [] => String::new(),
                columns => format!(" ({})", names(columns)),
            };
            let mut sql = format!("CREATE {replace}VIEW {name}{columns} AS\n{}", view.query);
            if let Some(comment) = &view.comment {
                sql.push_str(";\n");
                sql.push_str(&comment_on("VIEW", &name, Some(comment)));
            }
            sql
        }
        Operation::DropView { name, if_exists } => drop_object("VIEW", *if_exists, name),
        Operation::RenameView { from, to } => rename_object("VIEW", from, to),
        Operation::SetComment { on, comment } => match on {
            CommentTarget::View(name) => comment_on("VIEW", &quote_qualified(name), comment.as_deref()),
            CommentTarget::Enum(name) => comment_on("TYPE", &quote_qualified(name), comment.as_deref()),
        },
        Operation::Dml { sql } | Operation::Raw { sql } => sql.trim_end().trim_end_matches(';').to_owned(),
    };
    sql + ";"
}

fn not_exists(yes: bool) -> &'static str {
    if yes { "IF NOT EXISTS " } else { "" }
}

fn exists(yes: bool) -> &'static str {
    if yes { "IF EXISTS " } else { "" }
}

fn drop_object(what: &str, if_exists: bool, name: &QualifiedName) -> String {
    format!("DROP {what} {}{}", exists(if_exists), quote_qualified(name))
}

fn rename_object(what: &str, from: &QualifiedName, to: &Name) -> String {
    format!("ALTER {what} {} RENAME TO {}", quote_qualified(from), quote_name(to))
}

fn alter_table(table: &QualifiedName, action: &str) -> String {
    format!("ALTER TABLE {} {action}", quote_qualified(table))
}

pub(crate) fn comment_on(what: &str, name: &str, comment: Option<&str>) -> String {
    format!("COMMENT ON {what} {name} IS {}", comment.map_or_else(|| "NULL".to_owned(), string))
}

pub(crate) fn comment_on_column(table: &QualifiedName, column: &Name, comment: Option<&str>) -> String {
    comment_on("COLUMN", &format!("{}.{}", quote_qualified(table), quote_name(column)), comment)
}

fn string(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

fn names(names: &[Name]) -> String {
    list(names, quote_name)
}

fn list<T>(items: &[T], write: impl Fn(&T) -> String) -> String {
    items.iter().map(write).collect::<Vec<_>>().join(", ")
}

fn create_table(table: &Table, if_not_exists: bool) -> String {
    let items: Vec<String> =
        table.columns.iter().map(column_definition).chain(table.constraints.iter().map(constraint)).collect();
    let name = quote_qualified(&table.name);
    let mut sql =
        format!("CREATE TABLE {}{name} (\n    {}\n)", not_exists(if_not_exists), items.join(",\n    "));
    let mut then = |statement: String| {
        sql.push_str(";\n");
        sql.push_str(&statement);
    };
    for index in &table.indexes {
        then(create_index(&table.name, index, false, if_not_exists));
    }
    if let Some(comment) = &table.comment {
        then(comment_on("TABLE", &name, Some(comment)));
    }
    for column in &table.columns {
        if let Some(comment) = &column.comment {
            then(comment_on_column(&table.name, &column.name, Some(comment)));
        }
    }
    sql
}

pub(crate) fn column_definition(column: &Column) -> String {
    let mut sql = format!("{} {}", quote_name(&column.name), ty(&column.ty));
    if let Some(collation) = &column.collation {
        sql.push_str(&format_collation(collation));
    }
    if let Some(identity) = &column.identity {
        sql.push(' ');
        sql.push_str(&identity_clause(identity));
    }
    if let Some(generated) = &column.generated {
        sql.push(' ');
        sql.push_str(&generated_clause(generated));
    }
    if let Some(default) = &column.default {
        sql.push_str(" DEFAULT ");
        sql.push_str(&default_text(default));
    }
    if !column.nullable {
        sql.push_str(" NOT NULL");
    }
    sql
}

fn format_collation(collation: &Name) -> String {
    format!(" COLLATE {}", quote_name(collation))
}

/// The text of a default: in parentheses where what follows in a column
/// definition would be read as a part of it.
fn default_text(default: &Expression) -> String {
    let probe = format!("CREATE TABLE t (c int DEFAULT {default} NOT NULL)");
    let parse = SourceFile::parse(&probe);
    let read = parse.syntax_node().descendants().find(|node| node.kind() == SyntaxKind::DEFAULT_CONSTRAINT);
    let is_whole = read
        .and_then(|node| node.children().last())
        .is_some_and(|node| probe.get(span(&node)) == Some(default.as_str()));
    if is_whole && parse.errors().is_empty() { default.to_string() } else { format!("({default})") }
}

fn identity_clause(identity: &Identity) -> String {
    let mode = match identity.mode {
        IdentityMode::Always => "ALWAYS",
        IdentityMode::ByDefault => "BY DEFAULT",
    };
    let SequenceOptions { start, increment, min, max, cache, cycle } = &identity.sequence;
    let options: Vec<String> = [
        start.map(|value| format!("START WITH {value}")),
        increment.map(|value| format!("INCREMENT BY {value}")),
        min.map(|value| format!("MINVALUE {value}")),
        max.map(|value| format!("MAXVALUE {value}")),
        cache.map(|value| format!("CACHE {value}")),
        cycle.then(|| "CYCLE".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect();
    match options.as_slice() {
        [] => format!("GENERATED {mode} AS IDENTITY"),
        options => format!("GENERATED {mode} AS IDENTITY ({})", options.join(" ")),
    }
}

fn generated_clause(generated: &Generated) -> String {
    let storage = match generated.storage {
        GeneratedStorage::Stored => "STORED",
        GeneratedStorage::Virtual => "VIRTUAL",
    };
    format!("GENERATED ALWAYS AS ({}) {storage}", generated.expression)
}

fn column_change(change: &ColumnChange) -> String {
    match change {
        ColumnChange::Type { ty: new, collation, using } => {
            let mut sql = format!("TYPE {}", ty(new));
            if let Some(collation) = collation {
                sql.push_str(&format_collation(collation));
            }
            if let Some(using) = using {
                sql.push_str(" USING ");
                sql.push_str(using.as_str());
            }
            sql
        }
        ColumnChange::Nullable(true) => "DROP NOT NULL".to_owned(),
        ColumnChange::Nullable(false) => "SET NOT NULL".to_owned(),
        ColumnChange::Default(Some(default)) => format!("SET DEFAULT {default}"),
        ColumnChange::Default(None) => "DROP DEFAULT".to_owned(),
        ColumnChange::Identity(Some(identity)) => format!("ADD {}", identity_clause(identity)),
        ColumnChange::Identity(None) => "DROP IDENTITY".to_owned(),
        ColumnChange::Generated(Some(generated)) => format!("SET EXPRESSION AS ({})", generated.expression),
        ColumnChange::Generated(None) => "DROP EXPRESSION".to_owned(),
        // Comments are statements of their own.
        ColumnChange::Comment(_) => String::new(),
    }
}

pub(crate) fn constraint(constraint: &Constraint) -> String {
    let mut sql = match &constraint.name {
        Some(name) => format!("CONSTRAINT {} ", quote_name(name)),
        None => String::new(),
    };
    let not_valid = |validated: bool| if validated { "" } else { " NOT VALID" };
    // Writing to a string doesn't fail.
    let _ = match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => write!(sql, "PRIMARY KEY ({})", names(&key.columns)),
        ConstraintKind::Unique(unique) => {
            let nulls = if unique.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
            write!(sql, "UNIQUE{nulls} ({}){}", names(&unique.columns), deferrable(unique.deferrable))
        }
        ConstraintKind::Check(check) => {
            write!(sql, "CHECK ({}){}", check.expression, not_valid(check.validated))
        }
        ConstraintKind::ForeignKey(key) => {
            write!(
                sql,
                "FOREIGN KEY ({}) {}{}",
                names(&key.columns),
                references(key),
                not_valid(key.validated),
            )
        }
    };
    sql
}

/// A constraint of a new table behind the one column that it is about, with its
/// name if it has one.
pub(crate) fn column_constraint(constraint: &Constraint) -> String {
    let name = match &constraint.name {
        Some(name) => format!("CONSTRAINT {} ", quote_name(name)),
        None => String::new(),
    };
    let clause = match &constraint.kind {
        ConstraintKind::PrimaryKey(_) => "PRIMARY KEY".to_owned(),
        ConstraintKind::Unique(unique) => {
            let nulls = if unique.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
            format!("UNIQUE{nulls}{}", deferrable(unique.deferrable))
        }
        ConstraintKind::Check(check) => format!("CHECK ({})", check.expression),
        ConstraintKind::ForeignKey(key) => references(key),
    };
    name + &clause
}

/// A foreign key from the word REFERENCES on.
fn references(key: &ForeignKey) -> String {
    let columns = match key.referenced_columns.as_slice() {
        [] => String::new(),
        columns => format!(" ({})", names(columns)),
    };
    let match_kind = match key.match_kind {
        MatchKind::Simple => "",
        MatchKind::Full => " MATCH FULL",
    };
    format!(
        "REFERENCES {}{columns}{match_kind}{}{}{}",
        quote_qualified(&key.references),
        action("DELETE", key.on_delete),
        action("UPDATE", key.on_update),
        deferrable(key.deferrable),
    )
}

fn action(event: &str, action: ReferentialAction) -> String {
    match action {
        ReferentialAction::NoAction => String::new(),
        ReferentialAction::Restrict
        | ReferentialAction::Cascade
        | ReferentialAction::SetNull
        | ReferentialAction::SetDefault => format!(" ON {event} {}", action.as_sql()),
    }
}

fn deferrable(deferrable: Deferrable) -> &'static str {
    match deferrable {
        Deferrable::No => "",
        Deferrable::InitiallyImmediate => " DEFERRABLE",
        Deferrable::InitiallyDeferred => " DEFERRABLE INITIALLY DEFERRED",
    }
}

pub(crate) fn create_index(
    table: &QualifiedName,
    index: &Index,
    concurrently: bool,
    if_not_exists: bool,
) -> String {
    let mut sql = String::from("CREATE ");
    if index.unique {
        sql.push_str("UNIQUE ");
    }
    sql.push_str("INDEX ");
    if concurrently {
        sql.push_str("CONCURRENTLY ");
    }
    sql.push_str(not_exists(if_not_exists));
    sql.push_str(&quote_name(&index.name));
    sql.push_str(" ON ");
    sql.push_str(&quote_qualified(table));
    if let Some(method) = &index.method {
        sql.push_str(" USING ");
        sql.push_str(&quote_name(method));
    }
    sql.push_str(" (");
    sql.push_str(&list(&index.key, key_part));
    sql.push(')');
    if !index.include.is_empty() {
        sql.push_str(" INCLUDE (");
        sql.push_str(&names(&index.include));
        sql.push(')');
    }
    if index.nulls_not_distinct {
        sql.push_str(" NULLS NOT DISTINCT");
    }
    if let Some(predicate) = &index.predicate {
        sql.push_str(" WHERE ");
        sql.push_str(predicate.as_str());
    }
    sql
}

fn key_part(part: &IndexKeyPart) -> String {
    let mut sql = match &part.key {
        IndexKey::Column(name) => quote_name(name),
        IndexKey::Expression(expression) => format!("({expression})"),
    };
    if let Some(collation) = &part.collation {
        sql.push_str(&format_collation(collation));
    }
    if let Some(class) = &part.operator_class {
        sql.push(' ');
        sql.push_str(&quote_name(class));
    }
    sql.push_str(match part.order {
        SortOrder::Ascending => "",
        SortOrder::Descending => " DESC",
    });
    sql.push_str(match part.nulls {
        None => "",
        Some(NullsOrder::First) => " NULLS FIRST",
        Some(NullsOrder::Last) => " NULLS LAST",
    });
    sql
}

/// A type as SQL: as it displays itself, but with names in quotes where they
/// need them.
fn ty(ty: &Type) -> String {
    match ty {
        Type::Enum(name) => quote_qualified(name),
        Type::Array(element) => format!("{}[]", self::ty(element)),
        Type::SmallInt
        | Type::Integer
        | Type::BigInt
        | Type::Boolean
        | Type::Real
        | Type::Double
        | Type::Numeric { .. }
        | Type::Char(_)
        | Type::VarChar(_)
        | Type::Text
        | Type::Binary(_)
        | Type::VarBinary(_)
        | Type::Blob
        | Type::Date
        | Type::Time(_)
        | Type::Timestamp(_)
        | Type::TimestampTz(_)
        | Type::Uuid
        | Type::Json
        | Type::Jsonb
        | Type::Native(_) => ty.to_string(),
    }
}
