//! Clauses of queries that SQLite lacks or writes in another way.

use retort_core::{
    backend::BackendError,
    sql::{Token, TokenKind},
};

use super::{Piece, PieceKind, Scope, Translator, instead, lacks};

impl<'a> Translator<'a> {
    /// Refuses a word that begins what SQLite lacks. Says whether it has read the
    /// word.
    ///
    /// # Errors
    ///
    /// Fails with what SQLite lacks.
    pub(super) fn clause_word(&mut self, upper: &str) -> Result<bool, BackendError> {
        let next = self.ahead(1).to_ascii_uppercase();
        let after_operand = !self.begins_operand();
        match (upper, next.as_str()) {
            ("FETCH", "FIRST" | "NEXT") if after_operand => Err(instead("FETCH FIRST", "write LIMIT")),
            ("FOR", "UPDATE" | "SHARE" | "NO" | "KEY") if !self.is_in("substring") => {
                Err(lacks(&format!("FOR {next}")))
            }
            ("LIMIT", "ALL") => Err(instead("LIMIT ALL", "leave it out")),
            ("OFFSET", _) if after_operand && !self.is_limited() => {
                Err(instead("OFFSET without LIMIT", "write LIMIT before it"))
            }
            ("DISTINCT", "ON") => Err(lacks("DISTINCT ON")),
            ("TABLESAMPLE", _) if after_operand && self.ahead(2) == "(" => Err(lacks("TABLESAMPLE")),
            ("WITHIN", "GROUP") => Err(lacks("WITHIN GROUP")),
            ("GROUPING", "SETS") => Err(lacks("GROUPING SETS")),
            ("UNION" | "INTERSECT" | "EXCEPT", _) => self.set_operation(upper, &next),
            _ => Ok(false),
        }
    }

    /// Whether the current word is another name for what precedes it.
    pub(super) fn is_label(&self) -> bool {
        let is_hint = self.word_is("NOT") && self.next_word_is("MATERIALIZED");
        let follows_as = self
            .inside()
            .last()
            .is_some_and(|piece| piece.kind == PieceKind::Keyword && piece.text.eq_ignore_ascii_case("AS"));
        follows_as && !is_hint
    }

    /// Whether a LIMIT stands in the innermost query so far.
    fn is_limited(&self) -> bool {
        let clauses = self.inside().iter().rev().filter(|piece| piece.kind == PieceKind::Keyword);
        clauses
            .take_while(|piece| !piece.text.eq_ignore_ascii_case("SELECT"))
            .any(|piece| piece.text.eq_ignore_ascii_case("LIMIT"))
    }

    fn set_operation(&mut self, upper: &str, next: &str) -> Result<bool, BackendError> {
        if next == "DISTINCT" || (next == "ALL" && upper != "UNION") {
            return Err(lacks(&format!("{upper} {next}")));
        }
        let operand = if next == "ALL" { self.ahead(2) } else { self.ahead(1) };
        let is_parenthesized = match self.inside() {
            [whole] => whole.text.starts_with('('),
            _ => false,
        };
        if operand == "(" || is_parenthesized {
            return Err(lacks(&format!("parentheses around a part of {upper}")));
        }
        Ok(false)
    }

    /// Whether the parenthesis behind a word does not open arguments: `FILTER
    /// (…)`, or `name (columns) AS (…)` behind `WITH`.
    pub(super) fn is_keyword_call(&self, word: &str) -> bool {
        if self.scope == Scope::Expression {
            return false;
        }
        if ["FILTER", "MATERIALIZED"].iter().any(|clause| clause.eq_ignore_ascii_case(word)) {
            return true;
        }
        let may_be_named = self.inside().last().is_some_and(|piece| match piece.kind {
            PieceKind::Comma => true,
            PieceKind::Keyword | PieceKind::Name => {
                ["WITH", "RECURSIVE"].iter().any(|word| piece.text.eq_ignore_ascii_case(word))
            }
            PieceKind::String(_) | PieceKind::Operand | PieceKind::Operator | PieceKind::Dot => false,
        });
        may_be_named
            && self.closing().is_some_and(|close| {
                let behind = |ahead: usize| self.ahead(close + ahead).to_ascii_lowercase();
                behind(1) == "as" && ["(", "not", "materialized"].contains(&behind(2).as_str())
            })
    }

    /// How far on the parenthesis closes that opens behind the current token.
    fn closing(&self) -> Option<usize> {
        let mut depth = 0_usize;
        let close = self.tokens.get(self.at + 1..)?.iter().position(|token| {
            match self.slice(token) {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            depth == 0
        })?;
        Some(close + 1)
    }

    /// Whether the current name stands for what precedes it and the parenthesis
    /// behind it names the columns: `(VALUES (1)) AS name (column)`.
    pub(super) fn names_columns(&self) -> bool {
        let operand = match self.inside() {
            [.., operand, word] if word.text.eq_ignore_ascii_case("AS") => operand,
            [.., operand] => operand,
            [] => return false,
        };
        self.scope != Scope::Expression && operand.kind.ends_operand()
    }

    /// Names the columns of a derived table, for which SQLite needs a WITH.
    pub(super) fn column_names(&mut self, name: &Token) -> Result<(), BackendError> {
        let close = self.closing().and_then(|close| self.tokens.get(self.at + close).cloned());
        let is_name = |token: &Token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier);
        let has_as = self.inside().last().is_some_and(|piece| piece.text.eq_ignore_ascii_case("AS"));
        let derived = self.pieces.len().checked_sub(if has_as { 2 } else { 1 });
        let derived =
            derived.and_then(|at| self.pieces.get_mut(at)).filter(|piece| piece.text.starts_with('('));
        let (Some(close), Some(Piece { text, .. })) = (close, derived) else {
            return Err(lacks("names for the columns of a table"));
        };
        let name = &self.text[name.span.clone()];
        let open = self.tokens.get(self.at + 1).map_or(close.span.start, |open| open.span.start);
        let columns = &self.text[open..close.span.end];
        *text = format!("(WITH {name}{columns} AS {text} SELECT * FROM {name})").into();
        self.push(PieceKind::Name, name)?;
        while self.tokens.get(self.at).is_some_and(|token| token.span.end < close.span.end) {
            let here = self.tokens.get(self.at);
            let is_list = here.is_some_and(|token| is_name(token) || matches!(self.slice(token), "(" | ","));
            if !is_list {
                return Err(lacks("types for the columns of a table"));
            }
            self.at += 1;
        }
        self.at += 1;
        Ok(())
    }
}
