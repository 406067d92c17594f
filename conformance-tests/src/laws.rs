//! The laws, by what they are about.

mod access;
mod autogenerate;
mod batches;
mod canonical;
mod diffs;
mod errors;
mod features;
mod generated;
mod introspection;
mod locks;
mod names;
mod operations;
mod runs;
mod settings;
mod transactions;
mod values;

use crate::case::Case;

/// All cases, in the order of a walk through the seam.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(introspection::cases());
    cases.extend(canonical::cases());
    cases.extend(operations::cases());
    cases.extend(names::cases());
    cases.extend(features::cases());
    cases.extend(batches::cases());
    cases.extend(transactions::cases());
    cases.extend(errors::cases());
    cases.extend(locks::cases());
    cases.extend(settings::cases());
    cases.extend(access::cases());
    cases.extend(generated::cases());
    cases.extend(diffs::cases());
    cases.extend(autogenerate::cases());
    cases.extend(values::cases());
    cases.extend(runs::cases());
    cases
}
