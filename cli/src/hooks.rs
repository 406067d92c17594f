//! Commands of the user's that run on each new revision file.

use std::{
    collections::VecDeque,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf, absolute},
    process::{Command, ExitStatus, Stdio},
};

use retort_core::{revision::Revision, script::NewRevision};

use crate::{
    command_error::CommandError, commands::Context, project::Project, settings::Hook, templates::Syntaxes,
};

/// What stands for the path of the file; the second in Alembic's settings.
const PLACEHOLDERS: [&str; 2] = ["{file}", "REVISION_SCRIPT_FILENAME"];

/// How much of what a hook wrote is told again where it was not shown.
const LINES_TOLD: usize = 10;

/// Runs the hooks on a file that was just written, one after another, and
/// checks the file after each.
pub(crate) fn run(
    project: &Project,
    new: &NewRevision,
    path: &Path,
    context: &mut Context<'_>,
) -> Result<(), CommandError> {
    let hooks = &project.settings.new_files.hooks;
    if hooks.is_empty() {
        return Ok(());
    }
    // The file is written, whatever comes of the hooks: say so before them.
    context.ui.finish()?;
    let backends = context.backends;
    let syntaxes = backends.syntaxes();
    for (index, hook) in hooks.iter().enumerate() {
        let run = Run::new(hook, project, path, context)?;
        context.ui.say(format_args!("Running post write hook '{}' ...", hook.name));
        let result = run.execute(context).and_then(|()| check(hook, project, new, path, &syntaxes));
        result.map_err(|error| match &hooks[index + 1..] {
            [] => error,
            rest => {
                let names: Vec<_> = rest.iter().map(|hook| format!("'{}'", hook.name)).collect();
                error.hint(format!("not run after it: {}", names.join(", ")))
            }
        })?;
    }
    Ok(())
}

/// A hook that runs on a file.
struct Run<'a> {
    name: &'a str,
    path: &'a Path,
    /// The directory in which it runs.
    directory: PathBuf,
    words: Vec<String>,
}

impl<'a> Run<'a> {
    fn new(
        hook: &'a Hook,
        project: &Project,
        path: &'a Path,
        context: &Context<'_>,
    ) -> Result<Self, CommandError> {
        let failed = |error: io::Error| {
            CommandError::new("io", "cannot find out the working directory").caused_by(&error)
        };
        let base = context.directory.join(&project.settings.base);
        let directory =
            absolute(if base.as_os_str().is_empty() { Path::new(".") } else { &base }).map_err(failed)?;
        let file = absolute(context.directory.join(path)).map_err(failed)?;
        Ok(Self {
            name: &hook.name,
            path,
            directory,
            words: words(&hook.command, &file.display().to_string()),
        })
    }

    /// Runs it, and shows what it writes.
    fn execute(&self, context: &mut Context<'_>) -> Result<(), CommandError> {
        let mut told = VecDeque::new();
        match self.status(context, &mut told) {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => {
                let error = CommandError::new("hook", format!("hook '{}' failed ({status})", self.name));
                // Nobody has seen it yet.
                let is_hidden = context.ui.is_json() || context.global.quiet;
                let told: Vec<String> = if is_hidden { told.into() } else { Vec::new() };
                let error = match told.is_empty() {
                    true => error,
                    false => error.caused_by(&io::Error::other(told.join("\n"))),
                };
                Err(self.advise(error))
            }
            Err(error) => {
                let message = format!("hook '{}' cannot be started: `{}`", self.name, self.words[0]);
                Err(self.advise(CommandError::new("hook", message).caused_by(&error)))
            }
        }
    }

