//! What generated schemas are made of.

use retort_core::backend::Capabilities;

/// The names in a schema, and what may be in it.
#[derive(Debug)]
pub(crate) struct World {
    /// Features outside of these do not come up.
    pub(crate) capabilities: Capabilities,
    /// Names of namespaces.
    pub(crate) namespaces: &'static [&'static str],
    /// Names of tables and views.
    pub(crate) relations: &'static [&'static str],
    /// Names of columns.
    pub(crate) columns: &'static [&'static str],
    /// Names of constraints and indexes.
    pub(crate) names: &'static [&'static str],
    /// Labels of enum types.
    pub(crate) labels: &'static [&'static str],
    /// Collations.
    pub(crate) collations: &'static [&'static str],
}
