//! What a statement under `@only mysql` does to the schema.

use retort_core::{backend::Effect, schema::Schema};

pub(crate) fn interpret(_sql: &str, _schema: &mut Schema) -> Effect {
    Effect::Unknown
}
