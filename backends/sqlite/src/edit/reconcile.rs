//! Brings the text of a table into line with its model, where they differ.

use retort_core::{
    backend::BackendError,
    schema::{Column, Constraint, ConstraintKind, EnumType, Name, Schema, Table, Type},
};

use super::{
    fold::{pin, remove_element, separator},
    splice::Splices,
};
use crate::{
    annotation::{self, AnnotationKind},
    expression::{self, ColumnNames},
    render::{
        Origin, quote,
        table::{
            annotations, collate, constraint_definition, declared_type, default_clause, enum_check,
            enum_labels, enum_type, generated_clause, references,
        },
        unknown, unqualified,
    },
    table_text::{
        Clause, ClauseKind, ColumnText, ConstraintPlace, ConstraintTextKind, ElementKind, LocatedConstraint,
        ReferencesText, TableModel, TableText,
    },
};

/// The text with everything as the model has it. It has the columns of the
/// model already.
pub(super) fn reconcile(text: String, target: &Table, schema: &Schema) -> Result<String, BackendError> {
    let table = TableText::parse(&text)?;
    let model = table.to_model();
    let names: Vec<&Name> = target.columns.iter().map(|column| &column.name).collect();
    let mut work = Work {
        text: &table,
        model: &model,
        target,
        schema,
        columns: ColumnNames::new(names),
        splices: Splices::default(),
        kept: Vec::new(),
    };
    work.table_comment();
    for column in &target.columns {
        work.column(column)?;
    }
    work.constraints()?;
    let Work { splices, kept, .. } = work;
    pin(&splices.apply(&text), &kept)
}

struct Work<'a> {
    text: &'a TableText<'a>,
    /// What the text says.
    model: &'a TableModel,
    /// What it must say.
    target: &'a Table,
    schema: &'a Schema,
    columns: ColumnNames,
    splices: Splices,
    /// The names of the constraints that stay, in the order of the text.
    kept: Vec<Name>,
}

