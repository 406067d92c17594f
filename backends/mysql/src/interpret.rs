//! What a statement under `@only mysql` does to the schema.

use retort_core::{
    backend::Effect,
    operation::Operation,
    schema::{
        Constraint, ConstraintKind, Deferrable, Index, IndexKey, IndexKeyPart, Name, QualifiedName, Schema,
        SortOrder, Table, Unique, Unmanaged,
    },
    sql::{TokenKind, lex},
};

use crate::syntax::SYNTAX;

/// The first words of statements that leave the schema as it is.
const NO_EFFECT: [&str; 32] = [
    "ANALYZE",
    "BEGIN",
    "CACHE",
    "CHECK",
    "CHECKSUM",
    "COMMIT",
    "DELETE",
    "DESC",
    "DESCRIBE",
    "DO",
    "EXPLAIN",
    "FLUSH",
    "GRANT",
    "HANDLER",
    "INSERT",
    "KILL",
    "LOAD",
    "LOCK",
    "OPTIMIZE",
    "RELEASE",
    "REPAIR",
    "REPLACE",
    "REVOKE",
    "ROLLBACK",
    "SAVEPOINT",
    "SELECT",
    "SET",
    "SHOW",
    "START",
    "TRUNCATE",
    "UNLOCK",
    "UPDATE",
];

/// What is outside the schema altogether.
const ELSEWHERE: [&str; 7] = ["DATABASE", "SCHEMA", "USER", "ROLE", "SERVER", "TABLESPACE", "TEMPORARY"];

/// What is in the schema but outside the model.
const PROGRAMS: [&str; 4] = ["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"];

/// Applies a statement to the schema, as far as its text tells.
pub(crate) fn interpret(sql: &str, schema: &mut Schema) -> Effect {
    let mut after = schema.clone();
    match apply(sql, &mut after) {
        Some(()) => {
            *schema = after;
            Effect::Known
        }
        None => Effect::Unknown,
    }
}

/// Applies a statement; `None` if its text does not tell what it does.
fn apply(sql: &str, schema: &mut Schema) -> Option<()> {
    let mut cursor = Cursor::new(sql);
    if cursor.is_any(&NO_EFFECT) {
        return Some(());
    }
    if cursor.eat("WITH") {
        // It ends in a statement about rows.
        return Some(());
    }
    if cursor.eat("CREATE") {
        create(cursor, sql, schema)
    } else if cursor.eat("DROP") {
        drop(cursor, schema)
    } else if cursor.eat("RENAME") {
        rename(cursor, schema)
    } else if cursor.eat("ALTER") {
        alter(cursor, schema)
    } else {
        None
    }
}

fn create(mut cursor: Cursor<'_>, sql: &str, schema: &mut Schema) -> Option<()> {
    if cursor.is_any(&ELSEWHERE) {
        return Some(());
    }
    let or_replace = cursor.eat("OR");
    if or_replace {
        cursor.expect("REPLACE")?;
    }
    if cursor.eat("DEFINER") {
        cursor.skip_to(&PROGRAMS)?;
    }
    if let Some(kind) = cursor.eat_any(&PROGRAMS) {
        return create_program(kind, cursor, sql, schema);
    }
    let unique = cursor.eat("UNIQUE");
    cursor.expect("INDEX")?;
    if cursor.eat_if_not_exists() && or_replace {
        return None;
    }
    create_index(cursor, unique, schema)
}

fn create_program(kind: &str, mut cursor: Cursor<'_>, sql: &str, schema: &mut Schema) -> Option<()> {
    let if_not_exists = cursor.eat_if_not_exists();
    let name = QualifiedName::unqualified(cursor.name()?);
    let table = if kind == "TRIGGER" {
        cursor.skip_to(&["ON"])?;
        cursor.expect("ON")?;
        Some(QualifiedName::unqualified(cursor.name()?))
    } else {
        None
    };
    let kind = kind.to_ascii_lowercase();
    let is_it = |object: &Unmanaged| object.kind == kind && object.name == name;
    if if_not_exists && schema.unmanaged.iter().any(is_it) {
        return Some(());
    }
    schema.unmanaged.retain(|object| !is_it(object));
    schema.unmanaged.push(Unmanaged { kind, name, table, definition: Some(sql.to_owned()) });
    Some(())
}

