//! Operations as statements. What has no equivalent is refused, never done
//! nearly.

use retort_core::{
    backend::{BackendError, BackendErrorKind, Statement},
    expression::{self, Dialect, Expr, UnaryOp},
    operation::Operation,
    schema::{
        Column, Constraint, ConstraintKind, Deferrable, Expression, Identity, Index, IndexKey, Name,
        QualifiedName, Schema, SortOrder, Table, Type, Unique,
    },
};

use crate::SYNTAX;

/// Writes the statements of operations that follow each other.
pub(crate) fn render(operations: &[Operation], before: &Schema) -> Result<Vec<Statement>, BackendError> {
    let mut schema = before.clone();
    let mut statements = Vec::new();
    for operation in operations {
        statements.extend(one(operation, &schema)?.into_iter().map(Statement::new));
        operation.apply_to(&mut schema).map_err(|error| {
            BackendError::new(BackendErrorKind::Statement, "the operation does not fit").with_source(error)
        })?;
    }
    Ok(statements)
}

fn one(operation: &Operation, before: &Schema) -> Result<Vec<String>, BackendError> {
    Ok(match operation {
        Operation::CreateTable { table, if_not_exists } => create_table(table, *if_not_exists)?,
        Operation::DropTable { name, if_exists } => {
            vec![format!("DROP TABLE {}{}", if_exists_sql(*if_exists), quoted(name)?)]
        }
        Operation::RenameTable { from, to } => {
            vec![format!("ALTER TABLE {} RENAME TO {}", quoted(from)?, quote(to))]
        }
        Operation::AddColumn { table, column, if_not_exists } => {
            if *if_not_exists && has_column(before, table, &column.name) {
                return Ok(Vec::new());
            }
            if column.identity.is_some() || default(column)?.is_some_and(|default| !default.constant) {
                return Err(unsupported("a new column with such a default"));
            }
            vec![format!("ALTER TABLE {} ADD COLUMN {}", quoted(table)?, definition(column)?)]
        }
        Operation::DropColumn { table, column, if_exists } => {
            if *if_exists && !has_column(before, table, column) {
                return Ok(Vec::new());
            }
            drop_column(table, column, before)?
        }
        Operation::RenameColumn { table, from, to } => {
            let table = quoted(table)?;
            vec![format!("ALTER TABLE {table} RENAME COLUMN {} TO {}", quote(from), quote(to))]
        }
        Operation::AddConstraint { table, constraint } => match &constraint.kind {
            ConstraintKind::Unique(unique) => vec![unique_index(table, constraint, unique, false)?],
            kind => return Err(unsupported(&format!("a {} of a table that exists", kind.noun()))),
        },
        Operation::DropConstraint { table, name, if_exists } => {
            let found = before.tables.get(table).and_then(|found| found.constraint(name));
            match found.map(|constraint| &constraint.kind) {
                Some(ConstraintKind::Unique(_)) => vec![format!("DROP INDEX {}", quote(name))],
                None if *if_exists => Vec::new(),
                Some(_) | None => return Err(unsupported("dropping this constraint")),
            }
        }
        Operation::CreateIndex { table, index, concurrently: _, if_not_exists } => {
            vec![create_index(table, index, *if_not_exists)?]
        }
        Operation::DropIndex { name, concurrently: _, if_exists } => {
            vec![format!("DROP INDEX {}{}", if_exists_sql(*if_exists), quoted(name)?)]
        }
        // Rows are changed by the same statements everywhere, as far as this
        // example goes; a real backend translates what it writes otherwise.
        Operation::Dml { sql } | Operation::Raw { sql } => vec![sql.clone()],
        Operation::DropView { if_exists: true, .. } => Vec::new(),
        Operation::CreateNamespace { .. }
        | Operation::DropNamespace { .. }
        | Operation::RenameNamespace { .. }
        | Operation::CreateEnum { .. }
        | Operation::DropEnum { .. }
        | Operation::RenameEnum { .. }
        | Operation::AddEnumValue { .. }
        | Operation::RenameEnumValue { .. }
        | Operation::DropEnumValue { .. }
        | Operation::SetTableComment { .. }
        | Operation::AlterColumn { .. }
        | Operation::RenameConstraint { .. }
        | Operation::ValidateConstraint { .. }
        | Operation::RenameIndex { .. }
        | Operation::CreateView { .. }
        | Operation::DropView { .. }
        | Operation::RenameView { .. }
        | Operation::SetComment { .. } => return Err(unsupported(&operation.describe())),
    })
}

