//! The session of the backend, on real servers: MySQL and MariaDB each.

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
