//! Looking around: at the tokens ahead and the pieces behind.

use retort_core::sql::Token;

use super::{Piece, PieceKind, Translator};

impl<'a> Translator<'a> {
    pub(super) fn slice(&self, token: &Token) -> &'a str {
        &self.text[token.span.clone()]
    }

    /// The text of the current token.
    pub(super) fn here(&self) -> &'a str {
        self.ahead(0)
    }

    /// The text of a token further on; empty behind the last one.
    pub(super) fn ahead(&self, count: usize) -> &'a str {
        self.tokens.get(self.at + count).map(|token| self.slice(token)).unwrap_or_default()
    }

    /// Whether this is the text of the next token.
    pub(super) fn is_next(&self, text: &str) -> bool {
        self.ahead(1) == text
    }

    pub(super) fn next_word_is(&self, word: &str) -> bool {
        self.ahead(1).eq_ignore_ascii_case(word)
    }

    pub(super) fn word_is(&self, word: &str) -> bool {
        self.here().eq_ignore_ascii_case(word)
    }

    /// Whether the innermost parenthesis opens the arguments of this function.
    pub(super) fn is_in(&self, function: &str) -> bool {
        let innermost = self.frames.last().and_then(|frame| frame.function.as_ref());
        innermost.is_some_and(|innermost| innermost.name.eq_ignore_ascii_case(function))
    }

    /// The pieces of the innermost parenthesis.
    pub(super) fn inside(&self) -> &[Piece<'a>] {
        &self.pieces[self.frames.last().map_or(0, |frame| frame.first)..]
    }

    pub(super) fn inside_mut(&mut self) -> &mut [Piece<'a>] {
        &mut self.pieces[self.frames.last().map_or(0, |frame| frame.first)..]
    }

    pub(super) fn begins_operand(&self) -> bool {
        !self.inside().last().is_some_and(|piece| piece.kind.ends_operand())
    }

    pub(super) fn after_dot(&self) -> bool {
        self.inside().last().is_some_and(|piece| piece.kind == PieceKind::Dot)
    }

    pub(super) fn follows_is(&self) -> bool {
        let mut words = self.inside().iter().rev().filter(|piece| !piece.text.eq_ignore_ascii_case("NOT"));
        words.next().is_some_and(|piece| piece.text.eq_ignore_ascii_case("IS"))
    }

    /// Where the path begins that goes on behind the last dot.
    pub(super) fn path_start(&self) -> usize {
        let least = self.frames.last().map_or(0, |frame| frame.first);
        let mut start = self.pieces.len();
        while start >= least + 2
            && self.pieces[start - 1].kind == PieceKind::Dot
            && self.pieces[start - 2].kind == PieceKind::Name
        {
            start -= 2;
        }
        start
    }
}
