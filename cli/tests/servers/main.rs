//! The binary on real servers, as a user types it: PostgreSQL, MySQL and
//! MariaDB.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod autogenerate;
mod canonical;
mod collations;
mod concurrently;
mod cut;
mod deployers;
mod disk;
mod example;
mod faults;
mod interruption;
mod introspect;
mod lower_case;
mod namespaces;
mod offline;
mod old;
mod outside;
mod parameters;
mod project;
mod protected;
mod proxy;
mod refusals;
mod settings;
mod templates;
mod tls;
mod transactions;
mod version_table;
mod workflow;

/// Makes a test for each engine of a function that takes one. Where an engine
/// is missing, its tests are skipped in plain sight, and fail with `CI=true`.
macro_rules! on_each_engine {
    ($($(#[$attribute:meta])* $name:ident),+ $(,)?) => {
        mod on_postgresql {
            $(#[test] $(#[$attribute])* fn $name() { crate::project::on(retort_test_servers::Engine::Postgresql, super::$name); })+
        }
        mod on_mysql {
            $(#[test] $(#[$attribute])* fn $name() { crate::project::on(retort_test_servers::Engine::Mysql, super::$name); })+
        }
        mod on_mariadb {
            $(#[test] $(#[$attribute])* fn $name() { crate::project::on(retort_test_servers::Engine::Mariadb, super::$name); })+
        }
    };
}
pub(crate) use on_each_engine;
