//! The command line from the outside: what goes in, and what comes out on both
//! streams.

mod environment;
mod errors;
mod help;
mod init;
mod listing;
mod merge;
mod oracle;
mod output;
mod revision;
mod run;
mod settings;
