//! Constraints of columns and tables.

use std::{collections::BTreeSet, ops::Range};

use squawk_syntax::{
    SyntaxKind::{
        self, CASCADE, CHECK_CONSTRAINT, CHECK_KW, COLUMN_NAME_REF, COMMA, CONSTRAINT_COLUMN_REF_LIST,
        CONSTRAINT_KW, CONSTRAINT_NAME, CONSTRAINT_NAME_CLAUSE, DEFERRABLE_CONSTRAINT_OPTION, DELETE_KW,
        FOREIGN_KEY_COLUMN_LIST, FOREIGN_KEY_CONSTRAINT, FOREIGN_KW, INDEX_PARAMETERS,
        INITIALLY_DEFERRED_CONSTRAINT_OPTION, INITIALLY_IMMEDIATE_CONSTRAINT_OPTION, KEY_KW, L_PAREN,
        MATCH_FULL, MATCH_SIMPLE, NO_ACTION, NOT_DEFERRABLE_CONSTRAINT_OPTION, NOT_VALID, NULLS_DISTINCT,
        NULLS_NOT_DISTINCT, ON_DELETE_ACTION, ON_KW, ON_UPDATE_ACTION, PRIMARY_KEY_CONSTRAINT, PRIMARY_KW,
        R_PAREN, REFERENCES_CONSTRAINT, REFERENCES_KW, RESTRICT, SET_DEFAULT_COLUMNS, SET_NULL_COLUMNS,
        TABLE_NAME_REF, UNIQUE_CONSTRAINT, UNIQUE_KW, UPDATE_KW,
    },
    SyntaxNode,
};

use super::{
    PortableError, Reader,
    names::{name, qualified},
    walk::{Result, Walk, refuse, span, tokens},
};
use crate::schema::{
    Check, Constraint, ConstraintKind, Deferrable, ForeignKey, MatchKind, Name, PrimaryKey, QualifiedName,
    ReferentialAction, Unique,
};

/// A constraint as written, before it gets a name.
pub(super) struct WrittenConstraint {
    pub(super) name: Option<Name>,
    pub(super) kind: ConstraintKind,
    pub(super) span: Range<usize>,
}

/// Where a constraint stands.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    /// Behind this column.
    Column(&'a Name),
    /// Among the columns of a new table.
    Table,
    /// In `ALTER TABLE … ADD`.
    Add,
}

impl Reader<'_> {
    /// Reads a primary key, unique constraint, foreign key or check.
    pub(super) fn constraint(
        &self,
        node: &SyntaxNode,
        table: &QualifiedName,
        place: Place<'_>,
    ) -> Result<WrittenConstraint> {
        let mut walk = Walk::new(node);
        let name = constraint_name(&mut walk)?;
        let kind = match node.kind() {
            PRIMARY_KEY_CONSTRAINT => {
                walk.expect(&[PRIMARY_KW, KEY_KW])?;
                let (columns, nulls_not_distinct) = key_columns(&mut walk, place)?;
                if nulls_not_distinct {
                    return Err(refuse(node));
                }
                ConstraintKind::PrimaryKey(PrimaryKey { columns })
            }
            UNIQUE_CONSTRAINT => {
                walk.expect(&[UNIQUE_KW])?;
                let (columns, nulls_not_distinct) = key_columns(&mut walk, place)?;
                let deferrable = deferrable(&mut walk)?;
                ConstraintKind::Unique(Unique { columns, nulls_not_distinct, deferrable })
            }
            CHECK_CONSTRAINT => {
                walk.expect(&[CHECK_KW, L_PAREN])?;
                let expression = self.text(&walk.any_node()?, Some(table))?;
                walk.expect(&[R_PAREN])?;
                let validated = validated(&mut walk, place)?;
                ConstraintKind::Check(Check { expression, validated })
            }
            REFERENCES_CONSTRAINT | FOREIGN_KEY_CONSTRAINT => {
                ConstraintKind::ForeignKey(foreign_key(&mut walk, place)?)
            }
            _ => return Err(refuse(node)),
        };
        walk.finish()?;
        Ok(WrittenConstraint { name, kind, span: span(node) })
    }

    /// Names the constraints of a table that have no name of their own. Names
    /// that are written go first: one that follows must not be taken by then.
    pub(super) fn name_constraints(
        &mut self,
        table: &QualifiedName,
        written: Vec<WrittenConstraint>,
    ) -> Result<Vec<Constraint>> {
        let taken = self.known.constraints.entry(table.clone()).or_default();
        for constraint in &written {
            if let Some(name) = &constraint.name
                && !taken.insert(name.clone())
            {
                return Err(PortableError::new(
                    constraint.span.clone(),
                    format!("there are two constraints `{name}`"),
                ));
            }
        }
        let naming = self.naming;
        let name = |kind: &ConstraintKind, taken: &mut BTreeSet<Name>| {
            let name = naming.constraint(table, kind, |name| taken.contains(name));
            taken.insert(name.clone());
            name
        };
        Ok(written
            .into_iter()
            .map(|WrittenConstraint { name: written, kind, .. }| {
                Constraint::named(written.unwrap_or_else(|| name(&kind, taken)), kind)
            })
            .collect())
    }
}