fn create_table(table: &Table, if_not_exists: bool) -> Result<Vec<String>, BackendError> {
    check(table)?;
    let clause = if if_not_exists { "IF NOT EXISTS " } else { "" };
    let name = quoted(&table.name)?;
    let mut elements = table.columns.iter().map(definition).collect::<Result<Vec<_>, _>>()?;
    let mut indexes = Vec::new();
    for constraint in &table.constraints {
        match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => {
                let numbered = table.columns.iter().any(|column| column.identity.is_some());
                if !numbered {
                    elements.push(format!("PRIMARY KEY ({})", names(&key.columns)));
                }
            }
            ConstraintKind::Unique(unique) => {
                indexes.push(unique_index(&table.name, constraint, unique, if_not_exists)?)
            }
            ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => {}
        }
    }
    for index in &table.indexes {
        indexes.push(create_index(&table.name, index, if_not_exists)?);
    }
    let create = format!("CREATE TABLE {clause}{name} (\n    {}\n)", elements.join(",\n    "));
    Ok([create].into_iter().chain(indexes).collect())
}

/// Refuses what a table cannot have here.
pub(crate) fn check(table: &Table) -> Result<(), BackendError> {
    quoted(&table.name)?;
    if table.comment.is_some() {
        return Err(unsupported("a comment"));
    }
    for constraint in &table.constraints {
        match &constraint.kind {
            ConstraintKind::PrimaryKey(_) => {}
            ConstraintKind::Unique(unique) => drop(unique_index(&table.name, constraint, unique, false)?),
            ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => {
                return Err(unsupported(&format!("a {}", constraint.kind.noun())));
            }
        }
    }
    for index in &table.indexes {
        create_index(&table.name, index, false)?;
    }
    for column in &table.columns {
        definition(column)?;
        let is_key = table.primary_key().is_some_and(|key| key.columns == [column.name.clone()]);
        if column.identity.is_some() && !is_key {
            return Err(unsupported("numbering a column that is not the primary key"));
        }
    }
    Ok(())
}

fn definition(column: &Column) -> Result<String, BackendError> {
    if column.generated.is_some() || column.collation.is_some() || column.comment.is_some() {
        return Err(unsupported(&format!("column {} as it is defined", column.name)));
    }
    let name = quote(&column.name);
    if let Some(identity) = &column.identity {
        if *identity != Identity::by_default() {
            return Err(unsupported("numbering rows in such a way"));
        }
        return Ok(format!("{name} INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT"));
    }
    // The declared type is the portable one, so that it can be read back.
    let ty = match &column.ty {
        Type::Enum(_) | Type::Array(_) | Type::Native(_) => return Err(unsupported(&column.ty.to_string())),
        ty => ty.to_string(),
    };
    let mut text = format!("{name} {ty}");
    if !column.nullable {
        text.push_str(" NOT NULL");
    }
    if let Some(default) = default(column)? {
        text.push_str(" DEFAULT ");
        text.push_str(&default.sql);
    }
    Ok(text)
}

/// A default value.
pub(crate) struct Default {
    /// As both portable SQL and SQLite write it.
    pub(crate) sql: String,
    /// Whether it is the same for all rows.
    constant: bool,
}

/// The default of a column: a literal or the time, and nothing else.
pub(crate) fn default(column: &Column) -> Result<Option<Default>, BackendError> {
    let Some(text) = &column.default else { return Ok(None) };
    let refused = || unsupported(&format!("the default {text}"));
    let parsed = expression::parse(text.as_str(), &Dialect::PORTABLE).map_err(|_| refused())?;
    let is_number = |expr: &Expr| matches!(expr, Expr::Number(_));
    let constant = match &parsed {
        Expr::Null | Expr::Boolean(_) | Expr::Number(_) | Expr::String(_) => true,
        Expr::Unary { op: UnaryOp::Minus, operand } if is_number(operand) => true,
        _ if text.as_str().eq_ignore_ascii_case("CURRENT_TIMESTAMP") => false,
        _ => return Err(refused()),
    };
    if parsed == Expr::Null {
        return Ok(None);
    }
    Ok(Some(Default { sql: expression::canonical(&parsed), constant }))
}

