//! The session settings that a batch may change on its way.

use rusqlite::{Connection, config::DbConfig};

/// Stops the enforcement of foreign keys, also within a transaction.
pub(crate) const FOREIGN_KEYS_OFF: &str = "PRAGMA foreign_keys = OFF";
/// Starts it again.
pub(crate) const FOREIGN_KEYS_ON: &str = "PRAGMA foreign_keys = ON";
/// Makes a rename of a table leave all references to it alone.
pub(crate) const LEGACY_ALTER_ON: &str = "PRAGMA legacy_alter_table = ON";
/// Makes a rename of a table rename the references to it.
pub(crate) const LEGACY_ALTER_OFF: &str = "PRAGMA legacy_alter_table = OFF";

/// A statement that the session carries out by itself.
///
/// SQLite ignores `PRAGMA foreign_keys` within a transaction, yet the same
/// setting takes effect there when it is made through the C interface. That
/// lets one transaction mix statements that rely on foreign keys with rebuilds
/// of tables, which must not see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Switch {
    /// `PRAGMA foreign_keys = …`
    ForeignKeys(bool),
    /// `PRAGMA legacy_alter_table = …`
    LegacyAlterTable(bool),
}

impl Switch {
    /// Reads a statement, in any case and spacing.
    pub(crate) fn recognize(sql: &str) -> Option<Self> {
        let word_end = sql.trim_start().find(|c: char| !c.is_ascii_alphabetic())?;
        let (pragma, rest) = sql.trim_start().split_at(word_end);
        if !pragma.eq_ignore_ascii_case("pragma") {
            return None;
        }
        let (name, value) = rest.trim_end_matches([';', ' ', '\t', '\r', '\n']).split_once('=')?;
        let on = match value.trim().to_ascii_lowercase().as_str() {
            "on" | "1" | "true" | "yes" => true,
            "off" | "0" | "false" | "no" => false,
            _ => return None,
        };
        match name.trim().to_ascii_lowercase().as_str() {
            "foreign_keys" => Some(Self::ForeignKeys(on)),
            "legacy_alter_table" => Some(Self::LegacyAlterTable(on)),
            _ => None,
        }
    }

    /// Carries it out.
    pub(crate) fn set(self, db: &Connection) -> rusqlite::Result<()> {
        match self {
            Self::ForeignKeys(on) => db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, on)?,
            Self::LegacyAlterTable(on) => {
                db.set_db_config(DbConfig::SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, on)?
            }
        };
        Ok(())
    }
}

/// The settings of a session at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) foreign_keys: bool,
    legacy_alter_table: bool,
    writable_schema: bool,
}

impl Settings {
    /// Reads them.
    pub(crate) fn read(db: &Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            foreign_keys: db.db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY)?,
            legacy_alter_table: db.db_config(DbConfig::SQLITE_DBCONFIG_LEGACY_ALTER_TABLE)?,
            writable_schema: db.db_config(DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA)?,
        })
    }

    /// Brings the session back to them.
    pub(crate) fn restore(self, db: &Connection) -> rusqlite::Result<()> {
        Switch::ForeignKeys(self.foreign_keys).set(db)?;
        Switch::LegacyAlterTable(self.legacy_alter_table).set(db)?;
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, self.writable_schema)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_two_settings_are_recognized() {
        for (sql, expected) in [
            (FOREIGN_KEYS_OFF, Some(Switch::ForeignKeys(false))),
            (FOREIGN_KEYS_ON, Some(Switch::ForeignKeys(true))),
            (LEGACY_ALTER_ON, Some(Switch::LegacyAlterTable(true))),
            (LEGACY_ALTER_OFF, Some(Switch::LegacyAlterTable(false))),
            ("  pragma foreign_keys=0;\n", Some(Switch::ForeignKeys(false))),
            ("PRAGMA foreign_keys", None),
            ("PRAGMA foreign_keys = maybe", None),
            ("PRAGMA user_version = 1", None),
            ("SELECT 1 = 1", None),
            ("", None),
        ] {
            assert_eq!(Switch::recognize(sql), expected, "{sql}");
        }
    }
}
