//! Subtitles: WebVTT and SRT read into cues, and cues written as WebVTT.

use super::Part;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// A line every two seconds for eleven hours.
const MOST_CUES: usize = 20_000;
const LONGEST_CUE: usize = 500;
/// Mistakes that are told; whoever has more has sent the wrong file.
const MOST_MISTAKES: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cue {
    #[serde(flatten)]
    pub part: Part,
    pub text: String,
}

/// What is wrong with which line of the file, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub line: usize,
    pub sentence: String,
}

/// The cues of a file in either format, in the order of their times; or what is wrong with it.
pub fn read(text: &str) -> Result<Vec<Cue>, Vec<Mistake>> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let (mut cues, mut mistakes) = (Vec::new(), Vec::new());
    for block in blocks(text) {
        match cue(&block) {
            Ok(found) => cues.extend(found),
            Err(mistake) => mistakes.push(mistake),
        }
        if mistakes.len() >= MOST_MISTAKES {
            break;
        }
    }
    if cues.is_empty() && mistakes.is_empty() {
        mistakes
            .push(Mistake {
                line: 1, sentence: "没有找到字幕，请选择 WebVTT（.vtt）或 SRT（.srt）文件。".to_owned()
            });
    }
    if cues.len() > MOST_CUES {
        mistakes.push(Mistake { line: 1, sentence: format!("字幕最多 {MOST_CUES} 条。") });
    }
    cues.sort_by_key(|one: &Cue| one.part);
    if mistakes.is_empty() { Ok(cues) } else { Err(mistakes) }
}

/// As a file of WebVTT.
#[must_use]
pub fn webvtt(cues: impl IntoIterator<Item = Cue>) -> String {
    let mut file = String::from("WEBVTT\n");
    for cue in cues {
        let text = cue.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let (from, to) = (time(cue.part.from_ms), time(cue.part.to_ms));
        // Writing into memory does not fail.
        let _ = write!(file, "\n{from} --> {to}\n{text}\n");
    }
    file
}

type Block<'a> = Vec<(usize, &'a str)>;

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = vec![Block::new()];
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            blocks.push(Block::new());
        } else if let Some(block) = blocks.last_mut() {
            block.push((at + 1, line.trim_end_matches('\r')));
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// None of what is no cue: the header, notes, styles and regions (WebVTT sections 4.1 and 4.2).
fn cue(block: &Block<'_>) -> Result<Option<Cue>, Mistake> {
    let Some(&(first, head)) = block.first() else { return Ok(None) };
    let timed = block.iter().take(2).position(|(_, line)| line.contains("-->"));
    let Some(timed) = timed else {
        let other = ["WEBVTT", "NOTE", "STYLE", "REGION"].iter().any(|word| head.starts_with(word));
        let sentence = "这一段没有时间。每条字幕应先写时间，例如 00:01:02.000 --> 00:01:05.000。";
        return if other { Ok(None) } else { Err(Mistake { line: first, sentence: sentence.to_owned() }) };
    };
    let (line, told) = block[timed];
    let mistake = |sentence: &str| Mistake { line, sentence: sentence.to_owned() };
    let (from, rest) = told.split_once("-->").unwrap_or((told, ""));
    let to = rest.split_whitespace().next().unwrap_or_default();
    let sentence = "时间写得不对，应像 00:01:02.000 --> 00:01:05.000。";
    let (from_ms, to_ms) = (millis(from.trim()), millis(to));
    let (Some(from_ms), Some(to_ms)) = (from_ms, to_ms) else { return Err(mistake(sentence)) };
    if to_ms <= from_ms {
        return Err(mistake("字幕的结束应晚于开始。"));
    }
    let lines: Vec<String> = block[timed + 1..].iter().map(|(_, line)| plain(line)).collect();
    let text = lines.join("\n").trim().to_owned();
    if text.chars().count() > LONGEST_CUE {
        return Err(mistake(&format!("一条字幕最多 {LONGEST_CUE} 字。")));
    }
    let cue = Cue { part: Part { from_ms, to_ms }, text };
    Ok(Some(cue).filter(|cue| !cue.text.is_empty()))
}

/// `01:02:03.004`, `02:03.004`, and with the comma of SRT.
fn millis(told: &str) -> Option<u64> {
    let (clock, rest) = told.split_once(['.', ','])?;
    if rest.len() != 3 {
        return None;
    }
    let number = |text: &str| {
        let digits = !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse::<u64>().ok()).flatten()
    };
    let parts: Option<Vec<u64>> = clock.split(':').map(number).collect();
    let (hours, minutes, seconds) = match parts?.as_slice() {
        [minutes, seconds] => (0, *minutes, *seconds),
        [hours, minutes, seconds] => (*hours, *minutes, *seconds),
        _ => return None,
    };
    (minutes < 60 && seconds < 60).then_some(())?;
    Some(((hours * 60 + minutes) * 60 + seconds) * 1000 + number(rest)?)
}

