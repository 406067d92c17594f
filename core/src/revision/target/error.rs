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
        /// The next revision of each way.
        choices: Vec<RevisionId>,
    },
    /// The steps from a revision lead below the base or above the heads.
    #[error("Walked too far")]
    WalkedTooFar {
        /// The target as typed.
        target: String,
    },
    /// The steps from the current rows lead below the base or above the heads,
    /// or in the direction that the command does not go.
    #[error("Relative revision {offset} didn't produce {} migrations", .offset.trim_start_matches(['+', '-']))]
    NotEnoughRevisions {
        /// The offset, with its sign.
        offset: String,
    },
    /// `+N` with several current rows.
    #[error("Ambiguous upgrade from multiple current revisions")]
    AmbiguousUpgrade {
        /// The rows it could start from.
        rows: Vec<RevisionId>,
    },
    /// `label@-N` where not exactly one current revision belongs to the branch.
    #[error("branch '{branch}' has {} current revisions where one is needed", .rows.len())]
    NoSingleRow {
        /// The branch as typed.
        branch: String,
        /// The current revisions of the branch.
        rows: Vec<RevisionId>,
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
            Self::UnknownRevision { similar, .. } if similar.is_empty() => {
                "`retort history` lists all revisions".to_owned()
            }
            Self::UnknownRevision { similar, .. } => {
                format!("did you mean {}?", quoted(similar, " or "))
            }
            Self::AmbiguousRevision { candidates, .. } => {
                format!("type more of it: {}", quoted(candidates, ", "))
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
            Self::MultipleHeads { heads, .. }
            | Self::NoSingleHead { heads }
            | Self::MultipleStampTargets { heads } => format!(
                "the heads are {}; use `heads` for all of them, or join them with `retort merge \
                 -m \"merge branches\" {}`",
                join(heads),
                spaced(heads),
            ),
            Self::NotADowngrade { rows, .. } if rows.is_empty() => "no revision is applied".to_owned(),
            Self::NotADowngrade { rows, .. } => {
                format!("current is {}; it must be above the target", join(rows))
            }
            Self::NotADowngradeOfBranch { .. } => {
                "the branch does not go through the target; `retort branches` shows where branches \
                 part"
                    .to_owned()
            }
            Self::NotInRange { .. } => "`retort history` lists all revisions, the newest first".to_owned(),
            Self::AmbiguousWalk { choices, .. } => {
                format!("name one of {}", join(choices))
            }
            Self::WalkedTooFar { .. } | Self::NotEnoughRevisions { .. } => {
                "`base` and `heads` are the ends; `retort history -i` shows where the database is".to_owned()
            }
            Self::AmbiguousUpgrade { rows } => format!(
                "name the branch to upgrade: {}",
                rows.iter().map(|row| format!("`{row}@+1`")).collect::<Vec<_>>().join(", ")
            ),
            Self::NoSingleRow { rows, .. } if rows.is_empty() => {
                "`retort current` lists what is applied".to_owned()
            }
            Self::NoSingleRow { rows, .. } => format!(
                "name one of them: {}",
                rows.iter().map(|row| format!("`{row}@-1`")).collect::<Vec<_>>().join(", ")
            ),
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
