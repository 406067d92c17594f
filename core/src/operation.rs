//! Stub: operation.
