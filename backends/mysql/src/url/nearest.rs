//! Finds the word that somebody probably meant.

/// The candidate that, in the form that is compared, is nearest to `word`,
/// unless all are far from it.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    form: impl Fn(&str) -> String,
) -> Option<&'a str> {
    let farthest = (word.chars().count() / 3).max(1);
    let measured = candidates.into_iter().map(|candidate| (distance(word, &form(candidate)), candidate));
    measured.filter(|(distance, _)| *distance <= farthest).min().map(|(_, candidate)| candidate)
}

/// How many characters must be inserted, removed or replaced to make one word
/// the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (row, a) in from.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, &b) in to.iter().enumerate() {
            let replaced = above[column] + usize::from(a != b);
            current.push(replaced.min(above[column + 1] + 1).min(current[column] + 1));
        }
        above = current;
    }
    above[to.len()]
}
