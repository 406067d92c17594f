//! CREATE TABLE and column definitions.

use squawk_syntax::{
    SyntaxKind::{
        ALWAYS_KW, AS_KW, BY_KW, CHECK_CONSTRAINT, COLLATE, COLLATE_KW, COLLATION_REF, COLUMN, COLUMN_NAME,
        COMMA, CREATE_KW, DEFAULT_CONSTRAINT, DEFAULT_KW, FOREIGN_KEY_CONSTRAINT, GENERATED_ALWAYS,
        GENERATED_BY_DEFAULT, GENERATED_CONSTRAINT, GENERATED_IDENTITY, GENERATED_KW, GENERATED_STORED,
        IDENTITY_KW, IF_NOT_EXISTS, INT_NUMBER, L_PAREN, NOT_KW, NOT_NULL_CONSTRAINT, NULL_CONSTRAINT,
        NULL_KW, OPTION_CACHE, OPTION_CYCLE, OPTION_INCREMENT, OPTION_MAX_VALUE, OPTION_MIN_VALUE,
        OPTION_NO_CYCLE, OPTION_NO_MAX_VALUE, OPTION_NO_MIN_VALUE, OPTION_START, PRIMARY_KEY_CONSTRAINT,
        R_PAREN, REFERENCES_CONSTRAINT, SEMICOLON, SEQUENCE_OPTION_LIST, STORED, TABLE_ARG_LIST, TABLE_KW,
        TABLE_NAME, UNIQUE_CONSTRAINT, VIRTUAL,
    },
    SyntaxNode,
};

use super::{
    PortableError, Reader,
    constraint::{Place, WrittenConstraint, constraint_name, named_clause},
    names::{name, path, qualified},
    types::{ColumnType, column_type},
    walk::{Result, Walk, refuse, span, tokens},
};
use crate::{
    operation::Operation,
    schema::{
        Column, ConstraintKind, Generated, GeneratedStorage, Identity, IdentityMode, Name, QualifiedName,
        SequenceOptions, Table,
    },
};

