//! Files of models → the statements that concern one backend.

use std::{ops::Range, thread};

use super::{ModelError, outline::Outline};
use crate::{
    backend::Backend,
    operation::{ColumnChange, Operation},
    plan::{
        PlanSettings,
        item::{refuse_unknown_backend, selects},
    },
    script::{Block, ModelScript, RenamedFrom, Source, SourceError, portable},
    sql::{Syntax, TokenKind, lex},
};

/// The statements of one file.
#[derive(Debug)]
pub(super) struct ModelStatements {
    pub(super) script: ModelScript,
    pub(super) statements: Vec<ModelStatement>,
    /// What it says of old names.
    pub(super) renamed: Vec<RenamedFrom>,
}

/// One statement.
#[derive(Debug)]
pub(super) struct ModelStatement {
    pub(super) span: Range<usize>,
    pub(super) kind: StatementKind,
    /// The parts of it, if it creates a table.
    pub(super) outline: Option<Outline>,
}

/// What a statement is.
#[derive(Debug)]
pub(super) enum StatementKind {
    Portable(Vec<Operation>),
    /// A statement under `@only`.
    Native(String),
}

impl ModelStatements {
    pub(super) fn source(&self) -> &Source {
        &self.script.source
    }
}

/// Reads the files, as far as that goes without looking at what one statement
/// says of another.
pub(super) fn read(
    files: Vec<Source>,
    backend: &dyn Backend,
    settings: &PlanSettings,
) -> Result<Vec<ModelStatements>, ModelError> {
    // Parsing is most of the work, and files know nothing of each other.
    let mut files = files;
    let second =
        files.split_off(if files.len() < FILES_WORTH_A_THREAD { files.len() } else { files.len() / 2 });
    let (read, errors) = thread::scope(|scope| {
        let second = (!second.is_empty()).then(|| scope.spawn(|| read_some(second, backend, settings)));
        let (mut read, mut errors) = read_some(files, backend, settings);
        match second.map(thread::ScopedJoinHandle::join) {
            None => {}
            Some(Ok((more, wrong))) => {
                read.extend(more);
                errors.extend(wrong);
            }
            Some(Err(panic)) => std::panic::resume_unwind(panic),
        }
        (read, errors)
    });
    if errors.is_empty() { Ok(read) } else { Err(ModelError::invalid(errors)) }
}

/// From how many files on a second thread helps.
const FILES_WORTH_A_THREAD: usize = 16;

/// Reads some of the files, and says what is wrong with them.
fn read_some(
    files: Vec<Source>,
    backend: &dyn Backend,
    settings: &PlanSettings,
) -> (Vec<ModelStatements>, Vec<SourceError>) {
    let names = [backend.name()].into_iter().chain(backend.family().iter().copied());
    let syntaxes: Vec<(&str, &Syntax)> = names.map(|name| (name, backend.syntax())).collect();
    let (mut read, mut errors) = (Vec::new(), Vec::new());
    for source in files {
        let script = match ModelScript::parse(source, &syntaxes) {
            Ok(script) => script,
            Err(error) => {
                errors.push(*error);
                continue;
            }
        };
        let (mut statements, mut renamed) = (Vec::new(), Vec::new());
        for block in &script.blocks {
            let mut reader = BlockReader { script: &script, block, errors: &mut errors };
            if reader.is_for(backend, settings) {
                let syntax = if block.only.is_some() { backend.syntax() } else { &Syntax::PORTABLE };
                renamed.extend(reader.renamed(syntax));
                statements.extend(match block.only {
                    None => reader.portable(settings),
                    Some(_) => reader.native(syntax),
                });
            }
        }
        read.push(ModelStatements { script, statements, renamed });
    }
    (read, errors)
}

/// Reads one block.
struct BlockReader<'a> {
    script: &'a ModelScript,
    block: &'a Block,
    errors: &'a mut Vec<SourceError>,
}

