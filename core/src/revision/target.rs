//! Stub: target.
