mod changes;
mod everything;
mod names;
mod queries;
pub(crate) mod support;
