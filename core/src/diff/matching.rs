//! Which constraints and indexes of two tables are the same.

use crate::schema::{Constraint, ConstraintKind, Index, Name};

/// The constraints or indexes of a table before and after.
#[derive(Debug)]
pub(super) struct Matching<'a, T> {
    /// Those that stay, some under another name.
    pub(super) kept: Vec<Kept<'a, T>>,
    /// Those that go, with whether the very same comes again.
    pub(super) dropped: Vec<&'a T>,
    /// Those that come.
    pub(super) added: Vec<Added<'a, T>>,
}

/// A constraint or an index that stays.
#[derive(Debug)]
pub(super) struct Kept<'a, T> {
    pub(super) before: &'a T,
    pub(super) after: &'a T,
}

/// A constraint or an index that comes.
#[derive(Debug)]
pub(super) struct Added<'a, T> {
    pub(super) item: &'a T,
    /// Whether it is new to the rows, and not just put back.
    pub(super) is_new: bool,
}

/// A part of a table that has a name.
pub(super) trait Part {
    /// Its name.
    fn name(&self) -> Option<&Name>;

    /// Whether it can become the other one without being made again, but for
    /// the name.
    fn becomes(&self, other: &Self) -> bool;
}

impl Part for Constraint {
    fn name(&self) -> Option<&Name> {
        self.name.as_ref()
    }

    fn becomes(&self, other: &Self) -> bool {
        self.kind == other.kind || validated(&self.kind).is_some_and(|kind| kind == other.kind)
    }
}

impl Part for Index {
    fn name(&self) -> Option<&Name> {
        Some(&self.name)
    }

    fn becomes(&self, other: &Self) -> bool {
        let Self { name: _, unique, key, predicate, include, method, nulls_not_distinct, options } = self;
        *unique == other.unique
            && *key == other.key
            && *predicate == other.predicate
            && *include == other.include
            && *method == other.method
            && *nulls_not_distinct == other.nulls_not_distinct
            && *options == other.options
    }
}

/// What the constraint is once the rows have been checked, if they haven't.
fn validated(kind: &ConstraintKind) -> Option<ConstraintKind> {
    let mut kind = kind.clone();
    let validated = match &mut kind {
        ConstraintKind::ForeignKey(key) => &mut key.validated,
        ConstraintKind::Check(check) => &mut check.validated,
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => return None,
    };
    (!std::mem::replace(validated, true)).then_some(kind)
}

impl<'a, T: Part> Matching<'a, T> {
    /// Finds what is the same: by name first, then by what it is, if the new
    /// name is free.
    pub(super) fn new(before: &'a [T], after: &'a [T], is_free: impl Fn(&Name) -> bool) -> Self {
        let mut matching = Self { kept: Vec::new(), dropped: before.iter().collect(), added: Vec::new() };
        let mut rest: Vec<&T> = Vec::new();
        for item in after {
            let found =
                matching.dropped.iter().position(|old| old.name() == item.name() && old.becomes(item));
            match found {
                Some(at) => {
                    let before = matching.dropped.remove(at);
                    matching.kept.push(Kept { before, after: item });
                }
                None => rest.push(item),
            }
        }
        for item in rest {
            let is_free = item.name().is_some_and(&is_free);
            let found = matching.dropped.iter().position(|old| is_free && old.becomes(item));
            match found {
                Some(at) => {
                    let before = matching.dropped.remove(at);
                    matching.kept.push(Kept { before, after: item });
                }
                None => matching.added.push(Added { item, is_new: true }),
            }
        }
        matching
    }

    /// Makes again what stays and cannot, and says whether there was any.
    pub(super) fn renew(&mut self, must_go: impl Fn(&T) -> bool) -> bool
    where
        T: PartialEq,
    {
        let mut renewed = false;
        for kept in self.kept.extract_if(.., |kept| must_go(kept.before)) {
            renewed = true;
            self.dropped.push(kept.before);
            let is_new = validates(kept.before, kept.after);
            self.added.push(Added { item: kept.after, is_new });
        }
        renewed
    }
}

/// Whether more than the name changes: the rows are checked.
pub(super) fn validates<T: Part + PartialEq>(before: &T, after: &T) -> bool {
    !after.becomes(before)
}
