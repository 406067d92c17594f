//! Sessions with real servers: logging in, batches, locks, and what breaks.

#![expect(clippy::unwrap_used, reason = "an error is a failure here")]

mod batches;
mod encryption;
mod faults;
mod locks;
mod logins;
mod proxy;
mod queries;
mod server;
mod support;
