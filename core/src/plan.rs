//! Planning: from the text of a revision to the statements that carry it out.
//!
//! A [`Planner`] holds the schema as far as it is known and folds each revision
//! into it, so that every statement is made with the full definition of what it
//! touches at hand. Planning does no I/O and refuses what the backend cannot do,
//! with the place in the file, before anything runs.

mod draft;
pub(crate) mod error;
pub(crate) mod feature;
pub(crate) mod item;
mod keep;
mod loss;
mod progress;
mod recall;
mod replay;
mod session;
mod unknown;
mod values;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::Range,
    sync::Arc,
};

pub use draft::Draft;
pub use error::{PlanError, PlanErrorKind};
pub use progress::Progress;
pub use replay::{Replay, Undo, replay};
pub use unknown::Unknown;

use crate::{
    backend::{Backend, BackendErrorKind, Effect, Statement},
    operation::{Editor, Operation},
    plan::{item::Item, values::Values},
    schema::{NamingConvention, QualifiedName, Schema, Stored, Table, Type, Unmanaged},
    script::{Parameters, RevisionScript, Source, portable, portable::NamespaceMap},
    sql::{Syntax, TokenKind, lex},
};

/// Which way a revision runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Its upgrade section.
    Upgrade,
    /// Its downgrade section, or what undoes its upgrade section.
    Downgrade,
}

impl Direction {
    /// `upgrade` or `downgrade`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Upgrade => "upgrade",
            Self::Downgrade => "downgrade",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What shapes a plan besides the backend: settings of the project.
#[derive(Debug, Clone)]
pub struct PlanSettings {
    /// How namespaces appear on backends that have none.
    pub namespaces: NamespaceMap,
    /// How unnamed constraints and indexes are called.
    pub naming: NamingConvention,
    /// What stands for types that the backend does not have, by the text of the
    /// type in lower case.
    pub types: BTreeMap<String, Type>,
    /// The names that `@only` may mention.
    pub backends: Vec<String>,
}

/// One revision, ready to run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The statements, in order, without the bookkeeping.
    pub statements: Vec<Statement>,
    /// What they do, one line an operation.
    pub descriptions: Vec<String>,
    /// What they take from a database that has rows, one line each.
    pub losses: Vec<String>,
    /// Whether they run in one transaction.
    pub atomic: bool,
    /// The statements again, divided so that nothing but whole statements of
    /// the file lies between two parts.
    pub parts: Vec<Part>,
    /// The parts, as small as they can be.
    pub smallest_parts: Vec<Part>,
    /// How many statements the file has for it.
    pub total: usize,
    /// What must be set for the session before them: what statements of the
    /// file did that ran in another one.
    pub settings: Vec<Statement>,
    /// Whether the session may have other settings afterwards.
    pub may_set: bool,
}

impl Plan {
    fn new(total: usize) -> Self {
        Self {
            statements: Vec::new(),
            descriptions: Vec::new(),
            losses: Vec::new(),
            atomic: true,
            parts: Vec::new(),
            smallest_parts: Vec::new(),
            total,
            settings: Vec::new(),
            may_set: false,
        }
    }

    /// Lets what can run in one transaction do so: statements that cannot are
    /// the only places where the revision may stop half way.
    fn merge_transactional_parts(&mut self) {
        let statements = &self.statements;
        let is_transactional =
            |part: &Part| statements[part.statements.clone()].iter().all(|statement| statement.transactional);
        self.parts.dedup_by(|next, part| {
            let merges = is_transactional(part) && is_transactional(next);
            if merges {
                part.statements.end = next.statements.end;
                part.done = next.done;
            }
            merges
        });
    }

    /// Ends a part, if statements were planned since the last one ended.
    fn end_part(&mut self, done: usize) {
        let start = self.parts.last().map_or(0, |part| part.statements.end);
        if start < self.statements.len() {
            self.parts.push(Part { statements: start..self.statements.len(), done });
        }
    }
}

