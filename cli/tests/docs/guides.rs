//! The guide is the same in each language, but for its words.

use std::fs;

use crate::{
    document::{self, Block, Item},
    run::repository,
};

/// The blocks of a document, with their marks.
fn blocks(path: &str) -> Vec<String> {
    let text = fs::read_to_string(repository().join(path)).unwrap();
    let items = document::parse(path, &text).unwrap();
    items
        .into_iter()
        .map(|item| match item {
            Item::Block(Block { language, text, marks, .. }) => {
                format!("{marks:?}\n{language}\n{text}")
            }
            Item::Rows { query, expected, .. } => format!("{query} {expected:?}"),
            Item::First { commands, .. } => commands,
            Item::NewDirectory | Item::Project => String::new(),
        })
        .collect()
}

#[test]
fn the_guides_say_the_same() {
    let (english, korean) = (blocks("docs/guide.md"), blocks("docs/guide.ko.md"));
    for (english, korean) in english.iter().zip(&korean) {
        assert_eq!(english, korean);
    }
    assert_eq!(english.len(), korean.len());
}
