//! Where Retort answers something else than Alembic on purpose.

use retort_core::revision::RevisionId;
use retort_core::revision::graph::{Links, RevisionGraph};
use serde_json::Value;

use super::case::list;

/// A query with two different answers.
pub(crate) struct Difference<'a> {
    /// The graph, if there is one.
    pub(crate) graph: Option<&'a RevisionGraph>,
    pub(crate) query: &'a Value,
    pub(crate) recorded: &'a Value,
    pub(crate) answer: &'a Value,
}

/// A difference that is meant.
pub(crate) struct Deviation {
    pub(crate) name: &'static str,
    /// Why Retort is different.
    pub(crate) reason: &'static str,
    /// Whether only the graphs of public projects show it.
    pub(crate) only_in_projects: bool,
    pub(crate) recognises: fn(&Difference<'_>) -> bool,
}

pub(crate) const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "an ambiguous prefix names its candidates",
        reason: "Alembic knows them but prints the text for names that do not exist; \
                 Retort appends them to it",
        only_in_projects: false,
        recognises: |it| {
            it.answer["error"] == "ambiguous-revision"
                && it.answer_message().starts_with(it.recorded_message())
                && it.recorded_message().starts_with("Can't locate revision")
        },
    },
    Deviation {
        name: "an unknown branch is refused",
        reason: "Alembic ignores the label of `label@base` if the graph has one base, and drops \
                 everything although the user named something that does not exist",
        only_in_projects: false,
        recognises: |it| {
            it.answer["error"] == "branch-not-found"
                && it.query["k"] == "downgrade"
                && it.recorded["steps"].is_array()
                && it.query_target().ends_with("@base")
        },
    },
    Deviation {
        name: "downgrade -1 undoes a merge",
        reason: "Alembic answers `Ambiguous walk` right after `merge` and `upgrade head`, so that \
                 the last upgrade cannot be taken back",
        only_in_projects: false,
        recognises: |it| {
            let undone = list(&it.answer["steps"]).last().map(RevisionId::new);
            let (Some(graph), Some(undone)) = (it.graph, undone) else {
                return false;
            };
            it.query["k"] == "downgrade"
                && it.recorded_message() == "Ambiguous walk"
                && it.query_target().starts_with('-')
                && graph.get(undone.as_str()).is_some_and(|undone| undone.is_merge())
        },
    },
    Deviation {
        name: "a branch holds the steps at a merge",
        reason: "Alembic answers `Ambiguous walk` to `label@-2` although only one way stays in the \
                 branch, and to `label@-1` at a merge, which leads to its parents",
        only_in_projects: false,
        recognises: |it| {
            it.query["k"] == "downgrade"
                && it.recorded_message() == "Ambiguous walk"
                && it.query_target().contains("@-")
                && it.answer["steps"].is_array()
        },
    },
    Deviation {
        name: "one below a merge are its parents",
        reason: "Alembic answers `Ambiguous walk` to `head-1` of a merge, and where the ways part and \
                 meet again; there is nothing to be in doubt about",
        only_in_projects: false,
        recognises: |it| {
            let named = !it.query_target().split('@').next_back().unwrap_or_default().starts_with(['+', '-']);
            (it.query["k"] == "upgrade" || it.query["k"] == "downgrade")
                && named
                && it.recorded_message() == "Ambiguous walk"
                && (it.answer["steps"].is_array()
                    || it.answer["error"] == "not-an-ancestor"
                    || it.answer["error"] == "walked-too-far")
        },
    },
    Deviation {
        name: "what is shown follows every way",
        reason: "Alembic answers `Ambiguous walk` to `history -r -2:` after a merge and `show -1`; it is \
                 no harm to show both ways",
        only_in_projects: false,
        recognises: |it| {
            (it.query["k"] == "walk" || it.query["k"] == "get")
                && it.recorded_message() == "Ambiguous walk"
                && it.answer["ids"].is_array()
        },
    },
    Deviation {
        name: "the only row that can move moves",
        reason: "Alembic refuses `+N` with several rows even if all others are at heads, or all lead \
                 to the same merge; and where none can move it says that it is ambiguous",
        only_in_projects: false,
        recognises: |it| {
            it.query["k"] == "upgrade"
                && it.recorded_message() == "Ambiguous upgrade from multiple current revisions"
                && (it.answer["steps"].is_array()
                    || it.answer["error"] == "walked-too-far"
                    || it.answer["error"] == "ambiguous-walk")
        },
    },
    Deviation {
        name: "a range of -N may reach the base exactly",
        reason: "Alembic shows the last two of three revisions, and all of them when asked for \
                 the last four, but refuses the last three",
        only_in_projects: true,
        recognises: |it| {
            it.query["k"] == "walk"
                && it.query["base"].as_str().is_some_and(|base| base.starts_with('-'))
                && it.recorded_message().starts_with("Requested range -")
                && it.answer["ids"].as_array().map(Vec::len) == it.graph.map(RevisionGraph::len)
        },
    },
    Deviation {
        name: "no row is left that another row implies",
        reason: "undoing a merge of A and B, where A builds on B, Alembic makes both of them rows \
                 if there are other rows as well; the next upgrade is then refused",
        only_in_projects: true,
        recognises: |it| {
            let Some(graph) = it.graph else { return false };
            let left: Vec<RevisionId> = list(&it.answer["after"]).map(RevisionId::new).collect();
            let implied = graph.ancestors(&left, Links::All);
            let mut extra =
                list(&it.recorded["after"]).filter(|row| !left.iter().any(|left| left == row)).peekable();
            it.query["k"] == "downgrade"
                && it.recorded["after"].is_array()
                && it.answer["steps"] == it.recorded["steps"]
                && extra.peek().is_some()
                && extra.all(|row| implied.iter().any(|implied| implied.id == row))
        },
    },
    Deviation {
        name: "the order of the parents says which row a merge updates",
        reason: "Alembic takes them from a hash set when there are other rows; the recorded \
                 choice is an accident that seven hash seeds share",
        only_in_projects: true,
        recognises: |it| {
            let rows = |answer: &Value| {
                let mut rows: Vec<String> = list(&answer["vops"])
                    .map(|write| write.split('>').next().unwrap_or(write).replace('-', ""))
                    .collect();
                rows.sort();
                rows
            };
            it.query["k"] == "upgrade"
                && it.recorded["vops"].is_array()
                && it.answer["steps"] == it.recorded["steps"]
                && it.answer["after"] == it.recorded["after"]
                && rows(it.answer) == rows(it.recorded)
        },
    },
    Deviation {
        name: "an internal error becomes a message",
        reason: "Alembic dies with a traceback of an AssertionError or a KeyError",
        only_in_projects: false,
        recognises: |it| {
            it.recorded["internal"] == true
                && it.answer["error"].is_string()
                && !it.answer_message().is_empty()
        },
    },
    Deviation {
        name: "a merge of a revision with its own ancestor moves the rows",
        reason: "Alembic has a plan, and dies with a KeyError after the revision has run, because \
                 it deletes a row for every parent, also for those that never had one",
        only_in_projects: false,
        recognises: |it| {
            let sorted = |ids: &Value| {
                let mut ids: Vec<String> = list(ids).map(str::to_owned).collect();
                ids.sort();
                ids
            };
            let steps = &it.answer["steps"];
            it.recorded["after_error"].is_object()
                && it.answer["after"].is_array()
                && (it.recorded["steps"] == *steps || sorted(&it.recorded["steps_set"]) == sorted(steps))
        },
    },
    Deviation {
        name: "an id in two files is refused",
        reason: "Alembic warns and lets the later file win; the SQL of the other one would never run",
        only_in_projects: false,
        recognises: |it| it.answer["error"] == "duplicate-revision",
    },
    Deviation {
        name: "a parent named twice is refused",
        reason: "Alembic ignores it; it is more likely a merge that lost its second parent",
        only_in_projects: false,
        recognises: |it| {
            it.answer["error"] == "duplicate-link" && it.query["name"] == "duplicate_down_entries"
        },
    },
    Deviation {
        name: "revision files are not Python",
        reason: "nothing is imported, an id is always text, and no variable can be missing or be \
                 guessed from the name of the file",
        only_in_projects: false,
        recognises: |it| {
            let names = ["import_error", "legacy_filename_short", "no_down_revision_var", "revision_int"];
            it.answer["error"] == "python"
                && it.query["name"].as_str().is_some_and(|name| names.contains(&name))
        },
    },
];

impl Difference<'_> {
    fn recorded_message(&self) -> &str {
        self.recorded["msg"].as_str().unwrap_or_default()
    }

    fn answer_message(&self) -> &str {
        self.answer["msg"].as_str().unwrap_or_default()
    }

    fn query_target(&self) -> &str {
        self.query["to"].as_str().unwrap_or_default()
    }
}
