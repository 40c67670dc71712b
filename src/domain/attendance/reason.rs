//! Why a record says what it says, in sentences for the teacher.

use super::{AttendanceParameters, AttendanceRecord, AttendanceStatus, CheckIns, Excuse, Gap, GapKind};
use std::time::Duration;

/// What the sentences need beside the record.
pub(super) struct Judged<'a> {
    pub(super) parameters: &'a AttendanceParameters,
    pub(super) excuse: Option<&'a Excuse>,
    pub(super) late_by: Duration,
    pub(super) early_by: Duration,
    pub(super) gaps: &'a [Gap],
}

pub(super) fn reason(record: &AttendanceRecord, judged: &Judged<'_>) -> String {
    let mut sentences = Vec::new();
    if record.ongoing {
        sentences.push("正在进行。".to_owned());
    }
    match record.status {
        AttendanceStatus::Present if record.ongoing => {
            sentences.push(format!("看了{}，已满足出席要求。", length(record.seen)));
        }
        AttendanceStatus::Present => sentences.push(present(record, judged.parameters)),
        AttendanceStatus::Excused => {
            let why = judged.excuse.map_or("", |excuse| excuse.reason.trim_end_matches('。'));
            sentences.push(if why.is_empty() {
                "请假已批准。".to_owned()
            } else {
                format!("请假已批准：{why}。")
            });
        }
        AttendanceStatus::Unknown if record.seen >= record.required && !record.seen.is_zero() => {
            sentences.push(few_answers(record, judged.parameters));
        }
        AttendanceStatus::Unknown if record.ongoing => {
            sentences.push(format!("看了{}，出席要 {} 分钟。", length(record.seen), record.required_minutes()));
        }
        AttendanceStatus::Unknown => sentences.push(unknown(record, judged.gaps)),
        AttendanceStatus::Absent => sentences.push(absent(record)),
    }
    let CheckIns { asked, answered } = record.check_ins;
    if asked > 0 {
        sentences.push(format!("签到 {answered} / {asked}。"));
    }
    if record.late {
        sentences.push(format!("晚到{}，超过 {} 分钟。", length(judged.late_by), judged.parameters.late_minutes));
    }
    if record.left_early {
        let words = format!("提前{}离开，超过 {} 分钟。", length(judged.early_by), judged.parameters.early_minutes);
        sentences.push(words);
    }
    if record.status == AttendanceStatus::Present {
        sentences.extend(bridged(judged));
    }
    if record.open && !record.ongoing {
        sentences.push("最后一段没有离开的记录，按最后一次确认的时间截止。".to_owned());
    }
    sentences.concat()
}

fn present(record: &AttendanceRecord, parameters: &AttendanceParameters) -> String {
    let by = if parameters.share(record.whole) < parameters.enough() {
        format!("达到全场的 {}%（{} 分钟）", parameters.share_percent, record.required_minutes())
    } else {
        format!("达到 {} 分钟", record.required_minutes())
    };
    format!("看了{}，全场{}，{by}。", length(record.seen), length(record.whole))
}

/// Seen for long enough, but not heard of often enough.
fn few_answers(record: &AttendanceRecord, parameters: &AttendanceParameters) -> String {
    let needed = parameters.check_in_percent;
    let so_far = format!("看了{}，时间已够，签到应答不到 {needed}%", length(record.seen));
    if record.ongoing {
        format!("{so_far}。")
    } else {
        format!("{so_far}，不能确认在看。不按缺席算，等待核对。")
    }
}

fn absent(record: &AttendanceRecord) -> String {
    if record.seen.is_zero() && record.unverified.is_zero() {
        return "没有看课的记录。".to_owned();
    }
    let (needed, short) = (record.required_minutes(), shortfall(record));
    format!("看了{}，全场{}，出席要 {needed} 分钟，还差 {short} 分钟。", length(record.seen), length(record.whole))
}

fn unknown(record: &AttendanceRecord, gaps: &[Gap]) -> String {
    let causes = [GapKind::Lost, GapKind::Hidden, GapKind::Unproven];
    let of = |kind| {
        let spans = gaps.iter().filter(|gap| gap.kind == kind);
        spans.map(|gap| gap.to.since(gap.from)).sum::<Duration>()
    };
    // What explains it, the longest first; a few seconds explain nothing.
    let mut told: Vec<(Duration, GapKind)> = causes.map(|kind| (of(kind), kind)).into();
    told.retain(|(span, _)| *span >= Duration::from_secs(60));
    told.sort_by_key(|(span, _)| std::cmp::Reverse(*span));
    let told = told.into_iter().map(|(span, kind)| match kind {
        GapKind::Lost => format!("另有{}线路中断，服务器没有收到记录", length(span)),
        GapKind::Hidden => format!("另有{}页面在后台，不能确认在看", length(span)),
        _ => format!("另有{}没有收到画面和声音", length(span)),
    });
    let told = told.collect::<Vec<_>>().join("；");
    let told = if told.is_empty() { format!("另有{}不能确认", length(record.unverified)) } else { told };
    let (needed, short) = (record.required_minutes(), shortfall(record));
    format!(
        "已确认看了{}，出席要 {needed} 分钟，还差 {short} 分钟。{told}。不按缺席算，等待核对。",
        length(record.seen)
    )
}

fn bridged(judged: &Judged<'_>) -> Option<String> {
    let spans: Vec<Duration> = judged
        .gaps
        .iter()
        .filter(|gap| gap.kind == GapKind::Bridged)
        .map(|gap| gap.to.since(gap.from))
        .filter(|span| *span >= Duration::from_secs(1))
        .collect();
    let most = judged.parameters.bridged_seconds;
    match spans[..] {
        [] => None,
        [one] => Some(format!("断线 {} 秒，不超过 {most} 秒，已接上。", one.as_secs())),
        _ => Some(format!("断线 {} 次，每次不超过 {most} 秒，已接上。", spans.len())),
    }
}

/// Whole minutes, rounded down like everything that was seen; figures stand apart from the 汉字 before them.
fn length(span: Duration) -> String {
    match span.as_secs() / 60 {
        0 if span.is_zero() => " 0 分钟".to_owned(),
        0 => "不到 1 分钟".to_owned(),
        minutes => format!(" {minutes} 分钟"),
    }
}

/// Fits the two figures beside it.
fn shortfall(record: &AttendanceRecord) -> u64 {
    record.required_minutes().saturating_sub(record.minutes())
}
