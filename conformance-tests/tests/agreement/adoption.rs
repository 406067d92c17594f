//! Chinook as each engine's own script makes it, adopted: stamped, moved along a
//! series of revisions and back. The rows are those that the script put there.

use std::collections::BTreeMap;

use retort_core::{
    plan::Direction,
    schema::{Name, QualifiedName, Schema, Table},
};

use crate::{
    chinook::HISTORY,
    content::{self, Content},
    history::{similar, sorted},
    place::{Engine, Place},
    required,
};

/// A script for one engine, and the names in it.
struct Script {
    file: &'static str,
    /// Names of constraints and indexes, where they are not those of the series.
    names: &'static [(&'static str, &'static str)],
    /// Whether names are in lower case, with underscores.
    snake: bool,
}

const POSTGRESQL: Script = Script {
    file: "postgresql.sql",
    names: &[
        ("FK_InvoiceLineInvoiceId", "invoice_line_invoice_id_fkey"),
        ("IFK_TrackGenreId", "track_genre_id_idx"),
        ("IFK_PlaylistTrackPlaylistId", "playlist_track_playlist_id_idx"),
        ("IFK_PlaylistTrackTrackId", "playlist_track_track_id_idx"),
        ("FK_PlaylistTrackPlaylistId", "playlist_track_playlist_id_fkey"),
        ("FK_PlaylistTrackTrackId", "playlist_track_track_id_fkey"),
        ("PK_PlaylistTrack", "playlist_track_pkey"),
    ],
    snake: true,
};

const MYSQL: Script = Script { file: "mysql.sql", names: &[], snake: false };

const SQLITE: Script = Script {
    file: "sqlite.sql",
    // What has no name goes by the one that revisions would give it.
    names: &[
        ("FK_InvoiceLineInvoiceId", "fk_InvoiceLine_InvoiceId_Invoice"),
        ("FK_PlaylistTrackPlaylistId", "fk_PlaylistTrack_PlaylistId_Playlist"),
        ("FK_PlaylistTrackTrackId", "fk_PlaylistTrack_TrackId_Track"),
    ],
    snake: false,
};

impl Script {
    fn of(engine: Engine) -> &'static Self {
        match engine {
            Engine::Sqlite => &SQLITE,
            Engine::Postgresql => &POSTGRESQL,
            Engine::Mysql | Engine::Mariadb => &MYSQL,
        }
    }

    /// A revision of the series with the names of the script.
    fn named(&self, sql: &str) -> String {
        let mut named = sql.to_owned();
        for (from, to) in self.names {
            named = named.replace(&format!("\"{from}\""), &format!("\"{to}\""));
        }
        if !self.snake {
            return named;
        }
        let parts = named.split('"').enumerate();
        let parts = parts.map(|(at, part)| if at % 2 == 1 { snake(part) } else { part.to_owned() });
        parts.collect::<Vec<_>>().join("\"")
    }

    /// The name of an object of the series in the script.
    fn name(&self, name: &str) -> String {
        if self.snake { snake(name) } else { name.to_owned() }
    }
}

/// `InvoiceLine` as `invoice_line`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// The script without the statements that choose a database.
fn in_one_database(script: &str) -> String {
    let chooses = |line: &&str| {
        let line = line.trim_start_matches('\u{feff}');
        ["DROP DATABASE", "CREATE DATABASE", "USE ", "\\c "].iter().any(|word| line.starts_with(word))
    };
    script.lines().filter(|line| !chooses(line)).collect::<Vec<_>>().join("\n")
}

/// Chinook as the engine's own script makes it, where that is there.
pub(crate) fn chinook(engine: Engine) -> Option<String> {
    let text = required::shared(&format!("data/chinook/{}", Script::of(engine).file))?;
    Some(in_one_database(&text))
}