/// Statements that belong together: half of them would leave the database
/// where no statement of the file leaves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which statements of the plan.
    pub statements: Range<usize>,
    /// How many statements of the file are carried out after it.
    pub done: usize,
}

/// Plans one revision after another.
#[derive(Debug)]
pub struct Planner<'a> {
    backend: Arc<dyn Backend>,
    settings: &'a PlanSettings,
    schema: Schema,
    editor: Editor,
    unknown: BTreeSet<String>,
    /// Whether there is no database to read.
    offline: bool,
}

impl<'a> Planner<'a> {
    /// Plans from this schema on.
    pub fn new(backend: Arc<dyn Backend>, settings: &'a PlanSettings, schema: Schema) -> Self {
        let editor = Editor::default();
        Self { backend, settings, schema, editor, unknown: BTreeSet::new(), offline: false }
    }

    /// Plans without a database, from an empty schema on.
    pub fn offline(backend: Arc<dyn Backend>, settings: &'a PlanSettings) -> Self {
        Self { offline: true, ..Self::new(backend, settings, Schema::default()) }
    }

    /// The backend that is planned for.
    pub fn backend(&self) -> &Arc<dyn Backend> {
        &self.backend
    }

    /// The schema after everything planned so far.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The same, for good.
    pub fn into_schema(self) -> Schema {
        self.schema
    }

    /// Whether a statement was planned whose effect on the schema is not known.
    /// The schema should be read again before the next revision.
    pub fn is_stale(&self) -> bool {
        !self.unknown.is_empty()
    }

    /// Replaces the schema by one that was just read. What the backend cannot
    /// show is kept.
    pub fn refresh(&mut self, schema: Schema) {
        self.editor.forget();
        let before = std::mem::replace(&mut self.schema, schema);
        self.recall(&before);
        self.unknown.clear();
    }

    /// The tables that were changed since they were read, where only reading
    /// tells how they are stored now, as far as the draft may need them.
    pub fn outdated(&self, draft: &Draft) -> Vec<QualifiedName> {
        if !self.backend.capabilities().verbatim_definitions {
            return Vec::new();
        }
        let reach = draft.reach();
        // A rename elsewhere makes the definition of a trigger unknown.
        let lost: BTreeSet<&QualifiedName> = (self.schema.unmanaged.iter())
            .filter(|object| object.definition.is_none())
            .filter_map(|object| object.table.as_ref())
            .collect();
        let is_outdated = |table: &&Table| {
            let in_reach = reach.as_ref().is_none_or(|tables| tables.contains(&table.name));
            let is_read = table.stored.as_ref().is_some_and(|stored| stored.since.is_empty());
            in_reach && (!is_read || lost.contains(&table.name))
        };
        self.schema.tables.values().filter(is_outdated).map(|table| table.name.clone()).collect()
    }

    /// Replaces tables, and what is on them, by what was just read.
    pub fn renew(&mut self, names: &[QualifiedName], mut read: Schema) {
        self.editor.forget();
        let is_on = |object: &Unmanaged| object.table.as_ref().is_some_and(|table| names.contains(table));
        for name in names {
            self.schema.tables.remove(name);
            if let Some(table) = read.tables.remove(name) {
                self.schema.tables.insert(name.clone(), table);
            }
        }
        self.schema.unmanaged.retain(|object| !is_on(object));
        self.schema.unmanaged.extend(read.unmanaged.into_iter().filter(is_on));
        for (name, enum_type) in read.enums {
            self.schema.enums.entry(name).or_insert(enum_type);
        }
    }

    /// Reads a revision's own section of that direction, or `None` if it has
    /// none; see [`Draft::undo`].
    ///
    /// It gets the values that it wants. Without any to choose from it is read as
    /// it is: that is for revisions that ran before.
    ///
    /// # Errors
    ///
    /// Fails for a text that is wrong, and for a value that is not given.
    pub fn read(
        &self,
        script: &RevisionScript,
        direction: Direction,
        values: Option<&Parameters>,
    ) -> Result<Option<Draft>, PlanError> {
        let mut values = values.map(Values::new);
        let items = item::read(script, direction, &*self.backend, self.settings, values.as_mut())?;
        let keys = values.map(|values| values.used).unwrap_or_default();
        Ok(items.map(|items| Draft { keys, ..Draft::new(items) }))
    }

