//! Standard error, and on a terminal its last lines: what runs just now.
//!
//! Those lines are drawn a few times a second, whatever happens meanwhile, and
//! lines that stay are written along with them: a thousand short revisions must
//! not wait for a terminal.

mod terminal;

use std::{
    fmt::Write as _,
    io::{self, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anstyle::Style;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use self::terminal::Terminal;
use crate::palette::{CURRENT, FAINT};

/// How often what runs is drawn.
const TICK: Duration = Duration::from_millis(100);

/// How long a revision may take before it is worth mentioning.
pub(crate) const LONG: Duration = Duration::from_secs(1);

/// How many revisions make a run that has a bar.
const MANY: usize = 10;

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
    /// The lines that do not stay.
    bar: ProgressBar,
    began: Instant,
    done: usize,
    running: Option<Running>,
    /// Lines that stay, and are not written yet.
    pending: String,
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

/// Draws again and again until it is dropped. The bar's own thread would not
/// write the lines that stay, and would draw where the screen is not locked:
/// whoever finds it free must not wait for a terminal that hangs.
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
        let State { stream, live } = &mut *self.state();
        match live {
            Some(live) => {
                live.tell();
                live.pending += text;
                live.draw(stream)
            }
            None => write_out(stream, text),
        }
    }

    /// Begins to show a run, on the terminal that standard error is, unless
    /// that can't be drawn on.
    pub(crate) fn open(&self, look: Look) {
        let Some(terminal) = Terminal::new() else { return };
        let target = ProgressDrawTarget::term_like(Box::new(terminal));
        let now = Instant::now();
        self.state().live = Some(Live {
            look,
            bar: ProgressBar::with_draw_target(Some(0), target).with_style(look.style(0)),
            began: now,
            done: 0,
            running: None,
            pending: String::new(),
            last_drawn: now,
            // Without a thread the lines that stay are all there is.
            ticker: Ticker::new(self.clone()).ok(),
        });
    }

    /// Says how many revisions are still to run.
    pub(crate) fn expect(&self, revisions: usize) {
        if let Some(live) = &mut self.state().live {
            let total = live.done + revisions;
            live.bar.set_style(live.look.style(total));
            // This draws it, and there is nothing to draw in a short run.
            if total >= MANY {
                live.bar.set_length(total as u64);
            }
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
        let State { stream, live } = &mut *self.state();
        let Some(live) = live else { return false };
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
                    push_line(&mut live.pending, format_args!("{what}, {message} {FAINT}({time}){FAINT:#}"));
                }
            }
        }
        if live.last_drawn.elapsed() >= TICK {
            // There is nobody left to tell that the stream is closed.
            let _ = live.draw(stream);
        }
        true
    }

    /// Ends to show a run: only lines that stay are left.
    pub(crate) fn close(&self) {
        let ticker = self.state().settle();
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
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Writes out all that stays, erases all else, and returns what drew it.
    fn settle(&mut self) -> Option<Ticker> {
        let mut live = self.live.take()?;
        live.tell();
        live.bar.finish_and_clear();
        let _ = write_out(&mut self.stream, &live.pending);
        live.ticker
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

    /// Writes the lines that stay, and below them what runs.
    fn draw(&mut self, stream: &mut impl Write) -> io::Result<()> {
        let (on, off) = self.look.paint(FAINT);
        let line = self.running.as_ref().map_or_else(String::new, |running| {
            let Running { what, message, began, is_told } = running;
            let time = duration(began.elapsed());
            match is_told {
                true => format!("  {on}{time}{off}"),
                false => format!("{what} {on}({time}){off}, {message}"),
            }
        });
        // Methods meant for a new bar: `set_message` and the like would draw it
        // once each.
        let bar = self.bar.clone().with_message(line).with_prefix(duration(self.began.elapsed()));
        let bar = bar.with_position(self.done as u64);
        self.last_drawn = Instant::now();
        let pending = std::mem::take(&mut self.pending);
        bar.suspend(|| write_out(stream, &pending))
    }
}

impl Ticker {
    fn new(screen: Screen) -> io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let tick = move || {
            while let Err(mpsc::RecvTimeoutError::Timeout) = stopped.recv_timeout(TICK) {
                let State { stream, live } = &mut *screen.state();
                if let Some(live) = live {
                    let _ = live.draw(stream);
                }
            }
        };
        let thread = thread::Builder::new().name("progress".to_owned()).spawn(tick)?;
        Ok(Self { stop, thread })
    }
}

impl Look {
    /// What a run of so many revisions looks like: the message is what runs,
    /// cut at the edge, and the prefix is how long all took.
    fn style(self, revisions: usize) -> ProgressStyle {
        let (on, off) = self.paint(CURRENT);
        let bar = match revisions {
            0..MANY => String::new(),
            _ => format!("\n{on}{{bar:30}}{off}  {{pos}}/{{len}}  {{prefix}}"),
        };
        ProgressStyle::with_template(&format!("{{wide_msg}}{bar}"))
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars(if self.is_utf8 { "━╸ " } else { "#-" })
    }

    /// What begins and ends a style.
    fn paint(self, style: Style) -> (String, String) {
        match self.is_coloured {
            true => (style.render().to_string(), style.render_reset().to_string()),
            false => (String::new(), String::new()),
        }
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

fn write_out(stream: &mut impl Write, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes())?;
    stream.flush()
}
