//! Asks the server about texts that it may have written in its own words.

use std::{collections::BTreeMap, sync::Arc};

use retort_core::{
    autogenerate::Doubts,
    backend::{Access, Backend, BackendError, Definition},
    schema::Schema,
};

use crate::{command_error::CommandError, database::block_on, project::Project};

/// Knows from the server which texts are the same.
pub(in crate::commands) struct Referee<'a> {
    project: &'a Project,
    backend: &'a Arc<dyn Backend>,
    /// Why nobody can be asked, where that was noticed.
    refusal: Option<String>,
    /// Where it matters that nobody could be asked, and why.
    unsettled: BTreeMap<String, String>,
}

/// How two schemas are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands) enum Origin {
    /// The one came to be by the other, as far as is known.
    Own,
    /// They have nothing to do with each other.
    Foreign,
}

impl<'a> Referee<'a> {
    pub(in crate::commands) fn new(project: &'a Project, backend: &'a Arc<dyn Backend>) -> Self {
        Self { project, backend, refusal: None, unsettled: BTreeMap::new() }
    }

    /// Whether there is anybody to ask. What is kept as it was written differs
    /// where it differs.
    pub(in crate::commands) fn is_of_use(&self) -> bool {
        !self.backend.capabilities().verbatim_definitions
    }

    /// Puts the words of one schema in the place of those of another in which
    /// the server says the same.
    pub(in crate::commands) fn settle(
        &mut self,
        schema: &mut Schema,
        words: &Schema,
        origin: Origin,
    ) -> Result<(), CommandError> {
        if !self.is_of_use() {
            return Ok(());
        }
        let doubts = Doubts::between(schema, words);
        if doubts.is_empty() {
            return Ok(());
        }
        let answer = match &self.refusal {
            Some(_) => None,
            None => match block_on(async { Ok(self.ask(&doubts.definitions()).await) })? {
                Ok(forms) => Some(forms),
                Err(error) => {
                    self.refusal = Some(error.to_string());
                    None
                }
            },
        };
        let syntax = self.backend.syntax();
        match answer {
            Some(forms) => {
                for unsettled in doubts.settle(forms, schema, words) {
                    if origin == Origin::Foreign || !unsettled.settle_written_out(schema, words, syntax) {
                        self.unsettled.insert(unsettled.to_string(), unsettled.error.to_string());
                    }
                }
            }
            None => {
                let is_settled = origin == Origin::Own && doubts.settle_written_out(schema, words, syntax);
                if let Some(why) = self.refusal.as_ref().filter(|_| !is_settled) {
                    self.unsettled.insert("what the server has in other words".to_owned(), why.clone());
                }
            }
        }
        Ok(())
    }

    async fn ask(
        &self,
        definitions: &[Definition],
    ) -> Result<Vec<Result<String, BackendError>>, BackendError> {
        let Ok(database) = self.project.database() else { return Ok(Vec::new()) };
        let mut connection = self.backend.connect(&database.url, Access::Read).await?;
        let forms = connection.canonicalize(definitions).await?;
        connection.close().await?;
        Ok(forms)
    }

    /// What was compared as text alone, a sentence each.
    pub(in crate::commands) fn warnings(self) -> Vec<String> {
        let warning = |(place, why): (String, String)| {
            format!("{place} is compared by its text, and may only seem to differ: {why}")
        };
        self.unsettled.into_iter().map(warning).collect()
    }
}
