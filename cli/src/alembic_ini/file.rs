//! What the configuration files of Alembic say.

use std::{env, fs, path::Path};

use toml::Table;

/// The names of the files, and that of the section in both.
const INI: &str = "alembic.ini";
const PYPROJECT: &str = "pyproject.toml";
const SECTION: &str = "alembic";

/// What the configuration of Alembic says. Texts are without `%(here)s`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct AlembicFile {
    /// The files that it was read from.
    pub(super) names: Vec<&'static str>,
    pub(super) url: Option<String>,
    pub(super) version_locations: Vec<String>,
    pub(super) recursive: bool,
    pub(super) file_template: Option<String>,
    pub(super) timezone: Option<String>,
    pub(super) truncate_slug_length: Option<String>,
    /// Names and commands.
    pub(super) hooks: Vec<(String, Vec<String>)>,
}

impl AlembicFile {
    /// Reads the files of a directory, if there are any of Alembic's.
    pub(super) fn read(directory: &Path) -> Option<Self> {
        let read = |name: &str| fs::read_to_string(directory.join(name)).ok();
        let mut file = Self::default();
        if let Some(text) = read(INI) {
            file.add_ini(&text);
            file.names.push(INI);
        }
        let pyproject = read(PYPROJECT).and_then(|text| text.parse::<Table>().ok());
        if let Some(table) = pyproject.as_ref().and_then(|table| table.get("tool")?.get(SECTION)?.as_table())
        {
            file.add_toml(table);
            file.names.push(PYPROJECT);
        }
        (!file.names.is_empty()).then_some(file)
    }

    pub(super) fn add_ini(&mut self, text: &str) {
        let values = ini(text);
        let value = |section: &str, key: &str| {
            let found = values.iter().find(|entry| entry.section == section && entry.key == key);
            found.map(|entry| entry.value.replace("%%", "%")).filter(|value| !value.is_empty())
        };
        let own = |key: &str| value(SECTION, key);
        self.url = own("sqlalchemy.url");
        self.file_template = own("file_template");
        self.timezone = own("timezone");
        self.truncate_slug_length = own("truncate_slug_length");
        self.recursive = own("recursive_version_locations").is_some_and(|value| value == "true");
        if let Some(locations) = own("version_locations") {
            let separator = own("path_separator").or_else(|| own("version_path_separator"));
            self.version_locations = split(&locations, separator.as_deref());
        }
        let of_hooks = |key: &str| value("post_write_hooks", key);
        let names = of_hooks("hooks").unwrap_or_default();
        for name in names.split([',', ' ', '\n']).filter(|name| !name.is_empty()) {
            let option = |key: &str| of_hooks(&format!("{name}.{key}"));
            let options = option("options").unwrap_or_default();
            self.add_hook(name, option("executable").or_else(|| option("entrypoint")), &options);
        }
    }

    fn add_toml(&mut self, table: &Table) {
        let text = |table: &Table, key: &str| match table.get(key)? {
            toml::Value::String(text) => Some(text.replace("%%", "%")),
            toml::Value::Integer(number) => Some(number.to_string()),
            _ => None,
        };
        self.file_template = text(table, "file_template").or_else(|| self.file_template.take());
        self.timezone = text(table, "timezone").or_else(|| self.timezone.take());
        self.truncate_slug_length =
            text(table, "truncate_slug_length").or_else(|| self.truncate_slug_length.take());
        self.recursive |=
            table.get("recursive_version_locations").and_then(toml::Value::as_bool).unwrap_or(false);
        if let Some(locations) = table.get("version_locations").and_then(toml::Value::as_array) {
            let locations = locations.iter().filter_map(toml::Value::as_str);
            self.version_locations = locations.map(without_here).collect();
        }
        for hook in table.get("post_write_hooks").and_then(toml::Value::as_array).into_iter().flatten() {
            let Some(hook) = hook.as_table() else { continue };
            let name = text(hook, "name").unwrap_or_default();
            let program = text(hook, "executable").or_else(|| text(hook, "entrypoint"));
            self.add_hook(&name, program, &text(hook, "options").unwrap_or_default());
        }
    }

    fn add_hook(&mut self, name: &str, program: Option<String>, options: &str) {
        let options = options.replace("REVISION_SCRIPT_FILENAME", "{file}");
        let words = program.into_iter().map(|program| program.replace("%(here)s/", "./"));
        let words: Vec<String> = words.chain(options.split_whitespace().map(without_here)).collect();
        self.hooks.push((name.to_owned(), words));
    }
}

/// A line `key = value`, and what belongs to it.
struct Entry<'t> {
    section: &'t str,
    key: &'t str,
    value: String,
}

/// The values of a file. One goes on in lines that are indented.
fn ini(text: &str) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut section = "";
    let mut is_open = false;
    for line in text.lines() {
        let content = line.trim();
        if content.starts_with(['#', ';']) {
            continue;
        }
        if content.is_empty() {
            is_open = false;
        } else if let (true, true, Some(last)) = (is_open, line.starts_with([' ', '\t']), entries.last_mut())
        {
            last.value.push('\n');
            last.value.push_str(content);
        } else if let Some(name) = content.strip_prefix('[') {
            section = name.trim_end_matches(']');
            is_open = false;
        } else if let Some((key, value)) = content.split_once(['=', ':']) {
            entries.push(Entry { section, key: key.trim(), value: value.trim().to_owned() });
            is_open = true;
        }
    }
    entries
}

/// The paths of a list, as Alembic separates them.
fn split(locations: &str, separator: Option<&str>) -> Vec<String> {
    let pieces: Vec<String> = match separator {
        Some("os") => env::split_paths(locations).map(|path| path.display().to_string()).collect(),
        Some("newline") => locations.lines().map(str::to_owned).collect(),
        Some(separator @ (":" | ";")) => locations.split(separator).map(str::to_owned).collect(),
        Some(_) | None => locations.split([' ', ',', '\n']).map(str::to_owned).collect(),
    };
    pieces.iter().map(|piece| without_here(piece.trim())).filter(|piece| !piece.is_empty()).collect()
}

/// A path from the directory of the file.
fn without_here(path: &str) -> String {
    path.strip_prefix("%(here)s/").unwrap_or(path).to_owned()
}