/// Reads `CONSTRAINT name`, if it is there.
pub(super) fn constraint_name(walk: &mut Walk) -> Result<Option<Name>> {
    let Some(clause) = walk.node(CONSTRAINT_NAME_CLAUSE) else {
        return Ok(None);
    };
    let mut walk = Walk::new(&clause);
    walk.expect(&[CONSTRAINT_KW])?;
    let name = name(&walk.require(CONSTRAINT_NAME)?)?;
    walk.finish()?;
    Ok(Some(name))
}

/// Reads what follows `PRIMARY KEY` and `UNIQUE`: the columns and whether NULLs
/// count as equal.
fn key_columns(walk: &mut Walk, place: Place<'_>) -> Result<(Vec<Name>, bool)> {
    let parameters = walk.require(INDEX_PARAMETERS)?;
    let mut walk = Walk::new(&parameters);
    walk.skip(NULLS_DISTINCT);
    let nulls_not_distinct = walk.skip(NULLS_NOT_DISTINCT);
    let columns = match place {
        Place::Column(column) => vec![column.clone()],
        Place::Table | Place::Add => column_list(&walk.require(CONSTRAINT_COLUMN_REF_LIST)?)?,
    };
    walk.finish()?;
    Ok((columns, nulls_not_distinct))
}

/// Reads the rest of a foreign key.
fn foreign_key(walk: &mut Walk, place: Place<'_>) -> Result<ForeignKey> {
    let columns = match place {
        Place::Column(column) => vec![column.clone()],
        Place::Table | Place::Add => {
            walk.expect(&[FOREIGN_KW, KEY_KW])?;
            column_list(&walk.require(FOREIGN_KEY_COLUMN_LIST)?)?
        }
    };
    walk.expect(&[REFERENCES_KW])?;
    let references = qualified(&walk.require(TABLE_NAME_REF)?)?;
    let mut referenced_columns = Vec::new();
    if let Some(list) = walk.node(FOREIGN_KEY_COLUMN_LIST) {
        referenced_columns = column_list(&list)?;
        if referenced_columns.len() != columns.len() {
            let message = format!("{} columns refer to {} columns", columns.len(), referenced_columns.len());
            return Err(PortableError::new(span(&list), message));
        }
    } else if walk.skip(L_PAREN) {
        referenced_columns.push(name(&walk.require(COLUMN_NAME_REF)?)?);
        walk.expect(&[R_PAREN])?;
    }
    let mut key = ForeignKey::new(columns, references, referenced_columns);
    if walk.skip(MATCH_FULL) {
        key.match_kind = MatchKind::Full;
    } else {
        walk.skip(MATCH_SIMPLE);
    }
    let mut seen = BTreeSet::new();
    while let Some(kind @ (ON_DELETE_ACTION | ON_UPDATE_ACTION)) = walk.peek() {
        let node = walk.require(kind)?;
        if !seen.insert(kind as u16) {
            return Err(PortableError::new(span(&node), "the action is given twice"));
        }
        let action = referential_action(&node)?;
        match kind {
            ON_DELETE_ACTION => key.on_delete = action,
            _ => key.on_update = action,
        }
    }
    key.deferrable = deferrable(walk)?;
    key.validated = validated(walk, place)?;
    Ok(key)
}