    fn status(&self, context: &mut Context<'_>, told: &mut VecDeque<String>) -> io::Result<ExitStatus> {
        // One pipe for both streams, so that their lines stay in order.
        let (reader, writer) = io::pipe()?;
        let [program, arguments @ ..] = &*self.words else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let is_path = program.contains(['/', '\\']);
        let program = if is_path { self.directory.join(program) } else { PathBuf::from(program) };
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.directory).stdout(writer.try_clone()?).stderr(writer);
        if !context.ui.is_interactive() {
            command.stdin(Stdio::null());
        }
        let mut child = command.spawn()?;
        // It holds the ends of the pipe that are for writing.
        drop(command);
        let mut reader = BufReader::new(reader);
        let mut line = Vec::new();
        // What cannot be read cannot be shown; how it ends is what counts.
        while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_end();
            context.ui.say(text);
            if !text.is_empty() {
                told.push_back(text.to_owned());
                if told.len() > LINES_TOLD {
                    told.pop_front();
                }
            }
            line.clear();
        }
        child.wait()
    }

    /// The failure with what there is now, and what to do.
    fn advise(&self, error: CommandError) -> CommandError {
        error.hint(format!(
            "{} is written; run the hook again once it can succeed, in {}: {}; or delete the file",
            self.path.display(),
            self.directory.display(),
            shown(&self.words)
        ))
    }
}

/// The words of a command, with the file in them or after them.
fn words(command: &[String], file: &str) -> Vec<String> {
    let fill = |word: &String| PLACEHOLDERS.iter().fold(word.clone(), |word, name| word.replace(name, file));
    let is_filled = command.iter().any(|word| PLACEHOLDERS.iter().any(|name| word.contains(name)));
    let last = (!is_filled).then(|| file.to_owned());
    command.iter().map(fill).chain(last).collect()
}

/// Words as they are typed.
fn shown(words: &[String]) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+=:,@%\\".contains(c);
    let quoted = words.iter().map(|word| match !word.is_empty() && word.chars().all(is_plain) {
        true => word.clone(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    });
    format!("`{}`", quoted.collect::<Vec<_>>().join(" "))
}

/// Checks that a hook left the file a revision file, and the same revision.
fn check(
    hook: &Hook,
    project: &Project,
    new: &NewRevision,
    path: &Path,
    syntaxes: &Syntaxes<'_>,
) -> Result<(), CommandError> {
    let blame = |error: CommandError| {
        error.hint(format!(
            "hook '{}' left {} so, which was valid before; correct the file, or delete it, and then the hook",
            hook.name,
            path.display()
        ))
    };
    let revision = Revision {
        id: new.id.clone(),
        parents: new.parents.clone(),
        depends_on: new.depends_on.clone(),
        labels: new.labels.clone(),
        message: new.message.clone(),
        created: new.created.clone(),
        path: path.to_owned(),
    };
    let script = project.directory.read(&revision, syntaxes).map_err(|error| blame(error.into()))?;
    let header = &script.header;
    let parents: Vec<&str> = header.revises.iter().map(|parent| &*parent.value).collect();
    let is_same = header.revision.value == new.id.as_str()
        && parents == new.parents.iter().map(|parent| parent.as_str()).collect::<Vec<_>>();
    if is_same {
        return Ok(());
    }
    let message = format!("the header of {} is not the one that was written", path.display());
    Err(blame(CommandError::new("hook", message)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(command: &[&str], expected: &str) {
        let command: Vec<_> = command.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(shown(&words(&command, "/srv/my app/a.sql")), expected);
    }

    #[test]
    fn the_file_is_where_it_is_asked_for() {
        check(&["fmt"], "`fmt '/srv/my app/a.sql'`");
        check(&["fmt", "{file}", "-i"], "`fmt '/srv/my app/a.sql' -i`");
        check(
            &["fmt", "--in={file}", "--out={file}"],
            "`fmt '--in=/srv/my app/a.sql' '--out=/srv/my app/a.sql'`",
        );
        check(&["fmt", "REVISION_SCRIPT_FILENAME"], "`fmt '/srv/my app/a.sql'`");
        check(&["sh", "-c", "it's \"$1\"", "x"], "`sh -c 'it'\\''s \"$1\"' x '/srv/my app/a.sql'`");
    }
}
