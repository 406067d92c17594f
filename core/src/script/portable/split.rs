//! From a text to its statements, and which statements are portable at all.

use std::{ops::Range, panic::resume_unwind, thread};

use squawk_syntax::{Parse, SourceFile, SyntaxKind, SyntaxNode, SyntaxToken, syntax_error::SyntaxError};

use super::{
    PortableError,
    walk::{Result, token_span, tokens},
};
use crate::sql::{Syntax, TokenKind, lex};

/// How deep parentheses and the like may be nested. The parser recurses, so
/// that a hostile text could exhaust the stack.
const MAX_NESTING: usize = 150;

/// How many tokens there may be between two commas: `a OR b OR …` makes a deep
/// tree as well, though nothing in it is nested.
const MAX_CHAIN: usize = 20_000;

/// Splits a text at the semicolons. White space and comments around statements
/// are left out, empty statements too.
///
/// Each statement is then parsed on its own, so that an error in one doesn't
/// spread to the next.
pub(super) fn pieces(text: &str) -> Result<Vec<Range<usize>>> {
    if let Some(at) = text.find('\0') {
        return Err(PortableError::new(at..at + 1, "SQL holds no NUL characters"));
    }
    let mut pieces = Vec::new();
    let mut current: Option<Piece<'_>> = None;
    // The body of a function or trigger has semicolons of its own.
    let mut in_body = false;
    // The parser has the same tokens, but a tree of a long text takes long.
    for token in lex(text, &Syntax::PORTABLE) {
        if token.kind == TokenKind::BlockComment && !token.terminated {
            with_stack_for(text, || check_last_comment(&SourceFile::parse(text)))?;
        }
        if token.kind.is_trivia() {
            continue;
        }
        let word = &text[token.span.clone()];
        if word != ";" {
            current.get_or_insert_with(|| Piece::new(word, token.span.start)).push(word, token.span.end);
            continue;
        }
        let Some(piece) = current.take() else { continue };
        if in_body {
            in_body = !piece.first_word.eq_ignore_ascii_case("end");
            continue;
        }
        in_body = piece.opens_body;
        pieces.push(piece.span);
    }
    pieces.extend(current.filter(|_| !in_body).map(|piece| piece.span));
    Ok(pieces)
}

/// Refuses a comment that doesn't end. It is white space otherwise, and so would
/// be left out with all that it swallowed.
fn check_last_comment(parse: &Parse<SourceFile>) -> Result<()> {
    let last = parse.syntax_node().last_token().filter(|token| token.kind() == SyntaxKind::COMMENT);
    let error = last
        .and_then(|comment| parse.errors().into_iter().find(|error| error.range() == comment.text_range()));
    match error {
        Some(error) => Err(syntax_error(&parse.syntax_node(), &error)),
        None => Ok(()),
    }
}

/// A statement that is being collected.
struct Piece<'a> {
    span: Range<usize>,
    first_word: &'a str,
    head: Head,
    /// Whether it creates something with a body in `BEGIN … END`. Such a
    /// statement is always refused, so that leaving out its rest loses nothing.
    opens_body: bool,
}

impl<'a> Piece<'a> {
    fn new(first_word: &'a str, start: usize) -> Self {
        Self { span: start..start, first_word, head: Head::Start, opens_body: false }
    }

    fn push(&mut self, word: &str, end: usize) {
        self.span.end = end;
        match self.head {
            Head::Start if word.eq_ignore_ascii_case("create") => self.head = Head::Create,
            Head::Create => {
                self.head = match word.to_ascii_uppercase().as_str() {
                    "OR" | "REPLACE" | "TEMP" | "TEMPORARY" | "CONSTRAINT" => Head::Create,
                    "TRIGGER" | "FUNCTION" | "PROCEDURE" => Head::Routine,
                    _ => Head::Other,
                };
            }
            Head::Start => self.head = Head::Other,
            Head::Routine if word.eq_ignore_ascii_case("begin") => self.opens_body = true,
            Head::Routine | Head::Other => {}
        }
    }
}

