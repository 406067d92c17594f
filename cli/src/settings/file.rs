//! Reads `retort.toml` and refuses what it does not know, with the line.

use std::{collections::BTreeMap, ops::Range, path::Path};

use figment::value::Dict;
use retort_core::{revision::directory::FileTemplate, suggestion::nearest};
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

use super::read_optional;
use crate::command_error::{CommandError, Excerpt};

/// The settings of a project or an environment, and what each must be.
const KEYS: &[(&str, Kind)] = &[
    ("migrations", Kind::Paths),
    ("models", Kind::Text),
    ("url", Kind::Text),
    ("version_table", Kind::Text),
    ("version_table_namespace", Kind::Text),
    ("lock_timeout", Kind::Duration),
    ("protected", Kind::Bool),
    ("transaction", Kind::Text),
    ("namespaces", Kind::Texts),
    ("types", Kind::TextsByName),
    ("include", Kind::List),
    ("exclude", Kind::List),
    ("recursive_version_locations", Kind::Bool),
    ("file_template", Kind::FileTemplate),
    ("truncate_slug_length", Kind::Number),
    ("timezone", Kind::Text),
    ("templates", Kind::Text),
    ("template", Kind::Text),
    ("hooks", Kind::Hooks),
];

/// The table of environments.
const ENVIRONMENTS: &str = "env";

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Duration,
    List,
    Texts,
    TextsByName,
    /// A path, or a list of them.
    Paths,
    Bool,
    Number,
    FileTemplate,
    Hooks,
}

/// The configuration file of a project.
#[derive(Default)]
pub(super) struct ConfigFile {
    /// Its name, for messages.
    pub(super) name: String,
    /// The settings outside of environments.
    pub(super) top: Dict,
    /// The settings of each `[env.NAME]`.
    pub(super) environments: BTreeMap<String, Dict>,
}

impl ConfigFile {
    /// Reads a file, if it is there.
    pub(super) fn read(path: &Path, name: &str) -> Result<Option<Self>, CommandError> {
        match read_optional(path, name)? {
            Some(text) => Self::parse(name, &text).map(Some),
            None => Ok(None),
        }
    }

    fn parse(name: &str, text: &str) -> Result<Self, CommandError> {
        let reader = Reader { name, text };
        let table = DeTable::parse(text).map_err(|error| {
            let span = error.span().unwrap_or_default();
            reader.error("the configuration is not valid TOML", span, error.message())
        })?;
        let mut file = Self { name: name.to_owned(), ..Self::default() };
        for (key, value) in table.get_ref() {
            if key.get_ref() != ENVIRONMENTS {
                file.top.insert(key.get_ref().to_string(), reader.setting(key, value, true)?);
                continue;
            }
            for (name, section) in reader.table(value)? {
                let mut settings = Dict::new();
                for (key, value) in reader.table(section)? {
                    settings.insert(key.get_ref().to_string(), reader.setting(key, value, false)?);
                }
                file.environments.insert(name.get_ref().to_string(), settings);
            }
        }
        Ok(file)
    }
}

/// Turns parsed TOML into settings.
struct Reader<'a> {
    name: &'a str,
    text: &'a str,
}

type Key<'a> = Spanned<DeString<'a>>;
type Value<'a> = Spanned<DeValue<'a>>;

