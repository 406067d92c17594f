//! What a target stands for: names, heads, and steps from them.

use super::steps::{AtTheEnd, Place};
use super::{Links, Node, NodeSet, RevisionGraph};
use crate::revision::target::{Form, Symbol, Target, TargetError};
use crate::revision::{Revision, RevisionId};
use crate::suggestion;

impl RevisionGraph {
    /// Returns the revisions a target stands for: none for `base`, several for
    /// `heads`. `current` are the rows of the version table, used only if
    /// [`Target::needs_current`].
    ///
    /// Of the relative forms only `-N` and `label@-N` mean something here: so
    /// many steps below each head, on every way.
    ///
    /// # Errors
    ///
    /// [`TargetError::UnknownRevision`], [`AmbiguousRevision`], [`UnknownBranch`],
    /// [`NotInBranch`] for names, [`MultipleHeads`] for `head`,
    /// [`FormNotAllowed`] for other relative forms, and [`UnknownRow`] for
    /// `current`.
    ///
    /// [`AmbiguousRevision`]: TargetError::AmbiguousRevision
    /// [`UnknownBranch`]: TargetError::UnknownBranch
    /// [`NotInBranch`]: TargetError::NotInBranch
    /// [`MultipleHeads`]: TargetError::MultipleHeads
    /// [`FormNotAllowed`]: TargetError::FormNotAllowed
    /// [`UnknownRow`]: TargetError::UnknownRow
    pub fn resolve(&self, target: &Target, current: &[RevisionId]) -> Result<Vec<&Revision>, TargetError> {
        let nodes = self.resolve_nodes(target, current)?;
        Ok(self.all_revisions(nodes))
    }

    /// Returns the only head, or nothing if there are no revisions.
    ///
    /// # Errors
    ///
    /// [`TargetError::NoSingleHead`] if there are several.
    pub fn current_head(&self) -> Result<Option<&Revision>, TargetError> {
        match self.heads()[..] {
            [] => Ok(None),
            [head] => Ok(Some(head)),
            _ => Err(TargetError::NoSingleHead { heads: self.id_list(self.head_nodes()) }),
        }
    }

    pub(super) fn resolve_nodes(
        &self,
        target: &Target,
        current: &[RevisionId],
    ) -> Result<Vec<Node>, TargetError> {
        match target.form() {
            Form::Symbol(Symbol::Current) if target.branch().is_none() => self.row_nodes(current),
            Form::Symbol(symbol) => self.symbol_nodes(target.branch(), symbol, target.as_str()),
            Form::Offset { from: None, steps } if *steps < 0 => {
                let mut nodes = Vec::new();
                for head in self.real_head_nodes() {
                    if !self.carries_label(head, target.branch()) {
                        continue;
                    }
                    let walk = self.take_steps(Place::At(head), *steps, None, AtTheEnd::Fail);
                    nodes.extend(walk.ends.iter().filter_map(Place::node));
                }
                Ok(nodes)
            }
            Form::Offset { .. } => {
                if let Some(branch) = target.branch() {
                    self.branch_node(branch)?;
                }
                let text = target.as_str();
                let text = text.split_once('@').map_or(text, |(_, text)| text);
                Err(TargetError::FormNotAllowed { text: text.into() })
            }
        }
    }

    /// Resolves the rows of the version table, which are never abbreviated.
    pub(in crate::revision) fn row_nodes(&self, rows: &[RevisionId]) -> Result<Vec<Node>, TargetError> {
        rows.iter()
            .map(|row| self.node(row).ok_or_else(|| TargetError::UnknownRow { row: row.clone() }))
            .collect()
    }

    /// Resolves a symbol to any number of nodes. `text` is the whole target,
    /// for messages.
    pub(in crate::revision) fn symbol_nodes(
        &self,
        branch: Option<&str>,
        symbol: &Symbol,
        text: &str,
    ) -> Result<Vec<Node>, TargetError> {
        match symbol {
            Symbol::Base => {
                branch.map(|branch| self.branch_node(branch)).transpose()?;
                Ok(Vec::new())
            }
            Symbol::Heads => match branch {
                None => Ok(self.real_head_nodes().collect()),
                Some(branch) => self.heads_of_branch(branch),
            },
            Symbol::Head => {
                let heads = match branch {
                    None => self.head_nodes().collect(),
                    Some(branch) => self.heads_of_branch(branch)?,
                };
                if heads.len() > 1 {
                    return Err(TargetError::MultipleHeads {
                        argument: text.to_owned(),
                        heads: self.id_list(heads),
                    });
                }
                Ok(heads)
            }
            Symbol::Current => Err(TargetError::FormNotAllowed { text: symbol.to_string() }),
            Symbol::Name(name) => self.named_node(name, branch).map(|node| vec![node]),
        }
    }

