//! Tells a `;` within the body of a trigger or routine from one that ends the
//! statement.
//!
//! This is no parser. `BEGIN`, `END`, `IF` and `CASE` are also names, functions
//! and parts of expressions, so a word counts only where a statement may
//! begin: that alone tells `END;` from a column called `end`.

use super::SplitErrorKind;
use crate::sql::lexer::TokenKind;

/// Follows one statement from its first token.
#[derive(Debug, Default)]
pub(super) struct BodyTracker {
    kind: Kind,
    /// What is open, outermost first, with its offset.
    open: Vec<(Opener, usize)>,
    previous: Previous,
    /// Open parentheses, which matter in the header of a routine.
    parentheses: usize,
    /// Whether the body of a routine is a single statement, so that `IF` and
    /// `CASE` in it belong to expressions.
    is_single_statement: bool,
    declaration: Declaration,
    package_routine: PackageRoutine,
}

/// What the first words say the statement is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Unknown,
    /// `BEGIN`, at the offset; only `BEGIN NOT ATOMIC` opens a block.
    Begin(usize),
    BeginNot(usize),
    /// `CREATE` with perhaps some modifiers.
    Create,
    Alter,
    Trigger,
    Event,
    /// A procedure or function.
    Routine,
    Package,
    /// A block outside any routine.
    Block,
    /// A rule, whose statements are in parentheses.
    Rule,
    /// Nothing that has a body, or nothing whose body is still to come.
    Plain,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opener {
    Begin,
    /// `IF`, `LOOP`, `WHILE`, `FOR` or `CASE` as a statement.
    Compound,
    /// `REPEAT`, whose `END` follows a condition instead of a `;`.
    Repeat,
    /// `CASE` as an expression.
    CaseExpression,
    Package,
    /// A parenthesis of a rule.
    Parenthesis,
}

/// What the token before this one means for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Previous {
    #[default]
    Other,
    /// A statement may begin here.
    StatementStart,
    /// This is a name, whatever word it is.
    NameFollows,
    /// This is the name of another trigger, and then a statement begins.
    TriggerNameFollows,
    /// This is the user or host of `DEFINER`.
    UserFollows,
    /// A `BEGIN` that opened nothing, at the offset: `ATOMIC` would make it.
    Begin(usize),
}

/// Where in a `DECLARE` statement of a body the tracker is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Declaration {
    #[default]
    None,
    Declare,
    /// After `HANDLER`: the statement it runs follows its conditions directly.
    Handler,
}

/// Where in a routine of a package the tracker is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum PackageRoutine {
    #[default]
    None,
    Header,
    Declarations,
}

impl BodyTracker {
    /// What is open, and where it began.
    pub(super) fn open(&self) -> Option<(SplitErrorKind, usize)> {
        let &(opener, offset) = self.open.first()?;
        match opener {
            Opener::Begin | Opener::Compound | Opener::Repeat | Opener::Package => {
                Some((SplitErrorKind::Body, offset))
            }
            Opener::Parenthesis => Some((SplitErrorKind::Parenthesis, offset)),
            // An expression cannot go past a `;`.
            Opener::CaseExpression => None,
        }
    }

    /// Takes the next token that is neither whitespace nor a comment.
    pub(super) fn accept(&mut self, kind: TokenKind, text: &str, offset: usize) {
        if self.kind == Kind::Plain {
            return;
        }
        match kind {
            TokenKind::Word => self.word(&text.to_ascii_uppercase(), offset),
            TokenKind::Punctuation => self.punctuation(text, offset),
            TokenKind::QuotedIdentifier
            | TokenKind::String
            | TokenKind::DollarString
            | TokenKind::Number
            | TokenKind::Parameter => {
                self.previous = self.after_name();
                if self.kind == Kind::Unknown {
                    self.kind = Kind::Plain;
                }
            }
            TokenKind::Whitespace
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::ConditionalOpen
            | TokenKind::ConditionalClose => {}
        }
    }

