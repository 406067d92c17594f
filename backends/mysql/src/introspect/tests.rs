mod changes;
mod everything;
mod names;
mod queries;
mod support;