/// `name ON table (key)`, without options.
fn create_index(mut cursor: Cursor<'_>, unique: bool, schema: &mut Schema) -> Option<()> {
    let name = cursor.name()?;
    cursor.expect("ON")?;
    let table = find(schema, &cursor.name()?)?.name.clone();
    let key = key_parts(&mut cursor, schema.tables.get(&table)?)?;
    if !cursor.at_end() {
        return None;
    }
    let plain = key.iter().all(|part| part.prefix.is_none() && part.order == SortOrder::Ascending);
    let operation = if unique && plain {
        // It is a unique constraint as well.
        let columns = key.into_iter().filter_map(|part| match part.key {
            IndexKey::Column(column) => Some(column),
            IndexKey::Expression(_) => None,
        });
        let unique =
            Unique { columns: columns.collect(), nulls_not_distinct: false, deferrable: Deferrable::No };
        let constraint = Constraint::named(name, ConstraintKind::Unique(unique));
        Operation::AddConstraint { table, constraint }
    } else {
        let index = Index { unique, key, ..Index::on_columns(name, []) };
        Operation::CreateIndex { table, index, concurrently: false, if_not_exists: false }
    };
    operation.apply_to(schema).ok()
}

/// `(a, b(10) DESC)`
fn key_parts(cursor: &mut Cursor<'_>, table: &Table) -> Option<Vec<IndexKeyPart>> {
    let mut parts = Vec::new();
    cursor.expect("(")?;
    loop {
        let written = cursor.name()?;
        let column = table.columns.iter().find(|column| same(&column.name, &written))?;
        let mut part = IndexKeyPart::column(column.name.clone());
        if cursor.eat("(") {
            part.prefix = Some(cursor.number()?);
            cursor.expect(")")?;
        }
        if cursor.eat("DESC") {
            part.order = SortOrder::Descending;
        } else {
            cursor.eat("ASC");
        }
        parts.push(part);
        if !cursor.eat(",") {
            break;
        }
    }
    cursor.expect(")")?;
    Some(parts)
}

fn drop(mut cursor: Cursor<'_>, schema: &mut Schema) -> Option<()> {
    if cursor.is_any(&ELSEWHERE) || cursor.eat("PREPARE") {
        return Some(());
    }
    if let Some(kind) = cursor.eat_any(&PROGRAMS) {
        cursor.eat_if_exists();
        let name = QualifiedName::unqualified(cursor.name()?);
        let kind = kind.to_ascii_lowercase();
        schema.unmanaged.retain(|object| object.kind != kind || object.name != name);
        return Some(());
    }
    if cursor.eat("INDEX") {
        cursor.eat_if_exists();
        let name = cursor.name()?;
        cursor.expect("ON")?;
        return drop_index(&name, &cursor.name()?, schema);
    }
    let tables = cursor.eat("TABLE");
    if !tables {
        cursor.expect("VIEW")?;
    }
    cursor.eat_if_exists();
    loop {
        let name = QualifiedName::unqualified(cursor.name()?);
        let operation = match tables {
            true => Operation::DropTable { name, if_exists: true },
            false => Operation::DropView { name, if_exists: true },
        };
        operation.apply_to(schema).ok()?;
        if !cursor.eat(",") {
            return Some(());
        }
    }
}

fn drop_index(name: &Name, table: &Name, schema: &mut Schema) -> Option<()> {
    let table = find(schema, table)?;
    let is_index = table.indexes.iter().find(|index| same(&index.name, name));
    let constraint = table.constraints.iter().filter_map(|constraint| constraint.name.as_ref());
    let operation = match is_index {
        // Only one table must have an index of the name.
        Some(index) if schema.table_of_index(&table.name.with_name(index.name.clone())) == Some(table) => {
            let name = table.name.with_name(index.name.clone());
            Operation::DropIndex { name, concurrently: false, if_exists: false }
        }
        Some(_) => return None,
        None => {
            let name = constraint.into_iter().find(|constraint| same(constraint, name))?.clone();
            Operation::DropConstraint { table: table.name.clone(), name, if_exists: false }
        }
    };
    operation.apply_to(schema).ok()
}

