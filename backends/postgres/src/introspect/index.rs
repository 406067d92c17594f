//! Indexes.

use std::collections::{HashMap, HashSet};

use retort_core::{
    schema::{Index, IndexKey, IndexKeyPart, Name, NullsOrder, SortOrder, Table},
    sql::{TokenKind, lex_from},
};

use super::{
    assemble::{Assembly, options},
    rows::{ConstraintRow, IndexRow},
    unmanaged,
};
use crate::syntax::SYNTAX;

/// The access method of an index that says none.
const USUAL_METHOD: &str = "btree";

/// The collation of an index on a column that has another one, if it is that of
/// the database.
const USUAL_COLLATION: &str = "default";

/// Gives the indexes to their tables, and returns those that belong to a
/// constraint, by oid.
pub(super) fn add_all(
    assembly: &mut Assembly,
    rows: Vec<IndexRow>,
    constraints: &[ConstraintRow],
) -> HashMap<u32, IndexRow> {
    let owned: HashSet<u32> = constraints
        .iter()
        .filter(|constraint| matches!(constraint.kind, 'p' | 'u' | 'x'))
        .map(|constraint| constraint.index)
        .collect();
    let mut behind_constraints = HashMap::new();
    for row in rows {
        if !assembly.names.contains_key(&row.relation) {
            continue;
        }
        unmanaged::add_beside_index(assembly, &row);
        if owned.contains(&row.oid) {
            behind_constraints.insert(row.oid, row);
        } else if !assembly.tables.contains_key(&row.relation) {
            unmanaged::add_index(assembly, row);
        } else {
            let columns = assembly.column_names(row.relation, &row.columns);
            if let Some(table) = assembly.tables.get_mut(&row.relation) {
                let index = index(row, table, columns);
                table.indexes.push(index);
            }
        }
    }
    behind_constraints
}

/// Puts an index together. `columns` are the names of its columns, without the
/// expressions.
fn index(row: IndexRow, table: &Table, columns: Vec<Name>) -> Index {
    let mut collations = row.definition.as_deref().map(|text| Collations::of(text, &row));
    let mut columns = columns.into_iter();
    let mut key = Vec::new();
    for (at, number) in row.columns.iter().enumerate().take(usize::try_from(row.key_length).unwrap_or(0)) {
        let cell = |cells: &Option<Vec<Option<String>>>| cells.as_ref()?.get(at)?.clone();
        let order = row.order.get(at).copied().unwrap_or_default();
        let expression = cell(&row.expressions);
        let (part, collation) = match (number, expression) {
            (0, Some(text)) => {
                let collation =
                    collations.as_mut().and_then(|collations| collations.of_expression(at, &text));
                (IndexKey::Expression(text.as_str().into()), collation)
            }
            _ => {
                let Some(name) = columns.next() else { continue };
                let has_own = table.column(&name).is_some_and(|column| column.collation.is_some());
                let collation = match &row.collations {
                    None if has_own => Some(USUAL_COLLATION.into()),
                    _ => cell(&row.collations).map(Name::new),
                };
                (IndexKey::Column(name), collation)
            }
        };
        key.push(IndexKeyPart {
            collation,
            operator_class: cell(&row.operator_classes).map(Name::new),
            order: if order & 1 == 0 { SortOrder::Ascending } else { SortOrder::Descending },
            nulls: nulls(order),
            ..part_of(part)
        });
    }
    let mut options = options(row.options.as_deref());
    options.extend(row.tablespace.map(|tablespace| ("tablespace".to_owned(), tablespace)));
    if !row.is_valid {
        options.insert(Index::INVALID.to_owned(), String::new());
    }
    Index {
        name: row.name.into(),
        unique: row.is_unique,
        key,
        predicate: row.predicate.map(Into::into),
        include: columns.collect(),
        method: Some(row.method).filter(|method| method != USUAL_METHOD).map(Name::new),
        // It means something in unique indexes only.
        nulls_not_distinct: row.is_unique && row.nulls_not_distinct,
        options,
    }
}

fn part_of(key: IndexKey) -> IndexKeyPart {
    IndexKeyPart {
        key,
        collation: None,
        operator_class: None,
        order: SortOrder::Ascending,
        nulls: None,
        prefix: None,
    }
}

/// Where NULLs sort, unless it is as usual: behind all values, which are the
/// first ones if the order is descending.
fn nulls(order: i16) -> Option<NullsOrder> {
    match (order & 1 != 0, order & 2 != 0) {
        (false, true) => Some(NullsOrder::First),
        (true, false) => Some(NullsOrder::Last),
        (false, false) | (true, true) => None,
    }
}

/// Finds the collations of expressions in the definition of an index.
///
/// The catalog knows the collation of each part of the key, but not whether an
/// expression has it by itself. The definition says only what differs.
struct Collations<'a> {
    definition: &'a str,
    /// Where the parts of the key begin.
    parts: Vec<usize>,
}

impl<'a> Collations<'a> {
    fn of(definition: &'a str, row: &IndexRow) -> Self {
        let mut parts = Vec::new();
        let mut depth = 0;
        let mut in_key = false;
        let mut before_key = false;
        for token in lex_from(definition, 0, &SYNTAX) {
            let text = &definition[token.span.clone()];
            match text {
                "USING" if depth == 0 && parts.is_empty() => before_key = true,
                "(" => {
                    depth += 1;
                    if depth == 1 && before_key && !in_key {
                        in_key = true;
                        parts.push(token.span.end);
                    }
                }
                ")" => {
                    depth -= 1;
                    if depth == 0 && in_key {
                        break;
                    }
                }
                "," if depth == 1 && in_key => parts.push(token.span.end),
                _ => {}
            }
        }
        parts.truncate(usize::try_from(row.key_length).unwrap_or(0));
        Self { definition, parts }
    }

    /// The collation behind the expression that is a part of the key.
    fn of_expression(&self, at: usize, expression: &str) -> Option<Name> {
        let start = *self.parts.get(at)?;
        let rest = self.definition.get(start..)?.trim_start().strip_prefix(expression)?;
        let mut tokens = lex_from(rest, 0, &SYNTAX).filter(|token| !token.kind.is_trivia());
        if &rest[tokens.next()?.span] != "COLLATE" {
            return None;
        }
        let mut collation = None;
        loop {
            let token = tokens.next()?;
            let text = &rest[token.span];
            collation = match token.kind {
                TokenKind::QuotedIdentifier => Some(Name::new(text.trim_matches('"').replace("\"\"", "\""))),
                TokenKind::Word => Some(Name::new(text)),
                _ => return collation,
            };
            if tokens.next().is_none_or(|token| &rest[token.span] != ".") {
                return collation;
            }
        }
    }
}
