//! `retort revision`, and what it shares with `retort merge`.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
    path::{Path, PathBuf},
};

use super::{
    Context,
    autogenerate::{self, ModelArgs},
};
use crate::{
    command_error::CommandError,
    hooks,
    listing::Listing,
    placement::{self, Placement},
    project::Project,
    templates,
};
use clap::Args;
use jiff::Timestamp;
use retort_core::{
    revision::{
        Revision, RevisionId,
        graph::{GraphError, RevisionGraph},
        target::{Form, Symbol, Target, TargetError},
    },
    script::{NewRevision, RevisionTemplate},
    version_table::MAX_REVISION_ID,
};

/// Write a new revision file: an empty one, or what leads to the models
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  retort revision -m \"add a note to orders\"                      an empty file, to be written
  retort revision --autogenerate -m \"add prices\"                 what leads to the models
  retort revision -m \"search\" --head base --branch-label search  a branch of its own")]
pub(crate) struct RevisionArgs {
    /// What it is for
    #[arg(short, long, default_value = "", hide_default_value = true)]
    message: String,

    /// The revision to follow, or `base` [default: head]
    #[arg(long, value_name = "REVISION", allow_negative_numbers = true)]
    head: Option<String>,

    /// Allow a `--head` that is not a head, which begins a new branch
    #[arg(long)]
    splice: bool,

    /// A label for the branch that begins with it
    #[arg(long, value_name = "LABEL")]
    branch_label: Vec<String>,

    /// Its id, instead of a random one
    #[arg(long, value_name = "ID")]
    rev_id: Option<String>,

    /// A revision or label that must be applied first, although it is on another branch
    #[arg(long, value_name = "REVISION")]
    depends_on: Vec<String>,

    /// The directory for its file, where `migrations` lists several [default: that of its parent]
    #[arg(long, value_name = "PATH")]
    version_path: Option<PathBuf>,

    /// What to begin with, of `retort list-templates`; with `--autogenerate` only its comment [default:
    /// generic]
    #[arg(long, value_name = "NAME")]
    template: Option<String>,

    /// Compare the database with the models, and write what makes it so
    #[arg(long)]
    autogenerate: bool,

    /// Ask nothing: what may be renamed is dropped and added
    #[arg(long, requires = "autogenerate")]
    no_input: bool,

    #[command(flatten)]
    model: ModelArgs,
}

pub(crate) fn run(args: &RevisionArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    let project = context.project()?;
    let parents = match &args.head {
        Some(head) => {
            let target: Target = head.parse().map_err(|error| project.target_error(&error))?;
            project.graph.resolve(&target, &[]).map_err(|error| match &error {
                TargetError::MultipleHeads { heads, .. } if is_plain_head(&target) => multiple_heads(heads),
                _ => project.target_error(&error),
            })?
        }
        None => match &*project.graph.heads() {
            heads @ ([] | [_]) => heads.to_vec(),
            heads => return Err(multiple_heads(heads.iter().map(|head| &head.id))),
        },
    };
    let proposal = Proposal {
        id: args.rev_id.as_deref(),
        message: &args.message,
        labels: &args.branch_label,
        depends_on: resolve_dependencies(&project, &args.depends_on)?,
        template: templates::find(args.template.as_deref(), &project.settings, &context.backends.syntaxes())?,
        splice: args.splice,
        version_path: args.version_path.as_deref(),
    };
    if !args.autogenerate {
        args.model.refuse_alone()?;
        return create(&project, &parents, proposal, context);
    }
    // All that is wrong with the proposal, before the database is asked.
    let (new, at) = propose(&project, &parents, &proposal, context)?;
    let ask = !args.no_input && context.ui.is_interactive();
    let pending = autogenerate::find(&project, &args.model, ask, context)?;
    pending.report(context.ui);
    if pending.is_empty() {
        // An empty revision would be one more to review and to run. What cannot
        // be written is no reason for one either.
        if context.ui.is_json() {
            return context.ui.json(&pending.document(None::<()>));
        }
        return context.ui.note("No changes in schema detected.");
    }
    let written = pending.write()?;
    for note in &written.notes {
        context.ui.warn(note);
    }
    // Of the template, there is place for the comment only.
    let new = NewRevision {
        upgrade_sql: written.upgrade,
        downgrade_sql: Some(written.downgrade),
        no_transaction: false,
        ..new
    };
    write(&project, &new, &at, context)?;
    if !context.ui.is_json() {
        return Ok(());
    }
    let project = context.project()?;
    let listing = Listing::new(&project.graph);
    let entry = project.graph.get(new.id.as_str()).map(|revision| listing.document(revision));
    context.ui.json(&pending.document(entry))
}

