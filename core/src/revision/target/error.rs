//! Why a target cannot be parsed or resolved.

use crate::revision::RevisionId;

/// A target that means nothing, or not what the command needs.
///
/// The messages are those Alembic prints, so that they can be searched for;
/// what Alembic leaves out is in [`hint`](Self::hint).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// No revision or branch label has this name or begins with it.
    #[error("Can't locate revision identified by '{name}'")]
    UnknownRevision {
        /// The name as typed.
        name: String,
        /// Existing names that look like it, best first.
        similar: Vec<String>,
        /// How many revisions there are.
        revisions: usize,
        /// The branch in which it was looked for, as typed.
        branch: Option<String>,
        /// The heads, of the branch if there is one.
        heads: Vec<RevisionId>,
    },
    /// Several revisions or branch labels begin with this name.
    #[error("Can't locate revision identified by '{name}': {} begin with it ({})", .candidates.len(), some_of(.candidates))]
    AmbiguousRevision {
        /// The name as typed.
        name: String,
        /// All names that begin with it, in load order.
        candidates: Vec<String>,
    },
    /// What stands before the `@` is neither a branch label nor a revision.
    #[error("Can't locate revision identified by '{name}'")]
    UnknownBranch {
        /// The name as typed.
        name: String,
        /// Existing names that look like it, best first.
        similar: Vec<String>,
        /// Existing branch labels.
        labels: Vec<String>,
    },
    /// The revision exists, but not in the branch named before the `@`.
    #[error("Can't locate revision identified by '{name}'")]
    NotInBranch {
        /// The name as typed.
        name: String,
        /// The revision it stands for.
        revision: RevisionId,
        /// The branch as typed.
        branch: String,
    },
    /// A form that the command does not take, such as `stamp +1`.
    #[error("Can't locate revision identified by '{text}'")]
    FormNotAllowed {
        /// The target, without its branch.
        text: String,
    },
    /// The version table has a row that no revision file has.
    #[error("Can't locate revision identified by '{row}'")]
    UnknownRow {
        /// The row.
        row: RevisionId,
    },
    /// The text is not a target.
    #[error("Can't locate revision identified by '{text}': {reason}")]
    Malformed {
        /// The text as typed.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A range where one target is needed.
    #[error("Range revision not allowed")]
    RangeNotAllowed {
        /// The text as typed.
        text: String,
    },
    /// No range where one is needed.
    #[error("History range requires [start]:[end], [start]:, or :[end]")]
    NotARange {
        /// The text as typed.
        text: String,
    },
    /// One head is asked for, and there are several.
    #[error(
        "Multiple head revisions are present for given argument '{argument}'; please specify a \
         specific target revision, '<branchname>@{argument}' to narrow to a specific head, or \
         'heads' for all heads"
    )]
    MultipleHeads {
        /// The target as typed.
        argument: String,
        /// The heads.
        heads: Vec<RevisionId>,
    },
    /// One head is needed to go on, and there are several.
    #[error(
        "The script directory has multiple heads (due to branching).Please use get_heads(), or \
         merge the branches using alembic merge."
    )]
    NoSingleHead {
        /// The heads.
        heads: Vec<RevisionId>,
    },
    /// `stamp` was given one head, and there are several.
    #[error("Multiple heads are present; please specify a single target revision")]
    MultipleStampTargets {
        /// The heads.
        heads: Vec<RevisionId>,
    },
    /// The target of a downgrade is not below the current rows.
    #[error("Destination {target} is not a valid downgrade target from current head(s)")]
    NotADowngrade {
        /// The target as typed.
        target: String,
        /// Whether it is applied, only not by a row.
        applied: bool,
        /// The current rows.
        rows: Vec<RevisionId>,
    },
    /// The branch before the `@` has nothing above the target of a downgrade.
    #[error("Not a valid downgrade target from current heads")]
    NotADowngradeOfBranch {
        /// The target as typed.
        target: String,
    },
    /// The lower end of a range is not below its upper end.
    #[error(
        "Requested range {lower}:{upper} does not refer to ancestor/descendant revisions along \
         the same branch"
    )]
    NotInRange {
        /// The lower end as typed.
        lower: String,
        /// The upper end as typed.
        upper: String,
    },
    /// A step up or down can go more than one way.
    #[error("Ambiguous walk")]
    AmbiguousWalk {
        /// Where the ways part; none is the base.
        from: Option<RevisionId>,
        /// Where the ways end.
        ends: Vec<RevisionId>,
        /// The commands that say which way: `upgrade shop@+1`.
        choices: Vec<String>,
    },
    /// The steps from a revision lead below the base or above the heads.
    #[error("Walked too far")]
    WalkedTooFar {
        /// The target as typed.
        target: String,
        /// How far they can lead.
        furthest: Furthest,
    },
    /// The steps from the current rows lead below the base or above the heads,
    /// or in the direction that the command does not go.
    #[error("Relative revision {offset} didn't produce {} migrations", .offset.trim_start_matches(['+', '-']))]
    NotEnoughRevisions {
        /// The offset, with its sign.
        offset: String,
        /// How far they can lead; nothing if the command does not go there.
        furthest: Option<Furthest>,
    },
    /// `+N` with several current rows.
    #[error("Ambiguous upgrade from multiple current revisions")]
    AmbiguousUpgrade {
        /// The rows it could start from.
        rows: Vec<RevisionId>,
        /// The commands that say from which: `upgrade shop@+1`.
        choices: Vec<String>,
    },
    /// `label@-N` where not exactly one current revision belongs to the branch.
    #[error("branch '{branch}' has {} current revisions where one is needed", .rows.len())]
    NoSingleRow {
        /// The branch as typed.
        branch: String,
        /// The current revisions of the branch.
        rows: Vec<RevisionId>,
        /// All rows.
        current: Vec<RevisionId>,
        /// The commands that name one of them: `downgrade 1975ea@-1`.
        choices: Vec<String>,
    },
    /// Of two revisions that should lie on different branches, one is an
    /// ancestor of the other.
    #[error("Requested revision {revision} overlaps with other requested revisions {}", join(.others))]
    Overlap {
        /// The later one.
        revision: RevisionId,
        /// Its ancestors among the requested revisions.
        others: Vec<RevisionId>,
        /// Whether they are rows of the version table.
        rows: bool,
    },
}

