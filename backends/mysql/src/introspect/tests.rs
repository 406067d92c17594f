mod changes;
pub(crate) mod everything;
mod names;
mod queries;
pub(crate) mod support;
