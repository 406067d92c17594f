//! What INSERT, UPDATE and DELETE have around their expressions.

use retort_core::{backend::BackendError, sql::TokenKind};

use super::{Piece, PieceKind, Scope, Translator, instead, lacks};

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Insert,
    Update,
    Delete,
}

impl Translator<'_> {
    /// Reads a word that has a place in a statement of its own. Says whether it
    /// was one.
    ///
    /// # Errors
    ///
    /// Fails with what SQLite lacks.
    pub(super) fn statement_word(&mut self, upper: &str) -> Result<bool, BackendError> {
        if self.scope != Scope::Statement {
            return Ok(false);
        }
        let is_outermost = self.frames.is_empty();
        match (upper, self.verb) {
            ("INSERT", None) if is_outermost => self.begin(Verb::Insert, &["INTO"]),
            ("UPDATE", None) if is_outermost => self.begin(Verb::Update, &[]),
            ("DELETE", None) if is_outermost => self.begin(Verb::Delete, &["FROM"]),
            ("INSERT" | "UPDATE" | "DELETE" | "MERGE", _)
                if !is_outermost && self.inside().is_empty() && !self.is_next(",") && !self.is_next(")") =>
            {
                Err(lacks("changing rows in WITH"))
            }
            ("OVERRIDING", Some(Verb::Insert)) if is_outermost && self.next_word_is("SYSTEM") => {
                // SQLite never overrides a value that is given.
                self.at += 3;
                Ok(true)
            }
            ("OVERRIDING", Some(Verb::Insert)) if is_outermost => Err(lacks("OVERRIDING USER VALUE")),
            ("DEFAULT", _) if self.next_word_is("VALUES") => Ok(false),
            ("DEFAULT", _) if self.begins_operand() => {
                Err(instead("DEFAULT as a value", "leave the column out, or write its default"))
            }
            ("ON", Some(Verb::Insert)) if is_outermost && self.next_word_is("CONFLICT") => self.on_conflict(),
            ("USING", Some(Verb::Delete)) if is_outermost => Err(lacks("DELETE with USING")),
            ("CURRENT", _) if self.next_word_is("OF") => Err(lacks("WHERE CURRENT OF")),
            _ => Ok(false),
        }
    }

    /// The beginning up to the table, its alias included.
    fn begin(&mut self, verb: Verb, words: &[&str]) -> Result<bool, BackendError> {
        self.verb = Some(verb);
        self.push(PieceKind::Keyword, self.here())?;
        for word in words {
            if self.word_is(word) {
                self.push(PieceKind::Keyword, self.here())?;
            }
        }
        if self.word_is("ONLY") && !self.is_next("SET") {
            if self.is_next("(") {
                return Err(lacks("ONLY (…)"));
            }
            // No table of SQLite has others that inherit from it.
            self.at += 1;
        }
        self.push(PieceKind::Name, self.here())?;
        while self.here() == "." {
            self.push(PieceKind::Dot, self.here())?;
            self.push(PieceKind::Name, self.here())?;
        }
        if self.here() == "*" && verb != Verb::Insert {
            return Err(lacks("`*` behind the name of a table"));
        }
        if self.word_is("AS") {
            self.push(PieceKind::Keyword, self.here())?;
            self.push(PieceKind::Name, self.here())?;
        } else if verb != Verb::Insert && self.is_alias() {
            // Here SQLite needs the word.
            self.insert(PieceKind::Keyword, "AS");
            self.push(PieceKind::Name, self.here())?;
        }
        Ok(true)
    }

    /// Whether the token behind the table of a statement is another name for it.
    fn is_alias(&self) -> bool {
        let clauses = ["SET", "USING", "FROM", "WHERE", "RETURNING"];
        match self.tokens.get(self.at).map(|token| token.kind) {
            Some(TokenKind::QuotedIdentifier) => true,
            Some(TokenKind::Word) => !clauses.iter().any(|clause| self.word_is(clause)),
            _ => false,
        }
    }

    /// `ON CONFLICT`, which SQLite would take for the ON of a join if it followed
    /// a FROM.
    fn on_conflict(&mut self) -> Result<bool, BackendError> {
        if self.ahead(2).eq_ignore_ascii_case("ON") {
            return Err(instead("ON CONFLICT ON CONSTRAINT", "name the columns"));
        }
        let is = |piece: &Piece<'_>, words: &[&str]| {
            piece.kind == PieceKind::Keyword && words.iter().any(|word| piece.text.eq_ignore_ascii_case(word))
        };
        let last_clause = self.pieces.iter().rev().find(|piece| {
            is(piece, &["SELECT", "FROM", "VALUES", "WHERE", "GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT"])
        });
        if last_clause.is_some_and(|clause| is(clause, &["FROM"])) {
            self.insert(PieceKind::Keyword, "WHERE true");
        }
        self.push(PieceKind::Keyword, self.here())?;
        self.push(PieceKind::Keyword, self.here())?;
        Ok(true)
    }

    /// Refuses a parenthesis around all that an INSERT inserts.
    pub(super) fn refuse_query_of_insert(&self) -> Result<(), BackendError> {
        let begins_query = ["SELECT", "VALUES", "WITH"].iter().any(|word| self.next_word_is(word));
        if self.verb == Some(Verb::Insert) && self.frames.is_empty() && begins_query && !self.begins_operand()
        {
            return Err(instead("parentheses around the query of an INSERT", "leave them out"));
        }
        Ok(())
    }

    /// Adds a piece that has no token.
    fn insert(&mut self, kind: PieceKind, text: &'static str) {
        self.pieces.push(Piece { kind, gap: " ".into(), text: text.into(), is_moment: false });
    }
}
