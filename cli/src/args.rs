//! The command line as plain data. Nothing here acts on it.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::{
    branches::BranchesArgs, check::CheckArgs, completions::CompletionsArgs, current::CurrentArgs,
    downgrade::DowngradeArgs, edit::EditArgs, ensure_version::EnsureVersionArgs, heads::HeadsArgs,
    history::HistoryArgs, init::InitArgs, introspect::IntrospectArgs, list_templates::ListTemplatesArgs,
    man::ManArgs, merge::MergeArgs, revision::RevisionArgs, show::ShowArgs, stamp::StampArgs,
    upgrade::UpgradeArgs,
};

/// The end of the help, with the commands that its list leaves out.
const END: &str = "\
`retort COMMAND --help` has examples. `retort completions SHELL` makes a shell
complete commands and revisions; `retort man DIRECTORY` writes the manual.";

/// Runs schema migrations, written once in SQL, on every database a team uses
#[derive(Debug, Parser)]
#[command(name = "retort", version, arg_required_else_help = true, after_help = END)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The options that every command takes, before or after its name.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// The configuration file [default: retort.toml]
    #[arg(short, long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// The environment to act on: an [env.NAME] of the configuration, or a file .env.NAME
    #[arg(short = 'n', long, alias = "name", global = true, value_name = "NAME")]
    pub(crate) env: Option<String>,

    /// The database to act on, instead of the one that DATABASE_URL or the configuration names
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) url: Option<String>,

    /// A value for the placeholders `:KEY` of revisions; may be given again
    #[arg(short = 'x', global = true, value_name = "KEY=VALUE")]
    pub(crate) parameters: Vec<String>,

    /// How results and errors are written: for people, or as one JSON document
    #[arg(long, global = true, value_name = "FORMAT", value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,

    /// Write results and errors only
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

impl GlobalArgs {
    /// The options that choose what a command acts on, as they are typed. The
    /// URL is left out: it may hold a password.
    pub(crate) fn choice(&self) -> String {
        let config = self.config.iter().map(|path| format!("--config {}", path.display()));
        let env = self.env.iter().map(|name| format!("--env {name}"));
        config.chain(env).collect::<Vec<_>>().join(" ")
    }
}

/// How results and errors are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    // Plain comments: with a description of each value, `-h` and `--help`
    // would differ, and the latter take three lines an option. What `introspect`
    // writes for people is SQL.
    #[default]
    #[value(alias = "sql")]
    Human,
    Json,
    // Pictures, of `history` only: its help names them.
    #[value(hide = true)]
    Dot,
    #[value(hide = true)]
    Mermaid,
    #[value(hide = true)]
    Svg,
}

impl Format {
    /// The name of a format that only the graph of revisions has.
    pub(crate) fn picture(self) -> Option<&'static str> {
        match self {
            Self::Human | Self::Json => None,
            Self::Dot => Some("dot"),
            Self::Mermaid => Some("mermaid"),
            Self::Svg => Some("svg"),
        }
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    #[default]
    // On a terminal, unless NO_COLOR or CLICOLOR=0 is set.
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(InitArgs),
    Revision(RevisionArgs),
    Upgrade(UpgradeArgs),
    Downgrade(DowngradeArgs),
    Current(CurrentArgs),
    History(HistoryArgs),
    Show(ShowArgs),
    Heads(HeadsArgs),
    Branches(BranchesArgs),
    Merge(MergeArgs),
    Stamp(StampArgs),
    Check(CheckArgs),
    Introspect(IntrospectArgs),
    Edit(EditArgs),
    #[command(alias = "ensure_version")]
    EnsureVersion(EnsureVersionArgs),
    #[command(alias = "list_templates")]
    ListTemplates(ListTemplatesArgs),
    // For packages rather than people: the end of the help names both.
    #[command(hide = true)]
    Completions(CompletionsArgs),
    #[command(hide = true)]
    Man(ManArgs),
}

/// What a command line that could not be parsed says to somebody who knows
/// Alembic, whose `current -c` is `current --check-heads`.
pub(crate) fn of_alembic(arguments: &[OsString]) -> Option<Vec<OsString>> {
    let command = arguments.iter().position(|argument| argument == "current")?;
    let mut rewritten: Vec<OsString> = arguments[..=command].to_vec();
    let rest = &arguments[command + 1..];
    for (index, argument) in rest.iter().enumerate() {
        let is_alone = rest.get(index + 1).is_none_or(|next| next.as_encoded_bytes().starts_with(b"-"));
        match argument.to_str() {
            Some("-c") if is_alone => rewritten.push("--check-heads".into()),
            Some("-vc") => rewritten.extend(["--check-heads".into(), "--verbose".into()]),
            _ => rewritten.push(argument.clone()),
        }
    }
    (rewritten != arguments).then_some(rewritten)
}

/// The command line with every `-x KEY=VALUE` before the command: of an option
/// that stands before and behind it, the parser keeps those of one place.
pub(crate) fn parameters_first(arguments: &[OsString]) -> Vec<OsString> {
    let (mut parameters, mut others) = (Vec::new(), Vec::new());
    let mut rest = arguments.iter().cloned();
    others.extend(rest.next());
    while let Some(argument) = rest.next() {
        if argument == "--" {
            others.push(argument);
            break;
        }
        if argument == "-x" {
            match rest.next() {
                Some(value) => parameters.extend([argument, value]),
                // The parser says what is missing.
                None => others.push(argument),
            }
        } else if argument.as_encoded_bytes().starts_with(b"-x") {
            parameters.push(argument);
        } else {
            others.push(argument);
        }
    }
    others.extend(rest);
    let behind_program = 1.min(others.len());
    others.splice(behind_program..behind_program, parameters);
    others
}

/// Whether a command line that could not be parsed asks for JSON.
pub(crate) fn wants_json(arguments: &[OsString]) -> bool {
    asks_for(arguments, "--format", "json")
}

/// When to use colours, as a command line says that could not be parsed.
pub(crate) fn wanted_color(arguments: &[OsString]) -> Color {
    let wants = |color: &str| asks_for(arguments, "--color", color);
    if wants("never") {
        Color::Never
    } else if wants("always") {
        Color::Always
    } else {
        Color::Auto
    }
}

fn asks_for(arguments: &[OsString], option: &str, value: &str) -> bool {
    let joined = format!("{option}={value}");
    arguments.iter().any(|argument| *argument == *joined)
        || arguments.windows(2).any(|pair| pair[0] == option && pair[1] == value)
}
