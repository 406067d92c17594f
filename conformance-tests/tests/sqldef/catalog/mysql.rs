//! MySQL's catalog, in its own words: what `SHOW CREATE` says.

use super::Entry;
use crate::site::Site;

pub(super) fn read(site: &mut Site) -> Vec<Entry> {
    let mut entries = Vec::new();
    for row in rows(site, "SHOW FULL TABLES") {
        let [name, kind] = [&row[0], &row[1]];
        if kind == "VIEW" {
            let row = rows(site, &format!("SHOW CREATE VIEW `{name}`")).remove(0);
            entries.extend(view(name, &row[1].replace(&format!("`{}`.", site.name), "")));
        } else {
            let row = rows(site, &format!("SHOW CREATE TABLE `{name}`")).remove(0);
            entries.extend(table(name, &row[1]));
        }
    }
    for row in rows(site, "SHOW TRIGGERS") {
        // Name, event, table, statement, timing.
        let text = format!("{} {} {} {} {}", row[0], row[4], row[1], row[2], row[3]);
        entries.push(entry("trigger", &row[0], Some(&row[2]), text, true));
    }
    for kind in ["FUNCTION", "PROCEDURE"] {
        for row in rows(site, &format!("SHOW {kind} STATUS WHERE db = DATABASE()")) {
            let text = rows(site, &format!("SHOW CREATE {kind} `{}`", row[1])).remove(0).swap_remove(2);
            entries.push(entry(&kind.to_lowercase(), &row[1], None, text, true));
        }
    }
    entries
}

fn rows(site: &mut Site, query: &str) -> Vec<Vec<String>> {
    let rows = site.rows(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let row = |row: Vec<Option<String>>| row.into_iter().map(Option::unwrap_or_default).collect();
    rows.into_iter().map(row).collect()
}

fn entry(kind: &str, name: &str, table: Option<&str>, text: String, is_outside: bool) -> Entry {
    Entry { kind: kind.to_owned(), name: name.to_owned(), table: table.map(str::to_owned), text, is_outside }
}

/// Its security is outside the model.
fn view(name: &str, text: &str) -> Vec<Entry> {
    let invoker = text.contains("SQL SECURITY INVOKER");
    let security = invoker.then(|| entry("security of view", name, Some(name), name.to_owned(), true));
    let text = text.replace("SQL SECURITY INVOKER", "SQL SECURITY DEFINER");
    security.into_iter().chain([entry("view", name, None, text, false)]).collect()
}

/// An entry for each line, as `SHOW CREATE TABLE` writes one for each column
/// and key. How the table is partitioned is outside the model.
fn table(name: &str, text: &str) -> Vec<Entry> {
    let at = ["\n/*!50100 PARTITION BY", "\n PARTITION BY", "\n/*!50500 PARTITION BY"]
        .iter()
        .filter_map(|start| text.find(start))
        .min();
    let (text, partitions) = text.split_at(at.unwrap_or(text.len()));
    let mut entries = vec![entry("table", name, None, name.to_owned(), false)];
    if !partitions.is_empty() {
        entries.push(entry("partitioning", name, Some(name), format!("{name} {partitions}"), true));
    }
    for line in text.lines().skip(1) {
        let line = line.trim().trim_end_matches(',');
        let kind = if line.starts_with(')') { "options" } else { "line" };
        // Where the numbers go on is content.
        let line: Vec<&str> = line.split(' ').filter(|word| !word.starts_with("AUTO_INCREMENT=")).collect();
        // What InnoDB makes anyway is said only if somebody has said it.
        let text = format!("{name} {}", line.join(" ").replace(" USING BTREE", ""));
        entries.push(entry(kind, name, Some(name), text, false));
    }
    entries
}
