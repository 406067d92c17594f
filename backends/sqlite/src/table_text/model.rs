//! The model of a table, from the structure of its text.

use std::collections::{BTreeMap, HashSet};

use retort_core::{
    schema::{
        Check, Column, Constraint, ConstraintKind, Deferrable, EnumType, ForeignKey, Generated, Identity,
        MatchKind, Name, NamingConvention, PrimaryKey, QualifiedName, Stored, Table, Type, Unique,
    },
    sql::TokenKind,
};

use super::{
    ClauseKind, ColumnText, ConstraintTextKind, ElementKind, KeyPartText, KeyTarget, ReferencesText,
    TableOptionKind, TableText,
};
use crate::{
    annotation,
    cursor::{Cursor, NameText, unquote},
    expression::{self, ColumnNames},
    types,
};

/// A table as the model sees it.
#[derive(Debug, Clone)]
pub(crate) struct TableModel {
    /// The table, without indexes.
    pub(crate) table: Table,
    /// The enum types that its columns use.
    pub(crate) enums: Vec<EnumType>,
    /// The constraints, in the order of the text, with the checks that hold
    /// the labels of enum types.
    pub(crate) constraints: Vec<LocatedConstraint>,
}

/// A constraint and where the text has it.
#[derive(Debug, Clone)]
pub(crate) struct LocatedConstraint {
    /// Where it is.
    pub(crate) place: ConstraintPlace,
    /// The name that operations use: its own, or the one that the naming
    /// convention gives it if it has none or shares it with an earlier one.
    pub(crate) name: Name,
    /// What it demands.
    pub(crate) kind: ConstraintKind,
    /// Whether it only holds the labels of an enum type, which makes it part
    /// of the column and no constraint of the model.
    pub(crate) is_enum_check: bool,
}

/// Where the text has a constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConstraintPlace {
    /// It is this element of the table.
    Element(usize),
    /// It is a clause of a column.
    Clause {
        /// The element that is the column.
        element: usize,
        /// The clause of the column.
        clause: usize,
    },
}

impl TableText<'_> {
    /// The model of the table.
    ///
    /// Names are spelled as the table defines them, whatever the case in which
    /// a constraint mentions them. What is known only with other tables at hand
    /// is as written: the table and columns that a foreign key refers to.
    pub(crate) fn to_model(&self) -> TableModel {
        self.to_model_beside(&BTreeMap::new())
    }

    /// The model of the table beside other tables that use these enum types. A
    /// column whose labels are others than those of the type is no enum.
    pub(crate) fn to_model_beside(&self, known: &BTreeMap<QualifiedName, EnumType>) -> TableModel {
        let columns: Vec<Name> = self.columns().map(|(_, column)| Name::new(&column.name.name)).collect();
        let reader = Reader { text: self, columns: ColumnNames::new(&columns), known };
        let name = QualifiedName::unqualified(Name::new(&self.name.name));
        let (constraints, enums) = reader.constraints(&name);
        let mut table = Table::new(name, reader.columns(&constraints, &enums));
        table.constraints = constraints
            .iter()
            .filter(|located| !located.is_enum_check)
            .map(|located| Constraint::named(located.name.clone(), located.kind.clone()))
            .collect();
        table.comment = annotation::comment_of(&self.annotations).map(str::to_owned);
        for (kind, word) in
            [(TableOptionKind::Strict, "strict"), (TableOptionKind::WithoutRowid, "without_rowid")]
        {
            if self.has_option(kind) {
                table.options.insert(word.to_owned(), "true".to_owned());
            }
        }
        self.note_beyond(&mut table, &constraints);
        table.stored = Some(Stored::new(self.text));
        TableModel { table, enums: enums.into_values().map(|found| found.enum_type).collect(), constraints }
    }
}

/// An enum type, and the columns that use it, by the index of their element.
#[derive(Debug)]
struct FoundEnum {
    enum_type: EnumType,
    elements: Vec<usize>,
}

type FoundEnums = BTreeMap<QualifiedName, FoundEnum>;

