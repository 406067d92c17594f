//! What the file of a new revision is called.

use std::fmt::Write as _;
use std::ops::Range;

use jiff::civil::DateTime;
use thiserror::Error;

use crate::revision::RevisionId;

/// What the files of new revisions are called, in Alembic's words:
/// `%(rev)s_%(slug)s`. It may begin with directories.
///
/// The id of the revision is in each name, and no name leads out of the directory
/// that it is joined to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileTemplate {
    pieces: Vec<Piece>,
    has_directories: bool,
}

/// What the name of a file is made of.
#[derive(Debug, Clone, Copy)]
pub struct NewFile<'a> {
    /// The id of the revision.
    pub id: &'a RevisionId,
    /// Its message, as [`slugify`](super::slugify) writes it.
    pub slug: &'a str,
    /// When it is created, in the time zone of the project.
    pub created: DateTime,
    /// The same moment, in seconds since 1970.
    pub epoch: i64,
}

/// A template of which no names can be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct FileTemplateError {
    /// The bytes of the template that are wrong.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Token {
        token: Token,
        /// How many digits a number has at least.
        digits: usize,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Rev,
    Slug,
    Epoch,
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

/// The tokens, as they are mostly written.
const TOKENS: [(&str, Token, &str); 9] = [
    ("rev", Token::Rev, "%(rev)s"),
    ("slug", Token::Slug, "%(slug)s"),
    ("epoch", Token::Epoch, "%(epoch)s"),
    ("year", Token::Year, "%(year)d"),
    ("month", Token::Month, "%(month).2d"),
    ("day", Token::Day, "%(day).2d"),
    ("hour", Token::Hour, "%(hour).2d"),
    ("minute", Token::Minute, "%(minute).2d"),
    ("second", Token::Second, "%(second).2d"),
];

/// Numbers with more digits say nothing more.
const MAX_DIGITS: usize = 20;

impl Default for FileTemplate {
    fn default() -> Self {
        let token = |token| Piece::Token { token, digits: 0 };
        let pieces = vec![token(Token::Rev), Piece::Text("_".to_owned()), token(Token::Slug)];
        Self { pieces, has_directories: false }
    }
}

impl FileTemplate {
    /// Parses a template. A final `.sql` may be written or left out.
    ///
    /// # Errors
    ///
    /// Fails for an unknown or malformed token, without `%(rev)s`, and where a
    /// name would leave the directory of the revision files or be that of a
    /// hidden file.
    pub fn parse(template: &str) -> Result<Self, FileTemplateError> {
        let body = template.strip_suffix(".sql").unwrap_or(template);
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut at = 0;
        while let Some(c) = body[at..].chars().next() {
            if c != '%' {
                if c == '\\' || c.is_control() {
                    return Err(refuse(
                        at..at + c.len_utf8(),
                        format!("a file name cannot have {c:?} in it"),
                    ));
                }
                text.push(c);
                at += c.len_utf8();
            } else if body[at..].starts_with("%%") {
                text.push('%');
                at += 2;
            } else {
                let (piece, length) = token(&body[at..], at)?;
                if !text.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                }
                pieces.push(piece);
                at += length;
            }
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        let rev = Piece::Token { token: Token::Rev, digits: 0 };
        if !pieces.contains(&rev) {
            let mut error = refuse(
                0..template.len(),
                "the file template has no `%(rev)s`, so that two revisions could get one name".to_owned(),
            );
            if template.contains("%%(") {
                "write `%(rev)s`; only in alembic.ini each % is doubled".clone_into(&mut error.hint);
            }
            return Err(error);
        }
        check_parts(body)?;
        Ok(Self { pieces, has_directories: body.contains('/') })
    }

    /// Whether it begins with directories: then its files are found only where
    /// directories below are looked at.
    pub fn has_directories(&self) -> bool {
        self.has_directories
    }

