//! Stub: event.
