//! CREATE INDEX and its relatives.

use std::collections::BTreeMap;

use squawk_syntax::{
    SyntaxKind::{
        ACCESS_METHOD_REF, ALTER_KW, CALL_EXPR, COLLATE, COMMA, CONCURRENTLY_KW, CREATE_KW,
        CURRENT_CATALOG_KW, CURRENT_DATE_KW, CURRENT_ROLE_KW, CURRENT_SCHEMA_KW, CURRENT_TIME_KW,
        CURRENT_TIMESTAMP_KW, CURRENT_USER_KW, DROP_KW, IF_EXISTS, IF_NOT_EXISTS, INCLUDE_KW, INDEX,
        INDEX_INCLUDE_CLAUSE, INDEX_KW, INDEX_REF, INDEX_RENAME_TO, L_PAREN, LOCALTIME_KW, LOCALTIMESTAMP_KW,
        NAME_REF, NULLS_DISTINCT, NULLS_FIRST, NULLS_LAST, NULLS_NOT_DISTINCT, ON_KW, OP_CLASS_REF,
        PAREN_EXPR, PARTITION_ITEM, PARTITION_ITEM_LIST, R_PAREN, RENAME_KW, SEMICOLON, SESSION_USER_KW,
        SORT_ASC, SORT_DESC, SYSTEM_USER_KW, TABLE_NAME_REF, TABLE_RELATION_NAME, TO_KW, UNIQUE_KW, USER_KW,
        USING_KW, USING_METHOD, WHERE_CLAUSE, WHERE_KW,
    },
    SyntaxNode,
};

use super::{
    PortableError, Reader,
    names::{name, qualified},
    object::drop_behavior,
    table::collation,
    walk::{Result, Walk, refuse, span, tokens},
};
use crate::{
    operation::Operation,
    schema::{Index, IndexKey, IndexKeyPart, Name, NullsOrder, QualifiedName, SortOrder},
};

impl Reader<'_> {
    /// Reads CREATE INDEX.
    pub(super) fn create_index(&mut self, node: &SyntaxNode) -> Result<Vec<Operation>> {
        let mut walk = Walk::new(node);
        walk.expect(&[CREATE_KW])?;
        let unique = walk.skip(UNIQUE_KW);
        walk.expect(&[INDEX_KW])?;
        let concurrently = walk.skip(CONCURRENTLY_KW);
        let if_not_exists = walk.skip(IF_NOT_EXISTS);
        let name_node = walk.node(INDEX).filter(|node| node.children().next().is_some());
        let written_name = name_node.as_ref().map(name).transpose()?;
        walk.expect(&[ON_KW])?;
        let relation = walk.require(TABLE_RELATION_NAME)?;
        let mut inner = Walk::new(&relation);
        let table = qualified(&inner.require(TABLE_NAME_REF)?)?;
        inner.finish()?;
        let method = match walk.node(USING_METHOD) {
            Some(node) => Some(method(&node)?),
            None => None,
        };
        let key = self.key(&walk.require(PARTITION_ITEM_LIST)?, &table)?;
        let include = match walk.node(INDEX_INCLUDE_CLAUSE) {
            Some(node) => self.include(&node, &table)?,
            None => Vec::new(),
        };
        walk.skip(NULLS_DISTINCT);
        let nulls_not_distinct = walk.skip(NULLS_NOT_DISTINCT);
        let predicate = match walk.node(WHERE_CLAUSE) {
            Some(node) => {
                let mut walk = Walk::new(&node);
                walk.expect(&[WHERE_KW])?;
                let predicate = self.text(&walk.any_node()?, Some(&table))?;
                walk.finish()?;
                Some(predicate)
            }
            None => None,
        };
        walk.skip(SEMICOLON);
        walk.finish()?;

        let name = match written_name {
            Some(name) => name,
            None if if_not_exists => {
                let message = "an index with `IF NOT EXISTS` needs a name";
                return Err(PortableError::new(span(node), message));
            }
            None => self.index_name(&table, &key),
        };
        if !self.known.indexes.insert(table.with_name(name.clone())) && !if_not_exists {
            let at = name_node.as_ref().map_or_else(|| span(node), span);
            return Err(PortableError::new(at, format!("there are two indexes `{name}`")));
        }
        let index = Index {
            name,
            unique,
            key,
            predicate,
            include,
            method,
            nulls_not_distinct,
            options: BTreeMap::new(),
        };
        Ok(vec![Operation::CreateIndex { table, index, concurrently, if_not_exists }])
    }

    /// Names an index that has no name. Expressions don't count.
    fn index_name(&self, table: &QualifiedName, key: &[IndexKeyPart]) -> Name {
        let columns: Vec<Name> = key
            .iter()
            .filter_map(|part| match &part.key {
                IndexKey::Column(name) => Some(name.clone()),
                IndexKey::Expression(_) => None,
            })
            .collect();
        self.naming.index(table, &columns, |name| self.known.indexes.contains(&table.with_name(name.clone())))
    }

    /// Reads the parts of a key.
    fn key(&self, list: &SyntaxNode, table: &QualifiedName) -> Result<Vec<IndexKeyPart>> {
        let mut walk = Walk::new(list);
        let mut parts = Vec::new();
        walk.expect(&[L_PAREN])?;
        loop {
            parts.push(self.key_part(&walk.require(PARTITION_ITEM)?, table)?);
            if !walk.skip(COMMA) {
                break;
            }
        }
        walk.expect(&[R_PAREN])?;
        walk.finish()?;
        Ok(parts)
    }

    fn key_part(&self, node: &SyntaxNode, table: &QualifiedName) -> Result<IndexKeyPart> {
        let mut walk = Walk::new(node);
        let mut expression = walk.any_node()?;
        let mut collation_name = None;
        if expression.kind() == COLLATE {
            let mut inner = Walk::new(&expression);
            let collated = inner.any_node()?;
            collation_name = Some(collation(&mut inner)?);
            inner.finish()?;
            expression = collated;
        }
        let key = match expression.kind() {
            NAME_REF if !is_function(&expression) => IndexKey::Column(name(&expression)?),
            NAME_REF | CALL_EXPR => IndexKey::Expression(self.text(&expression, Some(table))?),
            PAREN_EXPR => {
                let mut walk = Walk::new(&expression);
                walk.expect(&[L_PAREN])?;
                let inner = walk.any_node()?;
                walk.expect(&[R_PAREN])?;
                walk.finish()?;
                match inner.kind() {
                    NAME_REF if !is_function(&inner) => IndexKey::Column(name(&inner)?),
                    _ => IndexKey::Expression(self.text(&inner, Some(table))?),
                }
            }
            _ => {
                let message = "an expression in an index stands in parentheses";
                return Err(PortableError::new(span(&expression), message));
            }
        };
        let operator_class = match walk.node(OP_CLASS_REF) {
            Some(node) => Some(name(&node)?),
            None => None,
        };
        let order = if walk.skip(SORT_DESC) {
            SortOrder::Descending
        } else {
            walk.skip(SORT_ASC);
            SortOrder::Ascending
        };
        let nulls = if walk.skip(NULLS_FIRST) {
            Some(NullsOrder::First)
        } else {
            walk.skip(NULLS_LAST).then_some(NullsOrder::Last)
        };
        walk.finish()?;
        Ok(IndexKeyPart { key, collation: collation_name, operator_class, order, nulls, prefix: None })
    }

    /// Reads `INCLUDE (a, b)`.
    fn include(&self, node: &SyntaxNode, table: &QualifiedName) -> Result<Vec<Name>> {
        let mut walk = Walk::new(node);
        walk.expect(&[INCLUDE_KW])?;
        let list = walk.require(PARTITION_ITEM_LIST)?;
        walk.finish()?;
        self.key(&list, table)?
            .into_iter()
            .map(|part| match part {
                IndexKeyPart {
                    key: IndexKey::Column(name),
                    collation: None,
                    operator_class: None,
                    order: SortOrder::Ascending,
                    nulls: None,
                    prefix: None,
                } => Ok(name),
                _ => Err(PortableError::new(span(&list), "only columns can be included in an index")),
            })
            .collect()
    }
}

