//! The sections of the revision.

use std::{collections::BTreeSet, sync::Arc};

use super::{Comparison, Side, Spelling, own, query::is_written_out, restate::restate};
use crate::{
    backend::{Backend, BackendError},
    diff::{self, ByHand, Change, Diff, Loss, Renames, Risk, naming::named},
    models::short_table,
    operation::{Editor, Operation},
    plan::{Direction, PlanSettings, Planner},
    revision::RevisionId,
    schema::{Column, ConstraintKind, QualifiedName, Schema, Table, Unmanaged},
    script::{NewRevision, RevisionScript, Source, portable},
};

/// How often the text is read back: an error in one place can hide another.
const ROUNDS: usize = 40;

/// The text of a revision that was generated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revision {
    /// Its upgrade section.
    pub upgrade: String,
    /// Its downgrade section.
    pub downgrade: String,
    /// What a reviewer must know besides the risks.
    pub notes: Vec<String>,
}

/// Writes both sections, and plans them, so that they are known to lead where
/// they should.
///
/// `start` is the database as it is, with what is neither compared nor
/// touched; `limit` takes that out of a schema.
///
/// # Errors
///
/// Fails if the backend cannot normalize a schema.
#[expect(clippy::too_many_arguments, reason = "two sides, and what shapes the text")]
pub fn write(
    comparison: &Comparison,
    before: &Side,
    after: &Side,
    start: &Schema,
    spelling: &Spelling,
    limit: &dyn Fn(&mut Schema),
    backend: &Arc<dyn Backend>,
    settings: &PlanSettings,
) -> Result<Revision, BackendError> {
    let (before_written, after_written) = (named(&before.written), named(&after.written));
    let mut notes = Vec::new();
    let mut section = Section {
        diff: &comparison.upgrade,
        from: &before_written,
        to: &after_written,
        target: &after.normal,
        own: &after.own,
        direction: Direction::Upgrade,
        backend,
        settings,
        spelling,
        limit,
    };
    let upgrade = section.settle(start.clone(), &mut notes)?;
    section.diff = &comparison.downgrade;
    section.from = &after_written;
    section.to = &before_written;
    section.target = &before.normal;
    section.own = &before.own;
    section.direction = Direction::Downgrade;
    let downgrade = section.settle(upgrade.reached, &mut notes)?;
    Ok(Revision { upgrade: upgrade.text, downgrade: downgrade.text, notes })
}

/// How a change is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As the author of the models would.
    Restated,
    /// With all names and the types of this backend.
    Plain,
    /// In the backend's own SQL.
    Native,
}

impl Form {
    fn next(self) -> Option<Self> {
        match self {
            Self::Restated => Some(Self::Plain),
            Self::Plain => Some(Self::Native),
            Self::Native => None,
        }
    }
}

/// One section in the making.
struct Section<'a> {
    diff: &'a Diff,
    /// The schemas as they were written.
    from: &'a Schema,
    to: &'a Schema,
    /// What it must lead to.
    target: &'a Schema,
    /// What its tables bring along.
    own: &'a [Unmanaged],
    direction: Direction,
    backend: &'a Arc<dyn Backend>,
    settings: &'a PlanSettings,
    spelling: &'a Spelling,
    limit: &'a dyn Fn(&mut Schema),
}

/// A section that leads where it should, as far as possible.
struct Settled {
    text: String,
    /// The schema after it.
    reached: Schema,
}

/// What planning a section gave.
enum Review {
    /// It cannot be planned, for the statement at this byte.
    Refused(Option<usize>, String),
    /// It leads to this schema, in which these objects are not as they should
    /// be.
    Reached(Box<Schema>, BTreeSet<QualifiedName>),
}