/// What the words read so far say about a statement.
enum Head {
    Start,
    Create,
    /// A trigger, function or procedure.
    Routine,
    Other,
}

/// Refuses statements that are not portable, by the words at their start: also
/// those that only another database's grammar has.
pub(super) fn check_statement(node: &SyntaxNode) -> Result<()> {
    let statement = match node.kind() {
        SyntaxKind::CREATE_SCHEMA
        | SyntaxKind::DROP_SCHEMA
        | SyntaxKind::ALTER_SCHEMA
        | SyntaxKind::CREATE_TYPE
        | SyntaxKind::DROP_TYPE
        | SyntaxKind::ALTER_TYPE
        | SyntaxKind::CREATE_TABLE
        | SyntaxKind::DROP_TABLE
        | SyntaxKind::ALTER_TABLE
        | SyntaxKind::CREATE_INDEX
        | SyntaxKind::DROP_INDEX
        | SyntaxKind::ALTER_INDEX
        | SyntaxKind::CREATE_VIEW
        | SyntaxKind::DROP_VIEW
        | SyntaxKind::ALTER_VIEW
        | SyntaxKind::COMMENT_ON
        | SyntaxKind::INSERT
        | SyntaxKind::UPDATE
        | SyntaxKind::DELETE => return Ok(()),
        SyntaxKind::CREATE_TABLE_AS => "CREATE TABLE AS".to_owned(),
        SyntaxKind::SELECT
        | SyntaxKind::SELECT_INTO
        | SyntaxKind::COMPOUND_SELECT
        | SyntaxKind::PAREN_SELECT => "SELECT".to_owned(),
        SyntaxKind::ERROR => match foreign_statement(node) {
            Some(statement) => statement,
            None => return Err(unknown_statement(node)),
        },
        _ => leading_words(node),
    };
    let start = tokens(node).next().map_or(0..0, |token| token_span(&token));
    let first = statement.split(' ').next().unwrap_or_default();
    if matches!(first, "BEGIN" | "START" | "COMMIT" | "ROLLBACK" | "END" | "ABORT" | "SAVEPOINT" | "RELEASE")
    {
        return Err(PortableError::new(
            start,
            format!("`{first}` has no place in a revision, which runs in a transaction of its own"),
        )
        .with_hint("`-- @no-transaction` in the header makes it run without one"));
    }
    Err(PortableError::not_portable(start, &format!("`{statement}`")))
}

/// The words that name the statement: `CREATE FUNCTION`.
fn leading_words(node: &SyntaxNode) -> String {
    const MODIFIERS: &[&str] = &[
        "OR",
        "REPLACE",
        "TEMP",
        "TEMPORARY",
        "UNLOGGED",
        "GLOBAL",
        "LOCAL",
        "UNIQUE",
        "RECURSIVE",
        "TRUSTED",
        "CONSTRAINT",
    ];
    const FIRST_OF_TWO: &[&str] =
        &["MATERIALIZED", "FOREIGN", "EVENT", "TEXT", "ACCESS", "OPERATOR", "VIRTUAL", "PROPERTY", "DEFAULT"];

    let mut words = tokens(node)
        .take_while(|token| token.kind() == SyntaxKind::IDENT || token.kind().is_keyword())
        .map(|token| token.text().to_ascii_uppercase());
    let Some(mut statement) = words.next() else {
        return String::from("this");
    };
    if matches!(statement.as_str(), "CREATE" | "ALTER" | "DROP") {
        let mut words = words.skip_while(|word| MODIFIERS.contains(&word.as_str()));
        if let Some(object) = words.next() {
            statement = format!("{statement} {object}");
            if let Some(second) = words.next().filter(|_| FIRST_OF_TWO.contains(&object.as_str())) {
                statement = format!("{statement} {second}");
            }
        }
    }
    statement
}

