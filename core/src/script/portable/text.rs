//! SQL that stays text: expressions, queries, and data statements, with the
//! namespaces in them mapped.

use std::ops::Range;

use squawk_syntax::{
    SyntaxKind::{
        CALL_EXPR, DELETE, DOLLAR_QUOTED_STRING, DOT, ESC_STRING, FIELD_EXPR, INDEX_REF, INSERT, LOCKING_OF,
        NAME_REF, NATIONAL_STRING, ON_CONFLICT_CLAUSE, PATH_REF, PATH_TYPE, POSITIONAL_PARAM, RELATION_NAME,
        RELATION_NAME_REF, RETURNING_CLAUSE, SELECT, SEMICOLON, STAR, TABLE_ALIAS, TABLE_NAME_REF,
        TYPE_NAME_REF, UNICODE_ESC_STRING, UPDATE, VIEW_REF,
    },
    SyntaxNode, SyntaxToken,
};

use super::{
    PortableError, Reader,
    names::{identifier, is_quoted, path, qualified, quote_always, quote_name, too_many_parts},
    walk::{Result, span, token_span, tokens},
};
use crate::schema::{Expression, Name, QualifiedName};

impl Reader<'_> {
    /// The text of a node as written, with namespaces mapped. `table` is the
    /// table that the text belongs to, whose columns it may qualify.
    pub(super) fn text(&self, node: &SyntaxNode, table: Option<&QualifiedName>) -> Result<Expression> {
        let start = usize::from(node.text_range().start());
        let whole = node.text().to_string();
        let mut range = span(node);
        if let Some(last) = tokens(node).last().filter(|token| token.kind() == SEMICOLON) {
            range.end = token_span(&last).start;
        }
        let mut text = whole[range.start - start..range.end - start].trim_end().to_owned();
        let mut changes = self.changes(node, table)?;
        changes.sort_by_key(|change| std::cmp::Reverse(change.0.start));
        for (span, new) in changes {
            text.replace_range(span.start - range.start..span.end - range.start, &new);
        }
        Ok(Expression::new(text))
    }

    /// The spans that change, and what stands there on the backend.
    fn changes(
        &self,
        node: &SyntaxNode,
        table: Option<&QualifiedName>,
    ) -> Result<Vec<(Range<usize>, String)>> {
        let relations = Relations::of(node, table)?;
        let mut changes = Vec::new();
        for node in node.descendants() {
            let inner = node.parent().is_some_and(|parent| parent.kind() == node.kind());
            match node.kind() {
                PATH_REF if !inner => self.path_change(&node, &mut changes)?,
                FIELD_EXPR if !inner => self.field_change(&node, &relations, &mut changes)?,
                NAME_REF if node.parent().is_some_and(|parent| parent.kind() == LOCKING_OF) => {
                    if let [token] = path(&node)?.as_slice() {
                        self.table_change(&node, token, &relations, &mut changes)?;
                    }
                }
                _ => {}
            }
        }
        Ok(changes)
    }

    /// Maps the name of a relation or type.
    fn path_change(&self, node: &SyntaxNode, changes: &mut Vec<(Range<usize>, String)>) -> Result<()> {
        let is_object = node.parent().is_some_and(|parent| {
            matches!(
                parent.kind(),
                RELATION_NAME_REF | TABLE_NAME_REF | VIEW_REF | INDEX_REF | TYPE_NAME_REF | PATH_TYPE
            )
        });
        match path(node)?.as_slice() {
            [namespace, name] if is_object => {
                if let Some(new) = self.mapped(namespace, name)? {
                    changes.push((token_span(namespace).start..token_span(name).end, new));
                }
                Ok(())
            }
            [_, _, _, ..] if is_object => Err(too_many_parts(span(node))),
            _ => Ok(()),
        }
    }

    /// Maps `namespace.table.column`, and `table.column` where the table goes by
    /// another name on the backend.
    fn field_change(
        &self,
        node: &SyntaxNode,
        relations: &Relations,
        changes: &mut Vec<(Range<usize>, String)>,
    ) -> Result<()> {
        let Some(parts) = column_path(node) else {
            return Ok(());
        };
        let parent = node.parent().map(|parent| parent.kind());
        let is_call = parent == Some(CALL_EXPR);
        match parts.as_slice() {
            [_, _] if is_call => Ok(()),
            [namespace, name] if parent == Some(LOCKING_OF) => {
                if let Some(new) = self.mapped(namespace, name)? {
                    changes.push((token_span(namespace).start..token_span(name).end, new));
                }
                Ok(())
            }
            [table, _] => self.table_change(node, table, relations, changes),
            [namespace, table, _] if !is_call => {
                if let Some(new) = self.mapped(namespace, table)? {
                    changes.push((token_span(namespace).start..token_span(table).end, new));
                }
                Ok(())
            }
            [_, _, ..] => Err(too_many_parts(span(node))),
            _ => Ok(()),
        }
    }

    /// Maps the name of a table that stands before a column.
    fn table_change(
        &self,
        node: &SyntaxNode,
        token: &SyntaxToken,
        relations: &Relations,
        changes: &mut Vec<(Range<usize>, String)>,
    ) -> Result<()> {
        let name = identifier(token)?;
        let meant = relations.meant(&name, node);
        let changed: Vec<&QualifiedName> = meant
            .iter()
            .filter_map(|relation| relation.table.as_ref())
            .filter(|table| self.names.prefix(table.namespace.as_ref()).is_some())
            .collect();
        match changed.as_slice() {
            [] => Ok(()),
            [table] if meant.len() == 1 => {
                let mapped = self.names.apply(table).name;
                let text = if is_quoted(token) { quote_always(&mapped) } else { quote_name(&mapped) };
                if text != token.text() {
                    changes.push((token_span(token), text));
                }
                Ok(())
            }
            [table, ..] => {
                let message = format!("`{name}` may be `{table}` or another table of the statement");
                Err(PortableError::new(token_span(token), message).with_hint("give the table an alias"))
            }
        }
    }

    /// The name on the backend as text; `None` if it stays.
    fn mapped(&self, namespace: &SyntaxToken, name: &SyntaxToken) -> Result<Option<String>> {
        let written = QualifiedName::qualified(identifier(namespace)?, identifier(name)?);
        let Some(prefix) = self.names.prefix(written.namespace.as_ref()) else {
            return Ok(None);
        };
        let mapped = self.names.apply(&written).name;
        Ok(Some(match (is_quoted(name), is_quoted(namespace)) {
            (true, _) => quote_always(&mapped),
            (false, true) if !prefix.is_empty() => quote_always(&mapped),
            (false, _) => quote_name(&mapped),
        }))
    }
}

