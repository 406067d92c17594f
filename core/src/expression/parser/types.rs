//! The names of types.

use super::{Parser, Result};
use crate::{
    expression::{words::has_word, write_identifier},
    schema::{Name, Type},
    script::portable::named_type,
    sql::TokenKind,
};

impl Parser<'_> {
    /// Reads a type, which ends where no word of one follows any more.
    pub(super) fn type_name(&mut self) -> Result<Type> {
        let start = self.cursor.position();
        let (mut words, may_be_built_in) = self.type_words()?;
        let mut arguments = None;
        let before = words.len();
        if self.cursor.text_at(0) == Some("(") {
            arguments = Some(self.type_arguments()?);
        }
        let suffix = self.type_suffix(&words);
        words.push_str(&suffix);
        let known = match may_be_built_in {
            true if arguments.is_none() && self.dialect.own_types.contains(&words.as_str()) => None,
            true => named_type(&words, arguments.as_deref())
                .map_err(|message| super::ParseError { offset: start, message })?,
            false => None,
        };
        let mut ty = known.unwrap_or_else(|| {
            let (before, after) = words.split_at(before);
            Type::Native(match &arguments {
                Some(arguments) => format!("{before}({}){after}", arguments.join(", ")),
                None => words.clone(),
            })
        });
        if self.cursor.skip_word("ARRAY") && self.cursor.text_at(0) != Some("[") {
            ty = Type::Array(Box::new(ty));
        }
        while self.cursor.text_at(0) == Some("[") {
            self.cursor.next();
            if self.cursor.peek().is_some_and(|token| token.kind == TokenKind::Number) {
                self.cursor.next();
            }
            self.expect("]")?;
            ty = Type::Array(Box::new(ty));
        }
        Ok(ty)
    }

    /// The words in front of the parentheses, and whether they may be those of
    /// a built-in type.
    fn type_words(&mut self) -> Result<(String, bool)> {
        let is_quoted = self.cursor.peek().is_some_and(|token| token.kind == TokenKind::QuotedIdentifier);
        let path = self.path()?;
        let name = match path.as_slice() {
            [namespace, name] if namespace.as_str() == "pg_catalog" && !is_quoted => name,
            [name] if !is_quoted => name,
            _ => {
                let quoted: Vec<String> = path.iter().map(write_type_identifier).collect();
                return Ok((quoted.join("."), false));
            }
        };
        let mut words = name.as_str().to_ascii_lowercase();
        const SECOND: [(&str, &str); 9] = [
            ("double", "precision"),
            ("character", "varying"),
            ("char", "varying"),
            ("bit", "varying"),
            ("nchar", "varying"),
            ("national", "character"),
            ("national", "char"),
            ("signed", "integer"),
            ("unsigned", "integer"),
        ];
        for (first, second) in SECOND {
            if words == first && self.cursor.skip_word(second) {
                words = format!("{first} {second}");
                break;
            }
        }
        if words.starts_with("national ") && self.cursor.skip_word("varying") {
            words.push_str(" varying");
        }
        if let Some(sign) = words.strip_suffix("signed integer") {
            words = format!("{sign}signed");
        }
        Ok((words, true))
    }

    fn type_arguments(&mut self) -> Result<Vec<String>> {
        self.expect("(")?;
        let mut arguments = vec![String::new()];
        loop {
            match self.cursor.text_at(0) {
                Some(")") => break,
                Some(",") => arguments.push(String::new()),
                Some(text) => arguments.iter_mut().last().map_or((), |last| last.push_str(text)),
                None => return Err(self.unexpected()),
            }
            self.cursor.next();
        }
        self.expect(")")?;
        Ok(arguments)
    }

    /// The words behind the parentheses, with a space in front of each.
    fn type_suffix(&mut self, words: &str) -> String {
        let mut suffix = String::new();
        if matches!(words, "time" | "timestamp") {
            for zone in [["WITH", "TIME", "ZONE"], ["WITHOUT", "TIME", "ZONE"]] {
                if self.cursor.words_at(0, &zone) {
                    self.cursor.skip(3);
                    suffix = format!(" {}", zone.join(" ").to_ascii_lowercase());
                }
            }
        }
        if words == "interval" {
            const FIELDS: [&str; 7] = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "TO"];
            while let Some(word) = self.cursor.word_at(0)
                && has_word(&FIELDS, word)
            {
                suffix.push(' ');
                suffix.push_str(&word.to_ascii_lowercase());
                self.cursor.next();
            }
        }
        if self.dialect.word_operators && words == "char" {
            let set =
                match (self.cursor.words_at(0, &["CHARSET"]), self.cursor.words_at(0, &["CHARACTER", "SET"]))
                {
                    (true, _) => 1,
                    (_, true) => 2,
                    _ => 0,
                };
            if set > 0
                && let Some(charset) = self.cursor.word_at(set)
            {
                suffix = format!(" charset {}", charset.to_ascii_lowercase());
                self.cursor.skip(set + 1);
            }
        }
        suffix
    }
}

fn write_type_identifier(name: &Name) -> String {
    write_identifier(name, &crate::expression::Dialect::PORTABLE)
}
