//! The statements of a revision that concern one backend.

use std::ops::Range;

use super::{
    Direction, PlanError, PlanErrorKind, PlanSettings,
    values::{self, Values},
};
use crate::{
    backend::{Backend, Reset},
    operation::Operation,
    schema::Schema,
    script::{
        Block, RevisionScript, Source, SourceError, Spanned,
        portable::{self, NamespaceMap},
    },
};

/// One operation, and where it comes from.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// The operation.
    pub(super) operation: Operation,
    /// The bytes of the file that say so.
    pub(super) span: Range<usize>,
    /// Whether it is a statement under `@only`, which runs as written.
    pub(super) native: bool,
    /// Whether it ends a setting of the session, and is in no file.
    pub(super) reset: bool,
    /// Whether it must be committed before the next one, and by itself.
    pub(super) alone: bool,
    /// Whether it was computed to undo another: it says all of what it means.
    pub(super) computed: bool,
}

/// Reads the section of that direction, or `None` if the file has none.
///
/// Without `values`, the section is read as it is: what the schema is does not
/// depend on values.
pub(super) fn read(
    script: &RevisionScript,
    direction: Direction,
    backend: &dyn Backend,
    settings: &PlanSettings,
    mut values: Option<&mut Values<'_>>,
) -> Result<Option<Vec<Item>>, PlanError> {
    let section = match direction {
        Direction::Upgrade => &script.upgrade,
        Direction::Downgrade => &script.downgrade,
    };
    if script.upgrade.is_none() {
        let span = script.header.revision.span.clone();
        let hint = "was the file cut short? A revision with nothing to do has an empty section: the line `-- @upgrade`";
        let message = "the file has no `-- @upgrade` section";
        return Err(script.source.error(span, message, Some(hint.to_owned())).into());
    }
    let Some(section) = section else {
        return Ok(None);
    };
    let names = settings.namespaces.relative_to(backend.default_namespace());
    let mut items = Vec::new();
    let mut resets = Vec::new();
    for block in &section.blocks {
        refuse_unknown_backend(&script.source, block, settings)?;
        match &block.only {
            None => {
                read_portable(script, block, &names, settings, values.as_deref_mut(), &mut items)?;
            }
            Some(only) if selects(only, backend) => {
                read_native(script, block, backend, values.as_deref_mut(), &mut items, &mut resets)?;
            }
            Some(_) => {}
        }
    }
    if let Some(last) = items.last().map(|item: &Item| item.span.clone()) {
        items.extend(resets.iter().map(|sql| Item { reset: true, ..native(sql, &last) }));
    }
    Ok(Some(items))
}

/// Whether the names in an `@only` select the backend: its own name, or one of
/// its family's. `!name` takes a member of a family out again.
pub(crate) fn selects(only: &[Spanned<String>], backend: &dyn Backend) -> bool {
    let is_it = |name: &str| name == backend.name() || backend.family().contains(&name);
    let is_excluded = |name: &Spanned<String>| name.value.strip_prefix('!').is_some_and(is_it);
    only.iter().any(|name| is_it(&name.value)) && !only.iter().any(is_excluded)
}

fn read_portable(
    script: &RevisionScript,
    block: &Block,
    names: &NamespaceMap,
    settings: &PlanSettings,
    values: Option<&mut Values<'_>>,
    items: &mut Vec<Item>,
) -> Result<(), PlanError> {
    let filled = values::portable(script, block, values)?;
    let text = filled.text();
    let shift = |span: Range<usize>| {
        let span = filled.in_block(span);
        span.start + block.span.start..span.end + block.span.start
    };
    let statements = portable::parse(text, names, &settings.naming).map_err(|errors| {
        let error = errors.into_iter().next();
        let (span, message, hint) = match error {
            Some(error) => (shift(error.span), error.message, error.hint),
            None => (block.span.clone(), "the statements cannot be parsed".to_owned(), None),
        };
        PlanError::from(script.source.error(span, message, hint))
    })?;
    // It is there, and no undo may take it away.
    let is_default = |operation: &Operation| match (operation, names) {
        (Operation::CreateNamespace { name, if_not_exists: true }, NamespaceMap::Relative { default }) => {
            name == default
        }
        _ => false,
    };
    for statement in statements {
        let span = shift(statement.span);
        let operations = statement.operations.into_iter().filter(|operation| !is_default(operation));
        items.extend(operations.map(|operation| Item {
            operation,
            span: span.clone(),
            native: false,
            reset: false,
            alone: false,
            computed: false,
        }));
    }
    Ok(())
}