/// The relations in a text, by the name that stands before their columns.
#[derive(Default)]
struct Relations(Vec<Relation>);

struct Relation {
    name: Name,
    /// The table, where it is named with a namespace and has no alias: then the
    /// name before its columns is another on the backend.
    table: Option<QualifiedName>,
    /// Where its columns may be used; absent means anywhere.
    scope: Option<SyntaxNode>,
}

impl Relations {
    fn of(node: &SyntaxNode, table: Option<&QualifiedName>) -> Result<Self> {
        let mut relations = Self::default();
        if let Some(table) = table {
            let name = table.name.clone();
            relations.0.push(Relation { name, table: Some(table.clone()), scope: None });
        }
        for node in node.descendants() {
            match node.kind() {
                TABLE_ALIAS => {
                    if let [token] = path(&node)?.as_slice() {
                        relations.add(identifier(token)?, None, &node);
                    }
                }
                RELATION_NAME_REF if !is_aliased(&node) => {
                    let table = qualified(&node)?;
                    let name = table.name.clone();
                    relations.add(name, Some(table).filter(|table| table.namespace.is_some()), &node);
                }
                _ => {}
            }
        }
        Ok(relations)
    }

    fn add(&mut self, name: Name, table: Option<QualifiedName>, node: &SyntaxNode) {
        let query = node.ancestors().find(|node| matches!(node.kind(), SELECT | INSERT | UPDATE | DELETE));
        match query {
            // What an INSERT goes into is not in sight of what it inserts.
            Some(insert) if insert.kind() == INSERT => {
                for scope in insert.children() {
                    if matches!(scope.kind(), ON_CONFLICT_CLAUSE | RETURNING_CLAUSE) {
                        let (name, table) = (name.clone(), table.clone());
                        self.0.push(Relation { name, table, scope: Some(scope) });
                    }
                }
            }
            scope => self.0.push(Relation { name, table, scope }),
        }
    }

    /// What the name can mean at a node: that of the innermost query around it.
    fn meant(&self, name: &Name, node: &SyntaxNode) -> Vec<&Relation> {
        let at = node.text_range();
        let visible: Vec<(Option<usize>, &Relation)> = self
            .0
            .iter()
            .filter(|relation| relation.name == *name)
            .filter_map(|relation| match &relation.scope {
                None => Some((None, relation)),
                Some(scope) if scope.text_range().contains_range(at) => {
                    Some((Some(scope.text_range().len().into()), relation))
                }
                Some(_) => None,
            })
            .collect();
        let innermost = visible.iter().map(|(size, _)| size.unwrap_or(usize::MAX)).min();
        visible
            .into_iter()
            .filter(|(size, _)| Some(size.unwrap_or(usize::MAX)) == innermost)
            .map(|(_, relation)| relation)
            .collect()
    }
}

/// Refuses literals of a data statement, which runs as written, that mean
/// something else on another backend: SQLite takes `$$text$$` for a parameter,
/// and a parameter without a value for NULL.
pub(super) fn check_literals(node: &SyntaxNode) -> Result<()> {
    for token in tokens(node) {
        let error = |message: String| PortableError::new(token_span(&token), message);
        match token.kind() {
            DOLLAR_QUOTED_STRING | ESC_STRING | UNICODE_ESC_STRING | NATIONAL_STRING => {
                return Err(error("expected a string in single quotes".to_owned())
                    .with_hint("escapes and dollar quotes are not portable"));
            }
            POSITIONAL_PARAM => {
                return Err(error(format!("parameter `{}` has no value in a revision", token.text())));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether the relation has an alias.
fn is_aliased(node: &SyntaxNode) -> bool {
    node.ancestors().skip(1).find(|user| user.kind() != RELATION_NAME).is_some_and(|user| {
        user.children().any(|child| child.children().any(|inner| inner.kind() == TABLE_ALIAS))
    })
}

/// The parts of `a.b`, `a.b.c` or `a.b.*`; `None` for a field of something else.
fn column_path(node: &SyntaxNode) -> Option<Vec<SyntaxToken>> {
    let mut parts = Vec::new();
    for (at, token) in tokens(node).enumerate() {
        match (at % 2, token.kind()) {
            (1, DOT) => {}
            (0, kind) if kind != DOT => parts.push(token),
            _ => return None,
        }
    }
    let only_names = node.descendants().all(|part| matches!(part.kind(), FIELD_EXPR | NAME_REF));
    let star_last = parts.iter().rev().skip(1).all(|token| token.kind() != STAR);
    (only_names && star_last).then_some(parts)
}
