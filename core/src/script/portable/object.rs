//! Namespaces, enum types, views, comments, and dropping things.

use squawk_syntax::{
    SyntaxKind::{
        self, ADD_KW, ADD_VALUE, AFTER_KW, AFTER_VALUE, ALTER_KW, ALTER_TYPE, AS_KW, BEFORE_KW, BEFORE_VALUE,
        CASCADE, COLUMN_KW, COLUMN_LIST, COLUMN_NAME, COMMA, COMMENT_KW, COMPOUND_SELECT, CREATE_KW, DROP_KW,
        ENUM_KW, ENUM_TYPE, IF_EXISTS, IF_NOT_EXISTS, IS_KW, L_PAREN, LITERAL, NAMED_SCHEMA, NULL_KW,
        OBJECT_COLUMN, OBJECT_TABLE, OBJECT_TYPE, OBJECT_VIEW, ON_KW, OR_REPLACE, PAREN_SELECT,
        QUALIFIED_COLUMN_NAME_REF, R_PAREN, RENAME_KW, RENAME_VALUE, RESTRICT, SCHEMA, SCHEMA_KW, SCHEMA_REF,
        SCHEMA_RENAME_TO, SELECT, SEMICOLON, STRING, TABLE_KW, TABLE_NAME_REF, TO_KW, TYPE_KW, TYPE_NAME,
        TYPE_NAME_REF, TYPE_RENAME_TO, VALUE_KW, VALUES, VARIANT, VARIANT_LIST, VIEW, VIEW_KW, VIEW_REF,
        VIEW_RENAME_TO,
    },
    SyntaxNode, SyntaxToken,
};

use super::{
    PortableError, Reader,
    constraint::column_names,
    names::{name, qualified, qualified_column},
    walk::{Result, Walk, refuse, span, token_span, tokens},
};
use crate::{
    operation::{ColumnChange, CommentTarget, EnumValuePosition, Operation},
    schema::{EnumType, Name, QualifiedName, View},
};

/// Reads CREATE SCHEMA.
pub(super) fn create_namespace(node: &SyntaxNode) -> Result<Vec<Operation>> {
    let mut walk = Walk::new(node);
    walk.expect(&[CREATE_KW, SCHEMA_KW])?;
    let if_not_exists = walk.skip(IF_NOT_EXISTS);
    let target = walk.require(NAMED_SCHEMA)?;
    walk.skip(SEMICOLON);
    walk.finish()?;
    let mut walk = Walk::new(&target);
    let name = name(&walk.require(SCHEMA)?)?;
    walk.finish()?;
    Ok(vec![Operation::CreateNamespace { name, if_not_exists }])
}

/// Reads DROP SCHEMA.
pub(super) fn drop_namespaces(node: &SyntaxNode) -> Result<Vec<Operation>> {
    drop_all(node, SCHEMA_KW, SCHEMA_REF, |node, if_exists| {
        Ok(Operation::DropNamespace { name: name(node)?, if_exists })
    })
}

/// Reads ALTER SCHEMA.
pub(super) fn alter_namespace(node: &SyntaxNode) -> Result<Vec<Operation>> {
    let mut walk = Walk::new(node);
    walk.expect(&[ALTER_KW, SCHEMA_KW])?;
    let from = name(&walk.require(SCHEMA_REF)?)?;
    let action = walk.require(SCHEMA_RENAME_TO)?;
    walk.skip(SEMICOLON);
    walk.finish()?;
    let to = rename_to(&action, SCHEMA)?;
    Ok(vec![Operation::RenameNamespace { from, to }])
}

/// Reads DROP TYPE.
pub(super) fn drop_enums(node: &SyntaxNode) -> Result<Vec<Operation>> {
    drop_all(node, TYPE_KW, TYPE_NAME_REF, |node, if_exists| {
        Ok(Operation::DropEnum { name: qualified(node)?, if_exists })
    })
}

/// Reads DROP TABLE.
pub(super) fn drop_tables(node: &SyntaxNode) -> Result<Vec<Operation>> {
    drop_all(node, TABLE_KW, TABLE_NAME_REF, |node, if_exists| {
        Ok(Operation::DropTable { name: qualified(node)?, if_exists })
    })
}

/// Reads DROP VIEW.
pub(super) fn drop_views(node: &SyntaxNode) -> Result<Vec<Operation>> {
    drop_all(node, VIEW_KW, VIEW_REF, |node, if_exists| {
        Ok(Operation::DropView { name: qualified(node)?, if_exists })
    })
}

/// Reads a DROP of one kind of object with any number of names.
fn drop_all(
    node: &SyntaxNode,
    keyword: SyntaxKind,
    kind: SyntaxKind,
    drop: impl Fn(&SyntaxNode, bool) -> Result<Operation>,
) -> Result<Vec<Operation>> {
    let mut walk = Walk::new(node);
    walk.expect(&[DROP_KW, keyword])?;
    let if_exists = walk.skip(IF_EXISTS);
    let mut operations = Vec::new();
    loop {
        operations.push(drop(&walk.require(kind)?, if_exists)?);
        if !walk.skip(COMMA) {
            break;
        }
    }
    drop_behavior(&mut walk)?;
    walk.skip(SEMICOLON);
    walk.finish()?;
    Ok(operations)
}

