//! Revision scripts and models: text ⇄ header, sections and operations.
//!
//! A script keeps its text as the user wrote it; everything here points into
//! that text.

mod directive;
mod header;
mod model;
mod new_revision;
mod placeholder;
pub mod portable;
mod sections;
mod source;
mod template;

pub use header::{Header, HeaderDirective, Spanned};
pub use model::{ModelScript, RenamedFrom};
pub use new_revision::{NewRevision, NewRevisionError};
pub use placeholder::{Parameters, is_key};
pub use sections::{Block, RevisionScript, Section};
pub use source::{Position, Source, SourceError};
pub use template::RevisionTemplate;

pub(crate) use header::{header_end, parse_header};
pub(crate) use placeholder::{Form, Placeholder, may_have as may_have_placeholders, placeholders};
