//! The statements of a revision that concern one backend.

use std::ops::Range;

use super::{Direction, PlanError, PlanSettings};
use crate::{
    backend::Backend,
    operation::Operation,
    script::{Block, RevisionScript, Spanned, portable},
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
    /// Whether it must be committed before the next one, and by itself.
    pub(super) alone: bool,
    /// Whether it was computed to undo another: it says all of what it means.
    pub(super) computed: bool,
}

/// Reads the section of that direction, or `None` if the file has none.
pub(super) fn read(
    script: &RevisionScript,
    direction: Direction,
    backend: &dyn Backend,
    settings: &PlanSettings,
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
    let mut items = Vec::new();
    for block in &section.blocks {
        refuse_unknown_backend(script, block, settings)?;
        match &block.only {
            None => read_portable(script, block, settings, &mut items)?,
            Some(only) if selects(only, backend) => {
                read_native(script, block, backend, &mut items)?;
            }
            Some(_) => {}
        }
    }
    Ok(Some(items))
}

/// Whether the names in an `@only` select the backend: its own name, or one of
/// its family's. `!name` takes a member of a family out again.
fn selects(only: &[Spanned<String>], backend: &dyn Backend) -> bool {
    let is_it = |name: &str| name == backend.name() || backend.family().contains(&name);
    let is_excluded = |name: &Spanned<String>| name.value.strip_prefix('!').is_some_and(is_it);
    only.iter().any(|name| is_it(&name.value)) && !only.iter().any(is_excluded)
}

fn read_portable(
    script: &RevisionScript,
    block: &Block,
    settings: &PlanSettings,
    items: &mut Vec<Item>,
) -> Result<(), PlanError> {
    let text = script.block_text(block);
    let shift = |span: Range<usize>| span.start + block.span.start..span.end + block.span.start;
    let statements = portable::parse(text, &settings.namespaces, &settings.naming).map_err(|errors| {
        let error = errors.into_iter().next();
        let (span, message, hint) = match error {
            Some(error) => (shift(error.span), error.message, error.hint),
            None => (block.span.clone(), "the statements cannot be parsed".to_owned(), None),
        };
        PlanError::from(script.source.error(span, message, hint))
    })?;
    for statement in statements {
        let span = shift(statement.span);
        items.extend(statement.operations.into_iter().map(|operation| Item {
            operation,
            span: span.clone(),
            native: false,
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
    items: &mut Vec<Item>,
) -> Result<(), PlanError> {
    let spans = script.split_block(block, backend.syntax())?;
    items.extend(spans.into_iter().map(|span| Item {
        operation: Operation::Raw { sql: script.source.text()[span.clone()].to_owned() },
        span,
        native: true,
        alone: false,
        computed: false,
    }));
    Ok(())
}

/// Refuses an `@only` whose backend nobody knows: a slip of the pen there would
/// silently skip the block everywhere.
fn refuse_unknown_backend(
    script: &RevisionScript,
    block: &Block,
    settings: &PlanSettings,
) -> Result<(), PlanError> {
    let known = |name: &Spanned<String>| {
        let name = name.value.strip_prefix('!').unwrap_or(&name.value);
        settings.backends.iter().any(|backend| backend == name)
    };
    match block.only.iter().flatten().find(|name| !known(name)) {
        Some(name) => {
            let message = format!("no backend is called `{}`", name.value);
            let hint = format!("`@only` takes one or more of: {}", settings.backends.join(", "));
            Err(script.source.error(name.span.clone(), message, Some(hint)).into())
        }
        None => Ok(()),
    }
}