/// Without markup and without what can't be shown.
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, tagged)) = rest.split_once('<') {
        text.push_str(before);
        match tagged.split_once('>') {
            // `a < b` is no tag.
            Some((tag, after)) if tag.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') => rest = after,
            Some(_) | None => {
                text.push('<');
                rest = tagged;
            }
        }
    }
    text.push_str(rest);
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&amp;", "&");
    text.chars().filter(|c| !c.is_control()).collect()
}

fn time(ms: u64) -> String {
    let (seconds, rest) = (ms / 1000, ms % 1000);
    format!("{:02}:{:02}:{:02}.{rest:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cue_of(from_ms: u64, to_ms: u64, text: &str) -> Cue {
        Cue { part: Part { from_ms, to_ms }, text: text.to_owned() }
    }

    #[test]
    fn both_formats_read_alike() {
        let vtt = "\u{FEFF}WEBVTT - 第一课\n\nNOTE 校对过\n\nSTYLE\n::cue { color: red }\n\nfirst\n00:01.000 --> 00:02.500 align:start\n\
            <v 王老师>同学们<b>好</b>\n请坐\n\n01:00:00.000 --> 01:00:01.000\n1 &lt; 2\n";
        let srt = "1\r\n00:00:01,000 --> 00:00:02,500\r\n同学们好\r\n请坐\r\n\r\n2\r\n01:00:00,000 --> 01:00:01,000\r\n1 < 2\r\n";
        let wanted = vec![cue_of(1000, 2500, "同学们好\n请坐"), cue_of(3_600_000, 3_601_000, "1 < 2")];
        assert_eq!(read(vtt), Ok(wanted.clone()));
        assert_eq!(read(srt), Ok(wanted));
    }

    #[test]
    fn a_bad_file_tells_its_lines() {
        let lines = |text: &str| read(text).unwrap_err().into_iter().map(|one| one.line).collect::<Vec<_>>();
        let bad = "WEBVTT\n\n00:01.000 --> 00:00.500\n倒着\n\n00:61.000 --> 00:62.000\n没有这样的秒\n\n没有时间\n";
        assert_eq!(lines(bad), [3, 6, 9]);
        assert_eq!(lines("这不是字幕"), [1]);
        assert_eq!(lines(""), [1]);
        assert_eq!(lines(&"00:00:00,00 --> x\n字\n\n".repeat(500)).len(), MOST_MISTAKES);
    }

    #[test]
    fn what_is_written_reads_back_and_has_no_markup() {
        let cues = vec![cue_of(0, 1500, "a < b & c > d"), cue_of(36_000_000, 36_000_001, "<script>")];
        let file = webvtt(cues.clone());
        assert!(!file.contains("<script"), "{file}");
        assert_eq!(read(&file), Ok(cues));
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "\\PC{0,60}(\n|-->|<|>|:|\\.|[0-9]){0,60}\\PC{0,20}") {
            let _ = read(&text);
        }
    }
}
