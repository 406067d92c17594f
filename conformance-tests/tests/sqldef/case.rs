//! The cases: maps in YAML, one file for a feature.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;
use serde_norway::Value;

use crate::engine::Engine;

/// Two schemas in the database's own SQL.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// `tables/DropTable`.
    pub(crate) name: String,
    /// What is there.
    pub(crate) current: String,
    /// What it is to become.
    pub(crate) desired: String,
    written: Written,
}

#[derive(Debug, Clone, Deserialize)]
struct Written {
    current: Option<String>,
    desired: Option<String>,
    /// What that tool does.
    up: Option<String>,
    min_version: Option<Value>,
    max_version: Option<Value>,
    flavor: Option<String>,
    /// Features of that tool, and what of it means nothing here.
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

/// What only that tool has.
const FEATURES: [&str; 5] = ["offline", "manage", "managed_roles", "user", "config"];

impl Case {
    /// Reads all cases in a directory.
    pub(crate) fn read_all(directory: &Path) -> Vec<Self> {
        let mut files: Vec<_> = fs::read_dir(directory).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        let mut cases = Vec::new();
        for file in files {
            let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
            let stem = stem.strip_prefix("tests_").unwrap_or(&stem);
            let text = fs::read_to_string(&file).unwrap();
            let written: BTreeMap<String, Written> =
                serde_norway::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            cases.extend(written.into_iter().map(|(name, written)| Self {
                name: format!("{stem}/{name}"),
                current: written.current.clone().unwrap_or_default(),
                desired: written.desired.clone().unwrap_or_default(),
                written,
            }));
        }
        cases
    }

    /// Whether that tool finds anything to change.
    pub(crate) fn changes(&self) -> bool {
        match &self.written.up {
            Some(up) => !up.trim().is_empty(),
            None => self.current.trim().is_empty() && !self.desired.trim().is_empty(),
        }
    }

    /// Why it is no case for this engine, if it is none.
    pub(crate) fn passed_over(&self, engine: Engine, version: &str) -> Option<String> {
        let Written { min_version, max_version, flavor, rest, .. } = &self.written;
        if let Some(feature) = FEATURES.into_iter().find(|feature| rest.contains_key(*feature)) {
            return Some(format!("`{feature}` is a feature of that tool"));
        }
        let other = flavor.as_deref().is_some_and(|flavor| match flavor.strip_prefix('!') {
            Some(excluded) => excluded == engine.name(),
            None => flavor != engine.name(),
        });
        if other {
            return Some("for another flavour".to_owned());
        }
        let version = numbers(version);
        let is_older = min_version.as_ref().is_some_and(|min| version < numbers(&text(min)));
        let is_newer = max_version.as_ref().is_some_and(|max| version > numbers(&text(max)));
        (is_older || is_newer).then(|| "for another version".to_owned())
    }
}

/// A version is written as text or as a number.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        other => panic!("{other:?} is no version"),
    }
}

fn numbers(version: &str) -> Vec<u32> {
    let plain = version.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
    plain.split('.').filter_map(|part| part.parse().ok()).collect()
}
