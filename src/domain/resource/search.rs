//! Search: text as tokens that any index can hold, the same in every database.
//!
//! Chinese has no spaces: each pair of neighbouring characters is a token, so that any word of two characters or more is a phrase of
//! pairs. Words of letters and digits are tokens as they are. Tokens are ASCII, so that no database's parser or locale matters.

/// Characters of a text that are indexed: a transcript's line is far shorter.
const LONGEST_TEXT: usize = 10_000;
/// Words of a search; more are not looked at.
const MOST_TERMS: usize = 8;
const LONGEST_TERM: usize = 64;

/// One word of a search: its tokens beside each other in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    pub tokens: Vec<String>,
    /// The last token may go on.
    pub open: bool,
}

enum Run {
    /// Characters without spaces between words.
    Han(Vec<char>),
    Word(String),
}

/// What an index holds of a text.
#[must_use]
pub fn index(text: &str) -> String {
    let mut tokens = Vec::new();
    for run in runs(text, LONGEST_TEXT) {
        match run {
            Run::Word(word) => tokens.push(format!("w{word}")),
            Run::Han(run) => {
                tokens.extend(run.windows(2).map(pair));
                // A search for one character finds the last one of a run, too.
                tokens.extend(run.last().map(|last| one(*last)));
            }
        }
    }
    tokens.join(" ")
}

/// The words of a search, all of which have to be found.
#[must_use]
pub fn terms(search: &str) -> Vec<Term> {
    search.split_whitespace().filter_map(term).take(MOST_TERMS).collect()
}

fn term(text: &str) -> Option<Term> {
    let runs = runs(text, LONGEST_TERM);
    let last = runs.len().checked_sub(1)?;
    let mut tokens = Vec::new();
    let mut open = false;
    for (at, run) in runs.into_iter().enumerate() {
        match run {
            Run::Word(word) => {
                tokens.push(format!("w{word}"));
                open = at == last;
            }
            Run::Han(run) if run.len() == 1 => {
                tokens.push(one(run[0]));
                open = at == last;
            }
            Run::Han(run) => {
                tokens.extend(run.windows(2).map(pair));
                open = false;
                if at < last {
                    // The run ends here in what is found, too.
                    tokens.extend(run.last().map(|last| one(*last)));
                }
            }
        }
    }
    Some(Term { tokens, open })
}

fn pair(pair: &[char]) -> String {
    pair.iter().fold(String::from("c"), |token, c| token + &code(*c))
}

fn one(c: char) -> String {
    format!("c{}", code(c))
}

/// As wide as the largest, so that one character is the beginning of each pair that it begins.
fn code(c: char) -> String {
    format!("{:06x}", u32::from(c))
}

fn runs(text: &str, most: usize) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut apart = true;
    for c in text.chars().take(most).map(half_width) {
        let lower = c.to_lowercase();
        match (is_han(c), c.is_alphanumeric(), runs.last_mut()) {
            (true, _, Some(Run::Han(run))) if !apart => run.push(c),
            (true, ..) => runs.push(Run::Han(vec![c])),
            (false, true, Some(Run::Word(word))) if !apart => word.extend(lower),
            (false, true, _) => runs.push(Run::Word(lower.collect())),
            (false, false, _) => {
                apart = true;
                continue;
            }
        }
        apart = false;
    }
    runs
}

/// Ideographs, kana and syllables of Hangul: written without spaces, or with few.
fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}'
        | '\u{3040}'..='\u{30FF}' | '\u{AC00}'..='\u{D7AF}')
}

/// Ｗｉｄｅ letters and digits are the plain ones.
fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Does the phrase stand in the index, as a database looks for it?
    fn finds(text: &str, search: &str) -> bool {
        let index = index(text);
        let held: Vec<&str> = index.split(' ').collect();
        let found = |term: &Term| {
            let last = term.tokens.len() - 1;
            held.windows(term.tokens.len()).any(|window| {
                window.iter().zip(&term.tokens).enumerate().all(|(at, (held, asked))| {
                    *held == asked || (at == last && term.open && held.starts_with(asked.as_str()))
                })
            })
        };
        let terms = terms(search);
        !terms.is_empty() && terms.iter().all(found)
    }

    #[test]
    fn words_are_found_wherever_they_stand() {
        let title = "小学语文《草船借箭》AI辅助教学设计（2026）";
        for found in
            ["草船借箭", "语文", "小", "计", "船", "ai", "ＡＩ", "AI辅助", "教学设计", "2026", "20", "小学 设计"]
        {
            assert!(finds(title, found), "{found}");
        }
        for not in ["数学", "借船", "箭草船", "学语言", "小学 数学", "026", "", "《》"] {
            assert!(!finds(title, not), "{not}");
        }
    }

    #[test]
    fn tokens_are_plain_ascii() {
        let index = index("讲台 Lectern 𠮷野家 カタカナ １２３");
        assert!(index.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b' '), "{index}");
    }

    #[test]
    fn a_search_of_a_thousand_words_is_eight() {
        assert_eq!(terms(&"教 ".repeat(1000)).len(), MOST_TERMS);
        assert!(terms(&"教".repeat(100_000))[0].tokens.len() < LONGEST_TERM);
    }
}
