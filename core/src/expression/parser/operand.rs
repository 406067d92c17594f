//! What stands between operators.

use super::{ParseError, Parser, Result};
use crate::{
    expression::{
        Expr, QueryKind, UnaryOp,
        literal::{Escapes, value},
        words::{has_word, is_reserved},
    },
    schema::{Name, Type},
    sql::{IdentifierCase, Token, TokenKind},
};

impl Parser<'_> {
    /// Reads an operand, with the operators in front of it.
    pub(super) fn operand(&mut self) -> Result<Expr> {
        let Some(token) = self.cursor.peek().cloned() else { return Err(self.unexpected()) };
        if !token.terminated {
            return Err(self.unexpected());
        }
        match token.kind {
            TokenKind::Word => self.word(&token),
            TokenKind::QuotedIdentifier => self.name(),
            TokenKind::String | TokenKind::DollarString => {
                self.string().map(|value| Expr::String(value.unwrap_or_default()))
            }
            TokenKind::Number => self.number(&token),
            TokenKind::Parameter => {
                self.cursor.next();
                Ok(Expr::Parameter(self.cursor.slice(&token).to_owned()))
            }
            TokenKind::Punctuation => self.punctuation(&token),
            TokenKind::Whitespace
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::ConditionalOpen
            | TokenKind::ConditionalClose => Err(self.unexpected()),
        }
    }

    fn punctuation(&mut self, token: &Token) -> Result<Expr> {
        match self.cursor.slice(token) {
            "(" => self.parenthesis(),
            _ => self.prefix_operator(),
        }
    }

    fn prefix_operator(&mut self) -> Result<Expr> {
        let run = self.cursor.operator_run();
        let precedence = self.dialect.precedence;
        let op = match run.chars().next() {
            Some('-') => UnaryOp::Minus,
            Some('+') => UnaryOp::Plus,
            Some('~') if !run.starts_with("~~") => UnaryOp::BitNot,
            Some('!') if self.dialect.bang => {
                self.cursor.next();
                // It binds tighter than any operator.
                return Ok(Expr::not(self.expression(precedence.collate)?));
            }
            Some('!' | '@' | '#' | '|' | '?' | '&') if self.dialect.symbol_operators => {
                UnaryOp::Other(run.to_owned())
            }
            _ => return Err(self.unexpected()),
        };
        self.cursor.skip(op.sign().chars().count());
        let operand = Box::new(self.expression(op.level(&precedence) + 1)?);
        Ok(Expr::Unary { op, operand })
    }

    /// What begins with `(`: a row, a query, or an expression, perhaps with a
    /// field of it.
    fn parenthesis(&mut self) -> Result<Expr> {
        self.expect("(")?;
        if let Some(sql) = self.query()? {
            self.expect(")")?;
            return Ok(Expr::Query { kind: QueryKind::Plain, sql });
        }
        let mut list = self.list()?;
        self.expect(")")?;
        if list.len() > 1 {
            return Ok(Expr::Row(list));
        }
        let Some(mut expr) = list.pop() else { return Err(self.unexpected()) };
        // The parentheses are no part of the tree.
        self.height = self.height.saturating_sub(1);
        while self.cursor.text_at(0) == Some(".") {
            self.cursor.next();
            let field = self.identifier()?;
            expr = Expr::Field { operand: Box::new(expr), field };
            self.height += 1;
            self.check_height(self.height)?;
        }
        Ok(expr)
    }

    /// The text of the query that follows an open parenthesis, up to the one
    /// that closes, if it is a query: in one line and without comments.
    pub(super) fn query(&mut self) -> Result<Option<String>> {
        let is_query =
            self.cursor.word_at(0).is_some_and(|word| has_word(&["SELECT", "WITH", "VALUES"], word));
        if !is_query {
            return Ok(None);
        }
        let mut sql = String::new();
        let mut depth = 0_usize;
        loop {
            let Some(token) = self.cursor.peek().cloned() else { return Err(self.unexpected()) };
            if !token.terminated {
                return Err(self.unexpected());
            }
            if token.kind == TokenKind::Punctuation {
                match self.cursor.slice(&token) {
                    "(" => depth += 1,
                    ")" if depth == 0 => break,
                    ")" => depth -= 1,
                    _ => {}
                }
            }
            if !sql.is_empty() && token.span.start > self.cursor.end() {
                sql.push(' ');
            }
            sql.push_str(self.cursor.slice(&token));
            self.cursor.next();
        }
        Ok(Some(sql))
    }

    fn number(&mut self, token: &Token) -> Result<Expr> {
        self.cursor.next();
        let written = self.cursor.slice(token).to_ascii_lowercase();
        let error = |message: String| ParseError { offset: token.span.start, message };
        if self.dialect.introducers {
            let is_hex = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            if written.strip_prefix("0x").is_some_and(|digits| !digits.is_empty() && is_hex(digits)) {
                return Ok(Expr::Number(written));
            }
            if let Some(bits) = written.strip_prefix("0b")
                && !bits.is_empty()
                && bits.bytes().all(|byte| matches!(byte, b'0' | b'1'))
            {
                return Ok(Expr::Bits(bits.to_owned()));
            }
        }
        if !is_number(&written) {
            return Err(error(format!("`{written}` is no number")));
        }
        Ok(Expr::Number(written))
    }

    /// Reads a string and those that continue it. `None` stands for an empty
    /// one.
    pub(super) fn string(&mut self) -> Result<Option<String>> {
        let Some(token) = self.cursor.next() else { return Ok(None) };
        let mut text = self.string_value(&token)?;
        while let Some(next) = self.cursor.peek().cloned()
            && next.kind == TokenKind::String
            && next.terminated
            && !self.cursor.slice(&next).starts_with(['e', 'E'])
        {
            let between = &self.cursor.text()[self.cursor.end()..next.span.start];
            if !(self.dialect.strings_adjoin || between.contains(['\n', '\r'])) {
                return Err(self.unexpected());
            }
            self.cursor.next();
            text.push_str(&self.string_value(&next)?);
        }
        Ok(Some(text))
    }

    fn string_value(&self, token: &Token) -> Result<String> {
        let written = self.cursor.slice(token);
        if token.kind == TokenKind::DollarString {
            let tag = written[1..].find('$').map_or(0, |end| end + 2);
            return Ok(written.get(tag..written.len().saturating_sub(tag)).unwrap_or_default().to_owned());
        }
        let (quoted, escapes) = match written.strip_prefix(['e', 'E']) {
            Some(quoted) => (quoted, Escapes::Standard),
            None if self.dialect.syntax.backslash_escapes => (written, Escapes::Letters),
            None => (written, Escapes::None),
        };
        let quote = quoted.chars().next().unwrap_or('\'');
        let inside = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
        value(inside, quote, escapes).ok_or_else(|| ParseError {
            offset: token.span.start,
            message: format!("string {written} has an escape that is no character"),
        })
    }

    fn word(&mut self, token: &Token) -> Result<Expr> {
        let written = self.cursor.slice(token);
        let upper = written.to_ascii_uppercase();
        let next = self.cursor.peek_at(1).map(|next| next.kind);
        let is_glued = self.cursor.is_glued(1);
        if next == Some(TokenKind::String) && is_glued && self.begins_literal(&upper) {
            return self.prefixed_literal(token, &upper);
        }
        let is_call = self.cursor.text_at(1) == Some("(");
        match upper.as_str() {
            "NULL" => self.one_word(Expr::Null),
            "TRUE" => self.one_word(Expr::Boolean(true)),
            "FALSE" => self.one_word(Expr::Boolean(false)),
            "NOT" => {
                self.cursor.next();
                Ok(Expr::not(self.expression(self.dialect.precedence.not)?))
            }
            "CASE" => self.case(),
            "CURRENT_TIMESTAMP" | "CURRENT_TIME" | "LOCALTIMESTAMP" | "LOCALTIME" => self.moment(upper),
            "CURRENT_DATE" | "CURRENT_USER" | "SESSION_USER" | "CURRENT_ROLE" | "CURRENT_CATALOG"
            | "CURRENT_SCHEMA" | "USER" | "DEFAULT"
                if !is_call =>
            {
                self.one_word(Expr::Keyword { word: upper, precision: None })
            }
            "CURRENT_DATE" => {
                self.cursor.next();
                self.expect("(")?;
                self.expect(")")?;
                Ok(Expr::Keyword { word: upper, precision: None })
            }
            "ARRAY" if self.cursor.text_at(1) == Some("[") => {
                self.cursor.next();
                self.array()
            }
            "BINARY" if self.dialect.word_operators && !is_call => {
                self.cursor.next();
                let operand = self.expression(self.dialect.precedence.sign)?;
                Ok(Expr::cast(operand, Type::Native("binary".to_owned())))
            }
            "INTERVAL" if self.dialect.interval_units => self.interval(),
            "U" if is_glued && self.cursor.text_at(1) == Some("&") => Err(self.unexpected()),
            _ => match self.typed_literal(next)? {
                Some(literal) => Ok(literal),
                None if is_call => self.call_of_word(&upper),
                None if is_reserved(written) => Err(self.unexpected()),
                None => self.name(),
            },
        }
    }

    fn one_word(&mut self, expr: Expr) -> Result<Expr> {
        self.cursor.next();
        Ok(expr)
    }

    /// Whether a word glued to a string makes another literal of it.
    fn begins_literal(&self, upper: &str) -> bool {
        matches!(upper, "X" | "B" | "N") || (self.dialect.introducers && upper.starts_with('_'))
    }

    /// `x'00'`, `b'1'`, `n'text'`, `_utf8mb4'text'`
    fn prefixed_literal(&mut self, token: &Token, upper: &str) -> Result<Expr> {
        self.cursor.next();
        let text = self.string()?.unwrap_or_default();
        let error = |what: &str| {
            Err(ParseError { offset: token.span.start, message: format!("`{text}` is no {what}") })
        };
        match upper {
            "X" if text.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Ok(Expr::Hex(text.to_ascii_lowercase()))
            }
            "X" => error("hexadecimal number"),
            "B" if text.bytes().all(|byte| matches!(byte, b'0' | b'1')) => Ok(Expr::Bits(text)),
            "B" => error("binary number"),
            "N" => Ok(Expr::String(text)),
            _ => Ok(Expr::Introduced { charset: upper[1..].to_ascii_lowercase(), value: text }),
        }
    }

    /// A type in front of a string, if that is what comes.
    fn typed_literal(&mut self, next: Option<TokenKind>) -> Result<Option<Expr>> {
        let multiple = [
            ["DOUBLE", "PRECISION"].as_slice(),
            &["CHARACTER", "VARYING"],
            &["TIMESTAMP", "WITH", "TIME", "ZONE"],
            &["TIMESTAMP", "WITHOUT", "TIME", "ZONE"],
            &["TIME", "WITH", "TIME", "ZONE"],
            &["TIME", "WITHOUT", "TIME", "ZONE"],
        ];
        let words = match multiple.into_iter().find(|words| self.cursor.words_at(0, words)) {
            Some(words) => words.len(),
            None => 1,
        };
        let is_literal = match words {
            1 => {
                matches!(next, Some(TokenKind::String))
                    && self.cursor.word_at(0).is_some_and(|word| !is_reserved(word))
            }
            _ => self.cursor.peek_at(words).is_some_and(|token| token.kind == TokenKind::String),
        };
        // `TIMESTAMP(3) '…'`
        let has_precision = words == 1
            && self.cursor.word_at(0).is_some_and(|word| has_word(&["TIMESTAMP", "TIME", "INTERVAL"], word))
            && self.cursor.text_at(1) == Some("(")
            && self.cursor.text_at(3) == Some(")")
            && self.cursor.peek_at(4).is_some_and(|token| token.kind == TokenKind::String);
        if !is_literal && !has_precision {
            return Ok(None);
        }
        let mut ty = self.type_name()?;
        let text = self.string()?.unwrap_or_default();
        if ty == Type::Native("interval".to_owned()) {
            let fields = self.interval_fields();
            ty = Type::Native(format!("interval{fields}"));
        }
        Ok(Some(Expr::cast(Expr::String(text), ty)))
    }

    /// `INTERVAL 1 DAY`, from in front of the first word.
    fn interval(&mut self) -> Result<Expr> {
        self.cursor.next();
        let amount = Box::new(self.expression(0)?);
        let Some(unit) = self.cursor.word_at(0) else { return Err(self.unexpected()) };
        self.cursor.next();
        Ok(Expr::Interval { amount, unit: unit.to_ascii_lowercase() })
    }

    /// `CURRENT_TIMESTAMP`, with its precision or empty parentheses.
    fn moment(&mut self, word: String) -> Result<Expr> {
        self.cursor.next();
        let mut precision = None;
        if self.cursor.skip_text("(") {
            if let Some(digits) = self.cursor.text_at(0).and_then(|text| text.parse().ok()) {
                precision = Some(digits);
                self.cursor.next();
            }
            self.expect(")")?;
        }
        Ok(Expr::Keyword { word, precision })
    }

    fn case(&mut self) -> Result<Expr> {
        self.cursor.next();
        let operand = match self.cursor.words_at(0, &["WHEN"]) {
            true => None,
            false => Some(Box::new(self.expression(0)?)),
        };
        let mut arms = Vec::new();
        while self.cursor.skip_word("WHEN") {
            let when = self.expression(0)?;
            self.expect_word("THEN")?;
            arms.push((when, self.expression(0)?));
        }
        if arms.is_empty() {
            return Err(self.expected("WHEN"));
        }
        let otherwise = match self.cursor.skip_word("ELSE") {
            true => Some(Box::new(self.expression(0)?)),
            false => None,
        };
        self.expect_word("END")?;
        Ok(Expr::Case { operand, arms, otherwise })
    }

    /// What follows `ARRAY`, or is inside another array.
    fn array(&mut self) -> Result<Expr> {
        self.expect("[")?;
        let mut elements = Vec::new();
        while self.cursor.text_at(0) != Some("]") {
            elements.push(match self.cursor.text_at(0) {
                Some("[") => self.nested_array()?,
                _ => self.expression(0)?,
            });
            if !self.cursor.skip_text(",") {
                break;
            }
        }
        self.expect("]")?;
        Ok(Expr::Array(elements))
    }

    fn nested_array(&mut self) -> Result<Expr> {
        self.depth += 1;
        self.check_height(self.depth)?;
        let array = self.array()?;
        self.depth -= 1;
        self.height += 1;
        Ok(array)
    }

    /// A column, a wildcard, or a call whose name is quoted or qualified.
    fn name(&mut self) -> Result<Expr> {
        let mut path = vec![self.identifier()?];
        while self.cursor.text_at(0) == Some(".") {
            self.cursor.next();
            if self.cursor.skip_text("*") {
                return Ok(Expr::Wildcard(path));
            }
            path.push(self.identifier()?);
        }
        match self.cursor.text_at(0) {
            Some("(") => self.call(path),
            _ => Ok(Expr::Column(path)),
        }
    }

    /// One or more identifiers with dots between them.
    pub(super) fn path(&mut self) -> Result<Vec<Name>> {
        let mut path = vec![self.identifier()?];
        while self.cursor.skip_text(".") {
            path.push(self.identifier()?);
        }
        Ok(path)
    }

    pub(super) fn identifier(&mut self) -> Result<Name> {
        let Some(token) = self.cursor.peek().cloned() else { return Err(self.unexpected()) };
        let written = self.cursor.slice(&token);
        let name = match token.kind {
            TokenKind::Word => match self.dialect.syntax.identifier_case {
                IdentifierCase::Lower => written.to_ascii_lowercase(),
                IdentifierCase::Preserve => written.to_owned(),
            },
            TokenKind::QuotedIdentifier if token.terminated && written.len() > 2 => {
                let close = written.chars().next_back().unwrap_or('"');
                let inside = &written[1..written.len() - 1];
                match written.starts_with(close) {
                    true => inside.replace(&format!("{close}{close}"), &close.to_string()),
                    false => inside.to_owned(),
                }
            }
            TokenKind::QuotedIdentifier
            | TokenKind::Whitespace
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::ConditionalOpen
            | TokenKind::ConditionalClose
            | TokenKind::String
            | TokenKind::DollarString
            | TokenKind::Number
            | TokenKind::Parameter
            | TokenKind::Punctuation => return Err(self.unexpected()),
        };
        self.cursor.next();
        Ok(Name::new(name))
    }
}

/// Whether it is a decimal number, perhaps with a point and an exponent.
fn is_number(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mut digits = mantissa.splitn(2, '.');
    let is_mantissa = digits.all(is_digits) && mantissa.bytes().any(|byte| byte.is_ascii_digit());
    let is_exponent = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && is_digits(digits)
    });
    is_mantissa && is_exponent
}
