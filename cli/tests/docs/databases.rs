//! The databases of a document: `sqlite://NAME.db` in its text is a file, or
//! stands for a database of a server.

use std::path::Path;

use retort_test_servers::{Database, Engine};

/// What a database of a document is called.
const SCHEME: &str = "sqlite://";

/// The databases that a document has used.
#[derive(Debug)]
pub(crate) struct Databases {
    engine: Option<Engine>,
    made: Vec<(String, Database)>,
}

impl Databases {
    /// Files, or databases of an engine.
    pub(crate) fn on(engine: Option<Engine>) -> Self {
        Self { engine, made: Vec::new() }
    }

    pub(crate) fn engine(&self) -> &'static str {
        self.engine.map_or("sqlite", Engine::name)
    }

    /// A text of the document with the databases of the run.
    pub(crate) fn actual(&mut self, text: &str) -> String {
        let Some(engine) = self.engine else { return text.to_owned() };
        let (mut actual, mut rest) = (String::new(), text);
        while let Some((before, after)) = rest.split_once(SCHEME) {
            let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
            let name = &after[..end];
            actual.push_str(before);
            match after[end..].strip_prefix(".db") {
                Some(after) if !name.is_empty() => {
                    actual.push_str(self.url(engine, name));
                    rest = after;
                }
                _ => {
                    actual.push_str(SCHEME);
                    rest = after;
                }
            }
        }
        actual + rest
    }

    fn url(&mut self, engine: Engine, name: &str) -> &str {
        let at = self.made.iter().position(|(made, _)| made == name).unwrap_or_else(|| {
            self.made.push((name.to_owned(), Database::create(engine)));
            self.made.len() - 1
        });
        self.made[at].1.url()
    }

    /// A text of the run with the databases of the document.
    pub(crate) fn shown(&self, text: &str) -> String {
        self.made.iter().fold(text.to_owned(), |mut text, (name, database)| {
            while let Some(at) = text.find(database.name()) {
                let begin = text[..at].rfind([' ', '\n', '\'', '"', '`', '=']).map_or(0, |at| at + 1);
                let is_url = text[begin..at].contains("://");
                let shown = if is_url { format!("{SCHEME}{name}.db") } else { format!("{name}.db") };
                let begin = if is_url { begin } else { at };
                text.replace_range(begin..at + database.name().len(), &shown);
            }
            text
        })
    }

    /// The rows of a query in the database `dev`, each as its values joined by
    /// `|`.
    pub(crate) fn rows(&self, directory: &Path, query: &str) -> Vec<String> {
        let query = match self.engine {
            Some(Engine::Postgresql) => query.to_owned(),
            None | Some(Engine::Mysql | Engine::Mariadb) => query.replace("finance.", "finance_"),
        };
        if self.engine.is_some() {
            let made = self.made.iter().find(|(name, _)| name == "dev");
            return made.map(|(_, database)| database.rows(&query)).unwrap_or_default();
        }
        let database = rusqlite::Connection::open(directory.join("dev.db")).unwrap();
        let mut statement = database.prepare(&query).unwrap();
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            let text = |at| {
                Ok(match row.get_ref(at)? {
                    rusqlite::types::ValueRef::Null => "NULL".to_owned(),
                    rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                    rusqlite::types::ValueRef::Real(number) => number.to_string(),
                    rusqlite::types::ValueRef::Text(text) | rusqlite::types::ValueRef::Blob(text) => {
                        String::from_utf8_lossy(text).into_owned()
                    }
                })
            };
            Ok((0..columns).map(text).collect::<rusqlite::Result<Vec<_>>>()?.join("|"))
        };
        statement.query_map([], row).unwrap().map(Result::unwrap).collect()
    }
}
