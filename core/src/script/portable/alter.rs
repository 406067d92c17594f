//! ALTER TABLE.

use squawk_syntax::{
    SyntaxKind::{
        ADD_COLUMN, ADD_CONSTRAINT, ADD_GENERATED, ADD_KW, ALTER_COLUMN, ALTER_KW, AS_KW, COLLATE, COLUMN_KW,
        COLUMN_NAME, COLUMN_NAME_REF, COMMA, CONSTRAINT_KW, CONSTRAINT_NAME, CONSTRAINT_NAME_REF, DATA_KW,
        DEFAULT_KW, DROP_COLUMN, DROP_CONSTRAINT, DROP_DEFAULT, DROP_EXPRESSION, DROP_IDENTITY, DROP_KW,
        DROP_NOT_NULL, EXPRESSION_KW, GENERATED_KW, IDENTITY_KW, IF_EXISTS, IF_NOT_EXISTS, L_PAREN, NOT_KW,
        NULL_KW, R_PAREN, RENAME_COLUMN, RENAME_CONSTRAINT, RENAME_KW, SEMICOLON, SET_DEFAULT,
        SET_EXPRESSION, SET_GENERATED, SET_GENERATED_OPTIONS, SET_KW, SET_NOT_NULL, SET_SEQUENCE_OPTION,
        SET_TYPE, TABLE_KW, TABLE_NAME, TABLE_NAME_REF, TABLE_RELATION_NAME, TABLE_RENAME_TO, TO_KW, TYPE_KW,
        USING_EXPR, USING_KW, VALIDATE_CONSTRAINT, VALIDATE_KW,
    },
    SyntaxNode,
};

use super::{
    PortableError, Reader,
    constraint::Place,
    names::{name, qualified},
    object::drop_behavior,
    table::{collation, identity, identity_mode, is_table_constraint, sequence_option},
    types::ty,
    walk::{Result, Walk, refuse, span},
};
use crate::{
    operation::{ColumnChange, Operation},
    schema::{
        Expression, Generated, GeneratedStorage, Identity, IdentityMode, QualifiedName, SequenceOptions,
    },
};