impl TargetError {
    /// Returns a stable name for the kind of error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownRevision { .. } => "revision-not-found",
            Self::AmbiguousRevision { .. } => "ambiguous-revision",
            Self::UnknownBranch { .. } => "branch-not-found",
            Self::NotInBranch { .. } => "not-in-branch",
            Self::FormNotAllowed { .. } | Self::Malformed { .. } => "bad-target",
            Self::UnknownRow { .. } => "unknown-current-revision",
            Self::RangeNotAllowed { .. } => "range-not-allowed",
            Self::NotARange { .. } => "not-a-range",
            Self::MultipleHeads { .. } | Self::NoSingleHead { .. } | Self::MultipleStampTargets { .. } => {
                "multiple-heads"
            }
            Self::NotADowngrade { .. } | Self::NotADowngradeOfBranch { .. } | Self::NotInRange { .. } => {
                "not-an-ancestor"
            }
            Self::AmbiguousWalk { .. } => "ambiguous-walk",
            Self::WalkedTooFar { .. } | Self::NotEnoughRevisions { .. } => "walked-too-far",
            Self::AmbiguousUpgrade { .. } | Self::NoSingleRow { .. } => "multiple-current-revisions",
            Self::Overlap { .. } => "overlapping-revisions",
        }
    }

    /// Returns what to do about it: the next command, or the names to choose from.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::UnknownRevision { similar, .. } if !similar.is_empty() => {
                format!("did you mean {}?", quoted(similar, " or "))
            }
            Self::UnknownRevision { revisions: 0, .. } => {
                "there are no revisions yet; `retort revision -m \"...\"` writes the first".to_owned()
            }
            Self::UnknownRevision { branch: Some(branch), heads, .. } => {
                format!("no revision of branch '{branch}', up to {}, begins with it", some_ids(heads))
            }
            Self::UnknownRevision { branch: None, revisions: 1, heads, .. } => {
                format!("the only revision is {}", some_ids(heads))
            }
            Self::UnknownRevision { branch: None, revisions, heads, .. } => format!(
                "none of the {revisions} revisions, up to {}, and no branch label begins with it; `retort \
                 history` lists them",
                some_ids(heads)
            ),
            Self::AmbiguousRevision { candidates, .. } => {
                format!("type more of it: {}", quoted(candidates, ", "))
            }
            Self::UnknownBranch { similar, .. } if !similar.is_empty() => {
                format!("did you mean {}?", quoted(similar, " or "))
            }
            Self::UnknownBranch { labels, .. } if labels.is_empty() => {
                "no revision has a branch label; a revision id may stand before the `@` too".to_owned()
            }
            Self::UnknownBranch { labels, .. } => {
                format!("the branch labels are {}", quoted(labels, ", "))
            }
            Self::NotInBranch { revision, branch, .. } => {
                format!("revision {revision} is not a member of branch '{branch}'")
            }
            Self::FormNotAllowed { .. } => {
                "only `upgrade`, `downgrade` and ranges take it; name a revision here".to_owned()
            }
            Self::UnknownRow { row } => format!(
                "the version table has {row}, but no revision file does: restore the file, or \
                 overwrite the table with `retort stamp --purge <revision>`"
            ),
            Self::Malformed { .. } => {
                "examples: `head`, `heads`, `base`, `+1`, `-1`, `1975ea`, `label@head`".to_owned()
            }
            Self::RangeNotAllowed { .. } => {
                "ranges are for `retort history -r`, and for scripts: `--sql`".to_owned()
            }
            Self::NotARange { .. } => "examples: `base:head`, `-3:`, `:1975ea`".to_owned(),
            Self::MultipleHeads { argument, heads }
                if argument.ends_with(|last: char| last.is_ascii_digit()) =>
            {
                let steps = argument.rfind(['+', '-']).map_or("", |at| &argument[at..]);
                let names: Vec<String> = heads.iter().map(|head| format!("{head}{steps}")).collect();
                format!("the heads are {}; name one: {}", join(heads), quoted(&names, ", "))
            }
            Self::MultipleHeads { heads, .. }
            | Self::NoSingleHead { heads }
            | Self::MultipleStampTargets { heads } => format!(
                "the heads are {}; use `heads` for all of them, or join them with `retort merge \
                 -m \"merge branches\" {}`",
                join(heads),
                spaced(heads),
            ),
            Self::NotADowngrade { rows, .. } if rows.is_empty() => "no revision is applied".to_owned(),
            Self::NotADowngrade { rows, applied: true, .. } => {
                format!("current is {}, and nothing that is applied is above the target", join(rows))
            }
            Self::NotADowngrade { target, rows, applied: false } => {
                format!("current is {}; the target is not applied: `retort upgrade {target}`", join(rows))
            }
            Self::NotADowngradeOfBranch { .. } => {
                "the branch does not go through the target; `retort branches` shows where branches \
                 part"
                    .to_owned()
            }
            Self::NotInRange { .. } => "`retort history` lists all revisions, the newest first".to_owned(),
            Self::AmbiguousWalk { from, ends, choices } => {
                let from = from.as_ref().map_or("the base", RevisionId::as_str);
                let to = match &ends[..] {
                    [] => String::new(),
                    [end] => format!(", which meet again at {end}"),
                    ends => format!(", to {}", some_ids(ends)),
                };
                format!("from {from} there are several ways{to}{}", one_of(choices))
            }
            Self::WalkedTooFar { target, furthest } => furthest.describe(target),
            Self::NotEnoughRevisions { offset, furthest: Some(furthest) } => furthest.describe(offset),
            Self::NotEnoughRevisions { offset, furthest: None } => {
                match offset.trim_start_matches(['+', '-']) {
                    "0" => {
                        "steps are counted from one: `retort upgrade +1`, `retort downgrade -1`".to_owned()
                    }
                    steps => {
                        format!("`retort upgrade +{steps}` goes up, `retort downgrade -{steps}` goes down")
                    }
                }
            }
            Self::AmbiguousUpgrade { rows, choices } => {
                format!("current is {}, and more than one can move{}", join(rows), one_of(choices))
            }
            Self::NoSingleRow { rows, current, .. } if rows.is_empty() => match &current[..] {
                [] => "no revision is applied".to_owned(),
                current => format!("current is {}, which is on other branches", join(current)),
            },
            Self::NoSingleRow { rows, choices, .. } => {
                format!("they are {}{}", join(rows), one_of(choices))
            }
            Self::Overlap { rows: true, .. } => {
                "the version table should hold only the latest revision of each branch; `retort \
                 stamp heads` or `retort downgrade base` repairs it"
                    .to_owned()
            }
            Self::Overlap { rows: false, .. } => "name only the later one".to_owned(),
        };
        Some(hint)
    }
}