/// A revision that somebody wants to write.
pub(super) struct Proposal<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) message: &'a str,
    pub(super) labels: &'a [String],
    pub(super) depends_on: Vec<String>,
    pub(super) template: RevisionTemplate,
    /// Whether the parents may have children.
    pub(super) splice: bool,
    /// The directory for the file, if somebody names one.
    pub(super) version_path: Option<&'a Path>,
}

/// Checks a proposal against all revisions, and only then writes its file.
pub(super) fn create(
    project: &Project,
    parents: &[&Revision],
    proposal: Proposal<'_>,
    context: &mut Context<'_>,
) -> Result<(), CommandError> {
    let (new, at) = propose(project, parents, &proposal, context)?;
    write(project, &new, &at, context)?;
    if !context.ui.is_json() {
        return Ok(());
    }
    // Read again: the document says what the file says.
    let project = context.project()?;
    let revision = project.graph.get(new.id.as_str());
    Listing::new(&project.graph).json(context.ui, revision)
}

/// Writes the file of a revision, and runs the hooks on it.
fn write(
    project: &Project,
    new: &NewRevision,
    at: &Placement,
    context: &mut Context<'_>,
) -> Result<(), CommandError> {
    let path = project.create(new, at)?;
    if !context.ui.is_json() {
        context.ui.line(format_args!("Generating {} ...  done", path.display()))?;
    }
    hooks::run(project, new, &path, context)
}

/// The revision that is proposed, which fits all others, and where it goes.
fn propose(
    project: &Project,
    parents: &[&Revision],
    proposal: &Proposal<'_>,
    context: &Context<'_>,
) -> Result<(NewRevision, Placement), CommandError> {
    check_parents(project, parents, proposal.splice)?;
    let id = match proposal.id {
        Some(id) => check_id(id, &project.graph)?,
        None => unused_id(&project.graph),
    };
    let created = placement::now(&project.settings.new_files.timezone)?;
    let mut new = NewRevision {
        parents: parents.iter().map(|parent| parent.id.clone()).collect(),
        labels: proposal.labels.to_vec(),
        depends_on: proposal.depends_on.clone(),
        created: Some(placement::rfc_3339(&created)),
        ..NewRevision::new(id, proposal.message)
    };
    proposal.template.fill(&mut new);
    let version_path = proposal.version_path;
    let at = placement::place(project, &new, &created, parents, version_path, context.directory)?;
    check_graph(project, &new, at.path())?;
    Ok((new, at))
}

fn check_parents(project: &Project, parents: &[&Revision], splice: bool) -> Result<(), CommandError> {
    let mut seen = HashSet::new();
    if !parents.iter().all(|parent| seen.insert(&parent.id)) {
        return Err(CommandError::new("duplicate-parent", "Duplicate head revisions specified")
            .hint("name each revision once"));
    }
    match parents.iter().find(|parent| !project.graph.is_head(&parent.id)) {
        Some(parent) if !splice => Err(CommandError::new(
            "not-a-head",
            format!(
                "Revision {} is not a head revision; please specify --splice to create a new branch from this revision",
                parent.id
            ),
        )
        .hint("`retort heads` lists the heads")),
        _ => Ok(()),
    }
}

