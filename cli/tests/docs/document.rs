//! A document as what is done with it: its fenced blocks, in order, with the
//! marks above them.
//!
//! A mark is a comment of Markdown, which readers do not see:
//!
//! - `<!-- fails: 1 -->`: the last command of the block ends with this code.
//! - `<!-- error: CODE -->`: it fails, with the error that has this code.
//! - `<!-- not run: REASON -->`: nothing is done with the block.
//! - `<!-- as in: PATH -->`: the block is an excerpt of a file of this repository.
//! - `<!-- needs: PROGRAM -->`: the block is left out where there is no such program.
//! - `<!-- on: ENGINES -->`: the block is left out on other engines.
//! - `<!-- output of: ENGINES -->`: it runs everywhere; its output is theirs.
//!
//! Four marks stand for themselves: `<!-- new directory -->`; `<!-- project -->`,
//! which is one with the project beside this file; `<!-- first: COMMANDS -->`, which brings about what the text takes for granted, with this
//! repository in `$REPOSITORY`; and `<!-- rows: QUERY => a|b, c|d -->`, which looks
//! into `sqlite://dev.db`.

use std::ops::Range;

/// One thing to do.
#[derive(Debug)]
pub(crate) enum Item {
    Block(Block),
    NewDirectory,
    Project,
    First { line: usize, commands: String },
    Rows { line: usize, query: String, expected: Vec<String> },
}

/// A fenced block.
#[derive(Debug)]
pub(crate) struct Block {
    /// The line of the fence, from 1.
    pub(crate) line: usize,
    /// The lines between the fences, from 0.
    pub(crate) body: Range<usize>,
    pub(crate) indent: usize,
    pub(crate) language: String,
    /// The text between the fences, without the indentation of the fence.
    pub(crate) text: String,
    pub(crate) marks: Marks,
}

/// What the marks above a block say.
#[derive(Debug, Default, Clone)]
pub(crate) struct Marks {
    pub(crate) fails: Option<i32>,
    pub(crate) error: Option<String>,
    pub(crate) not_run: Option<String>,
    pub(crate) as_in: Option<String>,
    pub(crate) needs: Option<String>,
    pub(crate) on: Option<Vec<String>>,
    pub(crate) output_of: Option<Vec<String>>,
}

/// Reads a document.
pub(crate) fn parse(name: &str, text: &str) -> Result<Vec<Item>, String> {
    let lines: Vec<&str> = text.lines().collect();
    let (mut items, mut marks, mut marked_at, mut at) = (Vec::new(), Marks::default(), None, 0);
    while at < lines.len() {
        let line = lines[at].trim();
        let wrong = |what: &str| format!("{name}:{}: {what}", at + 1);
        if let Some(mark) = line.strip_prefix("<!--") {
            let mark = mark.strip_suffix("-->").ok_or_else(|| wrong("a mark is one line"))?.trim();
            match stands_for_itself(mark, at + 1) {
                Some(item) => items.push(item),
                None => {
                    marks.set(mark).map_err(|what| wrong(&what))?;
                    marked_at = Some(at + 1);
                }
            }
        } else if let Some(language) = line.strip_prefix("```") {
            let indent = lines[at].len() - lines[at].trim_start().len();
            let length = lines[at + 1..].iter().position(|line| line.trim() == "```");
            let end = at + 1 + length.ok_or_else(|| wrong("the block does not end"))?;
            let text: String = lines[at + 1..end]
                .iter()
                .map(|line| format!("{}\n", line.get(indent..).unwrap_or_default()))
                .collect();
            items.push(Item::Block(Block {
                line: at + 1,
                body: at + 1..end,
                indent,
                language: language.to_owned(),
                text,
                marks: std::mem::take(&mut marks),
            }));
            marked_at = None;
            at = end;
        } else if !line.is_empty()
            && let Some(line) = marked_at
        {
            return Err(format!("{name}:{line}: no block follows the mark"));
        }
        at += 1;
    }
    match marked_at {
        Some(line) => Err(format!("{name}:{line}: no block follows the mark")),
        None => Ok(items),
    }
}

fn stands_for_itself(mark: &str, line: usize) -> Option<Item> {
    if mark == "new directory" {
        return Some(Item::NewDirectory);
    }
    if mark == "project" {
        return Some(Item::Project);
    }
    if let Some(commands) = mark.strip_prefix("first:") {
        return Some(Item::First { line, commands: commands.trim().to_owned() });
    }
    let (query, expected) = mark.strip_prefix("rows:")?.split_once("=>")?;
    let expected = expected.split(',').map(|row| row.trim().to_owned()).filter(|row| !row.is_empty());
    Some(Item::Rows { line, query: query.trim().to_owned(), expected: expected.collect() })
}

impl Marks {
    fn set(&mut self, mark: &str) -> Result<(), String> {
        let unknown = || format!("`{mark}` is no mark");
        let (key, value) = mark.split_once(':').ok_or_else(unknown)?;
        let value = value.trim().to_owned();
        if value.is_empty() {
            return Err(format!("`{mark}` does not say what"));
        }
        let engines = || value.split(',').map(|engine| engine.trim().to_owned()).collect();
        match key {
            "fails" => self.fails = Some(value.parse().map_err(|_| format!("`{value}` is no exit code"))?),
            "error" => self.error = Some(value),
            "not run" => self.not_run = Some(value),
            "as in" => self.as_in = Some(value),
            "needs" => self.needs = Some(value),
            "on" => self.on = Some(engines()),
            "output of" => self.output_of = Some(engines()),
            _ => return Err(unknown()),
        }
        Ok(())
    }
}