/// Reads `RESTRICT`, the default, and refuses `CASCADE`.
pub(super) fn drop_behavior(walk: &mut Walk) -> Result<()> {
    walk.skip(RESTRICT);
    match walk.node(CASCADE) {
        Some(node) => Err(PortableError::not_portable(span(&node), "`CASCADE`")
            .with_hint("what it drops differs from one database to the next: drop each object by name")),
        None => Ok(()),
    }
}

/// Reads `RENAME TO name`.
fn rename_to(node: &SyntaxNode, kind: SyntaxKind) -> Result<Name> {
    let mut walk = Walk::new(node);
    walk.expect(&[RENAME_KW, TO_KW])?;
    let to = name(&walk.require(kind)?)?;
    walk.finish()?;
    Ok(to)
}

impl Reader<'_> {
    /// Reads CREATE TYPE … AS ENUM.
    pub(super) fn create_enum(&mut self, node: &SyntaxNode) -> Result<Vec<Operation>> {
        let mut walk = Walk::new(node);
        walk.expect(&[CREATE_KW, TYPE_KW])?;
        let name_node = walk.require(TYPE_NAME)?;
        let name = qualified(&name_node)?;
        let definition = match walk.node(ENUM_TYPE) {
            Some(node) => node,
            None => {
                let error = PortableError::not_portable(span(node), "a type that is no enum");
                return Err(error);
            }
        };
        walk.skip(SEMICOLON);
        walk.finish()?;
        let mut walk = Walk::new(&definition);
        walk.expect(&[AS_KW, ENUM_KW])?;
        let list = walk.require(VARIANT_LIST)?;
        walk.finish()?;
        let mut walk = Walk::new(&list);
        walk.expect(&[L_PAREN])?;
        let mut values: Vec<String> = Vec::new();
        while let Some(variant) = walk.node(VARIANT) {
            let value = string_in(&variant)?;
            if values.contains(&value) {
                let message = format!("the label `{value}` is listed twice");
                return Err(PortableError::new(span(&variant), message));
            }
            values.push(value);
            walk.skip(COMMA);
        }
        walk.expect(&[R_PAREN])?;
        walk.finish()?;
        if values.is_empty() {
            return Err(PortableError::new(span(&list), "an enum type has at least one label"));
        }
        self.known.enums.insert(name.clone());
        Ok(vec![Operation::CreateEnum { enum_type: EnumType::new(name, values) }])
    }

    /// Reads CREATE VIEW.
    pub(super) fn create_view(&mut self, node: &SyntaxNode) -> Result<Vec<Operation>> {
        let mut walk = Walk::new(node);
        walk.expect(&[CREATE_KW])?;
        let or_replace = walk.skip(OR_REPLACE);
        walk.expect(&[VIEW_KW])?;
        let name = qualified(&walk.require(VIEW)?)?;
        let columns = match walk.node(COLUMN_LIST) {
            Some(list) => column_names(&list, COLUMN_NAME)?,
            None => Vec::new(),
        };
        walk.expect(&[AS_KW])?;
        let query = walk.any_node()?;
        if !matches!(query.kind(), SELECT | COMPOUND_SELECT | PAREN_SELECT | VALUES | SyntaxKind::TABLE) {
            return Err(refuse(&query));
        }
        walk.skip(SEMICOLON);
        walk.finish()?;
        let query = self.text(&query, None)?;
        let view = View { name, columns, query, comment: None };
        Ok(vec![Operation::CreateView { view, or_replace }])
    }
}

/// Reads ALTER VIEW.
pub(super) fn alter_view(node: &SyntaxNode) -> Result<Vec<Operation>> {
    let mut walk = Walk::new(node);
    walk.expect(&[ALTER_KW, VIEW_KW])?;
    let from = qualified(&walk.require(VIEW_REF)?)?;
    let action = walk.require(VIEW_RENAME_TO)?;
    walk.skip(SEMICOLON);
    walk.finish()?;
    let to = rename_to(&action, VIEW)?;
    Ok(vec![Operation::RenameView { from, to }])
}

