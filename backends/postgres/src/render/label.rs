//! Labels that PostgreSQL would not take.

use retort_core::{backend::BackendError, operation::Operation};

use crate::syntax::SYNTAX;

/// Fails if a label of an enum type is longer than an identifier, which is what
/// PostgreSQL keeps it as.
///
/// # Errors
///
/// Fails as unsupported with the label.
pub(super) fn require_short(operation: &Operation) -> Result<(), BackendError> {
    let labels = match operation {
        Operation::CreateEnum { enum_type } => enum_type.values.as_slice(),
        Operation::AddEnumValue { value, .. } | Operation::RenameEnumValue { to: value, .. } => {
            std::slice::from_ref(value)
        }
        _ => &[],
    };
    labels.iter().try_for_each(|label| require(label))
}

fn require(label: &str) -> Result<(), BackendError> {
    if SYNTAX.identifier_limit.is_none_or(|limit| limit.allows(label)) {
        return Ok(());
    }
    Err(BackendError::unsupported(format!(
        "the label `{label}` is longer than the 63 bytes that PostgreSQL keeps"
    )))
}
