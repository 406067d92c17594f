//! Blocks that are excerpts of files of this repository, which are tested as
//! what they are.

use std::fs;

use crate::run::repository;

/// Checks that the lines of a block are in a file, in this order, next to each
/// other but for gaps: lines with `…`. Indentation does not count.
pub(crate) fn check(path: &str, block: &str) -> Result<(), String> {
    let text = fs::read_to_string(repository().join(path)).map_err(|error| format!("{path}: {error}"))?;
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut rest = &*lines;
    let block: Vec<&str> = block.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    for part in block.split(|line| line.contains('…')) {
        let at = (0..rest.len()).find(|at| rest[*at..].starts_with(part));
        let Some(at) = at else {
            return Err(format!("{path} does not have, in this order:\n{}", part.join("\n")));
        };
        rest = &rest[at + part.len()..];
    }
    Ok(())
}