struct Reader<'a> {
    text: &'a TableText<'a>,
    columns: ColumnNames,
    known: &'a BTreeMap<QualifiedName, EnumType>,
}

impl Reader<'_> {
    fn columns(&self, constraints: &[LocatedConstraint], enums: &FoundEnums) -> Vec<Column> {
        let key = constraints.iter().find_map(|located| match &located.kind {
            ConstraintKind::PrimaryKey(key) => Some(key),
            ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => None,
        });
        let mut columns: Vec<Column> = self
            .text
            .columns()
            .map(|(element, column)| {
                let ty = enums
                    .values()
                    .find(|found| found.elements.contains(&element))
                    .map_or_else(|| declared_type(column), |found| Type::Enum(found.enum_type.name.clone()));
                self.column(column, ty)
            })
            .collect();
        for column in &mut columns {
            if key.is_some_and(|key| key.columns.contains(&column.name)) {
                column.nullable = false;
                if self.is_autoincrement() {
                    column.identity = Some(Identity::by_default());
                }
            }
        }
        columns
    }

    fn column(&self, column: &ColumnText, ty: Type) -> Column {
        let mut model = Column::new(Name::new(&column.name.name), ty);
        model.comment = annotation::comment_of(&column.annotations).map(str::to_owned);
        for clause in &column.clauses {
            match &clause.kind {
                ClauseKind::NotNull => model.nullable = false,
                ClauseKind::Default { value, parenthesized } => {
                    let written = self.text.slice(value);
                    let value = if *parenthesized { written.to_owned() } else { default_literal(written) };
                    model.default = expression::normal_default(&value, &model.ty, &self.columns);
                }
                ClauseKind::Collate(name) => model.collation = types::collation(&name.name),
                ClauseKind::Generated { expression, storage } => {
                    let expression = expression::canonical_in(self.text.slice(expression), &self.columns);
                    model.generated = Some(Generated { expression: expression.into(), storage: *storage });
                }
                ClauseKind::Null
                | ClauseKind::PrimaryKey { .. }
                | ClauseKind::Unique
                | ClauseKind::Check { .. }
                | ClauseKind::References(_)
                | ClauseKind::Deferrable(_)
                | ClauseKind::Nothing => {}
            }
        }
        model
    }

    fn is_autoincrement(&self) -> bool {
        self.text.elements.iter().any(|element| match &element.kind {
            ElementKind::Column(column) => column
                .clauses
                .iter()
                .any(|clause| matches!(clause.kind, ClauseKind::PrimaryKey { autoincrement: Some(_), .. })),
            ElementKind::Constraint(constraint) => {
                matches!(constraint.kind, ConstraintTextKind::PrimaryKey { autoincrement: Some(_), .. })
            }
        })
    }

    /// All constraints with the names that operations use, and the enum types
    /// that some of them are about.
    fn constraints(&self, table: &QualifiedName) -> (Vec<LocatedConstraint>, FoundEnums) {
        let mut enums = FoundEnums::new();
        let mut found: Vec<(ConstraintPlace, Option<Name>, ConstraintKind, bool)> = Vec::new();
        for (element, item) in self.text.elements.iter().enumerate() {
            match &item.kind {
                ElementKind::Constraint(constraint) => {
                    if let Some(kind) = self.table_constraint(&constraint.kind) {
                        let name = constraint.name.as_ref().map(|name| Name::new(&name.name));
                        found.push((ConstraintPlace::Element(element), name, kind, false));
                    }
                }
                ElementKind::Column(column) => {
                    for (clause, item) in column.clauses.iter().enumerate() {
                        if let ClauseKind::Deferrable(deferrable) = item.kind {
                            defer_last(&mut found, deferrable);
                        }
                        if let Some(kind) = self.column_constraint(column, &item.kind) {
                            let is_enum_check = match &item.kind {
                                ClauseKind::Check { expression } => {
                                    self.note_enum(column, element, self.text.slice(expression), &mut enums)
                                }
                                _ => false,
                            };
                            let place = ConstraintPlace::Clause { element, clause };
                            let name = item.name.as_ref().map(|name| Name::new(&name.name));
                            found.push((place, name, kind, is_enum_check));
                        }
                    }
                }
            }
        }
        (name_all(table, found), enums)
    }

    fn table_constraint(&self, kind: &ConstraintTextKind) -> Option<ConstraintKind> {
        Some(match kind {
            ConstraintTextKind::PrimaryKey { key, .. } => {
                ConstraintKind::PrimaryKey(PrimaryKey { columns: self.key_columns(key) })
            }
            ConstraintTextKind::Unique { key } => unique(self.key_columns(key)),
            ConstraintTextKind::Check { expression } => self.check(self.text.slice(expression)),
            ConstraintTextKind::ForeignKey { columns, references } => {
                foreign_key(columns.iter().map(|name| self.resolve(name)).collect(), references)
            }
            ConstraintTextKind::Nothing => return None,
        })
    }

    fn column_constraint(&self, column: &ColumnText, kind: &ClauseKind) -> Option<ConstraintKind> {
        let columns = || vec![Name::new(&column.name.name)];
        Some(match kind {
            ClauseKind::PrimaryKey { .. } => ConstraintKind::PrimaryKey(PrimaryKey { columns: columns() }),
            ClauseKind::Unique => unique(columns()),
            ClauseKind::Check { expression } => self.check(self.text.slice(expression)),
            ClauseKind::References(references) => foreign_key(columns(), references),
            ClauseKind::Null
            | ClauseKind::NotNull
            | ClauseKind::Default { .. }
            | ClauseKind::Collate(_)
            | ClauseKind::Deferrable(_)
            | ClauseKind::Generated { .. }
            | ClauseKind::Nothing => return None,
        })
    }

    fn check(&self, expression: &str) -> ConstraintKind {
        let expression = expression::canonical_in(expression, &self.columns).into();
        ConstraintKind::Check(Check { expression, validated: true })
    }

    fn key_columns(&self, key: &[KeyPartText]) -> Vec<Name> {
        key.iter()
            .map(|part| match &part.target {
                KeyTarget::Column(name) => self.resolve(name),
                KeyTarget::Expression(span) => Name::new(self.text.slice(span)),
            })
            .collect()
    }

    /// Whether a check of a column holds the labels of the enum type that the
    /// column is annotated with, which is then noted. If an earlier column,
    /// here or in another table, gives the type other labels, the column is no
    /// enum and the check is a check.
    fn note_enum(&self, column: &ColumnText, element: usize, check: &str, enums: &mut FoundEnums) -> bool {
        let Some(name) = annotation::enum_of(&column.annotations) else { return false };
        let Some(values) = enum_labels(check, &column.name.name) else { return false };
        let name = QualifiedName::unqualified(name);
        if self.known.get(&name).is_some_and(|known| known.values != values) {
            return false;
        }
        let found = enums.entry(name.clone()).or_insert_with(|| FoundEnum {
            enum_type: EnumType::new(name, values.clone()),
            elements: Vec::new(),
        });
        let is_same = found.enum_type.values == values && !found.elements.contains(&element);
        if is_same {
            found.elements.push(element);
        }
        is_same
    }

    /// The name as the column that it means spells it.
    fn resolve(&self, name: &NameText) -> Name {
        self.columns.resolve(&name.name).cloned().unwrap_or_else(|| Name::new(&name.name))
    }
}