impl BlockReader<'_> {
    fn is_for(&mut self, backend: &dyn Backend, settings: &PlanSettings) -> bool {
        if let Err(error) = refuse_unknown_backend(&self.script.source, self.block, settings) {
            self.errors.push(*error);
            return false;
        }
        self.block.only.as_ref().is_none_or(|only| selects(only, backend))
    }

    fn renamed(&mut self, syntax: &Syntax) -> Vec<RenamedFrom> {
        self.script.renamed_from(self.block, syntax).unwrap_or_else(|errors| {
            self.errors.extend(errors);
            Vec::new()
        })
    }

    fn portable(&mut self, settings: &PlanSettings) -> Vec<ModelStatement> {
        let text = self.script.block_text(self.block);
        let start = self.block.span.start;
        let shift = |span: Range<usize>| span.start + start..span.end + start;
        let (parsed, errors) = portable::parse_each(text, &settings.namespaces, &settings.naming);
        self.errors.extend(
            errors
                .into_iter()
                .map(|error| *self.script.source.error(shift(error.span), error.message, error.hint)),
        );
        let mut statements = Vec::new();
        for statement in parsed {
            let span = shift(statement.span);
            if let Some((message, hint)) = statement.operations.iter().find_map(refusal) {
                let error = self.script.source.error(span, message, Some(hint.to_owned()));
                self.errors.push(*error);
                continue;
            }
            let sql = &self.script.source.text()[span.clone()];
            let outline = Outline::read(sql, span.start, &Syntax::PORTABLE);
            let kind = StatementKind::Portable(statement.operations);
            statements.push(ModelStatement { span, kind, outline });
        }
        statements
    }

    fn native(&mut self, syntax: &Syntax) -> Vec<ModelStatement> {
        let spans = match self.script.split_block(self.block, syntax) {
            Ok(spans) => spans,
            Err(error) => {
                self.errors.push(*error);
                return Vec::new();
            }
        };
        let mut statements = Vec::new();
        for span in spans {
            let sql = &self.script.source.text()[span.clone()];
            let first = lex(sql, syntax).find(|token| token.kind == TokenKind::Word);
            let word = first.map(|token| sql[token.span].to_ascii_uppercase()).unwrap_or_default();
            if !matches!(word.as_str(), "CREATE" | "ALTER" | "COMMENT") {
                let message = format!("`{word}` has no place in a model, which holds definitions only");
                let hint = "put the statement into a revision".to_owned();
                self.errors.push(*self.script.source.error(span, message, Some(hint)));
                continue;
            }
            let outline = Outline::read(sql, span.start, syntax);
            let kind = StatementKind::Native(sql.to_owned());
            statements.push(ModelStatement { span, kind, outline });
        }
        statements
    }
}

/// Why an operation has no place in a model, and what to do instead; `None` if
/// it has one.
fn refusal(operation: &Operation) -> Option<(&'static str, &'static str)> {
    match operation {
        Operation::CreateNamespace { .. }
        | Operation::CreateEnum { .. }
        | Operation::CreateTable { .. }
        | Operation::CreateIndex { .. }
        | Operation::CreateView { .. }
        | Operation::AddConstraint { .. }
        | Operation::SetTableComment { .. }
        | Operation::AlterColumn { change: ColumnChange::Comment(_), .. }
        | Operation::SetComment { .. } => None,
        Operation::Dml { .. } => {
            Some(("a model holds definitions, not rows", "put the statement into a revision"))
        }
        Operation::DropNamespace { .. }
        | Operation::DropEnum { .. }
        | Operation::DropTable { .. }
        | Operation::DropColumn { .. }
        | Operation::DropConstraint { .. }
        | Operation::DropIndex { .. }
        | Operation::DropView { .. }
        | Operation::DropEnumValue { .. } => Some((
            "a model says what there is, and drops nothing",
            "remove the definition from the models: what they do not define goes in the next revision",
        )),
        Operation::RenameTable { .. } | Operation::RenameColumn { .. } => Some((
            "a model says what there is, not what became of it",
            "give the definition its new name, and write `-- @renamed-from old_name` above it",
        )),
        Operation::RenameNamespace { .. }
        | Operation::RenameEnum { .. }
        | Operation::AddEnumValue { .. }
        | Operation::RenameEnumValue { .. }
        | Operation::AddColumn { .. }
        | Operation::AlterColumn { .. }
        | Operation::RenameConstraint { .. }
        | Operation::ValidateConstraint { .. }
        | Operation::RenameIndex { .. }
        | Operation::RenameView { .. }
        | Operation::Raw { .. } => Some((
            "a model says what there is, not what became of it",
            "change the definition itself; `ALTER TABLE … ADD CONSTRAINT` is the only ALTER in a model",
        )),
    }
}
