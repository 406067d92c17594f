//! What must hold of each case.

use crate::{
    case::{Case, Outcome},
    catalog::difference,
    place::{Place, texts},
};

/// Tries a case. Afterwards the database is as it was, unless this fails.
/// `note` gets what has become of it.
pub(crate) fn hold(place: &mut Place, case: &Case, note: impl FnOnce(&Place)) -> Result<(), String> {
    place.act(case.act)?;
    let rows = place.counts();
    if case.outcome != Outcome::Nothing {
        note(place);
    }
    match case.outcome {
        Outcome::Reverted { words } => {
            let changed = place.catalog();
            if changed == place.template.catalog {
                return Err("the catalog is the same".to_owned());
            }
            let document = place.check(true)?;
            let (detected, by_hand) = (texts(&document["detected"]), texts(&document["by_hand"]));
            if !by_hand.is_empty() {
                return Err(format!("no revision can be written for {by_hand:#?}"));
            }
            require_words(&detected, words)?;
            let text = place.autogenerate()?;
            let told = |what: String| format!("{what}\n{text}");
            place.retort(&["upgrade", "head"]).map_err(told)?;
            require_same("after the upgrade", place, None).map_err(told)?;
            place.check(false).map_err(told)?;
            let kept = place.counts();
            place.retort(&["downgrade", "-1"]).map_err(told)?;
            require_same("after the downgrade", place, Some(&changed)).map_err(told)?;
            place.retort(&["upgrade", "head"]).map_err(told)?;
            require_same("after the second upgrade", place, None).map_err(told)?;
            let lost: Vec<_> = rows.iter().filter(|(table, count)| kept.get(*table) != Some(count)).collect();
            if !lost.is_empty() && !text.contains("DROP TABLE") {
                return Err(told(format!("rows are lost: {lost:?} are {kept:?}")));
            }
            place.forget()
        }
        Outcome::ByHand { words, reason: _ } => {
            let document = place.check(true)?;
            let by_hand = texts(&document["by_hand"]);
            let said = [by_hand.clone(), texts(&document["detected"])].concat();
            require_words(&said, words)?;
            if !by_hand.is_empty() {
                return Ok(());
            }
            let told = place.autogenerate_and_listen()?;
            match told.contains("by hand") {
                true => Ok(()),
                false => Err(format!("a revision is written without a warning\n{told}")),
            }
        }
        Outcome::Outside { word } => {
            let document = place.check(false)?;
            let outside = texts(&document["outside"]);
            let mut differing = (outside.iter().filter(|line| !place.template.outside.contains(line)))
                .chain(place.template.outside.iter().filter(|line| !outside.contains(line)));
            match differing.any(|line| line.contains(word)) {
                true => Ok(()),
                false => Err(format!("{word} is not among what is outside the models: {outside:#?}")),
            }
        }
        Outcome::Nothing => place.check(false).map(drop),
    }
}

/// Whether each line has one of the words, and there is one.
fn require_words(lines: &[String], words: &[&str]) -> Result<(), String> {
    if lines.is_empty() {
        return Err("nothing is said of it".to_owned());
    }
    match lines.iter().find(|line| !words.iter().any(|word| line.contains(word))) {
        Some(line) => Err(format!("{line} is not about {words:?}")),
        None => Ok(()),
    }
}

fn require_same(
    when: &str,
    place: &mut Place,
    expected: Option<&crate::catalog::Catalog>,
) -> Result<(), String> {
    let found = place.catalog();
    let expected = expected.unwrap_or(&place.template.catalog);
    if found == *expected {
        return Ok(());
    }
    Err(format!("{when} the catalog is another\n{}", difference(&found, expected)))
}
