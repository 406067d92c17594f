//! Portable statements and queries to MySQL's.
//!
//! A statement is read clause by clause; what has no place in the grammar here
//! is refused. Expressions go through their trees, but for the literals of
//! VALUES, which may be millions.

mod change;
mod cursor;
mod name;
mod query;

use std::fmt;

use retort_core::{
    backend::BackendError,
    expression::{Dialect, Expr, is_reserved, parse_at, write},
    sql::{Token, TokenKind},
};

use super::{Context, dialect::DIALECT};
use crate::syntax::SYNTAX;
use cursor::Cursor;

type Result<T> = std::result::Result<T, BackendError>;

/// How deep queries may nest in each other.
const MAX_DEPTH: usize = 40;

impl Context<'_> {
    /// Translates a portable INSERT, UPDATE or DELETE.
    ///
    /// # Errors
    ///
    /// Fails as [unsupported] with what MySQL lacks, or understands in another
    /// way.
    ///
    /// [unsupported]: retort_core::backend::BackendErrorKind::Unsupported
    pub(crate) fn translate_dml(self, sql: &str) -> Result<String> {
        let mut translator = Translator::new(sql, self.value());
        translator.change()?;
        translator.finish()
    }

    /// Translates a portable query.
    ///
    /// # Errors
    ///
    /// As [`Self::translate_dml`].
    pub(crate) fn translate_query(self, sql: &str) -> Result<String> {
        let mut translator = Translator::new(sql, self.value());
        translator.query(Names::Matter)?;
        // What views may have behind their query.
        for scope in ["LOCAL", "CASCADED"] {
            translator.accept(&["WITH", scope, "CHECK", "OPTION"]);
        }
        translator.finish()
    }

    /// Translates a query within an expression.
    pub(super) fn translate_subquery(self, sql: &str) -> Result<String> {
        let mut translator = Translator::new(sql, self.value());
        translator.query(Names::DontMatter)?;
        translator.finish()
    }
}

/// Whether somebody may use the names of a query's columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    Matter,
    DontMatter,
}

struct Translator<'a> {
    context: Context<'a>,
    cursor: Cursor<'a>,
    out: String,
}

impl<'a> Translator<'a> {
    fn new(text: &'a str, context: Context<'a>) -> Self {
        // Most of a long statement stays as it is.
        Self { context, cursor: Cursor::new(text), out: String::with_capacity(text.len()) }
    }

    fn finish(mut self) -> Result<String> {
        self.cursor.skip_text(";");
        match self.cursor.peek() {
            None => Ok(self.out),
            Some(_) => Err(self.unexpected()),
        }
    }

    /// Goes into something that nests.
    fn enter(&mut self) -> Result<()> {
        self.context.depth += 1;
        if self.context.depth > MAX_DEPTH {
            return Err(self.lacks("queries that are nested so deeply"));
        }
        Ok(())
    }

    fn leave(&mut self) {
        self.context.depth -= 1;
    }

    /// Writes words, with a space in front of them.
    fn push(&mut self, words: &str) {
        if !(self.out.is_empty() || self.out.ends_with('(')) {
            self.out.push(' ');
        }
        self.out.push_str(words);
    }

    /// Passes these words if they come next, and writes them.
    fn accept(&mut self, words: &[&str]) -> bool {
        let is_next = self.cursor.words_at(0, words);
        if is_next {
            self.cursor.skip(words.len());
            for word in words {
                self.push(word);
            }
        }
        is_next
    }

