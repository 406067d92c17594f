//! Standard error, and on a terminal its last lines: what runs just now.
//!
//! Those lines are drawn a few times a second, whatever happens meanwhile, and
//! lines that stay are written along with them: a thousand short revisions must
//! not wait for a terminal.

use std::{
    fmt::Write as _,
    io::{self, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::palette::{CURRENT, FAINT};

/// How often what runs is drawn.
const TICK: Duration = Duration::from_millis(100);

/// How long a revision may take before it is worth mentioning.
pub(crate) const LONG: Duration = Duration::from_secs(1);

/// How many revisions make a run that has a bar.
const MANY: usize = 10;

/// The length of a bar.
const BAR: usize = 30;

/// Standard error, shared by all that write to it.
#[derive(Clone)]
pub(crate) struct Screen(Arc<Mutex<State>>);

/// How a terminal draws.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) is_utf8: bool,
    pub(crate) is_coloured: bool,
}

struct State {
    stream: Box<dyn Write + Send>,
    live: Option<Live>,
}

/// A run under way.
struct Live {
    look: Look,
    began: Instant,
    done: usize,
    total: usize,
    running: Option<Running>,
    /// Lines that stay, and are not written yet.
    pending: String,
    /// How many lines are drawn that do not stay.
    drawn: usize,
    last_drawn: Instant,
    ticker: Option<Ticker>,
}

/// A revision under way.
struct Running {
    what: String,
    message: String,
    began: Instant,
    /// Whether the line that stays is written already.
    is_told: bool,
}

/// Draws again and again until it is dropped.
struct Ticker {
    stop: mpsc::Sender<()>,
    thread: JoinHandle<()>,
}

impl Screen {
    pub(crate) fn new(stream: Box<dyn Write + Send>) -> Self {
        Self(Arc::new(Mutex::new(State { stream, live: None })))
    }

    /// Writes lines that stay. What runs is told first, so that they stand
    /// below it.
    pub(crate) fn write(&self, text: &str) -> io::Result<()> {
        let mut state = self.state();
        state.settle();
        state.stream.write_all(text.as_bytes())?;
        state.stream.flush()
    }

    /// Begins to show a run, on the terminal that standard error is.
    pub(crate) fn open(&self, look: Look) {
        let now = Instant::now();
        self.state().live = Some(Live {
            look,
            began: now,
            done: 0,
            total: 0,
            running: None,
            pending: String::new(),
            drawn: 0,
            last_drawn: now,
            // Without a thread the lines that stay are all there is.
            ticker: Ticker::new(self.clone()).ok(),
        });
    }

    /// Says how many revisions are still to run.
    pub(crate) fn expect(&self, revisions: usize) {
        if let Some(live) = &mut self.state().live {
            live.total = live.done + revisions;
        }
    }

    /// Shows that a revision runs. Reports whether it is shown: a line must be
    /// written otherwise.
    pub(crate) fn start(&self, what: &str, message: &str) -> bool {
        let mut state = self.state();
        let Some(live) = &mut state.live else { return false };
        // One that is recorded later, with others.
        live.tell();
        live.running = Some(Running {
            what: what.to_owned(),
            message: message.to_owned(),
            began: Instant::now(),
            is_told: false,
        });
        true
    }

    /// Writes that a revision ran. Reports whether it did.
    pub(crate) fn finish(&self, elapsed: Duration) -> bool {
        let mut state = self.state();
        let Some(live) = &mut state.live else { return false };
        live.done += 1;
        if let Some(running) = live.running.take() {
            let time = (elapsed >= LONG).then(|| duration(elapsed));
            match (running.is_told, time) {
                (true, None) => {}
                (true, Some(time)) => push_line(&mut live.pending, format_args!("  done in {time}")),
                (false, None) => {
                    push_line(&mut live.pending, format_args!("{}, {}", running.what, running.message));
                }
                (false, Some(time)) => {
                    let Running { what, message, .. } = running;
                    let (on, off) = live.look.paint(FAINT);
                    push_line(&mut live.pending, format_args!("{what}, {message} {on}({time}){off}"));
                }
            }
        }
        if live.last_drawn.elapsed() >= TICK {
            live.draw();
        }
        true
    }

    /// Ends to show a run: only lines that stay are left.
    pub(crate) fn close(&self) {
        let ticker = {
            let mut state = self.state();
            state.settle();
            state.live.take().and_then(|live| live.ticker)
        };
        // It may wait for the lock that is free by now.
        if let Some(Ticker { stop, thread }) = ticker {
            drop(stop);
            let _ = thread.join();
        }
    }

    /// Leaves only lines that stay, as far as that can be done at once.
    pub(crate) fn abandon(&self) {
        if let Ok(mut state) = self.0.try_lock() {
            state.settle();
            state.live = None;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Writes out all that stays, and nothing else.
    fn settle(&mut self) {
        let Some(live) = &mut self.live else { return };
        live.tell();
        live.settle();
    }
}

impl Live {
    /// Has a line that stays for what runs.
    fn tell(&mut self) {
        if let Some(running) = self.running.as_mut().filter(|running| !running.is_told) {
            running.is_told = true;
            push_line(&mut self.pending, format_args!("{}, {}", running.what, running.message));
        }
    }

    /// Draws what runs below the lines that stay.
    fn draw(&mut self) {
        let mut lines = Vec::new();
        if let Some(Running { what, message, began, is_told }) = &self.running {
            let (on, off) = self.look.paint(FAINT);
            let time = duration(began.elapsed());
            lines.push(match is_told {
                true => format!("  {on}{time}{off}"),
                false => format!("{what} {on}({time}){off}, {message}"),
            });
        }
        if self.total >= MANY && self.done < self.total {
            let (bar, rest) = self.look.bar(self.done, self.total);
            let ((on, off), (faint, end)) = (self.look.paint(CURRENT), self.look.paint(FAINT));
            let (done, total, time) = (self.done, self.total, duration(self.began.elapsed()));
            lines.push(format!("{on}{bar}{off}{faint}{rest}{end}  {done}/{total}  {time}"));
        }
        let mut text = self.erasing();
        text += &std::mem::take(&mut self.pending);
        if !lines.is_empty() {
            // Lines that are too long end at the edge: one that went on in
            // the next line could not be erased.
            text += "\u{1b}[?7l";
            text += &lines.join("\r\n");
            text += "\u{1b}[?7h";
        }
        self.drawn = lines.len();
        self.last_drawn = Instant::now();
        write_raw(&text);
    }

    /// Writes the lines that stay, and erases what runs.
    fn settle(&mut self) {
        let text = self.erasing() + &std::mem::take(&mut self.pending);
        self.drawn = 0;
        write_raw(&text);
    }

    /// What erases the lines that are drawn.
    fn erasing(&self) -> String {
        match self.drawn {
            0 => String::new(),
            1 => "\r\u{1b}[J".to_owned(),
            lines => format!("\r\u{1b}[{}A\u{1b}[J", lines - 1),
        }
    }
}

impl Ticker {
    fn new(screen: Screen) -> io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let tick = move || {
            while let Err(mpsc::RecvTimeoutError::Timeout) = stopped.recv_timeout(TICK) {
                if let Some(live) = &mut screen.state().live {
                    live.draw();
                }
            }
        };
        let thread = thread::Builder::new().name("progress".to_owned()).spawn(tick)?;
        Ok(Self { stop, thread })
    }
}

impl Look {
    /// What begins and ends a style.
    fn paint(self, style: anstyle::Style) -> (String, String) {
        match self.is_coloured {
            true => (style.render().to_string(), style.render_reset().to_string()),
            false => (String::new(), String::new()),
        }
    }

    fn bar(self, done: usize, total: usize) -> (String, String) {
        let filled = done * BAR / total.max(1);
        let (full, rest) = if self.is_utf8 { ("━", "─") } else { ("#", "-") };
        (full.repeat(filled), rest.repeat(BAR - filled))
    }
}

/// `3.2 s`, `4 min 05 s`.
pub(crate) fn duration(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        0..60 => format!("{:.1} s", elapsed.as_secs_f64()),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

fn push_line(text: &mut String, line: std::fmt::Arguments<'_>) {
    let _ = writeln!(text, "{line}");
}

/// Writes what moves the cursor: the stream that leaves out colours would leave
/// that out too. There is nobody left to tell that it is closed.
fn write_raw(text: &str) {
    if !text.is_empty() {
        let _ = io::stderr().write_all(text.as_bytes());
    }
}
