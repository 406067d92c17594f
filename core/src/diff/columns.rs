//! What changes on a column that stays.

use super::{
    ByHand,
    conversion::{self, Conversion},
    risk::{Loss, Risk},
};
use crate::{
    operation::ColumnChange,
    schema::{Column, GeneratedStorage, QualifiedName, Schema},
};

/// A column before and after, under its new name.
#[derive(Debug)]
pub(super) struct ColumnDiff<'a> {
    pub(super) before: &'a Column,
    pub(super) after: &'a Column,
    /// Set where the column is dropped and added again: what is lost, if
    /// anything is.
    pub(super) again: Option<Option<Loss>>,
}

impl<'a> ColumnDiff<'a> {
    pub(super) fn new(before: &'a Column, after: &'a Column) -> Self {
        Self { before, after, again: again(before, after) }
    }

    /// Whether nothing changes.
    pub(super) fn is_empty(&self) -> bool {
        self.again.is_none() && self.before == self.after
    }

    /// Whether the column stays and gets another type.
    pub(super) fn is_retyped(&self) -> bool {
        let Self { before, after, again } = self;
        again.is_none() && (before.ty != after.ty || before.collation != after.collation)
    }

    /// Whether what is computed from the column must be made again.
    pub(super) fn changes_meaning(&self) -> bool {
        self.again.is_some()
            || (self.is_retyped() && conversion::changes_meaning(&self.before.ty, &self.after.ty))
    }

    /// What options differ, which nothing can change.
    pub(super) fn by_hand(&self, table: &QualifiedName) -> Option<ByHand> {
        let Self { before, after, again } = self;
        (again.is_none() && before.options != after.options).then(|| ByHand::ColumnOptions {
            table: table.clone(),
            column: after.name.clone(),
            found: before.options.clone(),
            wanted: after.options.clone(),
        })
    }

    /// Whether the column stops being computed, and keeps its values.
    pub(super) fn is_detached(&self) -> bool {
        self.again.is_none() && self.before.generated.is_some() && self.after.generated.is_none()
    }

    /// The change that comes before keys are dropped: a column that numbers the
    /// rows needs one on some backends.
    pub(super) fn first(&self) -> Option<ColumnChange> {
        let goes = self.before.identity.is_some() && self.after.identity.is_none();
        goes.then_some(ColumnChange::Identity(None))
    }

    /// The change that comes after keys are added.
    pub(super) fn last(&self) -> Option<ColumnChange> {
        let comes = self.after.identity.is_some() && self.before.identity != self.after.identity;
        comes.then(|| ColumnChange::Identity(self.after.identity.clone()))
    }

    /// The changes between, in an order in which each of them fits. A column
    /// that joins a primary key refuses NULL by that.
    pub(super) fn changes(
        &self,
        table: &QualifiedName,
        joins_key: bool,
        schemas: (&Schema, &Schema),
    ) -> Vec<(ColumnChange, Option<Risk>)> {
        let Self { before, after, again: _ } = self;
        let mut changes = Vec::new();
        let default_changes = before.default != after.default;
        let drops_default = default_changes && before.default.is_some();
        if drops_default && (self.is_retyped() || after.default.is_none()) {
            changes.push((ColumnChange::Default(None), None));
        }
        if self.is_retyped() {
            changes.push(self.retype(table, schemas));
        }
        if before.nullable != after.nullable && (after.nullable || !joins_key) {
            let risk = (!after.nullable)
                .then(|| Risk::RefusesNull { table: table.clone(), column: after.name.clone() });
            changes.push((ColumnChange::Nullable(after.nullable), risk));
        }
        if default_changes && after.default.is_some() {
            changes.push((ColumnChange::Default(after.default.clone()), None));
        }
        if before.comment != after.comment {
            changes.push((ColumnChange::Comment(after.comment.clone()), None));
        }
        changes
    }

    fn retype(
        &self,
        table: &QualifiedName,
        (schema_before, schema_after): (&Schema, &Schema),
    ) -> (ColumnChange, Option<Risk>) {
        let Self { before, after, again: _ } = self;
        let using = match conversion::conversion(&after.name, &before.ty, &after.ty) {
            Conversion::Using(using) => Some(using),
            Conversion::Cast | Conversion::None => None,
        };
        let holds_all = using.is_some()
            || conversion::holds_all(&before.ty, &after.ty, &schema_before.enums, &schema_after.enums);
        let risk = (!holds_all).then(|| Risk::Narrows {
            table: table.clone(),
            column: after.name.clone(),
            from: before.ty.clone(),
            to: after.ty.clone(),
        });
        (ColumnChange::Type { ty: after.ty.clone(), collation: after.collation.clone(), using }, risk)
    }
}

/// Whether the column must be dropped and added again, and what that loses.
fn again(before: &Column, after: &Column) -> Option<Option<Loss>> {
    match (&before.generated, &after.generated) {
        (None, None) => match conversion::conversion(&after.name, &before.ty, &after.ty) {
            Conversion::Cast | Conversion::Using(_) => None,
            Conversion::None => {
                let (from, to) = (before.ty.clone(), after.ty.clone());
                Some(Some(Loss::NoConversion { from, to }))
            }
        },
        (None, Some(_)) => Some(Some(Loss::Computed)),
        (Some(generated), None) => match generated.storage {
            // No backend turns what it computes when it is read into values.
            GeneratedStorage::Virtual => Some(Some(Loss::NotKept)),
            GeneratedStorage::Stored => match conversion::conversion(&after.name, &before.ty, &after.ty) {
                Conversion::Cast | Conversion::Using(_) => None,
                Conversion::None => Some(Some(Loss::NotKept)),
            },
        },
        // Computed values are computed again: nothing is lost, and not every
        // backend can change what they are computed from.
        (Some(old), Some(new)) => {
            (old != new || before.ty != after.ty || before.collation != after.collation).then_some(None)
        }
    }
}
