//! What to choose from where steps can go several ways, as commands that run.

use super::steps::Place;
use super::{Node, RevisionGraph};
use crate::revision::RevisionId;
use crate::revision::target::{Form, Target, TargetError};

/// Why a target leads nowhere, before there are names for the choices. Those
/// are found by trying them, which must not ask for their choices in turn.
#[derive(Debug)]
pub(super) enum Stuck {
    /// There is nothing to choose from.
    Error(TargetError),
    /// Steps can go several ways.
    Ways(Ways),
    /// Steps can start from several rows.
    Rows { rows: Vec<Node>, ends: Vec<(Place, i64)> },
    /// A branch has several rows, or none.
    BranchRows { rows: Vec<Node> },
}

/// The ways that steps can go.
#[derive(Debug)]
pub(super) struct Ways {
    /// Where they part.
    pub(super) from: Option<Place>,
    /// Where they end, and after how many steps.
    pub(super) ends: Vec<(Place, i64)>,
}

impl From<TargetError> for Stuck {
    fn from(error: TargetError) -> Self {
        Self::Error(error)
    }
}

impl RevisionGraph {
    /// Names what an upgrade can mean.
    pub(super) fn upgrade_choices(&self, rows: &[Node], target: &Target, stuck: Stuck) -> TargetError {
        let relative = is_relative(target);
        let name = |(end, steps): &(Place, i64)| {
            let node = end.node()?;
            let named = if relative { self.relative_names(node, *steps) } else { Vec::new() };
            let mut names = named.into_iter().chain([self.id(node).to_string()]);
            let name = names.find(|name| {
                let target = name.parse::<Target>();
                target.is_ok_and(|it| self.find_upgrade(rows, &it).is_ok_and(|found| found == [node]))
            })?;
            Some(format!("upgrade {name}"))
        };
        self.explain(target, rows, stuck, name)
    }

    /// Names what a downgrade can mean. Relative steps end at the last
    /// revision that goes, others at the place to go to.
    pub(super) fn downgrade_choices(&self, rows: &[Node], target: &Target, stuck: Stuck) -> TargetError {
        let relative = is_relative(target);
        let name = |(end, steps): &(Place, i64)| {
            let names = match (relative, end.node()) {
                (true, Some(undone)) => {
                    let mut names = self.relative_names(undone, *steps);
                    let below = self.tops(self.parents.of(undone));
                    let below = below.first().map_or("base", |parent| self.id(*parent).as_str());
                    names.push(format!("{}@{below}", self.id(undone)));
                    names
                }
                (false, Some(place)) => {
                    let id = self.id(place);
                    let in_branch = target.branch().map(|branch| format!("{branch}@{id}"));
                    in_branch.into_iter().chain([id.to_string()]).collect()
                }
                (false, None) => vec!["base".to_owned()],
                (true, None) => Vec::new(),
            };
            let name = names.into_iter().find(|name| {
                let Ok(named) = name.parse::<Target>() else { return false };
                match self.find_downgrade(rows, &named) {
                    Err(_) => false,
                    Ok(found) if relative => end.node().is_some_and(|undone| found.roots == [undone]),
                    Ok(found) => found.path(self, rows, &named).is_ok(),
                }
            })?;
            Some(format!("downgrade {name}"))
        };
        self.explain(target, rows, stuck, name)
    }

    /// Returns names that could mean `node` at the end of so many steps: by
    /// its labels, then by its id.
    fn relative_names(&self, node: Node, steps: i64) -> Vec<String> {
        let labels = self.labels_of_node(node).iter().map(|label| format!("{label}@{steps:+}"));
        labels.chain([format!("{}@{steps:+}", self.id(node))]).collect()
    }

    fn explain(
        &self,
        target: &Target,
        rows: &[Node],
        stuck: Stuck,
        name: impl Fn(&(Place, i64)) -> Option<String>,
    ) -> TargetError {
        let names = |ends: &[(Place, i64)]| {
            let mut names = Vec::new();
            for choice in ends.iter().filter_map(&name) {
                if !names.contains(&choice) {
                    names.push(choice);
                }
            }
            names
        };
        match stuck {
            Stuck::Error(error) => error,
            Stuck::Ways(Ways { from, ends }) => TargetError::AmbiguousWalk {
                from: from.and_then(|place| place.node()).map(|node| self.id(node).clone()),
                ends: self.ids_of(&ends),
                choices: names(&ends),
            },
            Stuck::Rows { rows, ends } => {
                TargetError::AmbiguousUpgrade { rows: self.id_list(rows), choices: names(&ends) }
            }
            Stuck::BranchRows { rows: found } => {
                let steps = match target.form() {
                    Form::Offset { steps, .. } => *steps,
                    Form::Symbol(_) => 0,
                };
                let ends: Vec<(Place, i64)> = found.iter().map(|row| (Place::At(*row), steps)).collect();
                TargetError::NoSingleRow {
                    branch: target.branch().unwrap_or_default().to_owned(),
                    choices: self.row_choices(rows, &ends),
                    rows: self.id_list(found),
                    current: self.id_list(rows.iter().copied()),
                }
            }
        }
    }

    /// Names downgrades of so many steps from each of some rows.
    fn row_choices(&self, rows: &[Node], starts: &[(Place, i64)]) -> Vec<String> {
        let names = starts.iter().filter_map(|(row, steps)| {
            let target = format!("{}@{steps:+}", self.id(row.node()?));
            let runs = target.parse::<Target>().is_ok_and(|it| self.find_downgrade(rows, &it).is_ok());
            runs.then(|| format!("downgrade {target}"))
        });
        names.collect()
    }

    fn ids_of(&self, ends: &[(Place, i64)]) -> Vec<RevisionId> {
        self.id_list(ends.iter().filter_map(|(place, _)| place.node()))
    }
}

fn is_relative(target: &Target) -> bool {
    match target.form() {
        Form::Offset { from, .. } => from.is_none(),
        Form::Symbol(_) => false,
    }
}
