//! Values that the server brings to one type: operands, branches, lists.

use std::mem;

use retort_core::expression::Expr;

use super::{
    kind::{Kind, has_modifier},
    literal,
    reduce::{Reducer, is_literal, is_number, string_cast},
};

/// What values are brought to one type for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// Something is made of them: there must be an operator.
    Operator,
    /// One of them is the result, or they are the elements of a list.
    Choice,
}

impl For {
    fn common(self, one: &Kind, other: &Kind) -> Option<Kind> {
        match self {
            Self::Operator if one.is_number() => one.common(other),
            Self::Operator | Self::Choice => one.wider(other),
        }
    }
}

impl Reducer<'_> {
    /// Takes casts from values that the server brings to one type: where they
    /// take it on without being told to, or one of them says so for all.
    pub(super) fn unify(&self, mut values: Vec<Expr>, purpose: For) -> Vec<Expr> {
        let kinds: Option<Vec<Kind>> = values.iter().map(|value| self.kind(value)).collect();
        let Some(kinds) = kinds else { return values };
        if values.iter().any(|value| !is_null(value)) {
            for value in values.iter_mut().filter(|value| is_null(value)) {
                *value = Expr::Null;
            }
        }
        let are_all = |is: fn(&Kind) -> bool| {
            kinds.iter().any(is) && kinds.iter().all(|kind| is(kind) || *kind == Kind::Unknown)
        };
        if are_all(Kind::is_number) || are_all(Kind::is_moment) {
            self.unify_ladder(values, &kinds, purpose)
        } else {
            self.unify_others(values)
        }
    }

    /// Numbers, or moments: those of one kind become those of a wider one by
    /// themselves.
    fn unify_ladder(&self, values: Vec<Expr>, kinds: &[Kind], purpose: For) -> Vec<Expr> {
        let widest = |kinds: &mut dyn Iterator<Item = Kind>| {
            kinds
                .filter(|kind| *kind != Kind::Unknown)
                .reduce(|one, other| purpose.common(&one, &other).unwrap_or(one))
        };
        let Some(target) = widest(&mut kinds.iter().cloned()) else { return values };
        let Some(ty) = target.plain_type() else { return values };
        let mut inner: Vec<Expr> = values
            .into_iter()
            .map(|value| match value {
                Expr::String(text) if target.is_number() => {
                    self.bare(string_cast(text, target.clone(), ty.clone()))
                }
                Expr::String(text) => literal::typed(text, &target),
                value => self.bare(value),
            })
            .collect();
        // Where nothing else has the type, the first literal says it for all.
        let is_typed = |value: &Expr| is_literal(value) && self.kind(value).as_ref() == Some(&target);
        let mut others = inner.iter().filter(|value| !is_typed(value)).filter_map(|value| self.kind(value));
        let is_said = widest(&mut others).as_ref() != Some(&target);
        let carrier = inner.iter().position(|value| matches!(value, Expr::String(_)) || is_typed(value));
        for (at, value) in inner.iter_mut().enumerate() {
            if is_typed(value) {
                *value = self.as_value_of(mem::replace(value, Expr::Null), &target);
            }
            if is_said && Some(at) == carrier {
                *value = Expr::cast(mem::replace(value, Expr::Null), ty.clone());
            }
        }
        let natural = widest(&mut inner.iter().filter_map(|value| self.kind(value)));
        if natural.as_ref() != Some(&target) {
            let is_other =
                |value: &Expr| self.kind(value).is_some_and(|kind| kind != target && kind != Kind::Unknown);
            // What is no literal says it best.
            let best =
                inner.iter().position(|value| is_other(value) && !is_number(value) && !is_literal(value));
            if let Some(at) = best.or_else(|| inner.iter().position(is_other)) {
                let value = mem::replace(&mut inner[at], Expr::Null);
                inner[at] = Expr::cast(value, ty);
            }
        }
        inner
    }

    /// A value without casts that widen it. Literals keep theirs.
    fn bare(&self, mut value: Expr) -> Expr {
        while let Expr::Cast { ref ty, .. } = value {
            let kind = Kind::of(ty);
            let bare = self.without_cast(value.clone(), &kind);
            if bare == value {
                break;
            }
            value = bare;
        }
        value
    }

    /// Values of which each takes on the type of the others.
    fn unify_others(&self, mut values: Vec<Expr>) -> Vec<Expr> {
        if values.iter().all(is_literal) {
            return self.unify_literals(values);
        }
        for at in 0..values.len() {
            let others =
                values.iter().enumerate().filter(|(other, value)| *other != at && !is_literal(value));
            let Some(kind) =
                others.filter_map(|(_, value)| self.kind(value)).find(|kind| *kind != Kind::Unknown)
            else {
                continue;
            };
            let value = mem::replace(&mut values[at], Expr::Null);
            values[at] = match self.as_value_of(value, &kind) {
                value @ Expr::Cast { .. } => self.without_cast(value, &kind),
                value => value,
            };
        }
        values
    }

    /// Literals: the first one says the type for all.
    fn unify_literals(&self, mut values: Vec<Expr>) -> Vec<Expr> {
        let mut types = values.iter().filter_map(|value| match value {
            Expr::Cast { ty, .. } => Some(ty.clone()),
            _ => None,
        });
        let Some(ty) = types.next() else { return values };
        if has_modifier(&ty) || types.any(|other| other != ty) {
            return values;
        }
        let kind = Kind::of(&ty);
        values = values.into_iter().map(|value| self.as_value_of(value, &kind)).collect();
        if let Some(first) = values.iter_mut().find(|value| matches!(value, Expr::String(_))) {
            *first = Expr::cast(mem::replace(first, Expr::Null), ty);
        }
        values
    }
}

/// Whether it is NULL, of whatever type.
fn is_null(expr: &Expr) -> bool {
    match expr {
        Expr::Null => true,
        Expr::Cast { operand, .. } => **operand == Expr::Null,
        _ => false,
    }
}
