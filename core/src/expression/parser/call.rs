//! Calls of functions, and what is written like one.

use super::{Parser, Result};
use crate::{
    expression::{
        Argument, Call, Expr, QueryKind, SortKey, TrimSide, Window, WindowSpec,
        words::{has_word, is_reserved},
    },
    schema::{Name, Type},
    sql::TokenKind,
};

/// Reserved words that are nevertheless names of functions.
const FUNCTION_WORDS: [&str; 5] = ["LEFT", "RIGHT", "OVERLAPS", "LIKE", "USER"];

impl Parser<'_> {
    /// What begins with an unquoted word and a parenthesis.
    pub(super) fn call_of_word(&mut self, upper: &str) -> Result<Expr> {
        match upper {
            "CAST" => {
                self.cursor.skip(2);
                let operand = self.expression(0)?;
                self.expect_word("AS")?;
                self.cast_to(operand)
            }
            "CONVERT" if self.dialect.word_operators => self.convert(),
            "EXTRACT" => self.extract(),
            "POSITION" => self.position(),
            "SUBSTRING" => self.substring(),
            "OVERLAY" => self.overlay(),
            "TRIM" => self.trim(),
            "ROW" => {
                self.cursor.skip(2);
                let list = match self.cursor.text_at(0) {
                    Some(")") => Vec::new(),
                    _ => self.list()?,
                };
                self.expect(")")?;
                Ok(Expr::Row(list))
            }
            "EXISTS" => self.query_behind(QueryKind::Exists),
            "ARRAY" => self.query_behind(QueryKind::Array),
            _ if is_reserved(upper) && !FUNCTION_WORDS.contains(&upper) => Err(self.unexpected()),
            _ => {
                let Some(word) = self.cursor.word_at(0) else { return Err(self.unexpected()) };
                self.cursor.next();
                // The names of functions have no case, whatever columns have.
                self.call(vec![Name::new(word.to_ascii_lowercase())])
            }
        }
    }

    /// A type and the parenthesis that closes.
    fn cast_to(&mut self, operand: Expr) -> Result<Expr> {
        let ty = self.type_name()?;
        self.expect(")")?;
        Ok(Expr::cast(operand, ty))
    }

    /// `CONVERT(a, type)`, `CONVERT(a USING charset)`
    fn convert(&mut self) -> Result<Expr> {
        self.cursor.skip(2);
        let operand = self.expression(0)?;
        if self.cursor.skip_text(",") {
            return self.cast_to(operand);
        }
        let suffix = self.suffix()?;
        self.expect(")")?;
        Ok(Expr::Call(Box::new(Call { suffix, ..Call::new("convert", [operand]) })))
    }

    fn query_behind(&mut self, kind: QueryKind) -> Result<Expr> {
        self.cursor.skip(2);
        let Some(sql) = self.query()? else { return Err(self.expected("SELECT")) };
        self.expect(")")?;
        Ok(Expr::Query { kind, sql })
    }

    fn extract(&mut self) -> Result<Expr> {
        self.cursor.skip(2);
        let field = match self.cursor.peek().cloned() {
            Some(token) if token.kind == TokenKind::String => {
                self.string()?.unwrap_or_default().to_ascii_lowercase()
            }
            _ => self.identifier()?.as_str().to_ascii_lowercase(),
        };
        self.expect_word("FROM")?;
        let operand = Box::new(self.expression(0)?);
        self.expect(")")?;
        Ok(Expr::Extract { field, operand })
    }

    fn position(&mut self) -> Result<Expr> {
        self.cursor.skip(2);
        // IN would be an operator.
        let least = self.dialect.precedence.pattern + 1;
        let needle = Box::new(self.expression(least)?);
        self.expect_word("IN")?;
        let haystack = Box::new(self.expression(least)?);
        self.expect(")")?;
        Ok(Expr::Position { needle, haystack })
    }

    /// `SUBSTRING(a FROM b FOR c)` is `substring(a, b, c)`.
    fn substring(&mut self) -> Result<Expr> {
        self.cursor.skip(2);
        let mut arguments = vec![self.expression(0)?];
        if self.cursor.text_at(0) == Some(",") {
            while self.cursor.skip_text(",") {
                arguments.push(self.expression(0)?);
            }
        } else if self.cursor.skip_word("FROM") {
            arguments.push(self.expression(0)?);
            if self.cursor.skip_word("FOR") {
                arguments.push(self.expression(0)?);
            }
        } else if self.cursor.skip_word("FOR") {
            arguments.push(Expr::Number("1".to_owned()));
            arguments.push(self.expression(0)?);
        }
        self.expect(")")?;
        Ok(Expr::call("substring", arguments))
    }

    /// `OVERLAY(a PLACING b FROM c FOR d)` is `overlay(a, b, c, d)`.
    fn overlay(&mut self) -> Result<Expr> {
        self.cursor.skip(2);
        let mut arguments = vec![self.expression(0)?];
        if self.cursor.skip_word("PLACING") {
            arguments.push(self.expression(0)?);
            self.expect_word("FROM")?;
            arguments.push(self.expression(0)?);
            if self.cursor.skip_word("FOR") {
                arguments.push(self.expression(0)?);
            }
        } else {
            while self.cursor.skip_text(",") {
                arguments.push(self.expression(0)?);
            }
        }
        self.expect(")")?;
        Ok(Expr::call("overlay", arguments))
    }

    fn trim(&mut self) -> Result<Expr> {
        self.cursor.skip(2);
        let side = match self.cursor.word_at(0).map(str::to_ascii_uppercase).as_deref() {
            Some("BOTH") => Some(TrimSide::Both),
            Some("LEADING") => Some(TrimSide::Leading),
            Some("TRAILING") => Some(TrimSide::Trailing),
            _ => None,
        };
        self.cursor.skip(usize::from(side.is_some()));
        let mut characters = None;
        if !self.cursor.words_at(0, &["FROM"]) {
            characters = Some(Box::new(self.expression(0)?));
        }
        let operand = match self.cursor.skip_word("FROM") {
            true => self.expression(0)?,
            false => match characters.take() {
                Some(operand) => *operand,
                None => return Err(self.unexpected()),
            },
        };
        let mut list = vec![operand];
        while self.cursor.skip_text(",") {
            list.push(self.expression(0)?);
        }
        self.expect(")")?;
        let side = side.unwrap_or(TrimSide::Both);
        if list.len() > 1 {
            let name = match side {
                TrimSide::Both => "btrim",
                TrimSide::Leading => "ltrim",
                TrimSide::Trailing => "rtrim",
            };
            return Ok(Expr::call(name, list));
        }
        Ok(match (side, characters, list.pop()) {
            (_, _, None) => return Err(self.unexpected()),
            (TrimSide::Leading, None, Some(operand)) => Expr::call("ltrim", [operand]),
            (TrimSide::Trailing, None, Some(operand)) => Expr::call("rtrim", [operand]),
            (_, characters, Some(operand)) => Expr::Trim { side, characters, operand: Box::new(operand) },
        })
    }

    /// The fields behind `INTERVAL '1'`, each with a space in front of it.
    pub(super) fn interval_fields(&mut self) -> String {
        const FIELDS: [&str; 7] = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "TO"];
        let mut fields = String::new();
        while let Some(word) = self.cursor.word_at(0)
            && has_word(&FIELDS, word)
        {
            fields.push(' ');
            fields.push_str(&word.to_ascii_lowercase());
            self.cursor.next();
        }
        fields
    }

    /// A call, from the parenthesis behind its name.
    pub(super) fn call(&mut self, name: Vec<Name>) -> Result<Expr> {
        self.expect("(")?;
        let mut call = Call { name, ..Call::new("", []) };
        call.distinct = self.cursor.skip_word("DISTINCT");
        if !call.distinct {
            self.cursor.skip_word("ALL");
        }
        if self.cursor.text_at(0) != Some(")") {
            call.arguments.push(self.argument()?);
            while self.cursor.skip_text(",") {
                call.arguments.push(self.argument()?);
            }
        }
        if self.cursor.words_at(0, &["ORDER", "BY"]) {
            call.order_by = self.order_by()?;
        }
        call.suffix = self.suffix()?;
        self.expect(")")?;
        if self.cursor.words_at(0, &["FILTER"]) && self.cursor.text_at(1) == Some("(") {
            self.cursor.skip(2);
            self.expect_word("WHERE")?;
            call.filter = Some(self.expression(0)?);
            self.expect(")")?;
        }
        if self.cursor.skip_word("OVER") {
            call.over = Some(self.window()?);
        }
        Ok(Expr::Call(Box::new(call)))
    }

    fn argument(&mut self) -> Result<Argument> {
        let mut argument = Argument::plain(Expr::Null);
        argument.variadic = self.cursor.skip_word("VARIADIC");
        let is_named = self.cursor.text_at(1) == Some("=")
            && self.cursor.text_at(2) == Some(">")
            && self.cursor.is_glued(2);
        if is_named {
            argument.name = Some(self.identifier()?);
            self.cursor.skip(2);
        }
        argument.value = match self.cursor.skip_text("*") {
            true => Expr::Wildcard(Vec::new()),
            false => self.expression(0)?,
        };
        Ok(argument)
    }

    /// What else is in the parentheses of a call.
    fn suffix(&mut self) -> Result<Option<String>> {
        const WORDS: [&str; 3] = ["USING", "SEPARATOR", "RETURNING"];
        let Some(first) = self.cursor.word_at(0).filter(|word| has_word(&WORDS, word)) else {
            return Ok(None);
        };
        self.cursor.next();
        let mut suffix = first.to_ascii_uppercase();
        suffix.push(' ');
        match suffix.as_str() {
            "USING " => suffix.push_str(&self.identifier()?.as_str().to_ascii_lowercase()),
            "RETURNING " => match self.type_name()? {
                Type::Native(text) => suffix.push_str(&text),
                ty => suffix.push_str(&ty.to_string()),
            },
            _ => {
                let text = self.string()?.unwrap_or_default();
                suffix.push_str(&self.dialect.syntax.quote_literal(&text));
            }
        }
        Ok(Some(suffix))
    }

    fn order_by(&mut self) -> Result<Vec<SortKey>> {
        self.cursor.skip(2);
        let mut keys = Vec::new();
        loop {
            let key = self.expression(0)?;
            let order = self.words_while(&["ASC", "DESC", "NULLS", "FIRST", "LAST"]);
            keys.push(SortKey { key, order });
            if !self.cursor.skip_text(",") {
                return Ok(keys);
            }
        }
    }

    /// The words that come next as long as they are among these, in upper case.
    fn words_while(&mut self, words: &[&str]) -> String {
        let mut found = Vec::new();
        while let Some(word) = self.cursor.word_at(0).filter(|word| has_word(words, word)) {
            found.push(word.to_ascii_uppercase());
            self.cursor.next();
        }
        found.join(" ")
    }

    fn window(&mut self) -> Result<Window> {
        if self.cursor.text_at(0) != Some("(") {
            return Ok(Window { base: Some(self.identifier()?), spec: None });
        }
        self.cursor.next();
        const CLAUSES: [&str; 5] = ["PARTITION", "ORDER", "ROWS", "RANGE", "GROUPS"];
        let mut spec = WindowSpec::default();
        let mut base = None;
        let begins_clause = self.cursor.word_at(0).is_some_and(|word| has_word(&CLAUSES, word));
        if self.cursor.text_at(0) != Some(")") && !begins_clause {
            base = Some(self.identifier()?);
        }
        if self.cursor.words_at(0, &["PARTITION", "BY"]) {
            self.cursor.skip(2);
            spec.partition_by = self.list()?;
        }
        if self.cursor.words_at(0, &["ORDER", "BY"]) {
            spec.order_by = self.order_by()?;
        }
        let mut frame = Vec::new();
        while let Some(token) = self.cursor.peek().cloned()
            && matches!(token.kind, TokenKind::Word | TokenKind::Number)
        {
            frame.push(self.cursor.slice(&token).to_ascii_uppercase());
            self.cursor.next();
        }
        spec.frame = frame.join(" ");
        self.expect(")")?;
        Ok(Window { base, spec: Some(spec) })
    }
}
