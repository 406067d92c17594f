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

impl World {
    /// Names such as people give.
    pub const fn plain(capabilities: Capabilities) -> Self {
        Self {
            capabilities,
            namespaces: &["finance", "sales"],
            relations: &["users", "orders", "items", "log_entry", "tags"],
            columns: &["id", "email", "amount", "total", "state", "note", "kind", "due"],
            names: &["uq_one", "ck_one", "fk_one", "ix_one", "ix_two", "pk_one"],
            labels: &["new", "done", "open", "it's"],
            collations: &[],
        }
    }

    /// Names that are easily mistaken for something else.
    pub const fn hostile(capabilities: Capabilities) -> Self {
        Self {
            capabilities,
            namespaces: &["select", "it's \"ns\""],
            relations: &["order", "Select", "it's \"so\"", "`[x]`", "-- x", "/* 日本", "a.b", "back\\slash"],
            columns: &[
                "select",
                "Total",
                "it's \"so\"",
                "`[x]`",
                "-- x",
                "/* 日本 */",
                "a.b",
                "check",
                "end",
                "back\\slash",
                "?",
                "rowid",
            ],
            names: &["x_i", "i;", "\"", "'", "CONSTRAINT", "[x]", "constraint check", "`"],
            labels: &["", "*/", "/*", "it's", "','", "\\", "--", "a\nb", "\"", "é漢"],
            collations: &[],
        }
    }
}