fn referential_action(node: &SyntaxNode) -> Result<ReferentialAction> {
    let mut walk = Walk::new(node);
    walk.expect(&[ON_KW])?;
    if !walk.skip(DELETE_KW) {
        walk.expect(&[UPDATE_KW])?;
    }
    let action = walk.any_node()?;
    walk.finish()?;
    // PostgreSQL allows a list of columns after the last two.
    let has_columns = action.children().next().is_some();
    match action.kind() {
        NO_ACTION => Ok(ReferentialAction::NoAction),
        RESTRICT => Ok(ReferentialAction::Restrict),
        CASCADE => Ok(ReferentialAction::Cascade),
        SET_NULL_COLUMNS if !has_columns => Ok(ReferentialAction::SetNull),
        SET_DEFAULT_COLUMNS if !has_columns => Ok(ReferentialAction::SetDefault),
        _ => Err(refuse(&action)),
    }
}

/// Reads `(a, b)`: columns of a table, that differ.
pub(super) fn column_list(node: &SyntaxNode) -> Result<Vec<Name>> {
    column_names(node, COLUMN_NAME_REF)
}

/// Reads `(a, b)`: names that differ, each a node of this kind.
pub(super) fn column_names(node: &SyntaxNode, kind: SyntaxKind) -> Result<Vec<Name>> {
    let mut walk = Walk::new(node);
    let mut columns = Vec::new();
    walk.expect(&[L_PAREN])?;
    loop {
        let column = walk.require(kind)?;
        let name = name(&column)?;
        if columns.contains(&name) {
            return Err(PortableError::new(span(&column), format!("the column `{name}` is listed twice")));
        }
        columns.push(name);
        if !walk.skip(COMMA) {
            break;
        }
    }
    walk.expect(&[R_PAREN])?;
    walk.finish()?;
    Ok(columns)
}

/// Reads `DEFERRABLE` and `INITIALLY`, in either order.
fn deferrable(walk: &mut Walk) -> Result<Deferrable> {
    let mut deferrable = None;
    let mut deferred = None;
    while let Some(
        kind @ (DEFERRABLE_CONSTRAINT_OPTION
        | NOT_DEFERRABLE_CONSTRAINT_OPTION
        | INITIALLY_DEFERRED_CONSTRAINT_OPTION
        | INITIALLY_IMMEDIATE_CONSTRAINT_OPTION),
    ) = walk.peek()
    {
        let node = walk.require(kind)?;
        let (slot, value) = match kind {
            DEFERRABLE_CONSTRAINT_OPTION => (&mut deferrable, true),
            NOT_DEFERRABLE_CONSTRAINT_OPTION => (&mut deferrable, false),
            INITIALLY_DEFERRED_CONSTRAINT_OPTION => (&mut deferred, true),
            _ => (&mut deferred, false),
        };
        if slot.replace(value).is_some() {
            return Err(PortableError::new(span(&node), "the constraint says twice when it is checked"));
        }
        if (deferrable, deferred) == (Some(false), Some(true)) {
            let message = "a constraint that is not deferrable cannot be initially deferred";
            return Err(PortableError::new(span(&node), message));
        }
    }
    Ok(match (deferrable, deferred) {
        (_, Some(true)) => Deferrable::InitiallyDeferred,
        (Some(true), _) => Deferrable::InitiallyImmediate,
        (None | Some(false), _) => Deferrable::No,
    })
}

/// Reads `NOT VALID`, and says whether it is absent.
fn validated(walk: &mut Walk, place: Place<'_>) -> Result<bool> {
    let Some(node) = walk.node(NOT_VALID) else {
        return Ok(true);
    };
    match place {
        Place::Add => Ok(false),
        Place::Column(_) | Place::Table => {
            Err(PortableError::new(span(&node), "`NOT VALID` is for `ALTER TABLE … ADD CONSTRAINT`"))
        }
    }
}

/// Whether a node is a constraint with a name: for those that keep none.
pub(super) fn named_clause(node: &SyntaxNode) -> Option<SyntaxNode> {
    node.children().find(|child| child.kind() == CONSTRAINT_NAME_CLAUSE && tokens(child).count() > 0)
}
