//! `-- @renamed-from`: which table or column each is about.

use std::collections::BTreeMap;

use super::{
    assemble::Assembled,
    place::{ModelObject, Spot},
    statements::{ModelStatement, ModelStatements, StatementKind},
};
use crate::{
    backend::Backend,
    diff::Renames,
    plan::PlanSettings,
    schema::{Name, QualifiedName, Table},
    script::{RenamedFrom, SourceError, portable},
};

/// Reads what the files say of old names.
pub(super) fn read(
    files: &[ModelStatements],
    assembled: &Assembled,
    backend: &dyn Backend,
    settings: &PlanSettings,
) -> Result<Renames, Vec<SourceError>> {
    let (mut renames, mut errors) = (Renames::default(), Vec::new());
    // What each old name has become.
    let mut taken: BTreeMap<ModelObject, String> = BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        for renamed in &file.renamed {
            let read = Reader { files, file: at, assembled, backend, settings }.rename(renamed);
            let rename = match read {
                Ok(rename) => rename,
                Err((message, hint)) => {
                    errors.push(*file.source().error(renamed.span.clone(), message, hint));
                    continue;
                }
            };
            let (old, new) = rename.ends();
            if let Some(other) = taken.insert(old.clone(), new.to_string()) {
                let message = format!("two things are renamed from {old}: {other} and {new}");
                errors.push(*file.source().error(renamed.span.clone(), message, None));
                continue;
            }
            let known = match rename {
                Rename::Table { old, new } => renames.tables.insert(new, old).is_some(),
                Rename::Column { table, old, new } => renames.columns.insert((table, new), old).is_some(),
            };
            if known {
                let message = format!("{new} has two old names");
                errors.push(*file.source().error(renamed.span.clone(), message, None));
            }
        }
    }
    if errors.is_empty() { Ok(renames) } else { Err(errors) }
}

/// One name that changed.
enum Rename {
    Table { old: QualifiedName, new: QualifiedName },
    Column { table: QualifiedName, old: Name, new: Name },
}

impl Rename {
    /// What it was, and what it is.
    fn ends(&self) -> (ModelObject, ModelObject) {
        match self {
            Self::Table { old, new } => (ModelObject::Table(old.clone()), ModelObject::Table(new.clone())),
            Self::Column { table, old, new } => (
                ModelObject::Column(table.clone(), old.clone()),
                ModelObject::Column(table.clone(), new.clone()),
            ),
        }
    }
}

/// What is wrong, and what to do about it.
type Refusal = (String, Option<String>);

struct Reader<'a> {
    files: &'a [ModelStatements],
    file: usize,
    assembled: &'a Assembled,
    backend: &'a dyn Backend,
    settings: &'a PlanSettings,
}

impl<'a> Reader<'a> {
    fn rename(&self, renamed: &RenamedFrom) -> Result<Rename, Refusal> {
        let is_about_table = |(statement, position): &(&ModelStatement, Position<'_>)| {
            !matches!(position, Position::Table) || statement.outline.is_some()
        };
        let nothing = || {
            let message = "there is no table or column here that could have had another name";
            let hint = "write it on a line of its own above the table or the column, or at the end of the \
                        column's line";
            (message.to_owned(), Some(hint.to_owned()))
        };
        let found = if renamed.own_line { self.following(renamed) } else { self.on_line(renamed)? };
        let (statement, position) = found.filter(is_about_table).ok_or_else(nothing)?;
        let table = self.table_of(statement).ok_or_else(nothing)?;
        let old = portable::native_type_name(&renamed.name.value).ok_or_else(|| {
            let message = format!("`{}` is not a name", renamed.name.value);
            (message, Some("a name that is not a plain word stands in double quotes".to_owned()))
        })?;
        match position {
            Position::Table => self.renamed_table(statement, table, old),
            Position::Column(column) => self.renamed_column(table, column, old),
        }
    }

    fn renamed_table(
        &self,
        statement: &ModelStatement,
        table: &Table,
        mut old: QualifiedName,
    ) -> Result<Rename, Refusal> {
        if let StatementKind::Portable(_) = statement.kind {
            if old.namespace.is_none() {
                // It was beside the new one, in the namespace as written.
                old.namespace = statement.outline.as_ref().and_then(|outline| outline.name.namespace.clone());
            }
            old = self.settings.namespaces.apply(&old);
        } else if old.namespace.is_none() {
            old.namespace = table.name.namespace.clone();
        }
        self.refuse_defined(
            ModelObject::Table(old.clone()),
            self.assembled.schema.tables.contains_key(&old),
        )?;
        if !self.backend.capabilities().namespaces && old.namespace.is_some() {
            let message = format!("{} has no namespaces", self.backend.name());
            return Err((message, None));
        }
        if old.namespace != table.name.namespace {
            let message = format!("`{}` and `{old}` are in different namespaces", table.name);
            let hint = "a table cannot move from one namespace to another by a new name".to_owned();
            return Err((message, Some(hint)));
        }
        Ok(Rename::Table { old, new: table.name.clone() })
    }