fn unique_index(
    table: &QualifiedName,
    constraint: &Constraint,
    unique: &Unique,
    if_not_exists: bool,
) -> Result<String, BackendError> {
    let name = constraint.name.as_ref().ok_or_else(|| unsupported("a unique constraint without a name"))?;
    if unique.nulls_not_distinct || unique.deferrable != Deferrable::No {
        return Err(unsupported("such a unique constraint"));
    }
    let table = quoted(table)?;
    let clause = if if_not_exists { "IF NOT EXISTS " } else { "" };
    Ok(format!("CREATE UNIQUE INDEX {clause}{} ON {table} ({})", quote(name), names(&unique.columns)))
}

fn create_index(table: &QualifiedName, index: &Index, if_not_exists: bool) -> Result<String, BackendError> {
    let refused = || unsupported(&format!("index {} as it is defined", index.name));
    let plain = index.predicate.is_none()
        && index.include.is_empty()
        && index.method.as_ref().is_none_or(|method| method.as_str() == "btree")
        && !index.nulls_not_distinct;
    if !plain {
        return Err(refused());
    }
    let mut parts = Vec::new();
    for part in &index.key {
        let IndexKey::Column(column) = &part.key else { return Err(refused()) };
        let plain = part.collation.is_none() && part.operator_class.is_none() && part.nulls.is_none();
        // A unique index is reported as a constraint, which has no order.
        let ordered = index.unique && part.order == SortOrder::Descending;
        if !plain || ordered {
            return Err(refused());
        }
        parts.push(match part.order {
            SortOrder::Ascending => quote(column),
            SortOrder::Descending => format!("{} DESC", quote(column)),
        });
    }
    Ok(format!(
        "CREATE {}INDEX {}{} ON {} ({})",
        if index.unique { "UNIQUE " } else { "" },
        if if_not_exists { "IF NOT EXISTS " } else { "" },
        quote(&index.name),
        quoted(table)?,
        parts.join(", ")
    ))
}

/// Drops a column after the indexes that go with it.
fn drop_column(table: &QualifiedName, column: &Name, before: &Schema) -> Result<Vec<String>, BackendError> {
    let mut statements = Vec::new();
    if let Some(found) = before.tables.get(table) {
        if found.primary_key().is_some_and(|key| key.columns.contains(column)) {
            return Err(unsupported("dropping a column of the primary key"));
        }
        let constraints = found.constraints.iter().filter(|constraint| constraint.columns().contains(column));
        let constraints = constraints.filter_map(|constraint| constraint.name.as_ref());
        let indexes = found.indexes.iter().filter(|index| index.has_column(column)).map(|index| &index.name);
        statements.extend(constraints.chain(indexes).map(|name| format!("DROP INDEX {}", quote(name))));
    }
    statements.push(format!("ALTER TABLE {} DROP COLUMN {}", quoted(table)?, quote(column)));
    Ok(statements)
}

fn has_column(schema: &Schema, table: &QualifiedName, column: &Name) -> bool {
    schema.tables.get(table).is_some_and(|table| table.column(column).is_some())
}

fn if_exists_sql(if_exists: bool) -> &'static str {
    if if_exists { "IF EXISTS " } else { "" }
}

fn names(columns: &[Name]) -> String {
    columns.iter().map(quote).collect::<Vec<_>>().join(", ")
}

fn quote(name: &Name) -> String {
    SYNTAX.quote_identifier(name.as_str())
}

fn quoted(name: &QualifiedName) -> Result<String, BackendError> {
    match &name.namespace {
        None => Ok(quote(&name.name)),
        Some(namespace) => Err(unsupported(&format!("namespace {namespace}"))),
    }
}

/// The kind of error by which planning shows the place in the file.
pub(crate) fn unsupported(what: &str) -> BackendError {
    BackendError::unsupported(format!("the minimal backend cannot do this: {what}"))
}

/// The text of a default, as an expression of the model.
pub(crate) fn default_text(column: &Column) -> Result<Option<Expression>, BackendError> {
    Ok(default(column)?.map(|default| default.sql.into()))
}
