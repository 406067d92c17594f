//! Stub: journal.
