//! Words that all files of a report share: moments, spans, marks.

use crate::domain::Time;
use crate::domain::attendance::{AttendanceRecord, AttendanceStatus};

/// `2026-11-20 14:30`, in China.
pub(super) fn moment(at: Time) -> String {
    let text = at.to_string();
    format!("{} {}", &text[..10], &text[11..16])
}

/// `2026-11-20`
pub(super) fn day(at: Time) -> String {
    at.day().to_string()
}

/// `14:30`
pub(super) fn clock(at: Time) -> String {
    at.to_string()[11..16].to_owned()
}

/// `2026年11月20日 14:30–16:00`; an end on another day carries its date.
pub(super) fn span(from: Time, to: Time) -> String {
    let end = if from.day() == to.day() { clock(to) } else { format!("{} {}", chinese_day(to), clock(to)) };
    format!("{} {}–{end}", chinese_day(from), clock(from))
}

/// `2026年11月20日`
pub(super) fn chinese_day(at: Time) -> String {
    let day = day(at);
    let mut parts = day.split('-').map(|part| part.trim_start_matches('0'));
    let mut part = || parts.next().unwrap_or_default();
    format!("{}年{}月{}日", part(), part(), part())
}

/// 出席，迟到，早退: the status, or the marks that stand on a presence.
pub(super) fn verdict(status: AttendanceStatus, late: bool, left_early: bool, ongoing: bool) -> String {
    if ongoing && status == AttendanceStatus::Unknown {
        return "进行中".to_owned();
    }
    let marks = [(late, "迟到"), (left_early, "早退")];
    let marks: Vec<&str> = marks.into_iter().filter_map(|(stands, word)| stands.then_some(word)).collect();
    if marks.is_empty() { status.word().to_owned() } else { marks.join("、") }
}

/// By whom a verdict was corrected, and what it was before; nothing where it is as measured.
pub(super) fn correction(record: &AttendanceRecord) -> String {
    record.correction.as_ref().map_or_else(String::new, |one| {
        let before = &one.before;
        let was = verdict(before.status, before.late, before.left_early, false);
        format!("{} 由{}更正，原为{was}。{}", moment(one.at), one.by_name, one.reason)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_by_the_clock_in_china() {
        let at = |text: &str| Time::parse(text).unwrap();
        let (from, to) = (at("2026-11-20T06:30:00Z"), at("2026-11-20T08:00:00Z"));
        assert_eq!(moment(from), "2026-11-20 14:30");
        assert_eq!(span(from, to), "2026年11月20日 14:30–16:00");
        assert_eq!(span(from, at("2026-12-05T16:05:00Z")), "2026年11月20日 14:30–2026年12月6日 00:05");
    }
}