impl Reader<'_> {
    fn setting(&self, key: &Key, value: &Value, top: bool) -> Result<figment::value::Value, CommandError> {
        let name: &str = key.get_ref();
        let Some((_, kind)) = KEYS.iter().find(|(known, _)| *known == name) else {
            return Err(self.unknown(key, top));
        };
        match (kind, value.get_ref()) {
            (Kind::Text | Kind::Duration, DeValue::String(text)) => Ok(text.as_ref().into()),
            (Kind::Duration, DeValue::Integer(seconds)) => Ok(seconds.as_str().into()),
            (Kind::Texts, DeValue::Table(table)) => Ok(self.texts(table)?.into()),
            (Kind::TextsByName, DeValue::Table(tables)) => {
                let mut by_name = Dict::new();
                for (key, value) in tables {
                    let texts = self.texts(self.table(value)?)?;
                    by_name.insert(key.get_ref().to_string(), texts.into());
                }
                Ok(by_name.into())
            }
            (Kind::List, DeValue::Array(items)) => Ok(self.list(items)?.into()),
            (Kind::Paths, DeValue::String(path)) => Ok(vec![path.to_string()].into()),
            (Kind::Paths, DeValue::Array(items)) => match self.list(items)? {
                paths if paths.is_empty() => Err(self.wrong_kind(value, "at least one path")),
                paths => Ok(paths.into()),
            },
            // As text, as in a variable.
            (Kind::Bool, DeValue::Boolean(value)) => Ok(value.to_string().into()),
            (Kind::Number, DeValue::Integer(number)) => Ok(number.to_string().into()),
            (Kind::FileTemplate, DeValue::String(text)) => self.file_template(value, text),
            (Kind::Hooks, DeValue::Array(hooks)) => {
                let hooks = hooks.iter().map(|hook| self.hook(hook)).collect::<Result<Vec<_>, _>>()?;
                Ok(hooks.into())
            }
            (Kind::Text | Kind::FileTemplate, _) => Err(self.wrong_kind(value, "a string")),
            (Kind::Duration, _) => Err(self.wrong_kind(value, "a duration such as \"30s\"")),
            (Kind::List, _) => Err(self.wrong_kind(value, "a list of strings")),
            (Kind::Texts, _) => Err(self.wrong_kind(value, "a table of strings")),
            (Kind::TextsByName, _) => Err(self.wrong_kind(value, "a table of tables of strings")),
            (Kind::Paths, _) => Err(self.wrong_kind(value, "a string, or a list of strings")),
            (Kind::Bool, _) => Err(self.wrong_kind(value, "true or false")),
            (Kind::Number, _) => Err(self.wrong_kind(value, "a number")),
            (Kind::Hooks, _) => Err(self.wrong_kind(value, "tables, each under a line `[[hooks]]`")),
        }
    }

    fn list(&self, items: &[Value<'_>]) -> Result<Vec<String>, CommandError> {
        let text = |item: &Value<'_>| match item.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            _ => Err(self.wrong_kind(item, "a string")),
        };
        items.iter().map(text).collect()
    }

    fn file_template(&self, value: &Value, text: &str) -> Result<figment::value::Value, CommandError> {
        let Err(error) = FileTemplate::parse(text) else { return Ok(text.into()) };
        // Within the quotes, unless something is escaped there.
        let mut span = value.span();
        if self.text.get(span.start + 1..span.end - 1) == Some(text) && !error.span.is_empty() {
            span = span.start + 1 + error.span.start..span.start + 1 + error.span.end;
        }
        Err(self.error(error.message, span, "").hint(error.hint))
    }

    fn hook(&self, hook: &Value) -> Result<Dict, CommandError> {
        let mut read = Dict::new();
        for (key, value) in self.table(hook)? {
            let value = match (key.get_ref().as_ref(), value.get_ref()) {
                ("name", DeValue::String(name)) => name.as_ref().into(),
                ("name", _) => return Err(self.wrong_kind(value, "a string")),
                ("command", DeValue::Array(words)) if !words.is_empty() => self.list(words)?.into(),
                ("command", _) => {
                    let expected = "a list of strings: the program and its arguments";
                    return Err(self.wrong_kind(value, expected));
                }
                (name, _) => {
                    let error = self.error(format!("unknown setting `{name}` of a hook"), key.span(), "");
                    return Err(error.hint("a hook has `name` and `command`"));
                }
            };
            read.insert(key.get_ref().to_string(), value);
        }
        match ["name", "command"].into_iter().find(|key| !read.contains_key(*key)) {
            None => Ok(read),
            Some(missing) => Err(self
                .error(format!("a hook has no `{missing}`"), hook.span(), "")
                .hint("a hook has a name and a command: `name = \"format\"` and `command = [\"pg_format\", \"--inplace\", \"{file}\"]`")),
        }
    }

    fn texts(&self, table: &DeTable<'_>) -> Result<Dict, CommandError> {
        let mut texts = Dict::new();
        for (key, value) in table {
            let DeValue::String(text) = value.get_ref() else {
                return Err(self.wrong_kind(value, "a string"));
            };
            texts.insert(key.get_ref().to_string(), text.as_ref().into());
        }
        Ok(texts)
    }

    fn table<'v, 'i>(&self, value: &'v Value<'i>) -> Result<&'v DeTable<'i>, CommandError> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self.wrong_kind(value, "a table")),
        }
    }

    fn unknown(&self, key: &Key, top: bool) -> CommandError {
        let name: &str = key.get_ref();
        let known = KEYS.iter().map(|(name, _)| *name).chain(top.then_some(ENVIRONMENTS));
        let error = self.error(format!("unknown setting `{name}`"), key.span(), "");
        // What Alembic calls a namespace is a schema there.
        let spelled = name.replace("_schema", "_namespace");
        match nearest(&spelled, known.clone()) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint(format!("the settings are: {}", known.collect::<Vec<_>>().join(", "))),
        }
    }

    fn wrong_kind(&self, value: &Value, expected: &str) -> CommandError {
        self.error("a setting has a value of the wrong kind", value.span(), &format!("expected {expected}"))
    }

    fn error(&self, message: impl Into<String>, span: Range<usize>, label: &str) -> CommandError {
        CommandError::new("config", message).at(Some(Excerpt::new(self.name, self.text, span, label)))
    }
}
