//! Casts in a translation: `CAST(x AS type)` and `x::type`.

use retort_core::backend::BackendError;

use super::{Piece, PieceKind, Translator, join, lacks};
use crate::{
    cursor::unquote,
    expression::cast::{self, Operand},
};

impl Translator<'_> {
    /// The `AS type)` of a `CAST(`.
    pub(super) fn close_cast(&mut self) -> Result<(), BackendError> {
        self.at += 1;
        let ty = self.parse_type()?;
        if self.tokens.get(self.at).is_none_or(|token| self.slice(token) != ")") {
            return Err(lacks(&format!("casts to `{ty}` with more behind it")));
        }
        let Some(frame) = self.frames.pop() else { return Err(lacks("AS")) };
        let mut inside = self.pieces.split_off(frame.first);
        let operand = match inside.pop() {
            Some(Piece { kind: PieceKind::String(value), .. }) if inside.is_empty() => Operand::String(value),
            last => {
                inside.extend(last);
                Operand::Other(join(&inside))
            }
        };
        let sql = cast::cast(operand, &ty)?;
        self.pieces.push(Piece {
            kind: kind_of_cast(&sql),
            gap: frame.gap,
            text: sql.into(),
            is_moment: false,
        });
        self.at += 1;
        self.mark_moment(cast::is_moment(&ty))
    }

    /// `::type` behind an operand.
    pub(super) fn postfix_cast(&mut self) -> Result<(), BackendError> {
        self.at += 2;
        let ty = self.parse_type()?;
        let first = self.path_start_of_last();
        let operand = self.pieces.split_off(first);
        let (gap, operand) = match operand.as_slice() {
            [Piece { kind: PieceKind::String(value), gap, .. }] => {
                (gap.clone(), Operand::String(value.clone()))
            }
            [head, .., Piece { kind: PieceKind::Name, .. }]
            | [head @ Piece { kind: PieceKind::Name | PieceKind::Operand, .. }] => {
                if head.text.eq_ignore_ascii_case("end") {
                    return Err(lacks("`::` behind CASE … END without parentheses"));
                }
                (head.gap.clone(), Operand::Other(join(&operand)))
            }
            _ => return Err(lacks("`::` without an operand")),
        };
        let sql = cast::cast(operand, &ty)?;
        self.pieces.push(Piece { kind: kind_of_cast(&sql), gap, text: sql.into(), is_moment: false });
        self.mark_moment(cast::is_moment(&ty))
    }

    /// Reads the name of a type with its size.
    fn parse_type(&mut self) -> Result<String, BackendError> {
        let Some(first) = self.tokens.get(self.at).cloned() else {
            return Err(lacks("a cast without a type"));
        };
        let mut ty = self.slice(&first).to_owned();
        self.at += 1;
        let follows: &[&str] = match ty.to_ascii_uppercase().as_str() {
            "DOUBLE" => &["PRECISION"],
            "CHARACTER" | "CHAR" | "BIT" => &["VARYING"],
            "NATIONAL" => &["CHARACTER", "CHAR", "VARYING"],
            "VARYING" | "NATIVE" => &["CHARACTER"],
            _ => &[],
        };
        self.type_words(&mut ty, follows);
        if self.tokens.get(self.at).is_some_and(|token| self.slice(token) == "(") {
            while let Some(token) = self.tokens.get(self.at) {
                let part = self.slice(token);
                ty.push_str(part);
                self.at += 1;
                if part == ")" {
                    break;
                }
            }
        }
        let first_word = ty.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if ["TIME", "TIMESTAMP"].iter().any(|word| word.eq_ignore_ascii_case(first_word))
            && (self.word_is("WITH") || self.word_is("WITHOUT"))
        {
            self.type_words(&mut ty, &["WITH", "WITHOUT", "TIME", "ZONE"]);
        }
        match self.tokens.get(self.at).map(|token| self.slice(token)) {
            Some("[") => Err(lacks("arrays")),
            Some(".") => Err(lacks("types in namespaces")),
            _ => Ok(ty),
        }
    }

    fn type_words(&mut self, ty: &mut String, words: &[&str]) {
        while let Some(token) = self.tokens.get(self.at).cloned()
            && words.iter().any(|word| word.eq_ignore_ascii_case(self.slice(&token)))
        {
            ty.push(' ');
            ty.push_str(self.slice(&token));
            self.at += 1;
        }
    }

    /// Where the operand begins that the last piece ends.
    fn path_start_of_last(&self) -> usize {
        let least = self.frames.last().map_or(0, |frame| frame.first);
        let mut start = self.pieces.len().saturating_sub(1).max(least);
        while start >= least + 2
            && self.pieces[start - 1].kind == PieceKind::Dot
            && self.pieces[start - 2].kind == PieceKind::Name
        {
            start -= 2;
        }
        start
    }
}

/// The cast of a string may be a string again, which may be cast again.
pub(super) fn kind_of_cast(sql: &str) -> PieceKind {
    if sql.starts_with('\'') { PieceKind::String(unquote(sql)) } else { PieceKind::Operand }
}
