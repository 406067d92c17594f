//! What a statement under `@only postgresql` does to the schema.

use retort_core::{backend::Effect, schema::Schema};

pub(crate) fn interpret(_sql: &str, _schema: &mut Schema) -> Effect {
    Effect::Unknown
}
