//! A thread that owns a value and runs closures on it, one after the other.
//!
//! SQLite's calls block. On a thread of its own a session never holds up the
//! runtime of the caller, whichever that is.

use std::{
    fmt,
    future::{Future, poll_fn},
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread::{self, Builder, JoinHandle},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

/// A thread that owns an `S`. Dropping the worker drops the value and waits
/// until that is done.
pub(crate) struct Worker<S> {
    /// Present until the worker is dropped.
    jobs: Option<mpsc::Sender<Job<S>>>,
    thread: Option<JoinHandle<()>>,
    interrupt: Box<dyn Fn() + Send + Sync>,
}

/// How one job learns that nobody waits for it any more.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Whether the job should end.
    pub(crate) fn is_raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// The thread of a worker is gone: it panicked.
#[derive(Debug)]
pub(crate) struct WorkerGone;

impl<S: 'static> Worker<S> {
    /// Starts a thread that first makes its value, and a closure that breaks
    /// off what blocks it.
    ///
    /// # Errors
    ///
    /// The outer error is that of starting the thread, the inner one that of
    /// making the value.
    pub(crate) async fn start<E, I>(
        make: impl FnOnce() -> Result<(S, I), E> + Send + 'static,
    ) -> io::Result<Result<Self, E>>
    where
        E: Send + 'static,
        I: Fn() + Send + Sync + 'static,
    {
        let (jobs, queue) = mpsc::channel::<Job<S>>();
        let (made, is_made) = oneshot::channel();
        let thread = Builder::new().name("sqlite".to_owned()).spawn(move || match make() {
            Ok((mut value, interrupt)) => {
                if made.send(Ok(interrupt)).is_ok() {
                    while let Some(job) = next(&queue) {
                        job(&mut value);
                    }
                }
            }
            Err(error) => {
                // Nobody listens if the caller has given up, and that is fine.
                let _ = made.send(Err(error));
            }
        })?;
        match is_made.await {
            Ok(Ok(interrupt)) => {
                Ok(Ok(Self { jobs: Some(jobs), thread: Some(thread), interrupt: Box::new(interrupt) }))
            }
            Ok(Err(error)) => Ok(Err(error)),
            Err(_) => Err(io::Error::other("the thread of the session panicked")),
        }
    }

    /// Runs a closure on the value. Dropping the future breaks it off.
    pub(crate) async fn call<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut S, &Stop) -> R + Send + 'static,
    ) -> Result<R, WorkerGone> {
        let (done, mut is_done) = oneshot::channel();
        let stop = Stop::default();
        let seen = stop.clone();
        let job: Job<S> = Box::new(move |value| {
            // The receiver is gone if the future was dropped.
            let _ = done.send(work(value, &seen));
        });
        self.jobs.as_ref().ok_or(WorkerGone)?.send(job).map_err(|_| WorkerGone)?;
        let mut waiting = Waiting { stop, interrupt: &*self.interrupt, finished: false };
        let mut is_asked_again = false;
        let result = poll_fn(|context| {
            let mut polled = Pin::new(&mut is_done).poll(context);
            // Who asks again has used the time and has nothing else to do.
            let begun = Instant::now();
            while is_asked_again && polled.is_pending() && begun.elapsed() < MOMENT {
                thread::yield_now();
                polled = Pin::new(&mut is_done).poll(context);
            }
            is_asked_again = true;
            polled
        });
        let result = result.await.map_err(|_| WorkerGone);
        waiting.finished = true;
        result
    }
}

/// How long either side looks for what the other hands over before it goes to
/// sleep. To wake a thread takes tens of microseconds, a third of a small
/// revision, and in a run the next thing comes sooner than that.
const MOMENT: Duration = Duration::from_micros(200);

/// The next job, or nothing when no more can come.
fn next<S>(queue: &mpsc::Receiver<Job<S>>) -> Option<Job<S>> {
    let begun = Instant::now();
    while begun.elapsed() < MOMENT {
        match queue.try_recv() {
            Ok(job) => return Some(job),
            Err(mpsc::TryRecvError::Empty) => thread::yield_now(),
            Err(mpsc::TryRecvError::Disconnected) => return None,
        }
    }
    queue.recv().ok()
}

impl<S> Drop for Worker<S> {
    fn drop(&mut self) {
        (self.interrupt)();
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic was reported where it happened.
            let _ = thread.join();
        }
    }
}

impl<S> fmt::Debug for Worker<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").finish_non_exhaustive()
    }
}

/// Stops the job when it is dropped before the job has finished.
struct Waiting<'a> {
    stop: Stop,
    interrupt: &'a (dyn Fn() + Send + Sync),
    finished: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if !self.finished {
            // The flag first: a job between two statements sees it, and one
            // within a statement is broken off.
            self.stop.0.store(true, Ordering::SeqCst);
            (self.interrupt)();
        }
    }
}