fn read_native(
    script: &RevisionScript,
    block: &Block,
    backend: &dyn Backend,
    mut values: Option<&mut Values<'_>>,
    items: &mut Vec<Item>,
    resets: &mut Vec<String>,
) -> Result<(), PlanError> {
    let spans = script.split_block(block, backend.syntax())?;
    let add = |resets: &mut Vec<String>, sql: String| {
        if !resets.contains(&sql) {
            resets.push(sql);
        }
    };
    let mut setting: Option<Range<usize>> = None;
    let mut resets_of_names = Vec::new();
    for span in &spans {
        let sql = values::native(script, span, backend.syntax(), values.as_deref_mut())?;
        let sql = &*sql;
        let item = native(sql, span);
        match backend.resetting(sql) {
            Some(Reset { sql, of_names: true }) => {
                setting.get_or_insert_with(|| span.clone());
                add(&mut resets_of_names, sql);
            }
            Some(Reset { sql, of_names: false }) => add(resets, sql),
            None => {}
        }
        if let Some(setting) = &setting {
            refuse_journaled_setting(script, setting, backend, &item)?;
        }
        items.push(item);
    }
    if let Some(last) = spans.last() {
        items.extend(resets_of_names.iter().map(|sql| Item { reset: true, ..native(sql, last) }));
    }
    Ok(())
}

/// A statement that runs as written.
fn native(sql: &str, span: &Range<usize>) -> Item {
    let operation = Operation::Raw { sql: sql.to_owned() };
    Item { operation, span: span.clone(), native: true, reset: false, alone: false, computed: false }
}

/// Refuses a setting of the session that would have to outlast a mark in the
/// journal: after an interruption, what is left would run without it.
fn refuse_journaled_setting(
    script: &RevisionScript,
    setting: &Range<usize>,
    backend: &dyn Backend,
    item: &Item,
) -> Result<(), PlanError> {
    let runs_alone = || match backend.render(std::slice::from_ref(&item.operation), &Schema::default()) {
        Ok(statements) => statements.iter().any(|statement| !statement.transactional),
        // Why it cannot be rendered is told when it is planned.
        Err(_) => false,
    };
    let why = if script.header.no_transaction.is_some() {
        "in a revision without a transaction"
    } else if runs_alone() {
        "before a statement that cannot run in a transaction"
    } else {
        return Ok(());
    };
    let message = format!("a setting of names or of the role cannot be used {why}");
    let hint = "write the namespaces before the names instead; or put what needs the setting into a revision of its own"
        .to_owned();
    let error = script.source.error(setting.clone(), message, Some(hint));
    Err(PlanError::new(PlanErrorKind::Unsupported, error))
}

/// Refuses an `@only` whose backend nobody knows: a slip of the pen there would
/// silently skip the block everywhere.
pub(crate) fn refuse_unknown_backend(
    source: &Source,
    block: &Block,
    settings: &PlanSettings,
) -> Result<(), Box<SourceError>> {
    let known = |name: &Spanned<String>| {
        let name = name.value.strip_prefix('!').unwrap_or(&name.value);
        settings.backends.iter().any(|backend| backend == name)
    };
    match block.only.iter().flatten().find(|name| !known(name)) {
        Some(name) => {
            let message = format!("no backend is called `{}`", name.value);
            let hint = format!("`@only` takes one or more of: {}", settings.backends.join(", "));
            Err(source.error(name.span.clone(), message, Some(hint)))
        }
        None => Ok(()),
    }
}