    fn expect(&mut self, words: &[&str]) -> Result<()> {
        if self.accept(words) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Passes a punctuation mark that stands behind something.
    fn expect_mark(&mut self, mark: &str) -> Result<()> {
        if !self.cursor.skip_text(mark) {
            return Err(self.unexpected());
        }
        self.out.push_str(mark);
        Ok(())
    }

    /// Passes a comma if one comes next, and writes it.
    fn comma(&mut self) -> bool {
        let is_next = self.cursor.skip_text(",");
        if is_next {
            self.out.push(',');
        }
        is_next
    }

    fn open(&mut self) -> Result<()> {
        if !self.cursor.skip_text("(") {
            return Err(self.unexpected());
        }
        self.push("(");
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        self.expect_mark(")")
    }

    /// Passes one identifier.
    fn read_name(&mut self) -> Result<String> {
        let Some(token) = self.cursor.peek().cloned() else { return Err(self.unexpected()) };
        let written = self.cursor.slice(&token);
        let name = match token.kind {
            TokenKind::Word if !is_reserved(written) => written.to_ascii_lowercase(),
            TokenKind::QuotedIdentifier if token.terminated && written.len() > 2 => {
                written[1..written.len() - 1].replace("\"\"", "\"")
            }
            _ => return Err(self.unexpected()),
        };
        self.cursor.skip(1);
        Ok(name)
    }

    /// Passes one identifier, and writes it.
    fn name(&mut self) -> Result<String> {
        let name = self.read_name()?;
        self.push(&SYNTAX.quote_identifier(&name));
        Ok(name)
    }

    /// Passes the name of a table, perhaps with a namespace.
    fn relation(&mut self) -> Result<String> {
        if self.cursor.words_at(0, &["ONLY"]) {
            return Err(self.lacks("ONLY"));
        }
        let mut name = self.name()?;
        if self.cursor.text_at(0) == Some(".") {
            self.cursor.skip(1);
            self.out.push('.');
            name = self.read_name()?;
            self.out.push_str(&SYNTAX.quote_identifier(&name));
        }
        Ok(name)
    }

    /// Passes identifiers in parentheses.
    fn names(&mut self) -> Result<()> {
        self.open()?;
        self.name()?;
        while self.comma() {
            self.name()?;
        }
        self.close()
    }

    /// Whether the word that comes next can be a name without AS.
    fn at_alias(&mut self) -> bool {
        match self.cursor.peek().cloned() {
            Some(Token { kind: TokenKind::QuotedIdentifier, .. }) => true,
            Some(token @ Token { kind: TokenKind::Word, .. }) => {
                let word = self.cursor.slice(&token);
                !is_reserved(word) && !word.eq_ignore_ascii_case("set")
            }
            _ => false,
        }
    }

    /// Passes another name for what has been written, if there is one.
    fn alias(&mut self) -> Result<Option<String>> {
        let has_word = self.cursor.skip_word("AS");
        if !has_word && !self.at_alias() {
            return Ok(None);
        }
        self.push("AS");
        self.name().map(Some)
    }

    /// Reads an expression, which is not written yet.
    fn read_expression(&mut self) -> Result<Expr> {
        let parsed = parse_at(self.cursor.text(), self.cursor.position(), &Dialect::PORTABLE);
        let (expr, end) = parsed.map_err(|error| self.cannot(&error).at_offset(error.offset))?;
        self.cursor.seek(end);
        Ok(expr)
    }

    fn write_expression(&mut self, expr: Expr) -> Result<()> {
        let translated = self.context.translate_tree(expr)?;
        self.push(&write(&translated, &DIALECT));
        Ok(())
    }

    fn expression(&mut self) -> Result<()> {
        let expr = self.read_expression()?;
        self.write_expression(expr)
    }

    fn lacks(&self, what: &str) -> BackendError {
        self.context.lacks(what)
    }

    fn unexpected(&mut self) -> BackendError {
        let offset = self.cursor.position();
        let what = match self.cursor.peek().cloned() {
            None => "it ends too early".to_owned(),
            Some(token) if !token.terminated => "a literal or comment has no end".to_owned(),
            Some(token) => format!("unexpected `{}`", self.cursor.slice(&token)),
        };
        self.cannot(what).at_offset(offset)
    }

    fn cannot(&self, why: impl fmt::Display) -> BackendError {
        let product = self.context.product();
        BackendError::unsupported(format!("the statement cannot be translated to {product}: {why}"))
    }
}
