//! The colours of everything that people read. Streams that are no terminal
//! lose them on the way.

use anstyle::{AnsiColor, Style};

/// The word that begins an error.
pub(crate) const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
/// The word that begins a warning.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// The word that begins advice.
pub(crate) const HINT: Style = AnsiColor::BrightCyan.on_default().bold();

/// The id of the revision that a line is about.
pub(crate) const ID: Style = AnsiColor::Yellow.on_default();
/// Branch labels.
pub(crate) const LABEL: Style = AnsiColor::Magenta.on_default();
/// What says that a revision is a head.
pub(crate) const HEAD: Style = AnsiColor::Cyan.on_default().bold();
/// What the database is at.
pub(crate) const CURRENT: Style = AnsiColor::Green.on_default().bold();
/// What says that branches begin or end.
pub(crate) const TREE: Style = AnsiColor::Blue.on_default();
/// What is there for orientation: lines of a graph, times, names of fields.
pub(crate) const FAINT: Style = Style::new().dimmed();
