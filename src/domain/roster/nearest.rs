//! What somebody probably meant: the known name that shares most with what was written.

/// Of both names together this share must be common, in percent; less is a guess.
const ENOUGH_PERCENT: usize = 60;

/// The nearest of these names, if one is near enough.
pub(super) fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written: Vec<char> = written.chars().collect();
    let mut best: Option<(usize, &str)> = None;
    for name in names {
        let letters: Vec<char> = name.chars().collect();
        let common = common(&written, &letters);
        let share = 200 * common / (written.len() + letters.len()).max(1);
        if share >= ENOUGH_PERCENT && best.is_none_or(|(most, _)| share > most) {
            best = Some((share, name));
        }
    }
    best.map(|(_, name)| name)
}

/// How many characters stand in both in the same order.
fn common(a: &[char], b: &[char]) -> usize {
    if a.iter().filter(|c| b.contains(c)).count() < 2 {
        return 0;
    }
    let mut before = vec![0; b.len() + 1];
    for x in a {
        let mut row = vec![0; b.len() + 1];
        for (at, y) in b.iter().enumerate() {
            row[at + 1] = if x == y { before[at] + 1 } else { before[at + 1].max(row[at]) };
        }
        before = row;
    }
    before.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_form_finds_its_school_and_a_stranger_none() {
        let schools = ["青禾县实验小学", "石桥镇中心小学", "上坪小学"];
        assert_eq!(nearest("石桥中心校", schools), Some("石桥镇中心小学"));
        assert_eq!(nearest("上坪小", schools), Some("上坪小学"));
        assert_eq!(nearest("育才中学", schools), None);
        assert_eq!(nearest("", schools), None);
    }
}