impl Reader<'_> {
    /// Reads CREATE TABLE.
    pub(super) fn create_table(&mut self, node: &SyntaxNode) -> Result<Vec<Operation>> {
        let mut walk = Walk::new(node);
        walk.expect(&[CREATE_KW, TABLE_KW])?;
        let if_not_exists = walk.skip(IF_NOT_EXISTS);
        let table_name = qualified(&walk.require(TABLE_NAME)?)?;
        let items = walk.require(TABLE_ARG_LIST)?;
        walk.skip(SEMICOLON);
        walk.finish()?;

        let mut table = Table::new(table_name.clone(), Vec::new());
        let mut written = Vec::new();
        let mut nullable = Vec::new();
        let mut walk = Walk::new(&items);
        walk.expect(&[L_PAREN])?;
        while walk.peek() != Some(R_PAREN) {
            if let Some(node) = walk.node(COLUMN) {
                let (column, constraints) = self.column(&mut Walk::new(&node), &table_name)?;
                if table.column(&column.name).is_some() {
                    let message = format!("there are two columns `{}`", column.name);
                    return Err(PortableError::new(span(&node), message));
                }
                if node.children().any(|child| child.kind() == NULL_CONSTRAINT) {
                    nullable.push(column.name.clone());
                }
                table.columns.push(column);
                written.extend(constraints);
            } else {
                written.push(self.constraint(&walk.any_node()?, &table_name, Place::Table)?);
            }
            if !walk.skip(COMMA) {
                break;
            }
        }
        walk.expect(&[R_PAREN])?;
        walk.finish()?;

        if table.columns.is_empty() {
            return Err(PortableError::new(span(&items), "a table has at least one column"));
        }
        self.create(table, &nullable, written, if_not_exists)
    }

    /// Creates a table of which all is read; the columns in `nullable` are
    /// written as such.
    pub(super) fn create(
        &mut self,
        mut table: Table,
        nullable: &[Name],
        written: Vec<WrittenConstraint>,
        if_not_exists: bool,
    ) -> Result<Vec<Operation>> {
        check_columns(&mut table, nullable, &written)?;
        // The table starts anew: earlier constraints went with an earlier table.
        self.known.constraints.remove(&table.name);
        table.constraints = self.name_constraints(&table.name, written)?;
        Ok(vec![Operation::CreateTable { table, if_not_exists }])
    }

    /// Reads a column definition from its name on.
    pub(super) fn column(
        &self,
        walk: &mut Walk,
        table: &QualifiedName,
    ) -> Result<(Column, Vec<WrittenConstraint>)> {
        let name_node = walk.require(COLUMN_NAME)?;
        let column_name = name(&name_node)?;
        let ty_node = walk.any_node()?;
        let (mut column, serial) = match column_type(&ty_node)? {
            ColumnType::Plain(ty) => (Column::new(column_name, ty), false),
            ColumnType::Serial(ty) => {
                let mut column = Column::new(column_name, ty).not_null();
                column.identity = Some(Identity::by_default());
                (column, true)
            }
        };
        let mut constraints = Vec::new();
        let mut null = None;
        while let Some(kind) = walk.peek() {
            if kind == SEMICOLON {
                break;
            }
            let node = walk.any_node()?;
            let twice = |what: &str| {
                PortableError::new(span(&node), format!("the column `{}` has two {what}", column.name))
            };
            match kind {
                COLLATE if column.collation.is_some() => return Err(twice("collations")),
                COLLATE => column.collation = Some(collation(&mut Walk::new(&node))?),
                NULL_CONSTRAINT | NOT_NULL_CONSTRAINT => {
                    let nullable = nullability(&node)?;
                    if (nullable && serial) || null.is_some_and(|before| before != nullable) {
                        let message = format!("the column `{}` is both NULL and NOT NULL", column.name);
                        return Err(PortableError::new(span(&node), message));
                    }
                    null = Some(nullable);
                    column.nullable = nullable;
                }
                DEFAULT_CONSTRAINT if column.default.is_some() => return Err(twice("defaults")),
                DEFAULT_CONSTRAINT => {
                    unnamed(&node)?;
                    let mut walk = Walk::new(&node);
                    walk.expect(&[DEFAULT_KW])?;
                    column.default = Some(self.text(&walk.any_node()?, Some(table))?);
                    walk.finish()?;
                }
                GENERATED_CONSTRAINT => {
                    unnamed(&node)?;
                    let mut walk = Walk::new(&node);
                    walk.expect(&[GENERATED_KW])?;
                    let what = walk.any_node()?;
                    walk.finish()?;
                    if what.kind() == GENERATED_IDENTITY {
                        if column.identity.is_some() {
                            return Err(twice("identities"));
                        }
                        column.identity = Some(identity(&mut Walk::new(&what))?);
                        column.nullable = false;
                        if null == Some(true) {
                            let message = format!("the column `{}` is both NULL and NOT NULL", column.name);
                            return Err(PortableError::new(span(&node), message));
                        }
                    } else if column.generated.is_some() {
                        return Err(twice("generation expressions"));
                    } else {
                        column.generated = Some(self.generated(&what, table)?);
                    }
                }
                PRIMARY_KEY_CONSTRAINT => {
                    if null == Some(true) {
                        return Err(nullable_key(&node, &column.name));
                    }
                    column.nullable = false;
                    null = Some(false);
                    constraints.push(self.constraint(&node, table, Place::Column(&column.name))?);
                }
                UNIQUE_CONSTRAINT | CHECK_CONSTRAINT | REFERENCES_CONSTRAINT => {
                    constraints.push(self.constraint(&node, table, Place::Column(&column.name))?);
                }
                _ => return Err(refuse(&node)),
            }
        }
        let sources = [column.default.is_some(), column.identity.is_some(), column.generated.is_some()];
        if sources.into_iter().filter(|&is_source| is_source).count() > 1 {
            let message = format!(
                "the column `{}` takes its values from more than one of a default, an identity and an expression",
                column.name
            );
            return Err(PortableError::new(span(&name_node), message));
        }
        Ok((column, constraints))
    }

    /// Reads `ALWAYS AS (…) STORED`.
    fn generated(&self, node: &SyntaxNode, table: &QualifiedName) -> Result<Generated> {
        if node.kind() != GENERATED_STORED {
            return Err(refuse(node));
        }
        let mut walk = Walk::new(node);
        let when = walk.any_node()?;
        if when.kind() != GENERATED_ALWAYS {
            return Err(PortableError::new(span(&when), "an expression is `GENERATED ALWAYS`"));
        }
        walk.expect(&[AS_KW, L_PAREN])?;
        let expression = self.text(&walk.any_node()?, Some(table))?;
        walk.expect(&[R_PAREN])?;
        let storage = if walk.skip(STORED) {
            GeneratedStorage::Stored
        } else {
            walk.skip(VIRTUAL);
            GeneratedStorage::Virtual
        };
        walk.finish()?;
        Ok(Generated { expression, storage })
    }
}

/// Checks that constraints name columns of the table, that there is one primary
/// key, and makes its columns refuse NULL unless they are written as `nullable`.
fn check_columns(table: &mut Table, nullable: &[Name], written: &[WrittenConstraint]) -> Result<()> {
    let mut has_key = false;
    for constraint in written {
        let at = |message: String| Err(PortableError::new(constraint.span.clone(), message));
        let columns: &[Name] = match &constraint.kind {
            ConstraintKind::PrimaryKey(_) if has_key => {
                return at(format!("the table `{}` has two primary keys", table.name));
            }
            ConstraintKind::PrimaryKey(key) => {
                has_key = true;
                &key.columns
            }
            ConstraintKind::Unique(unique) => &unique.columns,
            ConstraintKind::ForeignKey(key) => &key.columns,
            ConstraintKind::Check(_) => &[],
        };
        for name in columns {
            let Some(column) = table.column_mut(name) else {
                return at(format!("there is no column `{name}` in the table"));
            };
            if let ConstraintKind::PrimaryKey(_) = constraint.kind {
                if nullable.contains(name) {
                    return at(format!("the column `{name}` is NULL and in the primary key"));
                }
                column.nullable = false;
            }
        }
    }
    Ok(())
}

