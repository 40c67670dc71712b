//! Where a replay may be entered: markers, new slides and who begins to speak, at most one each two minutes.

use serde::Serialize;

const APART: i64 = 120_000;
/// A marker this soon after the beginning names it.
const BEGINNING: i64 = 10_000;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Chapter {
    pub ms: i64,
    pub title: String,
}

/// Milliseconds of the replay: what hosts marked, when the screen showed something new, and who spoke from when on.
pub(crate) fn chapters(
    markers: &[(i64, String)],
    slides: &[i64],
    speakers: &[(i64, String)],
    length: i64,
) -> Vec<Chapter> {
    let named = markers.iter().find(|(ms, _)| *ms <= BEGINNING).map(|(_, text)| text.clone());
    let mut chapters = vec![(0, Some(named.unwrap_or_else(|| "开始".to_owned())))];
    let markers = markers.iter().map(|(ms, text)| (*ms, Some(text.clone())));
    let slides = slides.iter().map(|ms| (*ms, None));
    let speakers = speakers.iter().map(|(ms, name)| (*ms, Some(format!("{name}发言"))));
    for (ms, title) in markers.chain(slides).chain(speakers) {
        // Nothing at the very end: nobody enters there.
        let apart = chapters.iter().all(|(other, _): &(i64, _)| (ms - other).abs() >= APART);
        if apart && ms < length - BEGINNING {
            chapters.push((ms, title));
        }
    }
    chapters.sort_by_key(|(ms, _)| *ms);
    let titled = |(number, (ms, title)): (usize, (i64, Option<String>))| Chapter {
        ms,
        title: title.filter(|title| !title.is_empty()).unwrap_or_else(|| format!("第 {number} 段")),
    };
    (1..).zip(chapters).map(titled).collect()
}

pub(crate) fn webvtt(chapters: &[Chapter], length: i64) -> String {
    let mut text = String::from("WEBVTT\n");
    let ends = chapters.iter().skip(1).map(|next| next.ms).chain([length]);
    for (chapter, end) in chapters.iter().zip(ends) {
        // An arrow or a new line would end the cue.
        let title =
            chapter.title.replace("-->", "→").replace(['\n', '\r'], " ").replace('&', "&amp;").replace('<', "&lt;");
        text.push_str(&format!(
            "\n{} --> {}\n{title}\n",
            crate::stills::stamp(chapter.ms),
            crate::stills::stamp(end.max(chapter.ms + 1))
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_counts_more_than_a_slide_and_a_slide_more_than_a_speaker() {
        let found = chapters(
            &[(300_000, "作业".to_owned())],
            &[130_000, 140_000, 290_000],
            &[(125_000, "李".to_owned()), (500_000, "王".to_owned())],
            1_000_000,
        );
        let told: Vec<(i64, &str)> = found.iter().map(|chapter| (chapter.ms, chapter.title.as_str())).collect();
        assert_eq!(told, [(0, "开始"), (130_000, "第 2 段"), (300_000, "作业"), (500_000, "王发言")]);
    }

    #[test]
    fn a_title_cannot_break_the_file() {
        let text = webvtt(&[Chapter { ms: 0, title: "a --> b\n\n<c>".to_owned() }], 5000);
        assert_eq!(text, "WEBVTT\n\n00:00:00.000 --> 00:00:05.000\na → b  &lt;c>\n");
    }
}
