//! What a run is called: the option that `upgrade`, `downgrade` and `stamp`
//! share.

use clap::Args;

/// The longest tag: the journal keeps it beside the tool.
const LONGEST: usize = 100;

/// What a run is called.
#[derive(Debug, Args)]
pub(super) struct TagArgs {
    /// What this run is called: the journal keeps it with each revision, a script in its first lines
    #[arg(long, value_name = "TAG", value_parser = parse)]
    pub(super) tag: Option<String>,
}

/// A tag stands in a comment of a script, which ends with its line.
fn parse(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("a tag is not empty".to_owned());
    }
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err("a tag is one line, without control characters".to_owned());
    }
    match text.chars().count() {
        0..=LONGEST => Ok(text.to_owned()),
        count => Err(format!("a tag has at most {LONGEST} characters, and this one {count}")),
    }
}
