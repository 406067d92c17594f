//! The names of revision files.

use crate::revision::RevisionId;

/// How long a slug becomes at most, not counting a final `_`, where nobody says
/// otherwise.
pub const SLUG_LENGTH: usize = 40;

/// The words of `message` in lower case with `_` between them. Where that is
/// longer than `max` characters it is cut at the last `_` that fits, which
/// stays to show it.
pub fn slugify(message: &str, max: usize) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let words: Vec<_> = message.split(|c| !is_word(c)).filter(|word| !word.is_empty()).collect();
    let mut slug = words.join("_").to_lowercase();
    if let Some((end, _)) = slug.char_indices().nth(max) {
        slug.truncate(end);
        slug.truncate(slug.rfind('_').unwrap_or(end));
        slug.push('_');
    }
    slug
}

impl RevisionId {
    /// The id of a new revision: 12 hexadecimal digits, from the lower 48 of
    /// the given random bits.
    pub fn from_random_bits(bits: u64) -> Self {
        Self::new(format!("{:012x}", bits & 0xffff_ffff_ffff))
    }
}

/// Whether a file is taken for a revision file. Hidden files and the backups
/// that editors leave beside a file are not.
pub(super) fn is_revision_file(name: &str) -> bool {
    let hidden = name.starts_with(['.', '#']);
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    !hidden && extension.is_some_and(|extension| extension.eq_ignore_ascii_case("sql"))
}

/// Whether a directory below another may hold revision files: hidden ones do
/// not.
pub(super) fn is_revision_directory(name: &str) -> bool {
    !name.starts_with('.')
}

/// Whether a path, whose parts are separated by `/`, stays below the directory
/// that it is joined to, and names a file that is taken for a revision file.
pub(super) fn is_revision_path(path: &str) -> bool {
    let is_plain = |part: &str| !part.is_empty() && !part.contains(['\\', '\0']);
    let (directories, name) = path.rsplit_once('/').map_or((None, path), |(above, name)| (Some(above), name));
    let mut directories = directories.into_iter().flat_map(|above| above.split('/'));
    directories.all(|part| is_plain(part) && is_revision_directory(part))
        && is_plain(name)
        && is_revision_file(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_those_of_alembic() {
        for (message, slug) in [
            ("", ""),
            ("  --  ", ""),
            ("Add US stock-tables!", "add_us_stock_tables"),
            ("a_b __ c", "a_b____c"),
            ("Ärger über 2 Öfen", "ärger_über_2_öfen"),
            ("a very long message, with punctuation & more words", "a_very_long_message_with_punctuation_"),
            ("x123456789x123456789x123456789x123456789", "x123456789x123456789x123456789x123456789"),
            ("x123456789x123456789x123456789x123456789y", "x123456789x123456789x123456789x123456789_"),
            ("../../etc/passwd\0\n", "etc_passwd"),
        ] {
            assert_eq!(slugify(message, SLUG_LENGTH), slug, "{message:?}");
        }
    }

    #[test]
    fn ids_have_a_fixed_form() {
        let id = RevisionId::from_random_bits(0xffff_0000_0000_0a1f);
        assert_eq!(id.as_str(), "000000000a1f");
    }

    #[test]
    fn paths_stay_below_their_directory() {
        for path in ["a.sql", "b/a.sql", "2026/11/a.sql", "b..c/a.sql"] {
            assert!(is_revision_path(path), "{path}");
        }
        for path in
            ["", "/a.sql", "../a.sql", "b/../a.sql", "./a.sql", "b//a.sql", "b/.a.sql", ".b/a.sql", "b/"]
        {
            assert!(!is_revision_path(path), "{path}");
        }
        assert!(!is_revision_path("b\\a.sql") && !is_revision_path("b/a\0.sql"));
    }

    #[test]
    fn backups_are_not_revision_files() {
        for name in ["a.sql", "a.b.SQL", "é.sql"] {
            assert!(is_revision_file(name), "{name}");
        }
        for name in [".#a.sql", ".a.sql", "#a.sql#", "a.sql~", ".a.sql.swp", "a.sql.bak", "sql", ".sql", "a"]
        {
            assert!(!is_revision_file(name), "{name}");
        }
    }
}
