//! Reading models for a test.

use std::{collections::BTreeMap, sync::Arc};

use expect_test::Expect;
use retort_core::{
    backend::Backend,
    models::{self, ModelError, Models},
    plan::PlanSettings,
    schema::NamingConvention,
    script::{Source, portable::NamespaceMap},
};
use retort_mysql::MySql;
use retort_postgres::Postgres;
use retort_sqlite::Sqlite;

pub(crate) fn sqlite() -> Arc<dyn Backend> {
    Arc::new(Sqlite::default())
}

pub(crate) fn postgres() -> Arc<dyn Backend> {
    Arc::new(Postgres::default())
}

pub(crate) fn mysql() -> Arc<dyn Backend> {
    Arc::new(MySql::default())
}

pub(crate) fn mariadb() -> Arc<dyn Backend> {
    Arc::new(MySql::mariadb())
}

pub(crate) fn all() -> [Arc<dyn Backend>; 4] {
    [sqlite(), postgres(), mysql(), mariadb()]
}

pub(crate) fn settings(backend: &dyn Backend) -> PlanSettings {
    PlanSettings {
        namespaces: match backend.capabilities().namespaces {
            true => NamespaceMap::Native,
            false => NamespaceMap::Prefix { overrides: BTreeMap::new() },
        },
        naming: NamingConvention::default(),
        types: BTreeMap::new(),
        backends: all().map(|backend| backend.name().to_owned()).to_vec(),
    }
}

/// Takes files apart: `== name` begins one.
fn files(text: &str) -> Vec<Source> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("== "), files.last_mut()) {
            (Some(name), _) => files.push((name.to_owned(), String::new())),
            (None, Some((_, text))) => text.extend([line, "\n"]),
            (None, None) => files.push(("models.sql".to_owned(), format!("{line}\n"))),
        }
    }
    files.into_iter().map(|(name, text)| Source::new(name, text)).collect()
}

pub(crate) fn read(backend: &dyn Backend, text: &str) -> Result<Models, ModelError> {
    models::read(files(text), backend, &settings(backend))
}

/// Reads models and shows what came of it: the models again, or the errors with
/// what they point at.
#[track_caller]
pub(crate) fn check(backend: &Arc<dyn Backend>, text: &str, expected: Expect) {
    let shown = match read(&**backend, text) {
        Ok(models) => {
            let written = models::write(&models.schema, &**backend, &settings(&**backend)).unwrap();
            let lost = written.lost.iter().map(|(object, reason)| format!("LOST {object}: {reason:?}\n"));
            format!("{written}{}", lost.collect::<String>())
        }
        Err(error) if error.source_errors().is_empty() => format!("{error}\n"),
        Err(error) => error
            .source_errors()
            .iter()
            .map(|error| {
                let start = error.source_line.char_indices().nth(error.column - 1).map_or(0, |(at, _)| at);
                let shown: String =
                    error.source_line[start..].chars().take(error.span.len().min(40)).collect();
                let hint = error.hint.as_deref().map(|hint| format!("\n    ({hint})")).unwrap_or_default();
                format!("{error}\n    at {shown}{hint}\n")
            })
            .collect(),
    };
    expected.assert_eq(&shown);
}