    /// Folds the upgrade of a revision that ran before into the schema, as far as
    /// its text tells: what changes something that no revision created leaves
    /// the schema as it was.
    pub fn assume(&mut self, draft: Draft) {
        for mut item in draft.items {
            portable::resolve_enum_types(&mut item.operation, |name| self.schema.enums.contains_key(name));
            portable::map_native_types(&mut item.operation, &self.settings.types);
            self.resolve_unique_index(&mut item.operation);
            keep::keep(&mut item.operation, &self.schema, &[], &self.backend.capabilities());
            if item.native {
                self.interpret(&item.operation);
                continue;
            }
            let operations = std::slice::from_ref(&item.operation);
            let verbatim = self.backend.capabilities().verbatim_definitions;
            let is_created = verbatim && matches!(item.operation, Operation::CreateTable { .. });
            let rendered = is_created.then(|| self.backend.render(operations, &self.schema));
            if self.editor.apply(&item.operation, &mut self.schema).is_ok()
                && let Some(Ok(statements)) = rendered
            {
                self.keep_definition(operations, &statements);
            }
        }
    }

    /// Plans a draft, and folds it into the schema.
    pub fn plan(&mut self, script: &RevisionScript, draft: Draft) -> Result<Plan, PlanError> {
        let source = &script.source;
        let atomic = script.header.no_transaction.is_none();
        let mut plan = Plan::new(draft.total());
        plan.may_set = draft.may_set(self.backend.syntax());
        plan.settings = draft.settings.clone();
        let early_labels = self.labels_needed_early(source, &draft);
        let mut run: Vec<Item> = Vec::new();
        // The statement of the file that the last item belongs to.
        let (mut at, mut span) = (draft.skipped, None);
        for mut item in draft.items {
            let begins = span.as_ref() != Some(&item.span);
            let before = at;
            if begins {
                at += 1;
                span = Some(item.span.clone());
            }
            if self.is_mapped_away(&item.operation) {
                continue;
            }
            let joins = match (run.last(), item.operation.altered_table()) {
                (Some(last), Some(table)) => last.operation.altered_table() == Some(table),
                _ => false,
            };
            if !joins {
                self.render(source, std::mem::take(&mut run), &mut plan)?;
                if begins {
                    plan.end_part(before);
                }
            }
            self.settle(source, &mut item, &run, atomic)?;
            item.alone |= !atomic && item.native;
            item.alone |= early_labels.contains(&item.span.start);
            plan.descriptions.push(item.operation.describe());
            plan.losses.extend(loss::loss(&item.operation, self.backend.syntax()));
            run.push(item);
        }
        self.render(source, run, &mut plan)?;
        plan.end_part(at);
        plan.atomic = atomic && plan.statements.iter().all(|statement| statement.transactional);
        plan.smallest_parts.clone_from(&plan.parts);
        if atomic {
            plan.merge_transactional_parts();
        }
        Ok(plan)
    }

    /// Where labels are added to enum types that the revision goes on to use,
    /// on a backend where that needs a commit between.
    fn labels_needed_early(&self, source: &Source, draft: &Draft) -> BTreeSet<usize> {
        let mut early = BTreeSet::new();
        if self.backend.capabilities().enum_values_usable_at_once {
            return early;
        }
        for (at, item) in draft.items.iter().enumerate() {
            if let Operation::AddEnumValue { value, .. } = &item.operation {
                let mut later = draft.items[at + 1..].iter();
                if later.any(|later| source.text()[later.span.clone()].contains(value.as_str())) {
                    early.insert(item.span.start);
                }
            }
        }
        early
    }

