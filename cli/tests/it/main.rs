//! The command line from the outside: what goes in, and what comes out on both
//! streams.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(
    clippy::format_push_string,
    reason = "the shorter form is the clearer one, and speed does not matter"
)]

mod architecture;
mod autogenerate;
mod edit;
mod environment;
mod errors;
mod examples;
mod global_options;
mod graph;
mod help;
mod hooks;
mod init;
mod introspect;
mod listing;
mod locations;
mod merge;
mod mistakes;
mod new_files;
mod no_transaction;
mod offline;
mod oracle;
mod output;
mod parameters;
mod plan;
mod protected;
mod quiet;
mod revision;
mod run;
mod settings;
mod suggestions;
mod tag;
mod templates;
mod transactions;
mod type_table;
mod version_table;