/// How far steps can lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Furthest {
    /// Where they start; nothing is the base.
    pub from: Vec<RevisionId>,
    /// How many there are, with their sign.
    pub steps: i64,
    /// Where they end; nothing is the base.
    pub ends: Vec<RevisionId>,
}

impl Furthest {
    /// Says it of steps that were typed at the end of `text`.
    fn describe(&self, text: &str) -> String {
        let down = text.rfind(['+', '-']).is_some_and(|at| text[at..].starts_with('-'));
        let from = if self.from.is_empty() { "base".to_owned() } else { join(&self.from) };
        if self.steps == 0 {
            return match (down, &self.from[..]) {
                (true, []) => "no revision is applied".to_owned(),
                (true, _) => format!("nothing is below {from}, where the steps start"),
                (false, []) => "there are no revisions".to_owned(),
                (false, _) => format!("nothing is above {from}, where the steps start"),
            };
        }
        let start = text.rfind(['+', '-']).map_or(text, |at| &text[..at]);
        if text.ends_with(&format!("{:+}", self.steps)) {
            return format!("{text} is the base: there is nothing to upgrade to");
        }
        let end = if self.ends.is_empty() { "base".to_owned() } else { some_ids(&self.ends) };
        format!("from {from} it is at most `{start}{:+}`, to {end}", self.steps)
    }
}

/// The end of a hint: commands to choose from.
fn one_of(choices: &[String]) -> String {
    const SHOWN: usize = 8;
    if choices.is_empty() {
        return String::new();
    }
    let mut text =
        choices.iter().take(SHOWN).map(|choice| format!("`retort {choice}`")).collect::<Vec<_>>().join(", ");
    if choices.len() > SHOWN {
        text.push_str(", …");
    }
    let begin = if choices.len() == 1 { "use" } else { "use one of" };
    format!("; {begin} {text}")
}

fn some_ids(ids: &[RevisionId]) -> String {
    some_of(&ids.iter().map(ToString::to_string).collect::<Vec<_>>())
}

fn some_of(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let mut text = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(", …");
    }
    text
}

fn quoted(names: &[String], separator: &str) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(separator)
}

fn join(ids: &[RevisionId]) -> String {
    ids.iter().map(RevisionId::as_str).collect::<Vec<_>>().join(", ")
}

fn spaced(ids: &[RevisionId]) -> String {
    ids.iter().map(RevisionId::as_str).collect::<Vec<_>>().join(" ")
}