/// Builds the graph that the file would make, so that everything that could
/// break the next command is found before there is a file.
fn check_graph(project: &Project, new: &NewRevision, path: PathBuf) -> Result<(), CommandError> {
    let mut revisions = project.graph.revisions().to_vec();
    revisions.push(Revision {
        id: new.id.clone(),
        parents: new.parents.clone(),
        depends_on: new.depends_on.clone(),
        labels: new.labels.clone(),
        message: new.message.clone(),
        created: new.created.clone(),
        path,
    });
    let Err(error) = RevisionGraph::new(revisions) else { return Ok(()) };
    let described = CommandError::new(error.code(), error.to_string());
    // The hints of the error are about files that are there; this one is not.
    Err(match &error {
        GraphError::DuplicateRevision { first, .. } => described
            .hint(format!("{} has this id; choose another `--rev-id`, or leave it out", first.path.display())),
        GraphError::DuplicateLabel { label, other, .. } => described.hint(format!(
            "choose another `--branch-label`, or follow the branch with `--head {label}@head`; it begins in {}",
            other.path.display()
        )),
        GraphError::IllegalId { .. } => {
            described.hint("choose another `--rev-id`, of letters, digits and underscores")
        }
        GraphError::IllegalName { .. } => described.hint("choose another name"),
        GraphError::MissingDependency { .. } => described.hint("`retort history` lists all revisions"),
        GraphError::SelfLoop { .. }
        | GraphError::DependencySelfLoop { .. }
        | GraphError::Cycle { .. }
        | GraphError::DependencyCycle { .. }
        | GraphError::DuplicateLink { .. }
        | GraphError::MissingParent { .. } => described,
        _ => described,
    })
}

fn check_id(id: &str, graph: &RevisionGraph) -> Result<RevisionId, CommandError> {
    // The graph would call it a loop where it is the parent as well.
    if let Some(taken) = graph.get(id) {
        return Err(CommandError::new(
            "duplicate-revision",
            format!("Revision {id} is present more than once"),
        )
        .hint(format!("{} has this id; choose another `--rev-id`, or leave it out", taken.path.display())));
    }
    let length = id.chars().count();
    if length > MAX_REVISION_ID as usize {
        return Err(CommandError::new(
            "invalid-name",
            format!("revision identifier '{id}' has {length} characters, and the version table holds {MAX_REVISION_ID}"),
        )
        .hint("choose a shorter `--rev-id`"));
    }
    Ok(RevisionId::new(id))
}

/// A random id that no revision has.
fn unused_id(graph: &RevisionGraph) -> RevisionId {
    loop {
        // The keys of a new hasher come from the operating system.
        let id = RevisionId::from_random_bits(RandomState::new().hash_one(Timestamp::now()));
        if graph.get(id.as_str()).is_none() {
            return id;
        }
    }
}

/// A dependency stays a label where it is one, and becomes a full id otherwise.
fn resolve_dependencies(project: &Project, names: &[String]) -> Result<Vec<String>, CommandError> {
    let mut resolved = Vec::new();
    for name in names {
        if project.graph.labels().any(|(label, _)| label == name) {
            resolved.push(name.clone());
            continue;
        }
        let target: Target = name.parse().map_err(|error| project.target_error(&error))?;
        let revisions = project.graph.resolve(&target, &[]).map_err(|error| project.target_error(&error))?;
        resolved.extend(revisions.into_iter().map(|revision| revision.id.to_string()));
    }
    Ok(resolved)
}

fn is_plain_head(target: &Target) -> bool {
    target.branch().is_none() && *target.form() == Form::Symbol(Symbol::Head)
}

fn multiple_heads<'a>(heads: impl IntoIterator<Item = &'a RevisionId>) -> CommandError {
    let heads: Vec<&str> = heads.into_iter().map(RevisionId::as_str).collect();
    CommandError::new(
        "multiple-heads",
        "Multiple heads are present; please specify the head revision on which the new revision should be based, \
         or perform a merge.",
    )
    .hint(format!("follow one of them with `--head {}`", heads[0]))
    .hint(format!("or join them first: `retort merge -m \"merge branches\" {}`", heads.join(" ")))
}
