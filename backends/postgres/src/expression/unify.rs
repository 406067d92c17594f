//! Values that the server brings to one type: operands, branches, lists.

use std::mem;

use retort_core::{expression::Expr, schema::Type};

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
    /// One of them is the result.
    Choice,
    /// The first one is compared with the others.
    List,
}

impl For {
    fn common(self, one: &Kind, other: &Kind) -> Option<Kind> {
        match self {
            Self::Operator if one.is_number() => one.common(other),
            Self::Operator | Self::Choice | Self::List => one.wider(other),
        }
    }
}

impl Reducer<'_> {
    /// Takes casts from values that the server brings to one type: where they
    /// take it on without being told to, or one of them says so for all.
    pub(super) fn unify(&self, mut values: Vec<Expr>, purpose: For) -> Vec<Expr> {
        let kinds: Option<Vec<Kind>> = values.iter().map(|value| self.kind(value)).collect();
        let Some(kinds) = kinds else {
            return values.into_iter().map(|value| self.plain_text(value)).collect();
        };
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
        } else if are_all(Kind::is_text) {
            self.unify_texts(values, &kinds, purpose)
        } else {
            let values = values.into_iter().map(|value| self.plain_text(value)).collect();
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
                    self.bare(string_cast(text, target.clone(), ty.clone()), &target)
                }
                Expr::String(text) => literal::typed(text, &target),
                value => self.bare(value, &target),
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

    /// A value without casts that widen it on its way to the type. Literals keep
    /// theirs.
    fn bare(&self, mut value: Expr, target: &Kind) -> Expr {
        while let Expr::Cast { ref ty, .. } = value {
            let kind = Kind::of(ty);
            // What goes through `real` loses digits.
            if kind == Kind::Real && *target != Kind::Real {
                break;
            }
            let bare = self.without_cast(value.clone(), &kind);
            if bare == value {
                break;
            }
            value = bare;
        }
        value
    }

    /// Texts, which are compared with or without the spaces at their ends.
    fn unify_texts(&self, values: Vec<Expr>, kinds: &[Kind], purpose: For) -> Vec<Expr> {
        let mut bare: Vec<Expr> = values.into_iter().map(|value| self.bare_text(value)).collect();
        let inner: Vec<Kind> = bare.iter().map(|value| self.kind(value).unwrap_or(Kind::Unknown)).collect();
        let (target, natural) = (text_kind(kinds, purpose), text_kind(&inner, purpose));
        if natural == target {
            return bare;
        }
        let first_known = inner.iter().position(|kind| *kind != Kind::Unknown).unwrap_or(0);
        let carriers: Vec<usize> = match (purpose, &target) {
            (For::Choice | For::List, _) => vec![first_known],
            // A text that is not padded makes all others so.
            (For::Operator, Kind::Char) => {
                let texts = (0..inner.len()).filter(|at| inner[*at] == Kind::Text);
                let first = (!inner.contains(&Kind::Char)).then_some(first_known);
                first.into_iter().chain(texts.filter(|at| Some(*at) != first)).collect()
            }
            (For::Operator, _) => inner.iter().position(|kind| *kind == Kind::Char).into_iter().collect(),
        };
        for at in carriers {
            let ty = match target {
                Kind::Char => Type::Native("bpchar".to_owned()),
                Kind::VarChar => Type::VarChar(None),
                _ => Type::Text,
            };
            bare[at] = Expr::cast(mem::replace(&mut bare[at], Expr::Null), ty);
        }
        bare
    }

    /// A text without casts from another kind of text.
    fn bare_text(&self, mut value: Expr) -> Expr {
        while let Expr::Cast { operand, ty } = &value {
            let from = self.kind(operand).is_some_and(|kind| kind.is_text() || kind == Kind::Unknown);
            if !from || !Kind::of(ty).is_text() || has_modifier(ty) {
                break;
            }
            value = (**operand).clone();
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

/// The kind that texts take on.
fn text_kind(kinds: &[Kind], purpose: For) -> Kind {
    let mut known = kinds.iter().filter(|kind| **kind != Kind::Unknown);
    match purpose {
        // The first one says it for all.
        For::Choice => known.next().cloned().unwrap_or(Kind::Text),
        For::List if known.next() == Some(&Kind::Char) => Kind::Char,
        For::List => Kind::Text,
        For::Operator if kinds.contains(&Kind::Char) && !kinds.contains(&Kind::Text) => Kind::Char,
        For::Operator => Kind::Text,
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
