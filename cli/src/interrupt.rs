//! Ctrl-C: the first asks a run to stop after the revision at work, the second
//! stops it at once.

use std::{
    io, process,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};

use crate::{command_error::CommandError, database::block_on, exit_status::ExitStatus};

/// Whether the process was asked to stop.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Listens for signals from now on, and returns what they set.
///
/// The thread has a runtime of its own: a backend may keep that of the run busy.
pub(crate) fn listen() -> Result<&'static AtomicBool, CommandError> {
    let (ready, listening) = mpsc::channel();
    let spawned = thread::Builder::new().name("signals".to_owned()).spawn(move || {
        // Without signals the run still works; there is nobody to tell here.
        let _ = block_on(async {
            let Ok(mut signals) = Signals::new() else { return Ok(()) };
            let _ = ready.send(());
            while signals.next().await.is_some() {
                if INTERRUPTED.swap(true, Ordering::Relaxed) {
                    stop_at_once();
                }
            }
            Ok(())
        });
    });
    spawned.map_err(|error| CommandError::new("runtime", "cannot listen for signals").caused_by(&error))?;
    // Until the thread listens, a signal would end the process in the middle
    // of a revision. A thread that cannot listen drops its end.
    let _ = listening.recv();
    Ok(&INTERRUPTED)
}

/// What asks the process to stop.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> Option<()> {
        tokio::select! {
            received = self.interrupt.recv() => received,
            received = self.terminate.recv() => received,
        }
    }
}

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c()? })
    }

    async fn next(&mut self) -> Option<()> {
        self.interrupt.recv().await
    }
}

#[expect(clippy::exit, reason = "the second signal means at once; the database rolls back by itself")]
fn stop_at_once() -> ! {
    process::exit(ExitStatus::Interrupted.code().into())
}
