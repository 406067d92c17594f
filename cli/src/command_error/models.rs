//! What is wrong with models.

use retort_core::models::ModelError;

use super::{CommandError, Excerpt};

/// How many errors are shown beside the first: the rest are counted.
const SHOWN: usize = 20;

impl From<ModelError> for CommandError {
    fn from(error: ModelError) -> Self {
        match &error {
            ModelError::Invalid(errors) => {
                let Some((first, others)) = errors.split_first() else {
                    return Self::new("models", error.to_string());
                };
                let mut described = Self::new("models", &*first.message).at(Some(Excerpt::of(first)));
                if let Some(hint) = &first.hint {
                    described = described.hint(&**hint);
                }
                for other in others.iter().take(SHOWN) {
                    described = described.hint(format!("also wrong is {other}"));
                }
                match others.len().saturating_sub(SHOWN) {
                    0 => described,
                    more => described.hint(format!("and {more} more")),
                }
            }
            ModelError::Missing { .. } => Self::new("models", error.to_string()).hint(
                "`retort introspect --output models` writes models of what the database has; other places are \
                 set by `models` in retort.toml",
            ),
            ModelError::Empty => Self::new("models", error.to_string()).hint(
                "that never means that everything is to be dropped: define what there is to be, or set `models` \
                 in retort.toml to where it is defined",
            ),
            ModelError::Io { .. } | ModelError::Loop { .. } | ModelError::NotAFile { .. } => {
                Self::new("models", error.to_string()).with_sources_of(&error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use expect_test::expect;
    use retort_core::script::Source;

    use super::*;

    #[test]
    fn all_errors_are_shown_the_first_in_full() {
        let source = Source::new("models/a.sql", "CREATE TABLE a (b wrong);\nDROP TABLE c;\n");
        let errors = (0..23).map(|_| *source.error(26..38, "a model drops nothing", None));
        let first = *source.error(18..23, "no such type", Some("write another".to_owned()));
        let all = ModelError::Invalid(std::iter::once(first).chain(errors).collect());
        let shown = strip_str(&CommandError::from(all).human()).to_string();
        let shown: Vec<&str> = shown.lines().take(7).chain(shown.lines().rev().take(2)).collect();
        expect![[r#"
            error: no such type
             --> models/a.sql:1:19
              |
            1 | CREATE TABLE a (b wrong);
              |                   ^^^^^
            hint: write another
            hint: also wrong is models/a.sql:2:1: a model drops nothing
            hint: and 3 more
            hint: also wrong is models/a.sql:2:1: a model drops nothing
        "#]]
        .assert_eq(&(shown.join("\n") + "\n"));
    }

    #[test]
    fn no_models_are_not_an_empty_schema() {
        let text = |error: ModelError| strip_str(&CommandError::from(error).human()).to_string();
        let missing = ModelError::Missing { path: "models".into() };
        expect![[r#"
            error: there is no directory `models`
            hint: `retort introspect --output models` writes models of what the database has; other places are set by `models` in retort.toml
            error: the models define nothing
            hint: that never means that everything is to be dropped: define what there is to be, or set `models` in retort.toml to where it is defined
        "#]].assert_eq(&(text(missing) + &text(ModelError::Empty)));
    }
}