    fn word(&mut self, word: &str, offset: usize) {
        match self.kind {
            Kind::Unknown => {
                self.kind = match word {
                    "CREATE" => Kind::Create,
                    "ALTER" => Kind::Alter,
                    "BEGIN" => Kind::Begin(offset),
                    _ => Kind::Plain,
                };
            }
            Kind::Begin(begin) if word == "NOT" => self.kind = Kind::BeginNot(begin),
            Kind::BeginNot(begin) if word == "ATOMIC" => {
                self.kind = Kind::Block;
                self.push(Opener::Begin, begin);
            }
            Kind::Begin(_) | Kind::BeginNot(_) => self.kind = Kind::Plain,
            Kind::Create | Kind::Alter if self.previous == Previous::UserFollows => {
                self.previous = Previous::Other;
            }
            Kind::Create | Kind::Alter => self.object_word(word),
            Kind::Trigger | Kind::Event | Kind::Routine | Kind::Package | Kind::Block => {
                self.body_word(word, offset);
            }
            Kind::Rule | Kind::Plain => {}
        }
    }

    /// A word between `CREATE` or `ALTER` and the name of the object.
    fn object_word(&mut self, word: &str) {
        self.kind = match word {
            "EVENT" => Kind::Event,
            "TRIGGER" if self.kind == Kind::Create => Kind::Trigger,
            "PROCEDURE" | "FUNCTION" if self.kind == Kind::Create => Kind::Routine,
            "PACKAGE" if self.kind == Kind::Create => Kind::Package,
            "RULE" if self.kind == Kind::Create => Kind::Rule,
            "OR" | "REPLACE" | "TEMP" | "TEMPORARY" | "DEFINER" | "CURRENT_USER" | "CURRENT_ROLE"
            | "AGGREGATE" | "CONSTRAINT" => self.kind,
            _ => Kind::Plain,
        };
        self.previous = Previous::NameFollows;
    }

    fn body_word(&mut self, word: &str, offset: usize) {
        if matches!(self.previous, Previous::NameFollows | Previous::TriggerNameFollows) {
            self.previous = self.after_name();
            return;
        }
        if word == "END" {
            self.end();
            return;
        }
        if self.opens(word) {
            self.declaration = Declaration::None;
            match word {
                "BEGIN" => self.begin(offset),
                "REPEAT" => self.push(Opener::Repeat, offset),
                "LOOP" => self.push(Opener::Compound, offset),
                _ => {
                    self.push(Opener::Compound, offset);
                    self.previous = Previous::Other;
                }
            }
            return;
        }
        let at_start = self.previous == Previous::StatementStart;
        let in_header = self.open.is_empty();
        let innermost = self.open.last().map(|&(opener, _)| opener);
        self.previous = match word {
            "BEGIN" => Previous::Begin(offset),
            "ATOMIC" if at_start => Previous::StatementStart,
            "ATOMIC" if let Previous::Begin(begin) = self.previous => {
                self.push(Opener::Begin, begin);
                Previous::StatementStart
            }
            "CASE" => {
                self.open.push((Opener::CaseExpression, offset));
                Previous::Other
            }
            "THEN" | "ELSE" if innermost != Some(Opener::CaseExpression) => Previous::StatementStart,
            "DO" => Previous::StatementStart,
            "ROW" if in_header && self.kind == Kind::Trigger => Previous::StatementStart,
            "FOLLOWS" | "PRECEDES" if in_header && self.kind == Kind::Trigger => Previous::TriggerNameFollows,
            "DECLARE" if at_start => {
                self.declaration = Declaration::Declare;
                Previous::Other
            }
            "HANDLER" if self.declaration == Declaration::Declare => {
                self.declaration = Declaration::Handler;
                Previous::Other
            }
            "AS" | "IS" if self.kind == Kind::Package => self.package_body(offset),
            "FUNCTION" | "PROCEDURE" if at_start && self.kind == Kind::Package => {
                self.package_routine = PackageRoutine::Header;
                Previous::NameFollows
            }
            "EXISTS" | "ON" | "OF" | "FROM" | "FUNCTION" | "PROCEDURE" if in_header => Previous::NameFollows,
            _ => {
                if in_header && self.kind == Kind::Routine && self.parentheses == 0 {
                    self.is_single_statement |= is_statement_verb(word);
                }
                Previous::Other
            }
        };
    }

