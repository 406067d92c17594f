//! Queries.

use retort_core::{backend::BackendError, expression::Expr, sql::TokenKind};

use super::{MAX_DEPTH, Names, Result, Translator, name::column_name};
use crate::{server::Flavor, syntax::SYNTAX};

/// Words that stand for values.
const LITERALS: [&str; 4] = ["NULL", "TRUE", "FALSE", "DEFAULT"];

/// As many rows as there may be.
const ALL_ROWS: &str = "18446744073709551615";

impl Translator<'_> {
    /// Passes a whole query.
    pub(super) fn query(&mut self, names: Names) -> Result<()> {
        self.enter()?;
        // It has tables of its own, with columns that may have the same names.
        let known = self.context;
        self.context = known.with_columns(&[]);
        if self.cursor.words_at(0, &["WITH"]) {
            self.with()?;
        }
        self.term(names)?;
        while let Some(operator) =
            ["UNION", "INTERSECT", "EXCEPT"].into_iter().find(|word| self.cursor.words_at(0, &[word]))
        {
            self.expect(&[operator])?;
            if !self.accept(&["ALL"]) {
                self.cursor.skip_word("DISTINCT");
            }
            self.term(names)?;
        }
        self.order_by()?;
        self.limit()?;
        if self.cursor.words_at(0, &["FOR"]) {
            return Err(self.lacks("locks of rows in a query"));
        }
        self.context = known;
        self.leave();
        Ok(())
    }

    /// Whether a query comes next, perhaps in parentheses.
    pub(super) fn at_query(&mut self) -> bool {
        let mut at = 0;
        while self.cursor.text_at(at) == Some("(") && at < MAX_DEPTH {
            at += 1;
        }
        ["SELECT", "VALUES", "WITH"].into_iter().any(|word| self.cursor.words_at(at, &[word]))
    }

    pub(super) fn with(&mut self) -> Result<()> {
        self.expect(&["WITH"])?;
        self.accept(&["RECURSIVE"]);
        loop {
            self.name()?;
            if self.cursor.text_at(0) == Some("(") {
                self.names()?;
            }
            self.expect(&["AS"])?;
            // Only a hint.
            if !self.cursor.skip_word("MATERIALIZED") && self.cursor.words_at(0, &["NOT", "MATERIALIZED"]) {
                self.cursor.skip(2);
            }
            self.open()?;
            if !self.at_query() {
                return Err(self.lacks("statements other than queries behind WITH"));
            }
            self.query(Names::Matter)?;
            self.close()?;
            if !self.comma() {
                return Ok(());
            }
        }
    }

    /// What UNION stands between.
    fn term(&mut self, names: Names) -> Result<()> {
        if self.cursor.text_at(0) == Some("(") {
            self.open()?;
            self.query(names)?;
            return self.close();
        }
        if self.cursor.words_at(0, &["VALUES"]) {
            return self.values(if self.context.server.flavor == Flavor::MySql { "ROW" } else { "" });
        }
        self.select(names)
    }

    fn select(&mut self, names: Names) -> Result<()> {
        self.expect(&["SELECT"])?;
        if self.accept(&["DISTINCT"]) {
            if self.cursor.words_at(0, &["ON"]) {
                return Err(self.lacks("DISTINCT ON"));
            }
        } else {
            self.cursor.skip_word("ALL");
        }
        self.item(names)?;
        while self.comma() {
            self.item(names)?;
        }
        if self.cursor.words_at(0, &["INTO"]) {
            return Err(self.lacks("SELECT INTO"));
        }
        if self.accept(&["FROM"]) {
            self.joined_table()?;
            while self.comma() {
                self.joined_table()?;
            }
        }
        if self.accept(&["WHERE"]) {
            self.expression()?;
        }
        if self.accept(&["GROUP", "BY"]) {
            self.expression()?;
            while self.comma() {
                self.expression()?;
            }
        }
        if self.accept(&["HAVING"]) {
            self.expression()?;
        }
        if self.cursor.words_at(0, &["WINDOW"]) {
            return Err(BackendError::unsupported(
                "WINDOW cannot be translated; write the windows out behind each OVER",
            ));
        }
        Ok(())
    }

    /// A column of the result.
    fn item(&mut self, names: Names) -> Result<()> {
        if self.cursor.skip_text("*") {
            self.push("*");
            return Ok(());
        }
        let expr = self.read_expression()?;
        let name = match &expr {
            Expr::Column(_) | Expr::Wildcard(_) => None,
            _ if names == Names::DontMatter => None,
            _ => column_name(&expr),
        };
        self.write_expression(expr)?;
        // Else the column would have the text of the expression as its name.
        if self.alias()?.is_none()
            && let Some(name) = name
        {
            self.push("AS ");
            self.out.push_str(&SYNTAX.quote_identifier(&name));
        }
        Ok(())
    }

    /// A table with what is joined to it.
    fn joined_table(&mut self) -> Result<()> {
        self.table()?;
        loop {
            if self.cursor.words_at(0, &["FULL"]) {
                return Err(self.lacks("FULL JOIN"));
            }
            let natural = self.accept(&["NATURAL"]);
            let cross = self.accept(&["CROSS"]);
            if !cross && !self.accept(&["INNER"]) && (self.accept(&["LEFT"]) || self.accept(&["RIGHT"])) {
                self.cursor.skip_word("OUTER");
            }
            if !self.accept(&["JOIN"]) {
                return if natural || cross { Err(self.unexpected()) } else { Ok(()) };
            }
            self.table()?;
            if self.accept(&["ON"]) {
                self.expression()?;
            } else if self.accept(&["USING"]) {
                self.names()?;
            } else if !natural && !cross {
                return Err(self.unexpected());
            }
        }
    }

    fn table(&mut self) -> Result<()> {
        if self.cursor.text_at(0) == Some("(") && !self.at_query() {
            self.enter()?;
            self.open()?;
            self.joined_table()?;
            self.close()?;
            self.leave();
            return Ok(());
        }
        if self.cursor.words_at(0, &["LATERAL"]) {
            if self.context.server.flavor == Flavor::MariaDb {
                return Err(self.lacks("LATERAL"));
            }
            self.expect(&["LATERAL"])?;
        }
        if self.cursor.text_at(0) == Some("(") {
            return self.derived_table();
        }
        self.relation()?;
        if self.cursor.text_at(0) == Some("(") {
            return Err(self.lacks("functions in FROM"));
        }
        if self.alias()?.is_some() && self.cursor.text_at(0) == Some("(") {
            return Err(self.lacks("other names for the columns of a table"));
        }
        Ok(())
    }

    /// A query in FROM, with its name.
    fn derived_table(&mut self) -> Result<()> {
        self.open()?;
        let start = self.out.len();
        self.query(Names::Matter)?;
        self.close()?;
        let end = self.out.len();
        let Some(name) = self.alias()? else { return Err(self.lacks("queries in FROM without a name")) };
        if self.cursor.text_at(0) != Some("(") {
            return Ok(());
        }
        let alias_end = self.out.len();
        self.names()?;
        if self.context.server.flavor == Flavor::MariaDb {
            // There, only what is behind WITH can name its columns.
            let columns = self.out.split_off(alias_end);
            let alias = self.out.split_off(end);
            let query = self.out.split_off(start);
            let name = SYNTAX.quote_identifier(&name);
            let table = ["WITH ", &name, &columns, " AS (", &query, " SELECT * FROM ", &name, ")", &alias];
            self.out.push_str(&table.concat());
        }
        Ok(())
    }

    /// The rows behind VALUES, with this word in front of each.
    pub(super) fn values(&mut self, row: &str) -> Result<()> {
        self.expect(&["VALUES"])?;
        loop {
            if !self.cursor.skip_text("(") {
                return Err(self.unexpected());
            }
            self.push(row);
            if self.out.ends_with(' ') {
                self.out.pop();
            }
            if row.is_empty() {
                self.out.push(' ');
            }
            self.out.push('(');
            self.value()?;
            while self.comma() {
                self.value()?;
            }
            self.close()?;
            if !self.comma() {
                return Ok(());
            }
        }
    }

    /// One value of a row. Literals, which most are, need no tree.
    fn value(&mut self) -> Result<()> {
        let signs = usize::from(self.cursor.text_at(0) == Some("-"));
        if matches!(self.cursor.text_at(signs + 1), Some("," | ")"))
            && let Some(token) = self.cursor.peek_at(signs).cloned()
            && token.terminated
        {
            let written = self.cursor.slice(&token);
            let is_number = || written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            let is_word = || LITERALS.iter().any(|it| it.eq_ignore_ascii_case(written));
            let is_literal = match token.kind {
                TokenKind::Number => is_number(),
                TokenKind::String => signs == 0 && written.starts_with('\'') && !written.contains('\\'),
                TokenKind::Word => signs == 0 && is_word(),
                _ => false,
            };
            if is_literal {
                self.push(if signs > 0 { "-" } else { "" });
                self.out.push_str(written);
                self.cursor.skip(signs + 1);
                return Ok(());
            }
        }
        self.expression()
    }

    fn order_by(&mut self) -> Result<()> {
        if !self.accept(&["ORDER", "BY"]) {
            return Ok(());
        }
        loop {
            let start = self.out.len();
            self.expression()?;
            let key = self.out[start..].trim_start().to_owned();
            let descending = self.accept(&["DESC"]);
            if !descending {
                self.cursor.skip_word("ASC");
            }
            if self.cursor.skip_word("NULLS") {
                let first = self.cursor.skip_word("FIRST");
                if !first && !self.cursor.skip_word("LAST") {
                    return Err(self.unexpected());
                }
                // NULL is less than anything here.
                if first == descending {
                    let is_number = key.bytes().all(|byte| byte.is_ascii_digit());
                    if is_number {
                        return Err(self.lacks("NULLS FIRST and NULLS LAST behind the number of a column"));
                    }
                    let test = if first { "IS NOT NULL" } else { "IS NULL" };
                    self.out.truncate(start);
                    self.push(&format!("({key}) {test}, {key}"));
                    if descending {
                        self.push("DESC");
                    }
                }
            }
            if !self.comma() {
                return Ok(());
            }
        }
    }

    /// LIMIT, OFFSET and FETCH, in any order.
    fn limit(&mut self) -> Result<()> {
        let (mut limit, mut offset) = (None, None);
        loop {
            if self.cursor.skip_word("LIMIT") {
                limit = if self.cursor.skip_word("ALL") { None } else { Some(self.count()?) };
            } else if self.cursor.skip_word("OFFSET") {
                offset = Some(self.count()?);
                let _ = self.cursor.skip_word("ROWS") || self.cursor.skip_word("ROW");
            } else if self.cursor.skip_word("FETCH") {
                let _ = self.cursor.skip_word("FIRST") || self.cursor.skip_word("NEXT");
                let is_one = self.cursor.words_at(0, &["ROW"]) || self.cursor.words_at(0, &["ROWS"]);
                limit = Some(if is_one { "1".to_owned() } else { self.count()? });
                let _ = self.cursor.skip_word("ROWS") || self.cursor.skip_word("ROW");
                if !self.cursor.skip_word("ONLY") {
                    return Err(self.lacks("FETCH … WITH TIES"));
                }
            } else {
                break;
            }
        }
        if limit.is_some() || offset.is_some() {
            let limit = limit.unwrap_or_else(|| ALL_ROWS.to_owned());
            self.push(&format!("LIMIT {limit}"));
        }
        if let Some(offset) = offset {
            self.push(&format!("OFFSET {offset}"));
        }
        Ok(())
    }

    fn count(&mut self) -> Result<String> {
        match self.cursor.peek().cloned() {
            Some(token) if token.kind == TokenKind::Number => {
                self.cursor.skip(1);
                Ok(self.cursor.slice(&token).to_owned())
            }
            _ => Err(self.lacks("LIMIT and OFFSET of other than a number")),
        }
    }
}
