//! Stub: migrate.