impl Section<'_> {
    fn settle(&self, start: Schema, notes: &mut Vec<String>) -> Result<Settled, BackendError> {
        let changes = &self.diff.changes;
        let mut forms = vec![Form::Restated; changes.len()];
        let mut last = None;
        for _ in 0..ROUNDS {
            let (text, starts) = self.compose(&forms, &start);
            let (reached, wrong, why) = match self.review(&text, &start)? {
                Review::Reached(reached, objects) if objects.is_empty() => {
                    self.note_native(&forms, notes);
                    return Ok(Settled { text, reached: *reached });
                }
                Review::Reached(reached, objects) => {
                    let touches =
                        |change: &Change| touched(&change.operation).any(|name| objects.contains(name));
                    let wrong = (0..changes.len()).filter(|at| touches(&changes[*at])).collect::<Vec<_>>();
                    let list = objects.iter().map(QualifiedName::to_string).collect::<Vec<_>>().join(", ");
                    (Some(*reached), wrong, format!("{list} would still differ"))
                }
                Review::Refused(at, why) => {
                    let at = at.map(|at| starts.partition_point(|start| *start <= at).saturating_sub(1));
                    (None, at.map_or_else(|| (0..changes.len()).collect(), |at| vec![at]), why)
                }
            };
            let mut moved = false;
            for at in wrong {
                if let Some(next) = forms.get(at).and_then(|form| form.next()) {
                    forms[at] = next;
                    moved = true;
                }
            }
            last = Some((text, reached, why));
            if !moved {
                break;
            }
        }
        self.note_native(&forms, notes);
        let (text, reached, why) = last.unwrap_or_default();
        notes.push(format!("the {} does not lead all the way, correct it by hand: {why}", self.direction));
        let reached = reached.unwrap_or_else(|| {
            let mut reached = start;
            for change in changes {
                // What does not fit is part of what is wrong.
                let _ = change.operation.apply_to(&mut reached);
            }
            reached
        });
        Ok(Settled { text, reached })
    }

    fn note_native(&self, forms: &[Form], notes: &mut Vec<String>) {
        for (change, form) in self.diff.changes.iter().zip(forms) {
            if *form == Form::Native {
                notes.push(format!(
                    "the {} has something that only {} understands: {}",
                    self.direction,
                    self.backend.name(),
                    change.operation.describe()
                ));
            }
        }
    }

    /// The text, and where in it each change begins.
    fn compose(&self, forms: &[Form], start: &Schema) -> (String, Vec<usize>) {
        let (mut text, mut starts) = (String::new(), Vec::new());
        if self.direction == Direction::Upgrade && !self.diff.changes.is_empty() {
            text += &self.spelling.create();
        }
        let (mut schema, mut editor) = (start.clone(), Editor::default());
        let mut group: Option<QualifiedName> = None;
        let mut native = false;
        for (change, form) in self.diff.changes.iter().zip(forms) {
            let own = subject(&change.operation, &schema);
            let parted = own::part(&change.operation, self.own);
            let first = parted.as_ref().map_or(&change.operation, |parted| &parted.operation);
            let (own_text, is_native) = self.statement(first, *form, &schema);
            if native && !is_native {
                text += "-- @all\n";
            }
            if !text.is_empty() && (own != group || own.is_none()) {
                text.push('\n');
            }
            starts.push(text.len());
            if is_native && !native {
                text.extend(["-- @only ", self.backend.name(), "\n"]);
            }
            native = is_native;
            group = own;
            if let Some(risk) = change.risk.as_ref().filter(|risk| self.is_worth_saying(risk)) {
                text += &comment(&format!("careful: {risk}"));
            }
            text += &own_text;
            // What does not fit is found by the review.
            let _ = editor.apply(&change.operation, &mut schema);
            if let Some(parted) = parted {
                if !native {
                    text.extend(["-- @only ", self.backend.name(), "\n"]);
                }
                native = true;
                let objects = parted.objects.iter().filter_map(|object| object.definition.as_ref());
                text.extend(objects.map(|definition| terminated(definition)));
                let defaults = parted.defaults.iter();
                text.extend(defaults.map(|default| self.statement(default, Form::Native, &schema).0));
            }
        }
        if native {
            text += "-- @all\n";
        }
        for by_hand in &self.diff.by_hand {
            if !text.is_empty() {
                text.push('\n');
            }
            text += &comment(&format!("left to be done by hand: {by_hand}"));
        }
        (text, starts)
    }

    /// The tables that the section changes or should change, and those that they
    /// refer to: all others are as they should be, as the comparison knows.
    /// `None` if it is about more than tables.
    fn in_question<'t>(
        &'t self,
        start: &'t Schema,
        reached: &'t Schema,
    ) -> Option<BTreeSet<&'t QualifiedName>> {
        if (&start.namespaces, &start.enums, &start.views)
            != (&reached.namespaces, &reached.enums, &reached.views)
        {
            return None;
        }
        let mut tables = BTreeSet::new();
        for change in &self.diff.changes {
            tables.extend(change.operation.names());
            tables.extend(touched(&change.operation));
        }
        if tables
            .iter()
            .any(|name| self.target.views.contains_key(*name) || self.target.enums.contains_key(*name))
        {
            return None;
        }
        let is_changed = |name: &&QualifiedName| {
            !start.tables.share(&reached.tables, name) && start.tables.get(name) != reached.tables.get(name)
        };
        tables.extend(start.tables.keys().chain(reached.tables.keys()).filter(is_changed));
        for by_hand in &self.diff.by_hand {
            match by_hand {
                ByHand::TableOptions { table, .. } | ByHand::ColumnOptions { table, .. } => {
                    tables.extend([table])
                }
                ByHand::NamespaceInUse { .. } => return None,
            }
        }
        let of =
            |name: &&QualifiedName| reached.tables.get(name).into_iter().chain(self.target.tables.get(name));
        let constraints = tables.iter().flat_map(of).flat_map(|table| &table.constraints);
        let references: Vec<_> = constraints.filter_map(|constraint| constraint.kind.references()).collect();
        tables.extend(references);
        Some(tables)
    }

    /// That taking back what was added loses it goes without saying.
    fn is_worth_saying(&self, risk: &Risk) -> bool {
        match risk {
            Risk::RowsLost { .. } | Risk::ValuesLost { because: Loss::Dropped, .. } => {
                self.direction == Direction::Upgrade
            }
            Risk::ValuesLost { .. }
            | Risk::ObjectsLost { .. }
            | Risk::Narrows { .. }
            | Risk::RefusesNull { .. }
            | Risk::NeedsValue { .. }
            | Risk::RefusesDuplicates { .. }
            | Risk::RefusesOrphans { .. }
            | Risk::RefusesRows { .. }
            | Risk::RefusesLabels { .. } => true,
        }
    }

    /// The text of an operation, and whether it is the backend's own SQL. Where
    /// that has no statement for it, the portable one says why.
    fn statement(&self, operation: &Operation, form: Form, schema: &Schema) -> (String, bool) {
        let portable = match form {
            Form::Restated => match restate(operation, self.from, self.to) {
                Operation::CreateTable { table, .. } => {
                    // Names by the convention follow from the names of the tables.
                    let mut table = Table { name: self.spelling.name(&table.name), ..table };
                    for constraint in &mut table.constraints {
                        if let ConstraintKind::ForeignKey(key) = &mut constraint.kind {
                            key.references = self.spelling.name(&key.references);
                        }
                    }
                    if let Operation::CreateTable { table: found, .. } = operation {
                        // Defaults that have to wait are left out of it.
                        let is_late = |column: &&mut Column| {
                            found.column(&column.name).is_some_and(|found| found.default.is_none())
                        };
                        table.columns.iter_mut().filter(is_late).for_each(|column| column.default = None);
                    }
                    for index in &mut table.indexes {
                        index.name = self.spelling.index(&index.name);
                    }
                    self.spelling.apply(&short_table(&table, &self.settings.naming))
                }
                restated => self.portable(restated),
            },
            Form::Plain => self.portable(operation.clone()),
            Form::Native => match self.backend.render(std::slice::from_ref(operation), schema) {
                Ok(statements) => {
                    return (statements.iter().map(|statement| terminated(&statement.sql)).collect(), true);
                }
                Err(_) => self.portable(operation.clone()),
            },
        };
        (portable, false)
    }

    fn portable(&self, mut operation: Operation) -> String {
        if let Operation::CreateIndex { index, .. } = &mut operation {
            index.name = self.spelling.index(&index.name);
        }
        self.spelling.apply(&portable::write(&operation)) + "\n"
    }

    /// Plans the text as the upgrade of a revision of its own.
    fn review(&self, text: &str, start: &Schema) -> Result<Review, BackendError> {
        let new = NewRevision {
            upgrade_sql: text.to_owned(),
            ..NewRevision::new(RevisionId::new("generated"), "")
        };
        let Ok(file) = new.render() else {
            return Ok(Review::Refused(None, "the text cannot be written".to_owned()));
        };
        let section = file.find("-- @upgrade\n").map_or(0, |at| at + "-- @upgrade\n".len());
        let refused = |at: usize, message: &str| {
            Ok(Review::Refused(Some(at.saturating_sub(section)), message.to_owned()))
        };
        let names = [self.backend.name()].into_iter().chain(self.backend.family().iter().copied());
        let syntaxes: Vec<_> = names.map(|name| (name, self.backend.syntax())).collect();
        let script = match RevisionScript::parse(Source::new("generated.sql", file), &syntaxes) {
            Ok(script) => script,
            Err(error) => return refused(error.span.start, &error.message),
        };
        let mut planner = Planner::new(Arc::clone(self.backend), self.settings, start.clone());
        let planned = planner
            .read(&script, Direction::Upgrade, None)
            .and_then(|draft| draft.map(|draft| planner.plan(&script, draft)).transpose());
        if let Err(error) = planned {
            let error = error.source_error();
            return refused(error.span.start, &error.message);
        }
        let reached = planner.into_schema();
        let mut found = Schema { unmanaged: Vec::new(), ..reached.clone() };
        (self.limit)(&mut found);
        let mut target = Schema { unmanaged: Vec::new(), ..self.target.clone() };
        if let Some(tables) = self.in_question(start, &reached) {
            for schema in [&mut found, &mut target] {
                schema.tables = schema.tables.of_names(tables.iter().copied());
                schema.views.clear();
            }
        }
        let enums = found.enums.clone();
        let mut found = self.backend.normalize(found)?;
        let mut target = self.backend.normalize(target)?;
        for (name, view) in &mut found.views {
            if let Some(wanted) = target.views.get(name)
                && is_written_out(view.query.as_str(), wanted.query.as_str(), self.backend.syntax())
            {
                view.query = wanted.query.clone();
            }
        }
        // Types without a column are there in name only.
        found.enums = enums;
        target.enums.clone_from(&self.target.enums);
        if !self.backend.capabilities().enum_types {
            let both = found.enums.values_mut().chain(target.enums.values_mut());
            both.for_each(|enum_type| enum_type.comment = None);
        }
        let wrong = match diff::diff(&found, &target, &Renames::default(), &self.backend.capabilities()) {
            Ok(rest) => {
                let known = self.diff.by_hand.len();
                let mut wrong: BTreeSet<QualifiedName> =
                    rest.changes.iter().flat_map(|change| touched(&change.operation)).cloned().collect();
                if wrong.is_empty() && rest.by_hand.len() > known {
                    wrong.extend(
                        self.diff.changes.iter().flat_map(|change| touched(&change.operation)).cloned(),
                    );
                }
                wrong
            }
            Err(error) => return Ok(Review::Refused(None, error.to_string())),
        };
        Ok(Review::Reached(Box::new(reached), wrong))
    }
}

/// A statement with its semicolon, on lines of its own.
fn terminated(sql: &str) -> String {
    format!("{};\n", sql.trim_end().trim_end_matches(';'))
}

/// Lines of a comment.
fn comment(text: &str) -> String {
    // A name may hold anything, the end of a line too.
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("-- {line}\n")
}

/// The object that an operation is about: what changes with it.
fn touched(operation: &Operation) -> impl Iterator<Item = &QualifiedName> {
    let created = match operation {
        Operation::CreateView { view, .. } => Some(&view.name),
        _ => None,
    };
    created.into_iter().chain(operation.names().into_iter().take(1))
}

/// What the statements of an operation are grouped by.
fn subject(operation: &Operation, schema: &Schema) -> Option<QualifiedName> {
    match operation {
        Operation::CreateTable { table, .. } => Some(table.name.clone()),
        Operation::CreateIndex { table, .. } => Some(table.clone()),
        Operation::DropIndex { name, .. } => {
            Some(schema.table_of_index(name).map_or_else(|| name.clone(), |table| table.name.clone()))
        }
        Operation::CreateView { .. } => None,
        operation => operation
            .altered_table()
            .cloned()
            .or_else(|| operation.names().first().map(|name| (*name).clone())),
    }
}