/// `TABLE a TO b, c TO d`
fn rename(mut cursor: Cursor<'_>, schema: &mut Schema) -> Option<()> {
    cursor.expect("TABLE")?;
    loop {
        let from = QualifiedName::unqualified(cursor.name()?);
        cursor.expect("TO")?;
        rename_relation(from, cursor.name()?, schema)?;
        if !cursor.eat(",") {
            return cursor.at_end().then_some(());
        }
    }
}

fn rename_relation(from: QualifiedName, to: Name, schema: &mut Schema) -> Option<()> {
    // Views that read from it keep its old name.
    if schema.views.values().any(|view| view.reads(&from)) {
        return None;
    }
    let operation = match schema.views.contains_key(&from) {
        true => Operation::RenameView { from, to },
        false => Operation::RenameTable { from, to },
    };
    operation.apply_to(schema).ok()
}

/// `TABLE a RENAME TO b`, and what is outside the schema.
fn alter(mut cursor: Cursor<'_>, schema: &mut Schema) -> Option<()> {
    if cursor.is_any(&ELSEWHERE) {
        return Some(());
    }
    cursor.expect("TABLE")?;
    let from = QualifiedName::unqualified(cursor.name()?);
    cursor.expect("RENAME")?;
    let _ = cursor.eat("TO") || cursor.eat("AS");
    let to = cursor.name()?;
    cursor.at_end().then_some(())?;
    rename_relation(from, to, schema)
}

fn find<'a>(schema: &'a Schema, name: &Name) -> Option<&'a Table> {
    schema.tables.get(&QualifiedName::unqualified(name.clone()))
}

/// Whether two names of columns or indexes are one to the server.
fn same(one: &Name, other: &Name) -> bool {
    one.as_str().to_lowercase() == other.as_str().to_lowercase()
}

/// The tokens of a statement.
struct Cursor<'a> {
    tokens: Vec<(TokenKind, &'a str)>,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn new(sql: &'a str) -> Self {
        let tokens = lex(sql, &SYNTAX)
            .filter(|token| {
                let frame = matches!(token.kind, TokenKind::ConditionalOpen | TokenKind::ConditionalClose);
                !token.kind.is_trivia() && !frame
            })
            .map(|token| (token.kind, &sql[token.span]))
            .collect();
        Self { tokens, at: 0 }
    }

    fn at_end(&self) -> bool {
        self.tokens[self.at..].iter().all(|(_, text)| *text == ";")
    }

    /// Whether a word or sign is next. A name in quotes is neither.
    fn is(&self, text: &str) -> bool {
        self.tokens.get(self.at).is_some_and(|(kind, next)| {
            matches!(kind, TokenKind::Word | TokenKind::Punctuation) && next.eq_ignore_ascii_case(text)
        })
    }

    fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.is(text);
        self.at += usize::from(found);
        found
    }

    fn eat_any(&mut self, words: &[&'static str]) -> Option<&'static str> {
        words.iter().find(|word| self.eat(word)).copied()
    }

    fn expect(&mut self, text: &str) -> Option<()> {
        self.eat(text).then_some(())
    }

    fn eat_if_exists(&mut self) {
        if self.eat("IF") {
            self.eat("EXISTS");
        }
    }

    fn eat_if_not_exists(&mut self) -> bool {
        self.eat("IF") && self.eat("NOT") && self.eat("EXISTS")
    }

    /// Goes on to the first of these words.
    fn skip_to(&mut self, words: &[&str]) -> Option<()> {
        while !self.is_any(words) {
            self.tokens.get(self.at)?;
            self.at += 1;
        }
        Some(())
    }

    /// A name. One in another database is none.
    fn name(&mut self) -> Option<Name> {
        let (kind, text) = *self.tokens.get(self.at)?;
        let name = match kind {
            TokenKind::Word => text.to_owned(),
            TokenKind::QuotedIdentifier => text.get(1..text.len() - 1)?.replace("``", "`"),
            TokenKind::Whitespace
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::ConditionalOpen
            | TokenKind::ConditionalClose
            | TokenKind::String
            | TokenKind::DollarString
            | TokenKind::Number
            | TokenKind::Parameter
            | TokenKind::Punctuation => return None,
        };
        self.at += 1;
        (!self.is(".")).then(|| Name::new(name))
    }

    fn number(&mut self) -> Option<u32> {
        let (_, text) = *self.tokens.get(self.at)?;
        self.at += 1;
        text.parse().ok()
    }
}

#[cfg(test)]
mod tests;