impl Work<'_> {
    fn table_comment(&mut self) {
        if self.model.table.comment == self.target.comment {
            return;
        }
        for annotation in &self.text.annotations {
            match annotation.kind {
                AnnotationKind::Comment(_) => self.splices.delete(annotation.span.clone()),
                AnnotationKind::Enum(_) => {}
            }
        }
        if let Some(comment) = &self.target.comment {
            self.splices.insert(self.text.open + 1, annotation::write_comment(comment));
        }
    }

    fn column(&mut self, target: &Column) -> Result<(), BackendError> {
        let (index, column) =
            self.text.column(target.name.as_str()).ok_or_else(|| unknown("column", &target.name))?;
        let model = self.model.table.columns.iter().find(|model| column.name.is(model.name.as_str()));
        let model = model.ok_or_else(|| unknown("column", &target.name))?;
        let after_type = column.ty.as_ref().map_or(column.name.span.end, |ty| ty.span.end);
        let annotated = column.annotations.iter().map(|annotation| annotation.span.end).max();
        let after_annotations = annotated.unwrap_or(after_type).max(after_type);
        let end = self.text.elements[index].span.end;

        let same_type = self.column_type(target, model, column, after_type)?;
        if model.comment != target.comment || enum_name(model) != enum_name(target) {
            for annotation in &column.annotations {
                self.splices.delete_word(self.text.text, annotation.span.clone());
            }
            for annotation in annotations(target)? {
                self.splices.insert(after_type, format!(" {annotation}"));
            }
        }
        let collation = target.collation.as_ref().map(collate).transpose()?;
        let collation = collation.filter(|collation| collation != "COLLATE BINARY");
        if model.collation.as_ref().map(collate).transpose()? != collation {
            self.remove_clauses(column, |kind| matches!(kind, ClauseKind::Collate(_)));
            if let Some(collation) = collation {
                self.splices.insert(after_annotations, format!(" {collation}"));
            }
        }
        self.not_null(target, column, same_type, after_annotations);
        self.default(target, model, column, end)?;
        let normal = |column: &Column| {
            let generated = column.generated.as_ref()?;
            Some((expression::normal(generated.expression.as_str(), &self.columns), generated.storage))
        };
        if normal(model) != normal(target) {
            self.remove_clauses(column, |kind| matches!(kind, ClauseKind::Generated { .. }));
            if let Some(generated) = &target.generated {
                self.splices.insert(end, format!(" {}", generated_clause(&self.target.name, generated)?));
            }
        }
        self.enum_check(target, index, column, end)
    }

    /// Makes the column have its type, and says whether it had it.
    fn column_type(
        &mut self,
        target: &Column,
        model: &Column,
        column: &ColumnText,
        after_type: usize,
    ) -> Result<bool, BackendError> {
        let numbered = model.identity.is_some() || target.identity.is_some();
        if model.ty == target.ty && !numbered {
            return Ok(true);
        }
        let wanted = declared_type(self.target, target)?;
        let written = column.ty.as_ref().map_or("", |ty| ty.declared.as_str());
        // The same type may be spelled in another way.
        if written.eq_ignore_ascii_case(&wanted) {
            return Ok(true);
        }
        match &column.ty {
            Some(ty) => self.splices.replace(ty.span.clone(), wanted),
            None => self.splices.insert(after_type, format!(" {wanted}")),
        }
        Ok(false)
    }

    fn not_null(&mut self, target: &Column, column: &ColumnText, same_type: bool, at: usize) {
        let written = column.clauses.iter().any(|clause| matches!(clause.kind, ClauseKind::NotNull));
        let is_own = |name: &Name| name.as_str().eq_ignore_ascii_case(target.name.as_str());
        let in_key = |table: &Table| table.primary_key().is_some_and(|key| key.columns.iter().any(is_own));
        // SQLite lets the columns of a primary key be NULL, unless it is the
        // row id. How the text has that is not for this operation to change.
        let stays_key = same_type && in_key(self.target) && in_key(&self.model.table);
        if target.nullable && written {
            self.remove_clauses(column, |kind| matches!(kind, ClauseKind::NotNull));
        } else if !(target.nullable || written || stays_key) {
            self.splices.insert(at, " NOT NULL");
        }
    }

    fn default(
        &mut self,
        target: &Column,
        model: &Column,
        column: &ColumnText,
        end: usize,
    ) -> Result<(), BackendError> {
        let normal = |column: &Column| {
            let default = column.default.as_ref()?;
            let normal = expression::normal(default.as_str(), &self.columns);
            expression::normal_default(&normal, &target.ty, &self.columns)
        };
        if normal(model) == normal(target) {
            return Ok(());
        }
        self.remove_clauses(column, |kind| matches!(kind, ClauseKind::Default { .. }));
        if let Some(default) = &target.default {
            self.splices.insert(end, format!(" {}", default_clause(default)?));
        }
        Ok(())
    }

    fn enum_check(
        &mut self,
        target: &Column,
        index: usize,
        column: &ColumnText,
        end: usize,
    ) -> Result<(), BackendError> {
        let wanted: Option<&EnumType> = match &target.ty {
            Type::Enum(name) => Some(enum_type(self.schema, name)?),
            _ => None,
        };
        let check = self.model.constraints.iter().find_map(|located| match located.place {
            ConstraintPlace::Clause { element, clause } if located.is_enum_check && element == index => {
                column.clauses.get(clause).map(|clause| (clause, &located.kind))
            }
            ConstraintPlace::Clause { .. } | ConstraintPlace::Element(_) => None,
        });
        match (check, wanted) {
            (None, None) => {}
            (Some((clause, _)), None) => self.splices.delete_word(self.text.text, clause.span.clone()),
            (None, Some(wanted)) => {
                let check = enum_check(&self.target.name, &target.name, wanted);
                self.splices.insert(end, format!(" {check}"));
            }
            (Some((clause, kind)), Some(wanted)) => {
                let labels = enum_labels(&target.name, wanted);
                let same = matches!(kind, ConstraintKind::Check(check)
                    if *check.expression.as_str() == expression::canonical_in(&labels, &self.columns));
                if let ClauseKind::Check { expression } = &clause.kind
                    && !same
                {
                    self.splices.replace(expression.clone(), labels);
                }
            }
        }
        Ok(())
    }

    fn remove_clauses(&mut self, column: &ColumnText, which: impl Fn(&ClauseKind) -> bool) {
        for clause in column.clauses.iter().filter(|clause| which(&clause.kind)) {
            self.splices.delete_word(self.text.text, clause.span.clone());
        }
    }

    fn constraints(&mut self) -> Result<(), BackendError> {
        let model = self.model;
        let located: Vec<&LocatedConstraint> =
            model.constraints.iter().filter(|located| !located.is_enum_check).collect();
        let mut found: Vec<&Constraint> = Vec::new();
        for located in located {
            let target = self.target.constraints.iter().find(|target| is_named(target, &located.name));
            let kept = match target {
                Some(target) => self.constraint(located, target)?,
                None => false,
            };
            match target {
                Some(target) if kept => {
                    found.push(target);
                    self.kept.push(located.name.clone());
                }
                Some(_) | None => self.remove(located.place),
            }
        }
        let identity = self.target.columns.iter().any(|column| column.identity.is_some());
        let end = self.text.elements.last().map_or(self.text.open + 1, |element| element.span.end);
        for constraint in &self.target.constraints {
            if found.iter().any(|found| std::ptr::eq(*found, constraint)) {
                continue;
            }
            let mut definition = constraint_definition(constraint)?;
            if identity && let ConstraintKind::PrimaryKey(_) = constraint.kind {
                definition.insert_str(definition.len() - 1, " AUTOINCREMENT");
            }
            self.splices.insert(end, format!(",{}{definition}", separator(self.text)));
        }
        Ok(())
    }

    /// Edits a constraint where it stands, and says whether that was possible.
    fn constraint(&mut self, located: &LocatedConstraint, target: &Constraint) -> Result<bool, BackendError> {
        let same_names = |left: &[Name], right: &[Name]| {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| left.as_str().eq_ignore_ascii_case(right.as_str()))
        };
        Ok(match (&located.kind, &target.kind) {
            (ConstraintKind::PrimaryKey(model), ConstraintKind::PrimaryKey(key)) => {
                let same = same_names(&model.columns, &key.columns);
                if same {
                    self.autoincrement(located.place);
                }
                same
            }
            (ConstraintKind::Unique(model), ConstraintKind::Unique(unique)) => {
                same_names(&model.columns, &unique.columns)
            }
            (ConstraintKind::Check(_), ConstraintKind::Check(check)) => {
                let wanted = expression::normal(check.expression.as_str(), &self.columns);
                if let ConstraintKind::Check(model) = &located.kind
                    && model.expression.as_str() != wanted
                    && let Some(span) = self.check_span(located.place)
                {
                    let expression = Origin::Database.expression(&check.expression)?;
                    self.splices.replace(span, expression.as_str());
                }
                true
            }
            (ConstraintKind::ForeignKey(model), ConstraintKind::ForeignKey(key)) => {
                let same = same_names(&model.columns, &key.columns)
                    && (model.on_delete, model.on_update, model.deferrable)
                        == (key.on_delete, key.on_update, key.deferrable);
                if !same {
                    return Ok(false);
                }
                let Some(written) = self.references_text(located.place) else {
                    return Ok(false);
                };
                if !written.columns.is_empty() && written.columns.len() != key.referenced_columns.len() {
                    self.splices.replace(written.span.clone(), references(key)?);
                    return Ok(true);
                }
                let pairs = written.columns.iter().zip(&key.referenced_columns);
                for (name, wanted) in pairs.chain([(&written.table, unqualified(&key.references)?)]) {
                    if !name.is(wanted.as_str()) {
                        self.splices.replace(name.span.clone(), quote(wanted));
                    }
                }
                true
            }
            (
                ConstraintKind::PrimaryKey(_)
                | ConstraintKind::Unique(_)
                | ConstraintKind::ForeignKey(_)
                | ConstraintKind::Check(_),
                _,
            ) => false,
        })
    }

    /// Makes the primary key number the rows, or not.
    fn autoincrement(&mut self, place: ConstraintPlace) {
        let wanted = self.target.columns.iter().any(|column| column.identity.is_some());
        let (written, end) = match (self.element(place), self.clause(place)) {
            (_, Some(Clause { span, kind: ClauseKind::PrimaryKey { autoincrement, .. }, .. })) => {
                (autoincrement.clone(), Some(span.end))
            }
            (ElementKind::Constraint(constraint), None) => match &constraint.kind {
                ConstraintTextKind::PrimaryKey { key, autoincrement } => {
                    (autoincrement.clone(), key.last().map(|part| part.span.end))
                }
                ConstraintTextKind::Unique { .. }
                | ConstraintTextKind::Check { .. }
                | ConstraintTextKind::ForeignKey { .. }
                | ConstraintTextKind::Nothing => return,
            },
            _ => return,
        };
        match (written, end) {
            (Some(span), _) if !wanted => self.splices.delete_word(self.text.text, span),
            (None, Some(end)) if wanted => self.splices.insert(end, " AUTOINCREMENT"),
            (Some(_) | None, _) => {}
        }
    }

    fn remove(&mut self, place: ConstraintPlace) {
        match (place, self.clause(place)) {
            (_, Some(clause)) => {
                let span = clause.span.clone();
                self.splices.delete_word(self.text.text, span);
            }
            (ConstraintPlace::Element(index) | ConstraintPlace::Clause { element: index, .. }, None) => {
                remove_element(self.text, index, &mut self.splices);
            }
        }
    }

    fn element(&self, place: ConstraintPlace) -> &ElementKind {
        let (ConstraintPlace::Element(element) | ConstraintPlace::Clause { element, .. }) = place;
        &self.text.elements[element].kind
    }

    fn clause(&self, place: ConstraintPlace) -> Option<&Clause> {
        match (self.element(place), place) {
            (ElementKind::Column(column), ConstraintPlace::Clause { clause, .. }) => {
                column.clauses.get(clause)
            }
            (ElementKind::Column(_) | ElementKind::Constraint(_), _) => None,
        }
    }

    fn check_span(&self, place: ConstraintPlace) -> Option<std::ops::Range<usize>> {
        match (self.element(place), self.clause(place)) {
            (_, Some(Clause { kind: ClauseKind::Check { expression }, .. })) => Some(expression.clone()),
            (ElementKind::Constraint(constraint), None) => match &constraint.kind {
                ConstraintTextKind::Check { expression } => Some(expression.clone()),
                ConstraintTextKind::PrimaryKey { .. }
                | ConstraintTextKind::Unique { .. }
                | ConstraintTextKind::ForeignKey { .. }
                | ConstraintTextKind::Nothing => None,
            },
            _ => None,
        }
    }

    fn references_text(&self, place: ConstraintPlace) -> Option<ReferencesText> {
        match (self.element(place), self.clause(place)) {
            (_, Some(Clause { kind: ClauseKind::References(references), .. })) => Some(references.clone()),
            (ElementKind::Constraint(constraint), None) => match &constraint.kind {
                ConstraintTextKind::ForeignKey { references, .. } => Some(references.clone()),
                ConstraintTextKind::PrimaryKey { .. }
                | ConstraintTextKind::Unique { .. }
                | ConstraintTextKind::Check { .. }
                | ConstraintTextKind::Nothing => None,
            },
            _ => None,
        }
    }
}

fn is_named(constraint: &Constraint, name: &Name) -> bool {
    constraint.name.as_ref().is_some_and(|own| own.as_str().eq_ignore_ascii_case(name.as_str()))
}

fn enum_name(column: &Column) -> Option<&Name> {
    match &column.ty {
        Type::Enum(name) => Some(&name.name),
        _ => None,
    }
}
