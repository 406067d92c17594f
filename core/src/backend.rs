//! Stub: backend.