/// The name of a statement that PostgreSQL doesn't have, but another database.
fn foreign_statement(error: &SyntaxNode) -> Option<String> {
    let mut words = following_tokens(error).map(|token| token.text().to_ascii_uppercase());
    let first = words.next()?;
    match first.as_str() {
        "PRAGMA" | "ATTACH" | "DETACH" | "REPLACE" | "USE" | "RENAME" | "OPTIMIZE" | "HANDLER"
        | "DELIMITER" => Some(first),
        "CREATE" | "ALTER" | "DROP" => {
            let second =
                words.find(|word| !matches!(word.as_str(), "OR" | "REPLACE" | "TEMP" | "TEMPORARY")).filter(
                    |word| matches!(word.as_str(), "VIRTUAL" | "EVENT" | "TRIGGER" | "FULLTEXT" | "SPATIAL"),
                )?;
            let table = if second == "VIRTUAL" { " TABLE" } else { "" };
            Some(format!("{first} {second}{table}"))
        }
        _ => None,
    }
}

fn unknown_statement(error: &SyntaxNode) -> PortableError {
    let words: Vec<_> = following_tokens(error).take(2).collect();
    match words.as_slice() {
        [first, second] if first.kind() == SyntaxKind::CREATE_KW || second.kind() == SyntaxKind::IDENT => {
            let text = format!("unknown statement `{} {}`", first.text(), second.text());
            PortableError::new(token_span(first).start..token_span(second).end, text)
        }
        [first, ..] => PortableError::new(token_span(first), format!("unknown statement `{}`", first.text())),
        [] => PortableError::new(0..0, "unknown statement"),
    }
}

