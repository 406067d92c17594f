//! The terminal that what runs is drawn on.

use std::io;

use console::Term;
use indicatif::TermLike;

/// Standard error as a terminal, on which the cursor waits at the beginning of
/// the last line: the terminal shows there that somebody types, Ctrl-C above
/// all, and at the end it would begin another line, which nobody erases.
#[derive(Debug)]
pub(super) struct Terminal(Term);

impl Terminal {
    /// None where nobody knows how wide it is: lines could not be erased.
    pub(super) fn new() -> Option<Self> {
        let terminal = Term::buffered_stderr();
        terminal.size_checked().is_some().then_some(Self(terminal))
    }
}

impl TermLike for Terminal {
    fn width(&self) -> u16 {
        TermLike::width(&self.0)
    }

    fn height(&self) -> u16 {
        TermLike::height(&self.0)
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_up(lines)
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_down(lines)
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_right(columns)
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_left(columns)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.0.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.0.write_str("\r")?;
        self.0.flush()
    }
}