    /// Settles what the text of an item leaves open, by the schema before it,
    /// and refuses what cannot run here.
    fn settle(&self, source: &Source, item: &mut Item, run: &[Item], atomic: bool) -> Result<(), PlanError> {
        if item.native && atomic {
            refuse_transaction_control(source, item, self.backend.syntax())?;
        }
        portable::resolve_enum_types(&mut item.operation, |name| self.schema.enums.contains_key(name));
        portable::map_native_types(&mut item.operation, &self.settings.types);
        self.resolve_unique_index(&mut item.operation);
        if !item.computed {
            keep::keep(&mut item.operation, &self.schema, run, &self.backend.capabilities());
        }
        self.refuse_missing_features(source, item)?;
        self.refuse_long_names(source, item)?;
        self.refuse_unknown(source, item)
    }

    /// Whether the operation makes or drops a namespace, and the backend has
    /// none: the names of tables already carry it.
    fn is_mapped_away(&self, operation: &Operation) -> bool {
        let makes_or_drops =
            matches!(operation, Operation::CreateNamespace { .. } | Operation::DropNamespace { .. });
        makes_or_drops && !self.backend.capabilities().namespaces
    }

    fn refuse_missing_features(&self, source: &Source, item: &Item) -> Result<(), PlanError> {
        refuse(source, item, feature::refusal(&item.operation, &*self.backend))
    }

    /// Refuses names that the backend would cut or reject.
    fn refuse_long_names(&self, source: &Source, item: &Item) -> Result<(), PlanError> {
        refuse(source, item, feature::long_name(&item.operation, &*self.backend))
    }

    fn refuse_unknown(&self, source: &Source, item: &Item) -> Result<(), PlanError> {
        if self.unknown.is_empty() || item.native {
            return Ok(());
        }
        let names = item.operation.names();
        let is_unknown = |name: &&QualifiedName| self.unknown.contains(&name.name.as_str().to_lowercase());
        match names.into_iter().find(is_unknown) {
            Some(name) if self.offline && self.is_same_without(&item.operation, name) => Ok(()),
            Some(name) => {
                let message = format!(
                    "the definition of {name} is not known here: a statement under `@only` before this one changed it"
                );
                let hint = match self.offline {
                    true => {
                        "only the database knows it, and a script is made without one: run this revision online"
                    }
                    false => "move the statement into a revision of its own, after this one",
                };
                let hint = hint.to_owned();
                Err(PlanError::new(
                    PlanErrorKind::Unknown,
                    source.error(item.span.clone(), message, Some(hint)),
                ))
            }
            None => Ok(()),
        }
    }

    /// Whether an operation is the same statement whatever the definition of what
    /// has that name.
    fn is_same_without(&self, operation: &Operation, name: &QualifiedName) -> bool {
        let mut without = self.schema.clone();
        without.tables.remove(name);
        without.views.remove(name);
        let render = |schema| self.backend.render(std::slice::from_ref(operation), schema).ok();
        let rendered = render(&without);
        rendered.is_some() && rendered == render(&self.schema)
    }