impl Reader<'_> {
    /// Reads ALTER TABLE with all its actions.
    pub(super) fn alter_table(&mut self, node: &SyntaxNode) -> Result<Vec<Operation>> {
        let mut walk = Walk::new(node);
        walk.expect(&[ALTER_KW, TABLE_KW])?;
        let relation = walk.require(TABLE_RELATION_NAME)?;
        let mut inner = Walk::new(&relation);
        let table = qualified(&inner.require(TABLE_NAME_REF)?)?;
        inner.finish()?;
        let mut operations = Vec::new();
        let mut actions = 0;
        let mut rename = None;
        loop {
            let action = walk.any_node()?;
            actions += 1;
            if matches!(action.kind(), TABLE_RENAME_TO | RENAME_COLUMN | RENAME_CONSTRAINT) {
                rename.get_or_insert_with(|| span(&action));
            }
            self.alter_table_action(&action, &table, &mut operations)?;
            if !walk.skip(COMMA) {
                break;
            }
        }
        walk.skip(SEMICOLON);
        walk.finish()?;
        match rename {
            Some(span) if actions > 1 => {
                Err(PortableError::new(span, "`RENAME` stands alone in an `ALTER TABLE`"))
            }
            _ => Ok(operations),
        }
    }

    fn alter_table_action(
        &mut self,
        node: &SyntaxNode,
        table: &QualifiedName,
        operations: &mut Vec<Operation>,
    ) -> Result<()> {
        let mut walk = Walk::new(node);
        let table = table.clone();
        let operation = match node.kind() {
            ADD_COLUMN => {
                walk.expect(&[ADD_KW])?;
                walk.skip(COLUMN_KW);
                let if_not_exists = walk.skip(IF_NOT_EXISTS);
                let (column, constraints) = self.column(&mut walk, &table)?;
                walk.finish()?;
                if if_not_exists && let Some(constraint) = constraints.first() {
                    let noun = constraint.kind.noun();
                    let message = format!("a column that may exist already has no {noun} of its own");
                    return Err(PortableError::new(constraint.span.clone(), message));
                }
                operations.push(Operation::AddColumn { table: table.clone(), column, if_not_exists });
                for constraint in self.name_constraints(&table, constraints)? {
                    operations.push(Operation::AddConstraint { table: table.clone(), constraint });
                }
                return Ok(());
            }
            ADD_CONSTRAINT => {
                walk.expect(&[ADD_KW])?;
                let constraint = walk.any_node()?;
                walk.finish()?;
                if !is_table_constraint(&constraint) {
                    return Err(refuse(&constraint));
                }
                let written = vec![self.constraint(&constraint, &table, Place::Add)?];
                for constraint in self.name_constraints(&table, written)? {
                    operations.push(Operation::AddConstraint { table: table.clone(), constraint });
                }
                return Ok(());
            }
            DROP_COLUMN => {
                walk.expect(&[DROP_KW])?;
                walk.skip(COLUMN_KW);
                let if_exists = walk.skip(IF_EXISTS);
                let column = name(&walk.require(COLUMN_NAME_REF)?)?;
                drop_behavior(&mut walk)?;
                Operation::DropColumn { table, column, if_exists }
            }
            DROP_CONSTRAINT => {
                walk.expect(&[DROP_KW, CONSTRAINT_KW])?;
                let if_exists = walk.skip(IF_EXISTS);
                let name = name(&walk.require(CONSTRAINT_NAME_REF)?)?;
                drop_behavior(&mut walk)?;
                if let Some(taken) = self.known.constraints.get_mut(&table) {
                    taken.remove(&name);
                }
                Operation::DropConstraint { table, name, if_exists }
            }
            VALIDATE_CONSTRAINT => {
                walk.expect(&[VALIDATE_KW, CONSTRAINT_KW])?;
                let name = name(&walk.require(CONSTRAINT_NAME_REF)?)?;
                Operation::ValidateConstraint { table, name }
            }
            TABLE_RENAME_TO => {
                walk.expect(&[RENAME_KW, TO_KW])?;
                let to = name(&walk.require(TABLE_NAME)?)?;
                Operation::RenameTable { from: table, to }
            }
            RENAME_COLUMN => {
                walk.expect(&[RENAME_KW])?;
                walk.skip(COLUMN_KW);
                let from = name(&walk.require(COLUMN_NAME_REF)?)?;
                walk.expect(&[TO_KW])?;
                let to = name(&walk.require(COLUMN_NAME)?)?;
                Operation::RenameColumn { table, from, to }
            }
            RENAME_CONSTRAINT => {
                walk.expect(&[RENAME_KW, CONSTRAINT_KW])?;
                let from = name(&walk.require(CONSTRAINT_NAME_REF)?)?;
                walk.expect(&[TO_KW])?;
                let to = name(&walk.require(CONSTRAINT_NAME)?)?;
                Operation::RenameConstraint { table, from, to }
            }
            ALTER_COLUMN => {
                walk.expect(&[ALTER_KW])?;
                walk.skip(COLUMN_KW);
                let column = name(&walk.require(COLUMN_NAME_REF)?)?;
                let change = self.column_change(&walk.any_node()?, &table)?;
                Operation::AlterColumn { table, column, change }
            }
            _ => return Err(refuse(node)),
        };
        walk.finish()?;
        operations.push(operation);
        Ok(())
    }

    /// Reads what follows `ALTER COLUMN column`.
    fn column_change(&self, node: &SyntaxNode, table: &QualifiedName) -> Result<ColumnChange> {
        let mut walk = Walk::new(node);
        let change = match node.kind() {
            SET_TYPE => {
                if walk.skip(SET_KW) {
                    walk.expect(&[DATA_KW])?;
                }
                walk.expect(&[TYPE_KW])?;
                let ty = ty(&walk.any_node()?)?;
                let collation = match walk.node(COLLATE) {
                    Some(node) => Some(collation(&mut Walk::new(&node))?),
                    None => None,
                };
                let using = match walk.node(USING_EXPR) {
                    Some(node) => Some(self.using(&node, table)?),
                    None => None,
                };
                ColumnChange::Type { ty, collation, using }
            }
            SET_NOT_NULL => {
                walk.expect(&[SET_KW, NOT_KW, NULL_KW])?;
                ColumnChange::Nullable(false)
            }
            DROP_NOT_NULL => {
                walk.expect(&[DROP_KW, NOT_KW, NULL_KW])?;
                ColumnChange::Nullable(true)
            }
            SET_DEFAULT => {
                walk.expect(&[SET_KW, DEFAULT_KW])?;
                ColumnChange::Default(Some(self.text(&walk.any_node()?, Some(table))?))
            }
            DROP_DEFAULT => {
                walk.expect(&[DROP_KW, DEFAULT_KW])?;
                ColumnChange::Default(None)
            }
            ADD_GENERATED => {
                walk.expect(&[ADD_KW, GENERATED_KW])?;
                ColumnChange::Identity(Some(identity(&mut walk)?))
            }
            SET_GENERATED => return Ok(ColumnChange::Identity(Some(set_generated([node.clone()], node)?))),
            SET_GENERATED_OPTIONS => {
                return Ok(ColumnChange::Identity(Some(set_generated(node.children(), node)?)));
            }
            DROP_IDENTITY => {
                walk.expect(&[DROP_KW, IDENTITY_KW])?;
                ColumnChange::Identity(None)
            }
            SET_EXPRESSION => {
                walk.expect(&[SET_KW, EXPRESSION_KW, AS_KW, L_PAREN])?;
                let expression = self.text(&walk.any_node()?, Some(table))?;
                walk.expect(&[R_PAREN])?;
                // PostgreSQL's grammar has no place for it here.
                let storage = GeneratedStorage::Virtual;
                ColumnChange::Generated(Some(Generated { expression, storage }))
            }
            DROP_EXPRESSION => {
                walk.expect(&[DROP_KW, EXPRESSION_KW])?;
                ColumnChange::Generated(None)
            }
            _ => return Err(refuse(node)),
        };
        walk.finish()?;
        Ok(change)
    }

    /// Reads `USING expression`.
    fn using(&self, node: &SyntaxNode, table: &QualifiedName) -> Result<Expression> {
        let mut walk = Walk::new(node);
        walk.expect(&[USING_KW])?;
        let expression = self.text(&walk.any_node()?, Some(table))?;
        walk.finish()?;
        Ok(expression)
    }
}

/// Reads `SET GENERATED …` and the options of the sequence that go with it.
fn set_generated(options: impl IntoIterator<Item = SyntaxNode>, whole: &SyntaxNode) -> Result<Identity> {
    let mut mode: Option<IdentityMode> = None;
    let mut sequence = SequenceOptions::default();
    for option in options {
        let mut walk = Walk::new(&option);
        match option.kind() {
            SET_GENERATED if mode.is_none() => {
                walk.expect(&[SET_KW, GENERATED_KW])?;
                mode = Some(identity_mode(&walk.any_node()?)?);
            }
            SET_SEQUENCE_OPTION => {
                walk.expect(&[SET_KW])?;
                sequence_option(&walk.any_node()?, &mut sequence)?;
            }
            _ => return Err(refuse(&option)),
        }
        walk.finish()?;
    }
    match mode {
        Some(mode) => Ok(Identity { mode, sequence }),
        None => Err(refuse(whole).with_hint("write `SET GENERATED …` with all the options of the sequence")),
    }
}
