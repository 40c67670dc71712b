//! What may stand in the text fields of a message.

use super::{MAX_CHAT_CHARS, MAX_REASON_CHARS, Refusal};

/// What is longer than any code is none.
const MAX_CODE_CHARS: usize = 16;

/// Is this the identification tag of an m-line? A token (RFC 4566 §9) of at most 16 bytes, as it must fit the RTP header
/// extension of RFC 8843 §15.
#[must_use]
pub fn is_mid(text: &str) -> bool {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`{|}~".contains(&b);
    !text.is_empty() && text.len() <= 16 && text.bytes().all(token)
}

/// A chat line as it is kept: trimmed, with control and text-direction characters taken out so that no line can
/// disguise itself or its neighbours.
pub fn chat_line(text: &str) -> Result<String, Refusal> {
    let clean = plain(text);
    if clean.is_empty() {
        return Err(Refusal::EmptyChat);
    }
    if clean.chars().count() > MAX_CHAT_CHARS {
        return Err(Refusal::ChatTooLong);
    }
    Ok(clean)
}

/// Why somebody did something to somebody else, cleaned like a chat line.
pub fn reason(text: &str) -> Result<String, Refusal> {
    let clean = plain(text);
    let fits = (1..=MAX_REASON_CHARS).contains(&clean.chars().count());
    if fits { Ok(clean) } else { Err(Refusal::ReasonMissing) }
}

/// A question or an option of a poll: cleaned like a chat line, and on one line. `None` when it is empty or has more than
/// `most` characters.
#[must_use]
pub fn poll_line(text: &str, most: usize) -> Option<String> {
    let clean = plain(text).split_whitespace().collect::<Vec<_>>().join(" ");
    (1..=most).contains(&clean.chars().count()).then_some(clean)
}

fn plain(text: &str) -> String {
    let clean: String = text.chars().filter(|&c| c == '\n' || !(c.is_control() || turns_text(c))).collect();
    clean.trim().to_owned()
}

/// The digits of a code as it was typed: full-width ones count, spaces do not.
#[must_use]
pub fn digits(text: &str) -> String {
    let plain = |c: char| match c {
        '\u{FF10}'..='\u{FF19}' => char::from_u32(u32::from(c) - 0xFF10 + u32::from('0')),
        c => Some(c),
    };
    text.chars().filter(|c| !c.is_whitespace()).filter_map(plain).take(MAX_CODE_CHARS).collect()
}

/// The explicit direction controls of Unicode TR 9 §2 and the line separators that a browser would obey.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_cannot_turn_its_neighbours() {
        assert_eq!(chat_line("  好的\r\n老师\u{202E} ").unwrap(), "好的\n老师");
        assert_eq!(chat_line(" \u{7}\u{2066}\n ").unwrap_err(), Refusal::EmptyChat);
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert!(chat_line(&"讲".repeat(500)).is_ok());
        assert_eq!(chat_line(&"讲".repeat(501)).unwrap_err(), Refusal::ChatTooLong);
    }

    #[test]
    fn a_code_is_read_as_it_is_typed_in_china() {
        assert_eq!(digits(" ４０７ 1　"), "4071");
        assert_eq!(digits(&"1".repeat(100)).len(), 16);
    }

    #[test]
    fn a_mid_is_a_short_token() {
        assert!(is_mid("0") && is_mid("video-12") && is_mid(&"m".repeat(16)));
        for bad in ["", "a b", "视频", "a\"b", "mmmmmmmmmmmmmmmmm"] {
            assert!(!is_mid(bad), "{bad}");
        }
    }
}