fn declared_type(column: &ColumnText) -> Type {
    types::logical_type(column.ty.as_ref().map_or("", |ty| ty.declared.as_str()))
}

/// A default that is not in parentheses: SQLite takes a name for a string.
fn default_literal(written: &str) -> String {
    let cursor = Cursor::new(written);
    let is_string = match cursor.kind() {
        Some(TokenKind::QuotedIdentifier) => true,
        Some(TokenKind::Word) => {
            cursor.peek().is_some_and(|token| token.span.end == written.len())
                && !["NULL", "TRUE", "FALSE", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"]
                    .iter()
                    .any(|word| cursor.is_keyword(word))
        }
        _ => false,
    };
    if is_string { crate::syntax::SYNTAX.quote_literal(&unquote(written)) } else { written.to_owned() }
}

fn unique(columns: Vec<Name>) -> ConstraintKind {
    ConstraintKind::Unique(Unique { columns, nulls_not_distinct: false, deferrable: Deferrable::No })
}

fn foreign_key(columns: Vec<Name>, references: &ReferencesText) -> ConstraintKind {
    ConstraintKind::ForeignKey(ForeignKey {
        columns,
        references: QualifiedName::unqualified(Name::new(&references.table.name)),
        referenced_columns: references.columns.iter().map(|name| Name::new(&name.name)).collect(),
        on_delete: references.on_delete,
        on_update: references.on_update,
        // SQLite accepts MATCH FULL and does not do it.
        match_kind: MatchKind::Simple,
        deferrable: references.deferrable.as_ref().map_or(Deferrable::No, |text| text.value),
        validated: true,
    })
}

/// A `DEFERRABLE` away from its foreign key is about the last one so far.
fn defer_last(found: &mut [(ConstraintPlace, Option<Name>, ConstraintKind, bool)], deferrable: Deferrable) {
    let last = found.iter_mut().rev().find_map(|(_, _, kind, _)| match kind {
        ConstraintKind::ForeignKey(key) => Some(key),
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Check(_) => None,
    });
    if let Some(key) = last {
        key.deferrable = deferrable;
    }
}

/// The labels in `column IN ('a', 'b')`, none in `column IS NULL`.
fn enum_labels(check: &str, column: &str) -> Option<Vec<String>> {
    let mut cursor = Cursor::new(check);
    if !cursor.expect_name().ok()?.is(column) {
        return None;
    }
    if cursor.eat_keyword("IS") {
        return (cursor.eat_keyword("NULL") && cursor.peek().is_none()).then(Vec::new);
    }
    if !cursor.eat_keyword("IN") || !cursor.eat_punctuation('(') {
        return None;
    }
    let mut labels = Vec::new();
    // A type without labels has no values.
    while !cursor.is_punctuation(')') || !labels.is_empty() {
        if cursor.kind() != Some(TokenKind::String) {
            return None;
        }
        labels.push(cursor.expect_name().ok()?.name);
        if !cursor.eat_punctuation(',') {
            break;
        }
    }
    (cursor.eat_punctuation(')') && cursor.peek().is_none()).then_some(labels)
}

/// Puts every constraint in its place, with a name that no other has.
fn name_all(
    table: &QualifiedName,
    found: Vec<(ConstraintPlace, Option<Name>, ConstraintKind, bool)>,
) -> Vec<LocatedConstraint> {
    let names = effective_names(table, found.iter().map(|(_, own, kind, _)| (own.as_ref(), kind)));
    found
        .into_iter()
        .zip(names)
        .map(|((place, _, kind, is_enum_check), name)| LocatedConstraint { place, name, kind, is_enum_check })
        .collect()
}

/// The names that operations use for the constraints of a table: the own name
/// of each, or one by the convention if it has none or shares it with an
/// earlier one. SQLite does not ask constraints to have names of their own.
pub(crate) fn effective_names<'a>(
    table: &QualifiedName,
    constraints: impl Iterator<Item = (Option<&'a Name>, &'a ConstraintKind)> + Clone,
) -> Vec<Name> {
    let folded = |name: &Name| name.as_str().to_ascii_lowercase();
    let mut taken = HashSet::new();
    let own: Vec<Option<&Name>> =
        constraints.clone().map(|(own, _)| own.filter(|name| taken.insert(folded(name)))).collect();
    let convention = NamingConvention::default();
    constraints
        .zip(own)
        .map(|((_, kind), own)| {
            own.cloned().unwrap_or_else(|| {
                let name = convention.constraint(table, kind, |name| taken.contains(&folded(name)));
                taken.insert(folded(&name));
                name
            })
        })
        .collect()
}
