//! One line about an operation.

use super::Operation;

impl Operation {
    /// What the operation does, in one line: `add column users.email VARCHAR(320)`.
    pub fn describe(&self) -> String {
        String::new()
    }
}
