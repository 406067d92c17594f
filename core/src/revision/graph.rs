//! Stub: graph.
