//! What went wrong, as a `BackendError`.
