//! A case: a name, a law, and how it ended.

use std::{error::Error, fmt::Debug, pin::Pin};

use crate::context::Context;

/// How a case ended, if not well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The backend does not have what the case is about.
    Skipped(String),
    /// The law does not hold.
    Failed(String),
}

/// How a case ended.
pub(crate) type Verdict<T = ()> = Result<T, Stop>;

/// One law, by a name that is stable.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) law: Box<dyn Fn(&Context) -> Verdict + Send + Sync>,
}

impl Case {
    /// A case with a law that brings its own runtime, or needs none.
    pub(crate) fn new(
        name: impl Into<String>,
        law: impl Fn(&Context) -> Verdict + Send + Sync + 'static,
    ) -> Self {
        Self { name: name.into(), law: Box::new(law) }
    }

    /// A case with a law that waits for a database.
    pub(crate) fn with_database(
        name: impl Into<String>,
        law: impl for<'a> Fn(&'a Context) -> Pin<Box<dyn Future<Output = Verdict> + 'a>> + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, move |context| context.block_on(law(context)))
    }
}

/// A [`Case`] of an asynchronous law.
macro_rules! case {
    ($name:expr, $law:path) => {
        $crate::case::Case::with_database($name, |context| Box::pin($law(context)))
    };
}
pub(crate) use case;

/// Fails with a message unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            return Err($crate::case::Stop::Failed(format!($($message)+)));
        }
    };
}
pub(crate) use ensure;

impl Stop {
    /// The law does not hold, because.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::Failed(message.into())
    }

    /// The backend lacks that.
    pub(crate) fn skipped(reason: impl Into<String>) -> Self {
        Self::Skipped(reason.into())
    }

    /// The same ending, with what was being done if it is a failure.
    pub(crate) fn while_doing(self, what: impl FnOnce() -> String) -> Self {
        match self {
            Self::Failed(message) => Self::Failed(format!("{message}\n{}", what())),
            Self::Skipped(_) => self,
        }
    }
}

impl<E: Error> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(chain(&error))
    }
}

/// The error with all its causes.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Fails with the lines in which two values differ.
pub(crate) fn same<T: Debug + PartialEq>(found: &T, expected: &T, told: impl FnOnce() -> String) -> Verdict {
    if found == expected {
        return Ok(());
    }
    let (found, expected) = (format!("{found:#?}"), format!("{expected:#?}"));
    let (found, expected): (Vec<&str>, Vec<&str>) = (found.lines().collect(), expected.lines().collect());
    let start = found.iter().zip(&expected).take_while(|(left, right)| left == right).count();
    let shorter = found.len().min(expected.len()) - start;
    let ends = found.iter().rev().zip(expected.iter().rev());
    let end = ends.take(shorter).take_while(|(left, right)| left == right).count();
    let context = start.saturating_sub(12);
    Err(Stop::Failed(format!(
        "{}\n--- found\n{}\n--- expected\n{}",
        told(),
        found[context..found.len() - end].join("\n"),
        expected[context..expected.len() - end].join("\n")
    )))
}
