//! The session of the backend, on real servers: MySQL and MariaDB each.

#![expect(clippy::unwrap_used, reason = "an error is a failure here")]

#[macro_use]
mod support;

mod atomic;
mod connect;
mod each;
mod errors;
mod faults;
mod locks;
mod settings;
mod tls;
mod values;