/// The tokens from a node on.
fn following_tokens(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> + use<> {
    let start = node.text_range().start();
    let root = node.ancestors().last();
    root.into_iter().flat_map(|root| tokens(&root)).filter(move |token| token.text_range().start() >= start)
}

/// Words a parser's error for people, and finds the token that it is about.
pub(super) fn syntax_error(root: &SyntaxNode, error: &SyntaxError) -> PortableError {
    let range: Range<usize> = error.range().into();
    let found = tokens(root).find(|token| token_span(token).end > range.start);
    let end = tokens(root).last().map_or(0, |token| token_span(&token).end);
    let is_gap = range.is_empty();
    // The parser reports where a token ends what it expects to come next.
    let span = match &found {
        _ if !is_gap => range,
        Some(token) => token_span(token),
        None => end..end,
    };
    let message = match (error.message(), &found) {
        (message, Some(token)) if message.starts_with("expected command, found") => {
            format!("unexpected `{}`", token.text())
        }
        ("Missing semicolon between statements", Some(token)) => format!("unexpected `{}`", token.text()),
        (message, found) => {
            let message = plain_message(message);
            match found {
                Some(token) if is_gap && message.starts_with("expected") && !message.contains("found") => {
                    format!("{message}, found `{}`", token.text())
                }
                None if message.starts_with("expected") => format!("{message} at the end of the statement"),
                _ => message,
            }
        }
    };
    PortableError::new(span, format!("syntax error: {message}")).with_hint(
        "portable SQL is a part of PostgreSQL's; a backend's own SQL goes under `-- @only <backend>`",
    )
}

/// A parser's message without the names of its tokens.
fn plain_message(message: &str) -> String {
    let mut plain = String::new();
    for (at, word) in message.split(' ').enumerate() {
        if at > 0 {
            plain.push(' ');
        }
        let bare = word.trim_end_matches(',');
        let text = match bare {
            "R_PAREN" => "`)`".to_owned(),
            "L_PAREN" => "`(`".to_owned(),
            "COMMA" => "`,`".to_owned(),
            "DOT" => "`.`".to_owned(),
            "EQ" => "`=`".to_owned(),
            "R_BRACK" => "`]`".to_owned(),
            "SEMICOLON" => "`;`".to_owned(),
            "IDENT" => "a name".to_owned(),
            _ => match bare.strip_suffix("_KW") {
                Some(keyword) => format!("`{keyword}`"),
                None if at == 0 => {
                    let mut chars = bare.chars();
                    chars.next().map_or_else(String::new, |first| {
                        first.to_lowercase().collect::<String>() + chars.as_str()
                    })
                }
                None => bare.to_owned(),
            },
        };
        plain.push_str(&text);
        plain.push_str(&word[bare.len()..]);
    }
    plain
}

/// Parses a text where there is stack enough for its syntax tree.
///
/// # Errors
///
/// Fails if the tree would be too deep for any stack.
pub(super) fn with_stack_for<T: Send>(text: &str, parse: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    /// What fits the stack of any thread, many times over.
    const SHALLOW: usize = 250;
    /// Enough for the deepest tree that is not refused.
    const STACK: usize = 256 << 20;

    if check_depth(text)? <= SHALLOW {
        return parse();
    }
    // The memory is only reserved: a tree of the usual depth uses little of it.
    thread::scope(|scope| match thread::Builder::new().stack_size(STACK).spawn_scoped(scope, parse) {
        Ok(parser) => parser.join().unwrap_or_else(|panic| resume_unwind(panic)),
        Err(error) => {
            let message = format!("there is no memory to read so long an expression: {error}");
            Err(PortableError::new(0..text.len(), message))
        }
    })
}

/// Refuses texts whose syntax tree would be very deep, and says how deep it can
/// be at most: as many tokens as there are between two commas.
fn check_depth(text: &str) -> Result<usize> {
    let mut longest = 0usize;
    let mut chain = 0usize;
    let mut depth = 0usize;
    // Signs and `NOT`s in front of an operand nest as well.
    let mut prefixes = 0usize;
    // The character before the token.
    let mut before = None;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => quoted(rest, '\''),
            '"' => quoted(rest, '"'),
            '$' => dollar_quoted(rest),
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => comment(rest),
            _ if first.is_alphabetic() || first == '_' => {
                rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len())
            }
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length.max(first.len_utf8()));
        match token {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            ";" => (depth, prefixes) = (0, 0),
            "-" | "+" | "~" | "!" | "@" => prefixes += 1,
            _ if token.eq_ignore_ascii_case("case") => depth += 1,
            _ if token.eq_ignore_ascii_case("end") => depth = depth.saturating_sub(1),
            _ if token.eq_ignore_ascii_case("not") => prefixes += 1,
            _ if first.is_whitespace() || token.starts_with("--") || token.starts_with("/*") => {}
            _ => prefixes = 0,
        }
        // A quote within a string is two, and ends no token.
        let continues =
            before.is_some() && before == token.chars().next().filter(|c| ['\'', '"'].contains(c));
        before = token.chars().next_back();
        chain = match token {
            "," | ";" => 0,
            _ if first.is_whitespace() || continues => chain,
            _ if token.starts_with("--") || token.starts_with("/*") => chain,
            _ => chain + 1,
        };
        longest = longest.max(chain);
        if depth + prefixes > MAX_NESTING || chain > MAX_CHAIN {
            let at = text.len() - rest.len();
            return Err(PortableError::new(at..at + token.len(), "the expression is nested too deeply"));
        }
        rest = after;
    }
    Ok(longest)
}

/// How long the quoted text is at the start. A backslash doesn't escape the
/// quote, so that in `E'\''` the estimate of nesting is off: then the parser's
/// own errors count.
fn quoted(text: &str, quote: char) -> usize {
    text[1..].find(quote).map_or(text.len(), |at| at + 2)
}

fn dollar_quoted(text: &str) -> usize {
    let Some(tag) = text[1..].find('$').map(|at| &text[..at + 2]) else {
        return 1;
    };
    if !tag[1..tag.len() - 1].chars().all(|c| c.is_alphanumeric() || c == '_') {
        return 1;
    }
    text[tag.len()..].find(tag).map_or(text.len(), |at| at + 2 * tag.len())
}

fn comment(text: &str) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}
