//! Stub: directory.