    fn renamed_column(&self, table: &Table, column: &Name, old: QualifiedName) -> Result<Rename, Refusal> {
        if old.namespace.is_some() {
            let hint = "write its old name without a table".to_owned();
            return Err((format!("`{old}` is not the name of a column"), Some(hint)));
        }
        let old = old.name;
        let object = ModelObject::Column(table.name.clone(), old.clone());
        self.refuse_defined(object, table.column(&old).is_some())?;
        Ok(Rename::Column { table: table.name.clone(), old, new: column.clone() })
    }

    fn refuse_defined(&self, old: ModelObject, is_defined: bool) -> Result<(), Refusal> {
        if !is_defined {
            return Ok(());
        }
        let place = self.assembled.spots.get(&old).map(|Spot { file, span }| {
            let source = self.files[*file].source();
            format!(" at {}:{}", source.path().display(), source.position(span.start).line)
        });
        let message = format!("{old} is still defined{}", place.unwrap_or_default());
        Err((message, Some("what has a new name is gone under the old one".to_owned())))
    }

    /// What follows a comment on a line of its own.
    fn following(&self, renamed: &RenamedFrom) -> Option<(&'a ModelStatement, Position<'a>)> {
        let at = renamed.span.start;
        let statements = &self.files[self.file].statements;
        if let Some(statement) = statements.iter().find(|statement| statement.span.contains(&at)) {
            let (column, _) = self.columns(statement).find(|(_, start)| *start > at)?;
            return Some((statement, Position::Column(column)));
        }
        let next = statements.iter().find(|statement| statement.span.start > at)?;
        next.outline.is_some().then_some((next, Position::Table))
    }

    /// What stands on the line of a comment, before it.
    fn on_line(&self, renamed: &RenamedFrom) -> Result<Option<(&'a ModelStatement, Position<'a>)>, Refusal> {
        let at = renamed.span.start;
        let file = &self.files[self.file];
        let line = file.source().text()[..at].rfind('\n').map_or(0, |end| end + 1);
        let Some(statement) = file.statements.iter().rev().find(|statement| statement.span.start < at) else {
            return Ok(None);
        };
        if statement.span.end < line {
            return Ok(None);
        }
        if statement.span.end <= at {
            return Ok(Some((statement, Position::Table)));
        }
        let before: Vec<(&Name, usize)> = self.columns(statement).filter(|(_, start)| *start < at).collect();
        let mut on_line = before.iter().filter(|(_, start)| *start >= line);
        match (on_line.next(), on_line.next()) {
            (Some((first, _)), Some((second, _))) => {
                let message = format!("it may be about `{first}` or about `{second}`");
                Err((message, Some("give each column a line of its own".to_owned())))
            }
            (Some((column, _)), None) => Ok(Some((statement, Position::Column(column)))),
            (None, _) if statement.span.start >= line => Ok(Some((statement, Position::Table))),
            // The definition of a column may take several lines.
            (None, _) => Ok(before.last().map(|(column, _)| (statement, Position::Column(column)))),
        }
    }

    /// The columns of the table that a statement creates, and where each
    /// begins.
    fn columns(&self, statement: &'a ModelStatement) -> impl Iterator<Item = (&'a Name, usize)> + use<'a> {
        let table = self.table_of(statement);
        let outline = statement.outline.as_ref();
        let both = outline.zip(table);
        both.into_iter()
            .flat_map(|(outline, table)| outline.columns(table))
            .map(|(column, item)| (column, item.span.start))
    }

    /// The table that a statement creates.
    fn table_of(&self, statement: &ModelStatement) -> Option<&'a Table> {
        let written = &statement.outline.as_ref()?.name;
        let tables = &self.assembled.schema.tables;
        match statement.kind {
            StatementKind::Portable(_) => tables.get(&self.settings.namespaces.apply(written)),
            StatementKind::Native(_) => {
                let same = |name: &QualifiedName| {
                    name.name.as_str().eq_ignore_ascii_case(written.name.as_str())
                        && (written.namespace.is_none() || written.namespace == name.namespace)
                };
                tables.get(written).or_else(|| tables.values().find(|table| same(&table.name)))
            }
        }
    }
}

/// What of a CREATE TABLE a comment is about.
enum Position<'a> {
    Table,
    Column(&'a Name),
}
