//! Completes command lines for shells: scripts made by `retort completions` ask
//! the program itself, which knows the revisions and environments of a project.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::{Arg, Command};
use clap_complete::{
    engine::{ArgValueCandidates, CompletionCandidate},
    env::Shells,
};
use retort_core::revision::target::Range;

use crate::{
    args::GlobalArgs,
    project::Project,
    settings::{Settings, environments},
};

/// The variable by which the script of a shell asks, with the shell's name.
const VARIABLE: &str = "RETORT_COMPLETE";

/// The project that a command line would act on.
#[derive(Debug, Clone)]
struct Around {
    directory: PathBuf,
    variables: BTreeMap<OsString, OsString>,
    config: Option<PathBuf>,
}

/// Writes the script of a shell.
pub(crate) fn write_script(shell: &str, out: &mut dyn Write) -> io::Result<()> {
    match Shells::builtins().completer(shell) {
        Some(completer) => completer.write_registration(VARIABLE, "retort", "retort", "retort", out),
        None => Err(io::Error::other(format!("no completions for {shell}"))),
    }
}

/// What a shell asks for, if it is one that asks.
pub(crate) fn answer(
    command: Command,
    arguments: &[OsString],
    directory: &Path,
    variables: &BTreeMap<OsString, OsString>,
) -> Option<Vec<u8>> {
    let shell = variables.get(OsStr::new(VARIABLE))?.to_str()?;
    let shells = Shells::builtins();
    let completer = shells.completer(shell)?;
    // The words of the line follow, the name of the program first.
    let start = arguments.iter().position(|argument| argument == "--")? + 1;
    let words = arguments.get(start..)?.to_vec();
    let around =
        Around { directory: directory.to_owned(), variables: variables.clone(), config: config(&words) };
    let mut command = knowing(command, &around);
    let mut answer = Vec::new();
    // Somebody is typing: what is wrong shows when the line runs.
    completer.write_complete(&mut command, words, Some(directory), &mut answer).ok()?;
    Some(answer)
}

/// The configuration that a line names.
fn config(words: &[OsString]) -> Option<PathBuf> {
    let is_option = |word: &OsString| word == "--config" || word == "-c";
    let apart = words.windows(2).find(|pair| is_option(&pair[0])).map(|pair| PathBuf::from(&pair[1]));
    let joined = || words.iter().find_map(|word| word.to_str()?.strip_prefix("--config=").map(PathBuf::from));
    apart.or_else(joined)
}

/// The command line with what stands for revisions and environments.
fn knowing(command: Command, around: &Around) -> Command {
    let command = command.mut_args(|arg| know(arg, around));
    command.mut_subcommands(|command| command.mut_args(|arg| know(arg, around)))
}

fn know(arg: Arg, around: &Around) -> Arg {
    if arg.get_long().is_none() && arg.get_short().is_some() {
        // Options are offered once a dash is typed. One without a long name
        // would stand among the revisions.
        return arg.hide(true);
    }
    let around = around.clone();
    let is_of = |name: &str| arg.get_value_names().is_some_and(|names| names.iter().any(|it| it == name));
    if is_of("REVISION") || is_of("RANGE") {
        arg.add(ArgValueCandidates::new(move || around.revisions()))
    } else if ["env", "from_env"].contains(&arg.get_id().as_str()) {
        arg.add(ArgValueCandidates::new(move || around.environments()))
    } else {
        arg
    }
}

impl Around {
    /// The ids, the newest first, then labels and words for revisions. None,
    /// where something is wrong with the project.
    fn revisions(&self) -> Vec<CompletionCandidate> {
        let global = GlobalArgs { config: self.config.clone(), ..GlobalArgs::default() };
        let settings = Settings::resolve(&global, &self.directory, &self.variables);
        let Ok(project) = settings.and_then(Project::load) else { return Vec::new() };
        let newest_first = project.graph.walk(&Range::default(), &[]).unwrap_or_default();
        let ids = newest_first.into_iter().map(|revision| {
            let message = revision.message.lines().next().unwrap_or_default().to_owned();
            CompletionCandidate::new(revision.id.as_str()).help(Some(message.into()))
        });
        let labels = project
            .graph
            .labels()
            .map(|(label, _)| CompletionCandidate::new(label).help(Some("a branch label".into())));
        let words = [
            ("head", "the latest revision"),
            ("heads", "the latest revisions of all branches"),
            ("base", "before the first revision"),
        ];
        let words = words.map(|(word, help)| CompletionCandidate::new(word).help(Some(help.into())));
        let candidates = ids.chain(labels).chain(words).enumerate();
        candidates.map(|(order, candidate)| candidate.display_order(Some(order))).collect()
    }

    fn environments(&self) -> Vec<CompletionCandidate> {
        let names = environments(self.config.as_deref(), &self.directory, &self.variables);
        names.unwrap_or_default().into_iter().map(CompletionCandidate::new).collect()
    }
}
