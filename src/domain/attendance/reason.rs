//! Why a record says what it says, in sentences for the teacher.

use super::seat::SeatStay;
use super::{AttendanceParameters, AttendanceRecord, AttendanceStatus, CheckIns, Excuse, Gap, GapKind};
use std::time::Duration;

/// What the sentences need beside the record.
pub(super) struct Judged<'a> {
    pub(super) parameters: &'a AttendanceParameters,
    pub(super) excuse: Option<&'a Excuse>,
    pub(super) late_by: Duration,
    pub(super) early_by: Duration,
    pub(super) gaps: &'a [Gap],
    pub(super) seats: &'a [SeatStay],
}

impl Judged<'_> {
    /// What somebody did who came to the site and never watched on a screen.
    fn did(&self, record: &AttendanceRecord) -> &'static str {
        let on_site = self.seats.iter().any(SeatStay::on_site);
        let on_screens = record.devices > 0 || self.seats.iter().any(|stay| !stay.on_site());
        if on_site && !on_screens { "在场" } else { "看了" }
    }
}

pub(super) fn reason(record: &AttendanceRecord, judged: &Judged<'_>) -> String {
    let mut sentences = Vec::new();
    if record.ongoing {
        sentences.push("正在进行。".to_owned());
    }
    match record.status {
        AttendanceStatus::Present if record.ongoing => {
            sentences.push(format!("{}{}，已满足出席要求。", judged.did(record), length(record.seen)));
        }
        AttendanceStatus::Present => sentences.push(present(record, judged)),
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
            let did = judged.did(record);
            sentences.push(format!("{did}{}，出席要 {} 分钟。", length(record.seen), record.required_minutes()));
        }
        AttendanceStatus::Unknown => sentences.push(unknown(record, judged)),
        AttendanceStatus::Absent => sentences.push(absent(record, judged)),
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
    sentences.extend(seats(record, judged));
    if record.open && !record.ongoing {
        sentences.push("最后一段没有离开的记录，按最后一次确认的时间截止。".to_owned());
    }
    sentences.concat()
}

/// What the record does not show of seats.
fn seats(record: &AttendanceRecord, judged: &Judged<'_>) -> Vec<String> {
    let mut sentences: Vec<String> = Vec::new();
    let stays = || judged.seats.iter().filter(|stay| stay.struck.is_none());
    if !record.ongoing && stays().any(|stay| stay.on_site() && !stay.checked_out) {
        sentences.push(if judged.parameters.check_out_required {
            "现场没有签退，签到以后的时间等待核对。".to_owned()
        } else {
            "现场没有签退，算到活动结束。".to_owned()
        });
    }
    for reason in judged.seats.iter().filter_map(|stay| stay.struck.as_deref()) {
        let why = reason.trim_end_matches('。');
        let struck = "有一次签到被主持人划去，不计";
        sentences.push(if why.is_empty() { format!("{struck}。") } else { format!("{struck}：{why}。") });
    }
    sentences
}

fn present(record: &AttendanceRecord, judged: &Judged<'_>) -> String {
    let parameters = judged.parameters;
    let by = if parameters.share(record.whole) < parameters.enough() {
        format!("达到全场的 {}%（{} 分钟）", parameters.share_percent, record.required_minutes())
    } else {
        format!("达到 {} 分钟", record.required_minutes())
    };
    format!("{}{}，全场{}，{by}。", judged.did(record), length(record.seen), length(record.whole))
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

fn absent(record: &AttendanceRecord, judged: &Judged<'_>) -> String {
    if record.seen.is_zero() && record.unverified.is_zero() {
        return if judged.seats.is_empty() { "没有看课的记录。" } else { "没有计入的时间。" }.to_owned();
    }
    let (needed, short) = (record.required_minutes(), shortfall(record));
    let (did, seen, whole) = (judged.did(record), length(record.seen), length(record.whole));
    format!("{did}{seen}，全场{whole}，出席要 {needed} 分钟，还差 {short} 分钟。")
}

fn unknown(record: &AttendanceRecord, judged: &Judged<'_>) -> String {
    let causes = [GapKind::Lost, GapKind::Hidden, GapKind::Unproven];
    let of = |kind| {
        let spans = judged.gaps.iter().filter(|gap| gap.kind == kind);
        spans.map(|gap| gap.to.since(gap.from)).sum::<Duration>()
    };
    // What explains it, the longest first; a few seconds explain nothing.
    let mut told: Vec<(Duration, GapKind)> = causes.map(|kind| (of(kind), kind)).into();
    told.retain(|(span, _)| *span >= Duration::from_secs(60));
    told.sort_by_key(|(span, _)| std::cmp::Reverse(*span));
    let told = told.into_iter().map(|(span, kind)| match kind {
        GapKind::Lost => format!("另有{}线路中断，服务器没有收到记录", length(span)),
        GapKind::Hidden => format!("另有{}页面在后台，不能确认在看", length(span)),
        _ if judged.did(record) == "在场" => format!("另有{}不能确认在场", length(span)),
        _ => format!("另有{}没有收到画面和声音", length(span)),
    });
    let told = told.collect::<Vec<_>>().join("；");
    let told = if told.is_empty() { format!("另有{}不能确认", length(record.unverified)) } else { told };
    let (needed, short) = (record.required_minutes(), shortfall(record));
    format!(
        "已确认{}{}，出席要 {needed} 分钟，还差 {short} 分钟。{told}。不按缺席算，等待核对。",
        judged.did(record),
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
