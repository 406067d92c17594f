//! Links of the documents, to files and headings of this repository.

use std::fs;

use crate::{DOCUMENTS, run::repository};

/// Where the links of a document lead, in this repository.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let after = text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
    after.filter(|link| !link.contains("://"))
}

/// The anchor of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || "-_ ".contains(*c))
        .collect::<String>();
    kept.replace(' ', "-")
}

#[test]
fn links_lead_somewhere() {
    for path in DOCUMENTS {
        let file = repository().join(path);
        let text = fs::read_to_string(&file).unwrap();
        for link in links(&text) {
            let (target, fragment) = link.split_once('#').unwrap_or((link, ""));
            let target = if target.is_empty() { file.clone() } else { file.parent().unwrap().join(target) };
            assert!(target.exists(), "{path}: {link}");
            if !fragment.is_empty() {
                let text = fs::read_to_string(&target).unwrap();
                let headings = text.lines().filter(|line| line.starts_with('#'));
                let headings = headings.filter_map(|line| line.trim_start_matches('#').strip_prefix(' '));
                assert!(headings.map(anchor).any(|anchor| anchor == fragment), "{path}: {link}");
            }
        }
    }
}
