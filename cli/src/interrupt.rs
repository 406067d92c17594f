//! Ctrl-C: the first asks a run to stop after the revision at work, the second
//! stops it at once.

use std::{
    convert::Infallible,
    io, process,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};

use crate::{command_error::CommandError, database::block_on, exit_status::ExitStatus, ui::Aside};

/// Whether the process was asked to stop.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// What the first signal is answered with: the revision may take long.
const ANSWER: &str = "interrupted: the run ends after this revision; Ctrl-C once more stops it at once";

/// Listens for signals from now on, and returns what they set.
///
/// The thread has a runtime of its own: a backend may keep that of the run busy.
pub(crate) fn listen(aside: Aside) -> Result<&'static AtomicBool, CommandError> {
    let (ready, is_ready) = mpsc::channel();
    let failed =
        |error: &io::Error| CommandError::new("runtime", "cannot listen for signals").caused_by(error);
    let watch = move || {
        let ended: Result<Infallible, CommandError> = block_on(async {
            let mut signals = Signals::new().map_err(|error| failed(&error))?;
            // Nobody waits for a run that could not begin.
            ready.send(()).ok();
            loop {
                signals.next().await;
                if INTERRUPTED.swap(true, Ordering::Relaxed) {
                    stop_at_once(&aside);
                }
                aside.say(ANSWER);
            }
        });
        let Err(error) = ended;
        error
    };
    let watcher =
        thread::Builder::new().name("signals".to_owned()).spawn(watch).map_err(|error| failed(&error))?;
    match is_ready.recv() {
        Ok(()) => Ok(&INTERRUPTED),
        // It ended before it was ready, and says why.
        Err(mpsc::RecvError) => match watcher.join() {
            Ok(error) => Err(error),
            Err(panic) => std::panic::resume_unwind(panic),
        },
    }
}

/// The signals that ask a process to end.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The signals that ask a process to end.
#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}

#[expect(clippy::exit, reason = "the second signal means at once; the database rolls back by itself")]
fn stop_at_once(aside: &Aside) -> ! {
    aside.abandon();
    process::exit(ExitStatus::Interrupted.code().into())
}
