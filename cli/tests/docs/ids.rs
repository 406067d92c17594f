//! Revisions get random ids: those of a document take their place as soon as the
//! file is written, so that everything after is as shown, its order included.

use std::{fs, path::Path};

/// Gives revisions that a command wrote the ids that are shown, and returns what
/// it said of them.
pub(crate) fn adopt(directory: &Path, shown: &[String], written: &[String]) -> Vec<String> {
    let mut written = written.to_vec();
    for (shown_id, slug) in shown.iter().filter_map(|line| generated(line)) {
        let of_slug = |line: &String| Some(generated(line).filter(|(_, other)| *other == slug)?.0.to_owned());
        let Some(id) = written.iter().find_map(of_slug) else { continue };
        let path = |id: &str| directory.join(format!("{FOLDER}{id}{slug}"));
        // In another directory than usual, it keeps its id.
        if let Ok(text) = fs::read_to_string(path(&id)) {
            fs::remove_file(path(&id)).unwrap();
            fs::write(path(shown_id), text.replace(&id, shown_id)).unwrap();
            // Further lines may be about it.
            for line in &mut written {
                *line = line.replace(&id, shown_id);
            }
        }
    }
    written
}

const FOLDER: &str = "migrations/";

/// The id of a revision that a line says is written, and the rest of the name of
/// its file.
fn generated(line: &str) -> Option<(&str, &str)> {
    let name = line.strip_prefix("Generating ")?.strip_prefix(FOLDER)?.strip_suffix(" ...  done")?;
    let is_id = name.bytes().take(12).all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c));
    is_id.then(|| name.split_at_checked(12)).flatten()
}
