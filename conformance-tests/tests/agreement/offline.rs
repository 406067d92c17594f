//! A script that the database's own client runs does what a run does.

use retort_core::{plan::Direction, schema::Schema};
use retort_test_servers::client;

use crate::{
    chinook,
    content::{self, Content},
    history::{self, History, implied, similar},
    place::{Engine, Place},
    required,
};

/// The same history twice: one database is moved by runs, the other by scripts.
struct Twins {
    history: History,
    online: Place,
    offline: Place,
    /// The revisions that both are at.
    at: usize,
}

impl Twins {
    /// Twins on an engine, if there is a client for it.
    fn on(engine: Engine, history: History) -> Option<Self> {
        let (online, offline) = (history::place(engine, history), history::place(engine, history));
        let available = client::is_available(offline.url());
        available.then_some(Self { history, online, offline, at: 0 })
    }

    fn id(&self, at: usize) -> &'static str {
        at.checked_sub(1).map_or("base", |at| self.history[at].0)
    }

    /// Moves both to so many revisions.
    #[track_caller]
    fn go_to(&mut self, to: usize) {
        let direction = if to > self.at { Direction::Upgrade } else { Direction::Downgrade };
        self.online.migrate(direction, self.id(to));
        self.offline.migrate_offline(direction, self.id(self.at), self.id(to));
        self.at = to;
    }

    #[track_caller]
    fn assert_same(&mut self) {
        let told = format!("on {:?} at {}", self.online.engine, self.id(self.at));
        let (mut online, mut offline) = (self.online.schema(), self.offline.schema());
        if self.online.engine.backend().capabilities().verbatim_definitions {
            (online, offline) = (of_meaning(online), of_meaning(offline));
        }
        similar(&format!("{offline:#?}"), &format!("{online:#?}"), &told);
        let bookkeeping = |place: &Place| {
            let counts = match place.engine {
                // A revision that the command cannot run in one transaction
                // counts the statements of its file.
                Engine::Sqlite => "",
                _ => ", statements_done, statements",
            };
            let journal = format!(
                "SELECT revision, direction, outcome{counts}, actor, error FROM retort_journal ORDER BY id"
            );
            (place.query("SELECT version_num FROM alembic_version ORDER BY 1"), place.query(&journal))
        };
        assert_eq!(bookkeeping(&self.offline), bookkeeping(&self.online), "{told}");
        let schema = implied(self.history, self.at);
        let (offline, online) = (self.rows(false, &schema), self.rows(true, &schema));
        content::assert_same(&offline, &online, &told);
    }

    fn rows(&mut self, online: bool, schema: &Schema) -> Content {
        let place = if online { &mut self.online } else { &mut self.offline };
        // Names are those of the engine.
        let mut schema = schema.clone();
        schema.tables = place.schema().tables;
        content::read_exactly(place, &schema)
    }
}

/// The schema without the texts of definitions and the order of what is in them.
/// On SQLite, a run reads what is stored, and a rebuild keeps it so. A script
/// knows what the revisions say: a column that was dropped and came back is in
/// its first place again.
fn of_meaning(mut schema: Schema) -> Schema {
    schema.tables.values_mut().for_each(|table| table.stored = None);
    history::sorted(schema)
}

fn scripts_do_what_runs_do(engine: Engine) {
    let history = history::HISTORY;
    let Some(mut twins) = Twins::on(engine, history) else { return };
    for at in 1..=history.len() {
        twins.go_to(at);
        twins.assert_same();
    }
    // From what scripts left, runs go on, and the other way round.
    twins.offline.migrate(Direction::Downgrade, "-1");
    twins.offline.migrate(Direction::Upgrade, "head");
    twins.online.migrate(Direction::Downgrade, "-1");
    twins.online.migrate(Direction::Upgrade, "head");
    for at in (0..history.len()).rev() {
        twins.go_to(at);
        twins.assert_same();
    }
    // All at once.
    twins.go_to(history.len());
    twins.assert_same();
    twins.go_to(0);
    twins.assert_same();
}

fn chinook_by_scripts(engine: Engine) {
    let Some(rows) = required::shared("data/chinook/sqlite.sql") else { return };
    let history = chinook::HISTORY;
    let Some(mut twins) = Twins::on(engine, history) else { return };
    twins.go_to(1);
    let rows = chinook::rows_for(&rows, twins.online.engine.backend().syntax());
    twins.online.run(&rows);
    twins.offline.run(&rows);
    for at in [4, 6, 8, history.len()] {
        twins.go_to(at);
        twins.assert_same();
    }
    for at in [7, 3, 1] {
        twins.go_to(at);
        twins.assert_same();
    }
}

macro_rules! on_each_engine {
    ($($name:ident: $engine:ident),+) => {
        $(mod $name {
            use super::Engine;

            #[test]
            fn scripts_do_what_runs_do() {
                super::scripts_do_what_runs_do(Engine::$engine);
            }

            #[test]
            fn chinook_by_scripts() {
                super::chinook_by_scripts(Engine::$engine);
            }
        })+
    };
}

on_each_engine!(on_sqlite: Sqlite, on_postgresql: Postgresql, on_mysql: Mysql, on_mariadb: Mariadb);