    /// Whether `word` begins a compound statement here.
    fn opens(&self, word: &str) -> bool {
        let is_block = word == "BEGIN";
        let is_compound = matches!(word, "IF" | "CASE" | "LOOP" | "WHILE" | "REPEAT");
        if self.previous == Previous::StatementStart || self.declaration == Declaration::Handler {
            return is_block || is_compound || word == "FOR";
        }
        if !self.open.is_empty() || self.parentheses > 0 {
            return false;
        }
        // The end of a header is not marked by any one token.
        match self.kind {
            Kind::Trigger => is_block,
            Kind::Routine => !self.is_single_statement && (is_block || is_compound),
            Kind::Unknown
            | Kind::Begin(_)
            | Kind::BeginNot(_)
            | Kind::Create
            | Kind::Alter
            | Kind::Event
            | Kind::Package
            | Kind::Block
            | Kind::Rule
            | Kind::Plain => false,
        }
    }

    fn begin(&mut self, offset: usize) {
        let in_package_only = self.kind == Kind::Package && self.open.len() == 1;
        if in_package_only && self.package_routine == PackageRoutine::None {
            // The statements that initialise a package share its `END`.
            self.previous = Previous::StatementStart;
            return;
        }
        self.package_routine = PackageRoutine::None;
        self.push(Opener::Begin, offset);
    }

    fn package_body(&mut self, offset: usize) -> Previous {
        if self.open.is_empty() {
            self.push(Opener::Package, offset);
        } else if self.package_routine == PackageRoutine::Header {
            self.package_routine = PackageRoutine::Declarations;
        } else {
            return Previous::Other;
        }
        Previous::StatementStart
    }

    fn push(&mut self, opener: Opener, offset: usize) {
        self.open.push((opener, offset));
        self.previous = Previous::StatementStart;
    }

    fn end(&mut self) {
        let at_start = self.previous == Previous::StatementStart;
        self.previous = Previous::Other;
        let closes = match self.open.last() {
            Some((Opener::CaseExpression, _)) => {
                self.open.pop();
                return;
            }
            Some((Opener::Repeat, _)) => true,
            Some((Opener::Begin | Opener::Compound | Opener::Package, _)) => at_start,
            Some((Opener::Parenthesis, _)) | None => false,
        };
        if closes {
            self.open.pop();
            // `END IF` and the like: the second word opens nothing.
            self.previous = Previous::NameFollows;
            if self.open.is_empty() {
                self.kind = Kind::Plain;
            }
        }
    }

    fn punctuation(&mut self, text: &str, offset: usize) {
        let in_header = self.open.is_empty();
        if self.kind == Kind::Rule {
            match text {
                "(" => self.open.push((Opener::Parenthesis, offset)),
                ")" => {
                    self.open.pop();
                }
                _ => {}
            }
            return;
        }
        self.previous = match text {
            ";" => {
                while let Some((Opener::CaseExpression, _)) = self.open.last() {
                    self.open.pop();
                }
                self.declaration = Declaration::None;
                if self.package_routine == PackageRoutine::Header {
                    self.package_routine = PackageRoutine::None;
                }
                Previous::StatementStart
            }
            ":" => Previous::StatementStart,
            "." => Previous::NameFollows,
            "," if in_header => Previous::NameFollows,
            "=" | "@" if matches!(self.kind, Kind::Create | Kind::Alter) => Previous::UserFollows,
            "(" => {
                self.parentheses += 1;
                Previous::Other
            }
            ")" => {
                self.parentheses = self.parentheses.saturating_sub(1);
                Previous::Other
            }
            _ => Previous::Other,
        };
        if self.kind == Kind::Unknown {
            self.kind = Kind::Plain;
        }
    }

    fn after_name(&self) -> Previous {
        match self.previous {
            Previous::TriggerNameFollows => Previous::StatementStart,
            Previous::Other
            | Previous::StatementStart
            | Previous::NameFollows
            | Previous::UserFollows
            | Previous::Begin(_) => Previous::Other,
        }
    }
}

/// Whether `word` begins a statement that can be the whole body of a routine.
fn is_statement_verb(word: &str) -> bool {
    matches!(
        word,
        "ALTER"
            | "CALL"
            | "CREATE"
            | "DELETE"
            | "DO"
            | "DROP"
            | "EXECUTE"
            | "GRANT"
            | "INSERT"
            | "RENAME"
            | "REPLACE"
            | "RETURN"
            | "SELECT"
            | "SET"
            | "SIGNAL"
            | "TRUNCATE"
            | "UPDATE"
            | "VALUES"
            | "WITH"
    )
}
