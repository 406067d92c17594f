//! The documentation, executed: every fenced block of `README.md` and of the
//! files of `docs/` is run, read or compared, in order, as a reader would.
//!
//! - Commands of a block `console` follow `$ `; below each is what it writes,
//!   on both streams. `…` stands for any lines. Random ids of revisions, times
//!   and namespaces are those of the run.
//! - Blocks `sh` are run, and must succeed.
//! - Blocks whose first line is a comment with a path (`-- models/a.sql`) are
//!   that file; `, below the header` and `, at the end` are parts of it.
//! - Other SQL is read as a revision or as models, other TOML as `retort.toml`.
//! - Marks above a block say what else is to be known: see `document`.
//!
//! `UPDATE_EXPECT=1` writes the outputs of SQLite into the documents.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod alembic;
mod broken;
mod compare;
mod databases;
mod document;
mod excerpt;
mod file;
mod guides;
mod ids;
mod links;
mod packaging;
mod reference;
mod run;
mod shell;

use std::{collections::BTreeSet, env, fs, path::Path};

use retort_test_servers::Engine;

use crate::run::{repository, run};

/// Makes a test of each document, on SQLite and where `on_servers` on each
/// engine: the same words with other databases.
macro_rules! documents {
    ($($name:ident: $path:literal $($on_servers:ident)?),+ $(,)?) => {
        const DOCUMENTS: &[&str] = &[$($path),+];
        $(documents!(@tests $name $path $($on_servers)?);)+
    };
    (@tests $name:ident $path:literal) => {
        #[test]
        fn $name() { check($path, None); }
    };
    (@tests $name:ident $path:literal on_servers) => {
        mod $name {
            #[test]
            fn on_sqlite() { super::check($path, None); }
            #[test]
            fn on_postgresql() { super::check($path, Some(super::Engine::Postgresql)); }
            #[test]
            fn on_mysql() { super::check($path, Some(super::Engine::Mysql)); }
            #[test]
            fn on_mariadb() { super::check($path, Some(super::Engine::Mariadb)); }
        }
    };
}

documents! {
    readme: "README.md",
    autogenerate: "docs/autogenerate.md",
    databases_md: "docs/databases.md",
    differences: "docs/differences.md",
    errors: "docs/errors.md",
    cheat_sheet: "docs/cheat-sheet.md",
    coming_from_alembic: "docs/coming-from-alembic.md",
    configuration: "docs/configuration.md",
    guide: "docs/guide.md" on_servers,
    guide_in_korean: "docs/guide.ko.md",
    install: "docs/install.md",
    models: "docs/models.md" on_servers,
    offline: "docs/offline.md",
    types: "docs/types.md",
    write_a_backend: "docs/write-a-backend.md",
}

/// Does what a document says, and fails with all that is wrong.
#[track_caller]
fn check(path: &str, engine: Option<Engine>) {
    let updates = env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1");
    if engine.is_some_and(|engine| updates || !engine.is_available()) {
        return;
    }
    let file = repository().join(path);
    let outcome = run(path, &fs::read_to_string(&file).unwrap(), engine);
    if updates {
        fs::write(&file, &outcome.updated).unwrap();
    }
    let failures = outcome.failures.join("\n\n");
    assert!(outcome.failures.is_empty() || updates, "{failures}");
}

/// The documents below a directory, by their paths in the repository.
fn documents_below(directory: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(repository().join(directory)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let name = |path: &Path| format!("{directory}/{}", path.file_name().unwrap().to_str().unwrap());
    let mut found = BTreeSet::new();
    for path in paths {
        if path.is_dir() {
            found.extend(documents_below(&name(&path)));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.insert(name(&path));
        }
    }
    found
}

#[test]
fn no_document_is_forgotten() {
    let mut found = documents_below("docs");
    found.insert("README.md".to_owned());
    let known = DOCUMENTS.iter().map(|path| (*path).to_owned()).collect();
    assert_eq!(found, known);
}
