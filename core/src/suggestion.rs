//! Finds the words that somebody probably meant.

/// The candidate that is nearest to `word`, unless all are far from it.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    alike(word, candidates).into_iter().next()
}

/// The candidates that are not far from `word`, the nearest first: a third of
/// its characters may be wrong, and one in any case.
pub fn alike<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let length = word.chars().count();
    let farthest = (length / 3).max(1);
    let is_of_length = |candidate: &&str| candidate.chars().count().abs_diff(length) <= farthest;
    let mut alike: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter(is_of_length)
        .map(|candidate| (edit_distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= farthest)
        .collect();
    alike.sort_unstable();
    alike.into_iter().map(|(_, candidate)| candidate).collect()
}

/// How many characters must be inserted, removed, replaced or swapped with
/// their neighbour to make one word the other.
fn edit_distance(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.chars().collect();
    let to: Vec<char> = to.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (row, &a) in from.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, &b) in to.iter().enumerate() {
            let replaced = last[column] + usize::from(a != b);
            let mut distance = replaced.min(last[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && a == to[column - 1] && from[row - 1] == b {
                distance = distance.min(before_last[column - 1] + 1);
            }
            current.push(distance);
        }
        before_last = last;
        last = current;
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, expected: Option<&str>) {
        assert_eq!(nearest(word, ["migrations", "url", "version_table", "lock_timeout"]), expected);
    }

    #[test]
    fn words_with_few_slips_are_recognized() {
        check("migration", Some("migrations"));
        check("verison_table", Some("version_table"));
        check("lock-timeout", Some("lock_timeout"));
        check("ulr", Some("url"));
        check("URL", None);
        check("colour", None);
        check("", None);
    }
}
