//! The laws, by what they are about.

mod batches;

use crate::case::Case;

/// All cases, in the order of a walk through the seam.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(batches::cases());
    cases
}