    /// Resolves a symbol to one place. `text` is the whole target, for messages.
    pub(super) fn place(
        &self,
        branch: Option<&str>,
        symbol: &Symbol,
        text: &str,
    ) -> Result<Place, TargetError> {
        match self.symbol_nodes(branch, symbol, text)?[..] {
            [] => Ok(Place::Base),
            [node] => Ok(Place::At(node)),
            ref heads => Err(TargetError::MultipleHeads {
                argument: text.to_owned(),
                heads: self.id_list(heads.iter().copied()),
            }),
        }
    }

    fn heads_of_branch(&self, branch: &str) -> Result<Vec<Node>, TargetError> {
        let lineage = self.lineage(self.branch_node(branch)?, Links::Parents);
        Ok(self.head_nodes().filter(|head| lineage.contains(*head)).collect())
    }

    /// Resolves what stands before an `@`.
    pub(in crate::revision) fn branch_node(&self, name: &str) -> Result<Node, TargetError> {
        self.named_node(name, None).map_err(|error| match error {
            TargetError::UnknownRevision { name, similar, .. } => {
                TargetError::UnknownBranch { name, similar, labels: self.labels.keys().cloned().collect() }
            }
            error => error,
        })
    }

    /// Resolves an id, a label, or the beginning of one, inside a branch if one
    /// is given.
    fn named_node(&self, name: &str, branch: Option<&str>) -> Result<Node, TargetError> {
        let lineage = match branch {
            None => None,
            Some(branch) => Some(self.lineage(self.branch_node(branch)?, Links::Parents)),
        };
        let in_branch = |node: Node| lineage.as_ref().is_none_or(|nodes| nodes.contains(node));
        let exact = self.ids.get(name).or_else(|| self.labels.get(name));
        if let Some(node) = exact.copied() {
            return match branch {
                Some(branch) if !in_branch(node) => Err(TargetError::NotInBranch {
                    name: name.to_owned(),
                    revision: self.id(node).clone(),
                    branch: branch.to_owned(),
                }),
                Some(_) | None => Ok(node),
            };
        }
        let mut matches = Vec::new();
        if !name.is_empty() {
            let ids = self.nodes().map(|node| (self.id(node).as_str(), node));
            let labels = self.labels.iter().map(|(label, node)| (&**label, *node));
            matches.extend(ids.chain(labels).filter(|(candidate, node)| {
                // Alembic's rule: names this short are never abbreviated.
                candidate.chars().count() > 3 && candidate.starts_with(name) && in_branch(*node)
            }));
        }
        match matches[..] {
            [] => Err(self.unknown(name, branch)),
            [(_, node)] => Ok(node),
            _ => Err(TargetError::AmbiguousRevision {
                name: name.to_owned(),
                candidates: matches.iter().map(|(name, _)| (*name).to_owned()).collect(),
            }),
        }
    }

    /// Says what there is instead of a name.
    fn unknown(&self, name: &str, branch: Option<&str>) -> TargetError {
        if let Some(branch) = branch
            && let Ok(node) = self.named_node(name, None)
        {
            return TargetError::NotInBranch {
                name: name.to_owned(),
                revision: self.id(node).clone(),
                branch: branch.to_owned(),
            };
        }
        let heads = branch.and_then(|branch| self.heads_of_branch(branch).ok());
        TargetError::UnknownRevision {
            name: name.to_owned(),
            similar: self.similar_names(name),
            revisions: self.len(),
            branch: branch.map(str::to_owned),
            heads: self.id_list(heads.unwrap_or_else(|| self.head_nodes().collect())),
        }
    }

    fn similar_names(&self, name: &str) -> Vec<String> {
        const SHOWN: usize = 3;
        let names = self
            .revisions
            .iter()
            .map(|revision| revision.id.as_str())
            .chain(self.labels.keys().map(String::as_str))
            .chain(["base", "current", "head", "heads"]);
        suggestion::alike(name, names).into_iter().take(SHOWN).map(str::to_owned).collect()
    }

    /// Returns a node with its ancestors and descendants.
    pub(in crate::revision) fn lineage(&self, node: Node, links: Links) -> NodeSet {
        let mut lineage = self.down(links).reach([node]);
        lineage.unite(&self.up(links).reach([node]));
        lineage
    }

    pub(super) fn carries_label(&self, node: Node, label: Option<&str>) -> bool {
        label.is_none_or(|label| self.labels_of_node(node).iter().any(|own| **own == *label))
    }
}
