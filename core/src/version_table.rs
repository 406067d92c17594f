//! Stub: version_table.
