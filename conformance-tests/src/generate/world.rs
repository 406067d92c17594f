//! What generated schemas are made of.

use retort_core::backend::Capabilities;

/// The names in a schema, and what may be in it.
#[derive(Debug, Clone, Copy)]
pub struct World {
    /// Features outside of these do not come up.
    pub capabilities: Capabilities,
    /// Names of namespaces.
    pub namespaces: &'static [&'static str],
    /// Names of tables and views.
    pub relations: &'static [&'static str],
    /// Names of columns.
    pub columns: &'static [&'static str],
    /// Names of constraints and indexes.
    pub names: &'static [&'static str],
    /// Labels of enum types.
    pub labels: &'static [&'static str],
    /// Collations.
    pub collations: &'static [&'static str],
}