    /// Renders a run of items together and applies them to the schema.
    fn render(&mut self, source: &Source, run: Vec<Item>, plan: &mut Plan) -> Result<(), PlanError> {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            return Ok(());
        };
        let span = first.span.start.min(last.span.start)..first.span.end.max(last.span.end);
        let alone = run.iter().any(|item| item.alone);
        let operations: Vec<Operation> = run.iter().map(|item| item.operation.clone()).collect();
        let statements = match self.backend.render(&operations, &self.schema) {
            Ok(statements) => statements,
            Err(error) => {
                // What is wrong with the operation itself says more than what
                // the backend stumbled over.
                self.apply_on_copy(source, &run)?;
                let unsupported = error.kind() == BackendErrorKind::Unsupported;
                let hint = unsupported.then(|| feature::advise_only(&operations, &*self.backend));
                let error = source.error(span, error.to_string(), hint);
                return Err(PlanError::new(PlanErrorKind::Unsupported, error));
            }
        };
        for item in run {
            if item.native {
                self.interpret(&item.operation);
            }
            let applied = self.editor.apply(&item.operation, &mut self.schema);
            applied.map_err(|error| PlanError::apply(source, item.span, &error, &self.schema))?;
        }
        self.keep_definition(&operations, &statements);
        plan.statements.extend(statements.into_iter().map(|statement| Statement {
            transactional: statement.transactional && !alone,
            ..statement.at(span.clone())
        }));
        Ok(())
    }

    /// A definition that is kept as text is the text that was sent.
    fn keep_definition(&mut self, operations: &[Operation], statements: &[Statement]) {
        if let ([Operation::CreateTable { table, .. }], [created, ..]) = (operations, statements)
            && self.backend.capabilities().verbatim_definitions
            && let Some(table) = self.schema.tables.get_mut(&table.name)
        {
            table.stored = Some(Stored::new(&created.sql));
        }
    }

    fn apply_on_copy(&self, source: &Source, run: &[Item]) -> Result<(), PlanError> {
        let mut schema = self.schema.clone();
        for item in run {
            let applied = item.operation.apply_to(&mut schema);
            applied.map_err(|error| PlanError::apply(source, item.span.clone(), &error, &schema))?;
        }
        Ok(())
    }

    /// Learns what a statement under `@only` does, or that it cannot be known.
    fn interpret(&mut self, operation: &Operation) {
        let Operation::Raw { sql } = operation else {
            return;
        };
        self.editor.forget();
        if self.backend.interpret(sql, &mut self.schema) == Effect::Unknown {
            let syntax = self.backend.syntax();
            self.unknown.extend(identifiers(sql, syntax));
            if self.offline {
                // Nobody will read what a block of code or a text that is run
                // has changed.
                let texts = lex(sql, syntax)
                    .filter(|token| matches!(token.kind, TokenKind::String | TokenKind::DollarString))
                    .map(|token| sql[token.span].trim_matches(['\'', '$']));
                self.unknown.extend(texts.flat_map(|text| identifiers(text, syntax)));
            }
        }
    }
}

/// Turns what cannot be done, and what to write instead, into an error.
fn refuse(source: &Source, item: &Item, refusal: Option<(String, String)>) -> Result<(), PlanError> {
    match refusal {
        Some((message, hint)) => Err(PlanError::new(
            PlanErrorKind::Unsupported,
            source.error(item.span.clone(), message, Some(hint)),
        )),
        None => Ok(()),
    }
}

/// All words of a statement that may name something, in lower case.
pub(crate) fn identifiers(sql: &str, syntax: &Syntax) -> BTreeSet<String> {
    lex(sql, syntax)
        .filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier))
        .map(|token| sql[token.span].trim_matches(['"', '`', '[', ']']).to_lowercase())
        .collect()
}

/// Refuses statements that end the transaction of the revision: half of it
/// would stay if the rest failed.
fn refuse_transaction_control(source: &Source, item: &Item, syntax: &Syntax) -> Result<(), PlanError> {
    const WORDS: [&str; 8] = ["begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release"];
    let Operation::Raw { sql } = &item.operation else {
        return Ok(());
    };
    let first = lex(sql, syntax).find(|token| token.kind == TokenKind::Word);
    let word = first.map(|token| sql[token.span].to_lowercase()).unwrap_or_default();
    if !WORDS.contains(&word.as_str()) {
        return Ok(());
    }
    let message = format!("`{}` would break up the transaction of the revision", word.to_uppercase());
    let hint = "remove it: Retort begins and ends the transactions of a revision by itself; with `-- @no-transaction` in the \
                header, each statement commits by itself"
        .to_owned();
    Err(PlanError::new(PlanErrorKind::Unsupported, source.error(item.span.clone(), message, Some(hint))))
}
