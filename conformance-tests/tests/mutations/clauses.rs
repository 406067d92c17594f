//! Which fields of the model a case has changed.
#[derive(Debug, Default)]
pub(crate) struct Covered;