fn adopt(engine: Engine) {
    let script = Script::of(engine);
    let Some(text) = chinook(engine) else { return };
    let mut place = Place::new(engine);
    place.run(&text);
    // It never runs here, but tells what the later revisions start from. The
    // text of MySQL's own CREATE TABLE tells Retort nothing.
    let definitions = match engine {
        Engine::Sqlite | Engine::Postgresql => {
            let definitions = &text[text.find("CREATE TABLE").unwrap()..text.find("INSERT INTO").unwrap()];
            format!("-- @only {}\n{definitions}", engine.backend().name())
        }
        Engine::Mysql | Engine::Mariadb => HISTORY[0].1.to_owned(),
    };
    place.revision("c00", None, &format!("-- @upgrade\n{definitions}\n-- @downgrade\n"));
    let mut parent = "c00";
    for (id, upgrade, downgrade) in &HISTORY[1..] {
        let downgrade = downgrade.map(|sql| format!("-- @downgrade\n{}\n", script.named(sql)));
        let upgrade = format!("-- @upgrade\n{}\n{}", script.named(upgrade), downgrade.unwrap_or_default());
        place.revision(id, Some(parent), &upgrade);
        parent = id;
    }
    let schema = place.schema();
    let original = content::read(&mut place, &schema);
    let count: usize = original.values().map(Vec::len).sum();
    assert_eq!((original.len(), count), (11, 15_607), "Chinook is not what it was");
    let exact = content::read_exactly(&mut place, &schema);

    place.stamp("c00");
    assert_kept(&mut place, &schema, &original, "after stamping");
    for (id, _, _) in &HISTORY[1..] {
        place.migrate(Direction::Upgrade, "+1");
        assert_kept(&mut place, &schema, &original, &format!("after {id}"));
    }
    for (id, _, _) in HISTORY[1..].iter().rev() {
        place.migrate(Direction::Downgrade, "-1");
        assert_kept(&mut place, &schema, &original, &format!("on the way back, before {id}"));
    }

    let names = |schema: &Schema| schema.tables.keys().cloned().collect::<Vec<_>>();
    let back = place.schema();
    assert_eq!(names(&back), names(&schema), "tables on the way back");
    let (found, expected) = (rewritten(back), rewritten(schema.clone()));
    for (name, table) in &found.tables {
        let wanted = &expected.tables[name];
        if table != wanted {
            similar(&format!("{table:#?}"), &format!("{wanted:#?}"), &format!("{name} on {engine:?}"));
        }
    }
    // The one column that no downgrade can fill again.
    let mut content = content::read(&mut place, &schema);
    let mut found = content::read_exactly(&mut place, &schema);
    let (mut original, mut exact) = (original, exact);
    let employee = script.name("Employee");
    for content in [&mut content, &mut original, &mut found, &mut exact] {
        let at = position(&schema, &employee, &script.name("Fax"));
        content.get_mut(&employee).unwrap().iter_mut().for_each(|row| drop(row.remove(at)));
    }
    assert_eq!(content::hashes(&content), content::hashes(&original), "rows on the way back");
    content::assert_same(&found, &exact, &format!("byte for byte on {engine:?}, on the way back"));
}

/// The schema without what only MySQL's script says of columns that the series
/// writes anew, in portable SQL: their character set.
fn rewritten(mut schema: Schema) -> Schema {
    const COLUMNS: [(&str, &str); 4] =
        [("Customer", "Email"), ("Customer", "Phone"), ("Employee", "Fax"), ("Track", "Composer")];
    for (table, column) in COLUMNS {
        let table = schema.tables.get_mut(&QualifiedName::unqualified(table));
        if let Some(column) = table.and_then(|table| table.column_mut(&column.into())) {
            column.collation = None;
            column.options.clear();
        }
    }
    sorted(schema)
}

/// Where a column is among those of the table in order of their names.
fn position(schema: &Schema, table: &str, column: &str) -> usize {
    let table = &schema.tables[&QualifiedName::unqualified(table)];
    let mut names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    names.sort_unstable();
    names.iter().position(|name| *name == column).unwrap()
}

/// Every table that is still called as it was has all its rows, and their
/// values in all columns that are still called as they were.
#[track_caller]
fn assert_kept(place: &mut Place, original: &Schema, content: &Content, told: &str) {
    let now = place.schema();
    let syntax = *place.engine.backend().syntax();
    let script = Script::of(place.engine);
    let lost = (script.name("Employee"), script.name("Fax"));
    let mut kept = 0;
    for (name, table) in &original.tables {
        let Some(found) = now.tables.get(name) else { continue };
        let is_kept = |column: &Name| {
            found.column(column).is_some() && lost != (name.name.to_string(), column.to_string())
        };
        let columns: Vec<_> = table.columns.iter().filter(|column| is_kept(&column.name)).cloned().collect();
        let rows = content::rows(place, &Table { columns: columns.clone(), ..table.clone() }, &syntax);
        let mut at: Vec<usize> = columns
            .iter()
            .map(|column| position(original, name.name.as_str(), column.name.as_str()))
            .collect();
        at.sort_unstable();
        let mut expected: Vec<Vec<String>> = content[&name.to_string()]
            .iter()
            .map(|row| at.iter().map(|at| row[*at].clone()).collect())
            .collect();
        expected.sort();
        let (found, expected) =
            (BTreeMap::from([(name.to_string(), rows)]), BTreeMap::from([(name.to_string(), expected)]));
        content::assert_same(&found, &expected, &format!("on {:?} {told}", place.engine));
        kept += 1;
    }
    assert!(kept >= 8, "{kept} tables are left {told}");
}

#[test]
fn sqlite_database_is_adopted() {
    adopt(Engine::Sqlite);
}

#[test]
fn postgresql_database_is_adopted() {
    adopt(Engine::Postgresql);
}

#[test]
fn mysql_database_is_adopted() {
    adopt(Engine::Mysql);
}

#[test]
fn mariadb_database_is_adopted() {
    adopt(Engine::Mariadb);
}
