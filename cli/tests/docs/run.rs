//! Does what a document says, in order.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use retort_test_servers::Engine;

use crate::{
    compare::{difference, lines_of, same},
    databases::Databases,
    document::{self, Block, Item},
    excerpt, file, ids,
    shell::{Ran, Shell, has},
};

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What became of a document.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// What is wrong: the document, the line, the command, and the difference.
    pub(crate) failures: Vec<String>,
    /// The document with the outputs that were written.
    pub(crate) updated: String,
}

/// Runs a document on an engine, or on SQLite.
pub(crate) fn run(name: &str, text: &str, engine: Option<Engine>) -> Outcome {
    let items = match document::parse(name, text) {
        Ok(items) => items,
        Err(failure) => return Outcome { failures: vec![failure], updated: text.to_owned() },
    };
    let mut session = Session {
        name,
        shell: Shell::new(),
        databases: Databases::on(engine),
        failures: Vec::new(),
        outputs: Vec::new(),
    };
    for item in &items {
        session.item(item);
    }
    Outcome { updated: session.rewrite(text), failures: session.failures }
}

/// A document at work.
struct Session<'a> {
    name: &'a str,
    shell: Shell,
    databases: Databases,
    failures: Vec<String>,
    /// Lines of the document, from 0, and the output that belongs there.
    outputs: Vec<(Range<usize>, Vec<String>)>,
}

/// A command of a block `console`, and what is shown below it.
struct Shown {
    /// The line of the command in the block, from 0.
    at: usize,
    command: String,
    output: Range<usize>,
}

impl Session<'_> {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Project => {
                self.item(&Item::NewDirectory);
                let commands = "cp -r \"$REPOSITORY/cli/tests/docs/project/.\" .".to_owned();
                self.item(&Item::First { line: 0, commands });
            }
            Item::NewDirectory => {
                self.shell = Shell::new();
                let engine = self.databases.engine();
                self.databases =
                    Databases::on(Engine::ALL.into_iter().find(|candidate| candidate.name() == engine));
            }
            Item::First { line, commands } => {
                let ran = self.run(commands);
                self.check_code(*line, commands, &ran, 0);
            }
            Item::Rows { line, query, expected } => {
                let rows = self.databases.rows(&self.shell.at(), query);
                if rows != *expected {
                    self.fail(*line, &format!("{query}\n{}", difference(expected, &rows)));
                }
            }
            Item::Block(block) => self.block(block),
        }
    }

    fn block(&mut self, block: &Block) {
        let engine = self.databases.engine();
        let elsewhere = |engines: &Option<Vec<String>>| {
            engines.as_ref().is_some_and(|engines| !engines.iter().any(|name| name == engine))
        };
        let marks = &block.marks;
        if marks.not_run.is_some() || elsewhere(&marks.on) {
            return;
        }
        if marks.needs.as_ref().is_some_and(|program| !has(program)) {
            return;
        }
        if let Some(path) = &marks.as_in {
            if let Err(what) = excerpt::check(path, &block.text) {
                self.fail(block.line, &what);
            }
            return;
        }
        let compared = !elsewhere(&marks.output_of);
        let result = match &*block.language {
            "console" => return self.console(block, compared),
            "sh" => return self.script(block),
            "sql" | "toml" | "ini" | "yaml" => match file::Destination::of(&block.text) {
                Some(destination) => {
                    let text = self.databases.actual(destination.text);
                    destination.kind.write(&self.shell.at(), destination.path, &text)
                }
                None if block.language == "sql" => file::check_sql(&block.text),
                None if block.language == "toml" => file::check_configuration(&block.text),
                None => Err(format!("a block `{}` that is no file", block.language)),
            },
            language => Err(format!("a block `{language}` is neither run nor marked with a reason")),
        };
        if let Err(what) = result {
            self.fail(block.line, &what);
        }
    }

    fn script(&mut self, block: &Block) {
        let ran = self.run(&block.text);
        self.check_code(block.line, block.text.trim_end(), &ran, block.marks.fails.unwrap_or_default());
    }

    fn console(&mut self, block: &Block, compared: bool) {
        let lines: Vec<String> = block.text.lines().map(str::to_owned).collect();
        let commands = match commands(&lines) {
            Ok(commands) => commands,
            Err(what) => return self.fail(block.line, what),
        };
        let last = commands.len() - 1;
        for (index, Shown { at, command, output }) in commands.into_iter().enumerate() {
            let ran = self.run(&command);
            let line = block.line + 1 + at;
            match &block.marks.error {
                Some(code) if index == last => self.check_error(line, &command, code),
                _ if index == last => {
                    self.check_code(line, &command, &ran, block.marks.fails.unwrap_or_default());
                }
                _ => self.check_code(line, &command, &ran, 0),
            }
            let written = lines_of(&self.databases.shown(&ran.output));
            let shown: Vec<String> = lines[output.clone()].to_vec();
            let written = ids::adopt(&self.shell.at(), &shown, &written);
            if compared && !same(&shown, &written) {
                self.fail(line, &format!("$ {command}\n{}", difference(&shown, &written)));
                let indent = " ".repeat(block.indent);
                let written =
                    written.iter().map(|line| format!("{indent}{line}").trim_end().to_owned()).collect();
                let start = block.body.start;
                self.outputs.push((start + output.start..start + output.end, written));
            }
        }
    }

    fn run(&mut self, commands: &str) -> Ran {
        let commands = self.databases.actual(commands);
        self.shell.run(&commands)
    }

    fn check_code(&mut self, line: usize, command: &str, ran: &Ran, expected: i32) {
        if ran.code != Some(expected) {
            let code = ran.code.map_or_else(|| "none".to_owned(), |code| code.to_string());
            let output = self.databases.shown(&ran.output);
            self.fail(line, &format!("$ {command}\nexit code {code} instead of {expected}\n{output}"));
        }
    }

    /// Runs a command that failed once more, to see which error it is.
    fn check_error(&mut self, line: usize, command: &str, code: &str) {
        let ran = self.run(&format!("{command} --format json"));
        if ran.code == Some(0) || !ran.output.contains(&format!(r#"{{"error":{{"code":"{code}""#)) {
            self.fail(line, &format!("$ {command}\nnot the error `{code}`\n{}", ran.output));
        }
    }

    fn fail(&mut self, line: usize, what: &str) {
        let Self { name, .. } = self;
        let engine = self.databases.engine();
        self.failures.push(format!("{name}:{line} (on {engine}): {}", what.trim_end()));
    }

    /// The document with the outputs that were written instead of others.
    fn rewrite(&self, text: &str) -> String {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (range, written) in self.outputs.iter().rev() {
            lines.splice(range.clone(), written.clone());
        }
        lines.join("\n") + "\n"
    }
}

/// The commands of a block: a line `$ …`, continued by lines `> …`.
fn commands(lines: &[String]) -> Result<Vec<Shown>, &'static str> {
    let mut commands: Vec<Shown> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push(Shown { at, command: command.to_owned(), output: at + 1..at + 1 });
            continue;
        }
        let Some(Shown { command, output, .. }) = commands.last_mut() else {
            return Err("a block `console` begins with a command: `$ …`");
        };
        match line.strip_prefix("> ") {
            Some(more) if output.start == output.end => {
                command.push('\n');
                command.push_str(more);
                *output = at + 1..at + 1;
            }
            _ => output.end = at + 1,
        }
    }
    if commands.is_empty() { Err("a block `console` without commands") } else { Ok(commands) }
}
