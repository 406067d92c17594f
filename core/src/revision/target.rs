//! The target language: what users type to say which revision they mean.
//!
//! This module only parses. `head`, `label@rev`, `+2`, `rev-1` become a
//! [`Target`], `a:b` a [`Range`]; what they stand for is resolved by
//! [`RevisionGraph`](super::graph::RevisionGraph).
//!
//! | Form | Meaning |
//! |---|---|
//! | `1975ea`, `label` | a revision, by id, unique prefix of an id, or branch label |
//! | `head`, `heads`, `base` | the only head, all heads, nothing applied |
//! | `current` | the rows of the version table (`show` and ranges) |
//! | `label@head`, `label@heads`, `label@base`, `label@1975` | the same inside one branch |
//! | `+2`, `-1`, `label@+2`, `label@-1` | so many steps from the current rows |
//! | `1975+2`, `head-1`, `base+2`, `label@1975-1` | so many steps from a revision |
//! | `a:b`, `a:`, `:b`, `:` | a range (`history`) |

use std::fmt;
use std::str::FromStr;

mod error;

pub use error::{Furthest, TargetError};

/// A parsed target.
///
/// ```
/// use retort_core::revision::target::{Form, Symbol, Target};
///
/// let target: Target = "shop@head-1".parse()?;
/// assert_eq!(target.branch(), Some("shop"));
/// assert_eq!(
///     *target.form(),
///     Form::Offset { from: Some(Symbol::Head), steps: -1 },
/// );
/// # Ok::<(), retort_core::revision::target::TargetError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    text: String,
    branch: Option<String>,
    form: Form,
}

/// What a target says apart from its branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// A place in the graph.
    Symbol(Symbol),
    /// A number of steps up (positive) or down from a place.
    Offset {
        /// Where the steps start; the current rows when absent.
        from: Option<Symbol>,
        /// How many, and in which direction.
        steps: i64,
    },
}

/// A name for a place in the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// `head`: the only head.
    Head,
    /// `heads`: all heads.
    Heads,
    /// `base`: below every revision.
    Base,
    /// `current`: the rows of the version table.
    Current,
    /// An id, the beginning of one, or a branch label.
    Name(String),
}

impl Target {
    /// Returns the target `heads`.
    pub fn heads() -> Self {
        Self::of(Symbol::Heads)
    }

    /// Returns the target `base`.
    pub fn base() -> Self {
        Self::of(Symbol::Base)
    }

    /// Returns the target as it was typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns what stands before the `@`: a branch label, or a revision that
    /// stands for its branch.
    pub fn branch(&self) -> Option<&str> {
        self.branch.as_deref()
    }

    /// Returns the target without its branch.
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// Reports whether resolving the target needs the rows of the version
    /// table. Upgrade and downgrade paths need them in any case.
    pub fn needs_current(&self) -> bool {
        match &self.form {
            Form::Symbol(symbol) => *symbol == Symbol::Current,
            Form::Offset { from, .. } => *from == Some(Symbol::Current),
        }
    }

    fn of(symbol: Symbol) -> Self {
        Self { text: symbol.to_string(), branch: None, form: Form::Symbol(symbol) }
    }
}

impl FromStr for Target {
    type Err = TargetError;

    /// Parses a single target.
    ///
    /// # Errors
    ///
    /// [`TargetError::RangeNotAllowed`] for `a:b`, and
    /// [`TargetError::Malformed`] when a name is missing. Names are not
    /// checked further: one that no revision has is found out by the graph.
    fn from_str(text: &str) -> Result<Self, TargetError> {
        if text.contains(':') {
            return Err(TargetError::RangeNotAllowed { text: text.into() });
        }
        let malformed = |reason| TargetError::Malformed { text: text.into(), reason };
        let (branch, place) = match text.split_once('@') {
            Some(("", _)) => return Err(malformed("there is no branch before the `@`")),
            Some((branch, place)) => (Some(branch.to_owned()), place),
            None => (None, text),
        };
        let form = match split_offset(place) {
            Some((from, steps)) => {
                Form::Offset { from: (!from.is_empty()).then(|| Symbol::from(from)), steps }
            }
            None if place.is_empty() => return Err(malformed("there is no revision")),
            None => Form::Symbol(Symbol::from(place)),
        };
        Ok(Self { text: text.to_owned(), branch, form })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<&str> for Symbol {
    fn from(name: &str) -> Self {
        match name {
            "head" => Self::Head,
            "heads" => Self::Heads,
            "base" => Self::Base,
            "current" => Self::Current,
            name => Self::Name(name.to_owned()),
        }
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Head => "head",
            Self::Heads => "heads",
            Self::Base => "base",
            Self::Current => "current",
            Self::Name(name) => name,
        })
    }
}

/// A parsed range: `lower:upper`, either side may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// The end nearer to the base; `base` when absent.
    pub lower: Option<Target>,
    /// The end nearer to the heads; `heads` when absent.
    pub upper: Option<Target>,
}

impl Range {
    /// Reports whether resolving the range needs the rows of the version table.
    pub fn needs_current(&self) -> bool {
        [&self.lower, &self.upper].into_iter().flatten().any(Target::needs_current)
    }
}

impl FromStr for Range {
    type Err = TargetError;

    /// Parses a range.
    ///
    /// # Errors
    ///
    /// [`TargetError::NotARange`] when there is no colon or more than one, and
    /// the errors of the two targets.
    fn from_str(text: &str) -> Result<Self, TargetError> {
        let not_a_range = || TargetError::NotARange { text: text.into() };
        let (lower, upper) = text.trim().split_once(':').ok_or_else(not_a_range)?;
        if upper.contains(':') {
            return Err(not_a_range());
        }
        let end = |text: &str| match text {
            "" => Ok(None),
            text => text.parse().map(Some),
        };
        Ok(Self { lower: end(lower)?, upper: end(upper)? })
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(lower) = &self.lower {
            lower.fmt(f)?;
        }
        f.write_str(":")?;
        if let Some(upper) = &self.upper {
            upper.fmt(f)?;
        }
        Ok(())
    }
}

/// Splits `rev-2` into `rev` and `-2`. The sign and the digits must be the
/// whole rest of the text: `rev-2x` is a name, not an offset followed by `x`.
pub(super) fn split_offset(text: &str) -> Option<(&str, i64)> {
    let sign = text.rfind(['+', '-'])?;
    let (from, offset) = text.split_at(sign);
    let digits = &offset[1..];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // More steps than fit are more than any graph has.
    let steps = digits.parse().unwrap_or(i64::MAX);
    Some((from, if offset.starts_with('-') { -steps } else { steps }))
}

#[cfg(test)]
mod tests;
