//! SQLite's catalog: its pragmas, and what of `sqlite_schema` they do not say.

use retort_core::sql::{TokenKind, lex};

use super::Entry;
use crate::{engine::Engine, site::Site};

pub(super) fn read(site: &mut Site) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (kind, query) in PRAGMAS {
        for row in rows(site, query) {
            let name = row[0].clone();
            let table = (kind != "table").then(|| name.clone());
            let text = row.join(" ");
            entries.push(Entry { kind: kind.to_owned(), name, table, text, is_outside: false });
        }
    }
    let query = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'";
    for row in rows(site, query) {
        let [kind, name, table, sql] = <[String; 4]>::try_from(row).unwrap();
        let words = words(&sql);
        if kind == "table" {
            let clauses = clauses(&words).into_iter().map(|text| Entry {
                kind: "clause".to_owned(),
                name: name.clone(),
                table: Some(name.clone()),
                text: format!("{name} {text}"),
                is_outside: false,
            });
            entries.extend(clauses);
            continue;
        }
        let is_outside = kind == "trigger";
        let table = (kind != "view").then_some(table);
        entries.push(Entry { kind, name, table, text: words.join(" "), is_outside });
    }
    entries
}

/// Each begins with the name of the table.
const PRAGMAS: [(&str, &str); 4] = [
    (
        "table",
        "SELECT name, 'strict ' || strict, 'without rowid ' || wr FROM pragma_table_list
         WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'",
    ),
    (
        "column",
        // A key that is the rowid is never null, whether that is written or not.
        "SELECT t.name, c.name, upper(c.type),
                'not null ' || (c.\"notnull\" OR c.pk AND upper(c.type) = 'INTEGER'
                                AND 1 = (SELECT count(*) FROM pragma_table_info(t.name) k WHERE k.pk)),
                'default ' || c.dflt_value, 'key ' || c.pk, 'hidden ' || c.hidden
         FROM pragma_table_list t, pragma_table_xinfo(t.name) c
         WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%'",
    ),
    (
        "foreign key",
        "SELECT t.name, f.\"table\", group_concat(f.\"from\" || '=' || coalesce(f.\"to\", '')), f.on_update, f.on_delete, f.match
         FROM pragma_table_list t, pragma_foreign_key_list(t.name) f
         WHERE t.schema = 'main' GROUP BY t.name, f.id",
    ),
    (
        "key",
        "SELECT t.name, CASE i.origin WHEN 'c' THEN i.name END, i.\"unique\", i.origin, i.partial,
                (SELECT group_concat(coalesce(x.name, 'expression') || ' ' || x.coll || ' ' || x.\"desc\")
                 FROM pragma_index_xinfo(i.name) x WHERE x.key)
         FROM pragma_table_list t, pragma_index_list(t.name) i WHERE t.schema = 'main'",
    ),
];

fn rows(site: &mut Site, query: &str) -> Vec<Vec<String>> {
    let rows = site.rows(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let row = |row: Vec<Option<String>>| row.into_iter().map(Option::unwrap_or_default).collect();
    rows.into_iter().map(row).collect()
}

/// The words of a statement without quotes, comments and letter case.
fn words(sql: &str) -> Vec<String> {
    let backend = Engine::Sqlite.backend();
    let tokens = lex(sql, backend.syntax()).filter(|token| !token.kind.is_trivia());
    let word = tokens.map(|token| {
        let text = &sql[token.span];
        match token.kind {
            TokenKind::QuotedIdentifier => text[1..text.len() - 1].to_lowercase(),
            TokenKind::Word => text.to_lowercase(),
            _ => text.to_owned(),
        }
    });
    word.collect()
}

/// The clauses of a CREATE TABLE that no pragma tells of.
fn clauses(words: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).map(String::as_str);
        match (word.as_str(), next) {
            ("check" | "as", Some("(")) => found.push(format!("{word} {}", parenthesized(&words[at + 1..]))),
            ("collate" | "conflict" | "deferrable" | "initially", Some(next)) => {
                found.push(format!("{word} {next}"));
            }
            ("autoincrement", _) => found.push(word.clone()),
            _ => {}
        }
    }
    found
}

/// From an opening parenthesis to the one that closes it.
fn parenthesized(words: &[String]) -> String {
    let mut depth = 0_usize;
    let mut found = Vec::new();
    for word in words {
        match word.as_str() {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        found.push(word.as_str());
        if depth == 0 {
            break;
        }
    }
    found.join(" ")
}