fn nullable_key(node: &SyntaxNode, column: &Name) -> PortableError {
    PortableError::new(span(node), format!("the column `{column}` is NULL and in the primary key"))
}

/// Reads `NULL` or `NOT NULL` behind a column, and says whether it is the former.
fn nullability(node: &SyntaxNode) -> Result<bool> {
    unnamed(node)?;
    let mut walk = Walk::new(node);
    let not = walk.skip(NOT_KW);
    walk.expect(&[NULL_KW])?;
    walk.finish()?;
    Ok(!not)
}

/// Refuses a name where none is kept.
fn unnamed(node: &SyntaxNode) -> Result<()> {
    match named_clause(node) {
        Some(clause) => {
            constraint_name(&mut Walk::new(node))?;
            let message = "only keys, unique constraints and checks have names that are portable";
            Err(PortableError::new(span(&clause), message))
        }
        None => Ok(()),
    }
}

/// Reads `COLLATE name`.
pub(super) fn collation(walk: &mut Walk) -> Result<Name> {
    walk.expect(&[COLLATE_KW])?;
    let node = walk.require(COLLATION_REF)?;
    let collation = match path(&node)?.as_slice() {
        [_] => name(&node)?,
        [namespace, name] if namespace.text().eq_ignore_ascii_case("pg_catalog") => {
            super::names::identifier(name)?
        }
        _ => return Err(refuse(&node)),
    };
    Ok(collation)
}

/// Reads `ALWAYS AS IDENTITY (…)`.
pub(super) fn identity(walk: &mut Walk) -> Result<Identity> {
    let mode = identity_mode(&walk.any_node()?)?;
    walk.expect(&[AS_KW, IDENTITY_KW])?;
    let mut sequence = SequenceOptions::default();
    if let Some(list) = walk.node(SEQUENCE_OPTION_LIST) {
        let mut walk = Walk::new(&list);
        walk.expect(&[L_PAREN])?;
        let mut seen = Vec::new();
        while walk.peek() != Some(R_PAREN) {
            let option = walk.any_node()?;
            let what = match option.kind() {
                OPTION_NO_MAX_VALUE => OPTION_MAX_VALUE,
                OPTION_NO_MIN_VALUE => OPTION_MIN_VALUE,
                OPTION_NO_CYCLE => OPTION_CYCLE,
                kind => kind,
            };
            if seen.contains(&what) {
                return Err(PortableError::new(span(&option), "the option is given twice"));
            }
            seen.push(what);
            sequence_option(&option, &mut sequence)?;
        }
        walk.expect(&[R_PAREN])?;
        walk.finish()?;
    }
    Ok(Identity { mode, sequence })
}

/// Reads `ALWAYS` or `BY DEFAULT`.
pub(super) fn identity_mode(node: &SyntaxNode) -> Result<IdentityMode> {
    let mut walk = Walk::new(node);
    let mode = match node.kind() {
        GENERATED_ALWAYS => {
            walk.expect(&[ALWAYS_KW])?;
            IdentityMode::Always
        }
        GENERATED_BY_DEFAULT => {
            walk.expect(&[BY_KW, DEFAULT_KW])?;
            IdentityMode::ByDefault
        }
        _ => return Err(refuse(node)),
    };
    walk.finish()?;
    Ok(mode)
}

/// Reads one option of an identity column's sequence.
pub(super) fn sequence_option(node: &SyntaxNode, sequence: &mut SequenceOptions) -> Result<()> {
    let slot = match node.kind() {
        OPTION_START => &mut sequence.start,
        OPTION_INCREMENT => &mut sequence.increment,
        OPTION_MIN_VALUE => &mut sequence.min,
        OPTION_MAX_VALUE => &mut sequence.max,
        OPTION_CACHE => &mut sequence.cache,
        OPTION_CYCLE => {
            sequence.cycle = true;
            return Ok(());
        }
        OPTION_NO_MIN_VALUE | OPTION_NO_MAX_VALUE | OPTION_NO_CYCLE => return Ok(()),
        _ => return Err(refuse(node)),
    };
    let Some(value) = node.children().last() else {
        return Err(refuse(node));
    };
    *slot = Some(integer(&value)?);
    Ok(())
}

/// Reads a whole number with an optional sign.
fn integer(node: &SyntaxNode) -> Result<i64> {
    let text: String = tokens(node).map(|token| token.text().to_owned()).collect();
    let is_plain = tokens(node).last().is_some_and(|token| token.kind() == INT_NUMBER);
    text.parse()
        .ok()
        .filter(|_| is_plain)
        .ok_or_else(|| PortableError::new(span(node), "expected a whole number of 64 bits"))
}

/// Whether a node is a constraint that may be added to a table.
pub(super) fn is_table_constraint(node: &SyntaxNode) -> bool {
    matches!(
        node.kind(),
        PRIMARY_KEY_CONSTRAINT | UNIQUE_CONSTRAINT | CHECK_CONSTRAINT | FOREIGN_KEY_CONSTRAINT
    )
}
