//! Operators and other punctuation.

use retort_core::{backend::BackendError, sql::Token};

use super::{Frame, PieceKind, Translator, lacks};

/// Operators of more than one character, with whether SQLite has them. A longer
/// one comes before its beginning.
const OPERATORS: [(&str, bool); 32] = [
    ("!~~*", false),
    ("!~*", false),
    ("!~~", false),
    ("~~*", false),
    ("->>", true),
    ("#>>", false),
    ("@@@", false),
    ("<->", false),
    ("-|-", false),
    ("&<|", false),
    ("|&>", false),
    ("||/", false),
    ("||", true),
    ("|/", false),
    ("->", true),
    ("<=", true),
    (">=", true),
    ("=>", false),
    ("<>", true),
    ("!=", true),
    ("==", true),
    ("<<", true),
    (">>", true),
    ("#>", false),
    ("#-", false),
    ("@>", false),
    ("<@", false),
    ("&&", false),
    ("?|", false),
    ("@@", false),
    ("!~", false),
    ("~*", false),
];

impl<'a> Translator<'a> {
    pub(super) fn punctuation(&mut self, token: &Token, written: &'a str) -> Result<(), BackendError> {
        match written {
            "(" => {
                self.refuse_query_of_insert()?;
                self.frames.push(Frame { first: self.pieces.len(), function: None, gap: self.gap() });
                self.at += 1;
                Ok(())
            }
            ")" => self.close(),
            "," => self.comma(),
            "." => self.push(PieceKind::Dot, written),
            ":" if self.text[token.span.start..].starts_with("::") => self.postfix_cast(),
            "[" | "]" => Err(lacks("arrays")),
            ";" => Err(lacks("`;` in expressions")),
            _ => self.operator(token, written),
        }
    }

    fn operator(&mut self, token: &Token, written: &'a str) -> Result<(), BackendError> {
        let rest = &self.text[token.span.start..];
        if let Some((operator, is_known)) = OPERATORS.iter().find(|(operator, _)| rest.starts_with(operator))
        {
            if !is_known {
                return Err(lacks(&format!("the operator `{operator}`")));
            }
            self.push(PieceKind::Operator, *operator)?;
            self.at += operator.len() - 1;
            return Ok(());
        }
        match written {
            "*" if self.begins_operand() => self.push(PieceKind::Operand, written),
            "+" | "-" if self.inside().last().is_some_and(|piece| piece.is_moment) => {
                Err(lacks("calculating with dates and times"))
            }
            "+" | "-" | "*" | "/" | "%" | "<" | ">" | "=" | "&" | "|" => {
                self.push(PieceKind::Operator, written)
            }
            "~" if self.begins_operand() => self.push(PieceKind::Operator, written),
            _ => Err(lacks(&format!("the operator `{written}`"))),
        }
    }
}
