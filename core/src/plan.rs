//! Stub: plan.