/// Reads ALTER TYPE.
pub(super) fn alter_enum(node: &SyntaxNode) -> Result<Vec<Operation>> {
    let mut walk = Walk::new(node);
    walk.expect(&[ALTER_KW, TYPE_KW])?;
    let name = qualified(&walk.require(TYPE_NAME_REF)?)?;
    let action = walk.any_node()?;
    walk.skip(SEMICOLON);
    walk.finish()?;
    let mut walk = Walk::new(&action);
    let operation = match action.kind() {
        ADD_VALUE => {
            walk.expect(&[ADD_KW, VALUE_KW])?;
            let if_not_exists = walk.skip(IF_NOT_EXISTS);
            let value = string(&walk.require(LITERAL)?)?;
            let position = if let Some(node) = walk.node(BEFORE_VALUE) {
                let mut walk = Walk::new(&node);
                walk.expect(&[BEFORE_KW])?;
                EnumValuePosition::Before(string(&walk.require(LITERAL)?)?)
            } else if let Some(node) = walk.node(AFTER_VALUE) {
                let mut walk = Walk::new(&node);
                walk.expect(&[AFTER_KW])?;
                EnumValuePosition::After(string(&walk.require(LITERAL)?)?)
            } else {
                EnumValuePosition::End
            };
            Operation::AddEnumValue { name, value, position, if_not_exists }
        }
        RENAME_VALUE => {
            walk.expect(&[RENAME_KW, VALUE_KW])?;
            let from = string(&walk.require(LITERAL)?)?;
            walk.expect(&[TO_KW])?;
            let to = string(&walk.require(LITERAL)?)?;
            Operation::RenameEnumValue { name, from, to }
        }
        TYPE_RENAME_TO => {
            return Ok(vec![Operation::RenameEnum { from: name, to: rename_to(&action, TYPE_NAME)? }]);
        }
        _ => return Err(refuse(&action)),
    };
    walk.finish()?;
    Ok(vec![operation])
}

/// Reads `ALTER TYPE name DROP VALUE 'label'`, which is not in the parser's
/// grammar: Retort writes it to undo `ADD VALUE`.
pub(super) fn drop_enum_value(root: &SyntaxNode) -> Result<Option<Operation>> {
    let Some(alter) = root.first_child().filter(|node| node.kind() == ALTER_TYPE) else {
        return Ok(None);
    };
    let mut walk = Walk::new(&alter);
    walk.expect(&[ALTER_KW, TYPE_KW])?;
    let Some(name) = walk.node(TYPE_NAME_REF) else {
        return Ok(None);
    };
    let end = span(&alter).end;
    let rest: Vec<SyntaxToken> = tokens(root).filter(|token| token_span(token).start >= end).collect();
    match rest.as_slice() {
        [drop, value, label]
            if drop.kind() == DROP_KW && value.kind() == VALUE_KW && label.kind() == STRING =>
        {
            let value = unquote(std::slice::from_ref(label))?;
            Ok(Some(Operation::DropEnumValue { name: qualified(&name)?, value }))
        }
        _ => Ok(None),
    }
}

/// Reads COMMENT ON.
pub(super) fn comment(node: &SyntaxNode) -> Result<Vec<Operation>> {
    let mut walk = Walk::new(node);
    walk.expect(&[COMMENT_KW, ON_KW])?;
    let object = walk.any_node()?;
    walk.expect(&[IS_KW])?;
    let comment = match walk.skip(NULL_KW) {
        true => None,
        // PostgreSQL keeps no empty comments.
        false => Some(string(&walk.require(LITERAL)?)?).filter(|comment| !comment.is_empty()),
    };
    walk.skip(SEMICOLON);
    walk.finish()?;
    let mut walk = Walk::new(&object);
    let operation = match object.kind() {
        OBJECT_TABLE => {
            walk.expect(&[TABLE_KW])?;
            let table = qualified(&walk.require(TABLE_NAME_REF)?)?;
            Operation::SetTableComment { table, comment }
        }
        OBJECT_COLUMN => {
            walk.expect(&[COLUMN_KW])?;
            let (table, column) = qualified_column(&walk.require(QUALIFIED_COLUMN_NAME_REF)?)?;
            Operation::AlterColumn { table, column, change: ColumnChange::Comment(comment) }
        }
        OBJECT_VIEW => {
            walk.expect(&[VIEW_KW])?;
            let on: QualifiedName = qualified(&walk.require(VIEW_REF)?)?;
            Operation::SetComment { on: CommentTarget::View(on), comment }
        }
        OBJECT_TYPE => {
            walk.expect(&[TYPE_KW])?;
            let on = qualified(&walk.require(TYPE_NAME_REF)?)?;
            Operation::SetComment { on: CommentTarget::Enum(on), comment }
        }
        _ => return Err(refuse(&object)),
    };
    walk.finish()?;
    Ok(vec![operation])
}

/// Reads a node with nothing but a string literal.
fn string_in(node: &SyntaxNode) -> Result<String> {
    let mut walk = Walk::new(node);
    let literal = walk.require(LITERAL)?;
    walk.finish()?;
    string(&literal)
}

/// Reads a string literal.
fn string(node: &SyntaxNode) -> Result<String> {
    unquote(&tokens(node).collect::<Vec<_>>())
}

/// The value of a string, which may go on in further quotes on the next line.
fn unquote(parts: &[SyntaxToken]) -> Result<String> {
    let mut value = String::new();
    for part in parts {
        let inner = part.text().strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
        match inner {
            Some(inner) if part.kind() == STRING => value.push_str(&inner.replace("''", "'")),
            _ => {
                return Err(PortableError::new(token_span(part), "expected a string in single quotes")
                    .with_hint("escapes and dollar quotes are not portable"));
            }
        }
    }
    Ok(value)
}