    /// The name of a file, after the directories before it, with `/` between.
    pub fn file_name(&self, file: &NewFile<'_>) -> String {
        let mut name = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => name.push_str(text),
                Piece::Token { token, digits } => {
                    let number = match token {
                        Token::Rev => {
                            name.push_str(file.id.as_str());
                            continue;
                        }
                        Token::Slug => {
                            name.push_str(file.slug);
                            continue;
                        }
                        Token::Epoch => file.epoch,
                        Token::Year => file.created.year().into(),
                        Token::Month => file.created.month().into(),
                        Token::Day => file.created.day().into(),
                        Token::Hour => file.created.hour().into(),
                        Token::Minute => file.created.minute().into(),
                        Token::Second => file.created.second().into(),
                    };
                    // Writing to a string cannot fail.
                    let _ = write!(name, "{number:0digits$}");
                }
            }
        }
        name + ".sql"
    }
}

/// Parses the token that `rest` begins with, and tells its length.
fn token(rest: &str, at: usize) -> Result<(Piece, usize), FileTemplateError> {
    let Some((name, after)) = rest.strip_prefix("%(").and_then(|rest| rest.split_once(')')) else {
        let end = rest.len().min(2);
        let end = (end..=rest.len()).find(|end| rest.is_char_boundary(*end)).unwrap_or(rest.len());
        return Err(refuse(
            at..at + end,
            "a `%` begins no token here; write `%%` for the character".to_owned(),
        ));
    };
    let begin = 2 + name.len() + 1;
    let Some((_, token, usual)) = TOKENS.into_iter().find(|(known, ..)| *known == name) else {
        return Err(refuse(at..at + begin, format!("unknown token `%({name})`")));
    };
    let format_length = after.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(after.len());
    let (format, conversion) = (&after[..format_length], after[format_length..].chars().next());
    let is_word = matches!(token, Token::Rev | Token::Slug);
    // `.2` and `02` are Python's ways to ask for two digits.
    let digits = match format.strip_prefix(['.', '0']) {
        Some(digits) => digits.parse().ok().filter(|digits| *digits <= MAX_DIGITS),
        None => format.is_empty().then_some(0),
    };
    match (digits, conversion) {
        (Some(0), Some('s')) => {}
        (Some(_), Some('d' | 'i')) if !is_word => {}
        _ => {
            let end = begin + format_length + conversion.map_or(0, char::len_utf8);
            return Err(refuse(at..at + end, format!("`{}` is not how a token is written", &rest[..end]))
                .or_hint(format!("write `{usual}`")));
        }
    }
    Ok((Piece::Token { token, digits: digits.unwrap_or(0) }, begin + format_length + 1))
}

/// Checks what is known of the parts between slashes before there is a name.
fn check_parts(body: &str) -> Result<(), FileTemplateError> {
    let mut at = 0;
    let last = body.split('/').count() - 1;
    for (index, part) in body.split('/').enumerate() {
        let span = at..at + part.len();
        at += part.len() + 1;
        let message = match part {
            "" if index == 0 => "the file template is an absolute path",
            "" if index == last => "the file template ends with a directory",
            "" => "the file template has a directory without a name",
            "." | ".." => "the file template leaves the directory of the revision files",
            _ if part.starts_with('.') || index == last && part.starts_with('#') => {
                "the file template makes hidden files, which are not read"
            }
            _ => continue,
        };
        let span = if span.is_empty() { span.start..(span.end + 1).min(body.len()) } else { span };
        return Err(refuse(span, message.to_owned()).or_hint(
            "a path within the directory of the revision files is allowed: `%(year)d/%(rev)s_%(slug)s`"
                .to_owned(),
        ));
    }
    Ok(())
}

fn refuse(span: Range<usize>, message: String) -> FileTemplateError {
    let tokens: Vec<_> = TOKENS.iter().map(|(.., usual)| *usual).collect();
    let hint = format!("the tokens are {}; `%(rev)s` must be one of them", tokens.join(", "));
    FileTemplateError { span, message, hint }
}

impl FileTemplateError {
    /// The same error with other advice.
    fn or_hint(self, hint: String) -> Self {
        Self { hint, ..self }
    }
}

#[cfg(test)]
mod tests;
