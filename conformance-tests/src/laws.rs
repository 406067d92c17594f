//! The laws, by what they are about.

mod batches;
mod introspection;
mod operations;

use crate::case::Case;

/// All cases, in the order of a walk through the seam.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(introspection::cases());
    cases.extend(operations::cases());
    cases.extend(batches::cases());
    cases
}
