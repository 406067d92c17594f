//! Whether a terminal shows more than ASCII.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
};

/// Reports whether the locale that the variables name is one of UTF-8.
pub(crate) fn is_utf8(variables: &BTreeMap<OsString, OsString>) -> bool {
    let set = |name: &str| variables.get(OsStr::new(name)).filter(|value| !value.is_empty());
    match ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set) {
        Some(locale) => {
            let locale = locale.to_string_lossy().to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        }
        // There, locales have no variables.
        None => cfg!(windows),
    }
}