/// Whether a name is that of a function that is called without parentheses.
fn is_function(node: &SyntaxNode) -> bool {
    tokens(node).next().is_some_and(|token| {
        matches!(
            token.kind(),
            CURRENT_CATALOG_KW
                | CURRENT_DATE_KW
                | CURRENT_ROLE_KW
                | CURRENT_SCHEMA_KW
                | CURRENT_TIME_KW
                | CURRENT_TIMESTAMP_KW
                | CURRENT_USER_KW
                | LOCALTIME_KW
                | LOCALTIMESTAMP_KW
                | SESSION_USER_KW
                | SYSTEM_USER_KW
                | USER_KW
        )
    })
}

fn method(node: &SyntaxNode) -> Result<Name> {
    let mut walk = Walk::new(node);
    walk.expect(&[USING_KW])?;
    let method = name(&walk.require(ACCESS_METHOD_REF)?)?;
    walk.finish()?;
    Ok(method)
}

/// Reads DROP INDEX.
pub(super) fn drop_indexes(node: &SyntaxNode) -> Result<Vec<Operation>> {
    let mut walk = Walk::new(node);
    walk.expect(&[DROP_KW, INDEX_KW])?;
    let concurrently = walk.skip(CONCURRENTLY_KW);
    let if_exists = walk.skip(IF_EXISTS);
    let mut operations = Vec::new();
    loop {
        let name = qualified(&walk.require(INDEX_REF)?)?;
        operations.push(Operation::DropIndex { name, concurrently, if_exists });
        if !walk.skip(COMMA) {
            break;
        }
    }
    drop_behavior(&mut walk)?;
    walk.skip(SEMICOLON);
    walk.finish()?;
    Ok(operations)
}

/// Reads ALTER INDEX.
pub(super) fn alter_index(node: &SyntaxNode) -> Result<Vec<Operation>> {
    let mut walk = Walk::new(node);
    walk.expect(&[ALTER_KW, INDEX_KW])?;
    let from = qualified(&walk.require(INDEX_REF)?)?;
    let action = walk.any_node()?;
    walk.skip(SEMICOLON);
    walk.finish()?;
    if action.kind() != INDEX_RENAME_TO {
        return Err(refuse(&action));
    }
    let mut walk = Walk::new(&action);
    walk.expect(&[RENAME_KW, TO_KW])?;
    let to = name(&walk.require(INDEX)?)?;
    walk.finish()?;
    Ok(vec![Operation::RenameIndex { from, to }])
}
