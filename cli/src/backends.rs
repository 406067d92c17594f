//! The backends that the binary was built with.

use std::sync::Arc;

use retort_core::{
    backend::{Backend, DatabaseUrl},
    sql::Syntax,
    suggestion::nearest,
};

use crate::command_error::CommandError;

/// Backends that this binary may lack: a file that runs on them runs here too,
/// without what is theirs.
const ELSEWHERE: [&str; 4] = ["mariadb", "mysql", "postgresql", "sqlite"];

/// The backends that the binary was built with.
#[derive(Debug, Default)]
pub(crate) struct Backends(Vec<Arc<dyn Backend>>);

impl Backends {
    pub(crate) fn add(&mut self, backend: impl Backend) {
        self.0.push(Arc::new(backend));
    }

    /// The names that `@only` may mention.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = ELSEWHERE.map(str::to_owned).to_vec();
        names.extend(self.0.iter().map(|backend| backend.name().to_owned()));
        names.sort();
        names.dedup();
        names
    }

    /// The syntaxes of the backends, by the names that `@only` has for them.
    pub(crate) fn syntaxes(&self) -> Vec<(&str, &Syntax)> {
        // What a name is first of all counts: another may have it in its family.
        let own = self.0.iter().map(|backend| (backend.name(), backend.syntax()));
        let of_families = self.0.iter().flat_map(|backend| {
            let names = backend.family().iter().copied();
            names.map(|name| (name, backend.syntax()))
        });
        own.chain(of_families).collect()
    }

    /// The backend that the scheme of a URL selects.
    pub(crate) fn select(&self, url: &DatabaseUrl) -> Result<Arc<dyn Backend>, CommandError> {
        let scheme = url.scheme();
        if let Some(backend) = self.0.iter().rev().find(|backend| backend.schemes().contains(&&*scheme)) {
            return Ok(Arc::clone(backend));
        }
        let known = self.0.iter().flat_map(|backend| backend.schemes().iter().copied());
        let error = CommandError::new("unknown-backend", format!("no backend for `{scheme}` is built in"));
        let list: Vec<String> = self
            .0
            .iter()
            .map(|backend| match backend.schemes() {
                [scheme] if *scheme == backend.name() => backend.name().to_owned(),
                schemes => format!("{} ({})", backend.name(), schemes.join(", ")),
            })
            .collect();
        let error = error.hint(format!("the backends are: {}", list.join("; ")));
        Err(match nearest(&scheme, known) {
            Some(near) => error.hint(format!("did you mean `{near}:`?")),
            None => error,
        })
    }
}
