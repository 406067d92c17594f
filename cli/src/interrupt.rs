//! Ctrl-C: the first asks a run to stop after the revision at work, the second
//! stops it at once.

use std::{
    io, process,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use crate::{command_error::CommandError, database::block_on, exit_status::ExitStatus};

/// Whether the process was asked to stop.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Listens for signals from now on, and returns what they set.
///
/// The thread has a runtime of its own: a backend may keep that of the run busy.
pub(crate) fn listen() -> Result<&'static AtomicBool, CommandError> {
    let spawned = thread::Builder::new().name("signals".to_owned()).spawn(|| {
        // Without signals the run still works; there is nobody to tell here.
        let _ = block_on(async {
            while signal().await.is_ok() {
                if INTERRUPTED.swap(true, Ordering::Relaxed) {
                    stop_at_once();
                }
            }
            Ok(())
        });
    });
    spawned.map_err(|error| CommandError::new("runtime", "cannot listen for signals").caused_by(&error))?;
    Ok(&INTERRUPTED)
}

#[cfg(unix)]
async fn signal() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn signal() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

#[expect(clippy::exit, reason = "the second signal means at once; the database rolls back by itself")]
fn stop_at_once() -> ! {
    process::exit(ExitStatus::Interrupted.code().into())
}
