//! The lines of a Session as somebody reads them who wants to know why: each in words, checkpoints folded together.

use super::super::Time;
use super::super::presence::{Hash, PresenceEvent, PresenceKind};
use super::{CheckpointDetail, CorrectedDetail, Verdict};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// One line of the ledger; or a run of checkpoints of one Participant, with nothing else of it between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    pub kind: PresenceKind,
    /// Sequence of the first and the last line.
    pub first: i64,
    pub last: i64,
    /// How many lines these are.
    pub count: u32,
    /// Of the last line.
    pub hash: Hash,
    pub participant: Option<u32>,
    /// `Person::key`.
    pub person: Option<String>,
    /// Wall times, as written.
    pub from: Time,
    pub to: Time,
    pub text: String,
    pub correction: Option<AuditCorrection>,
}

/// What a `corrected` line changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditCorrection {
    pub before: Verdict,
    pub detail: CorrectedDetail,
}

/// A run of checkpoints in the making.
struct Run {
    at: usize,
    hidden: u32,
    unproven: u32,
}

/// Every line in order. `measured` is everybody's verdict before any Correction, by key.
#[must_use]
pub fn audit(events: &[PresenceEvent], measured: &BTreeMap<String, Verdict>) -> Vec<AuditLine> {
    let mut lines: Vec<AuditLine> = Vec::new();
    let mut runs: HashMap<u32, Run> = HashMap::new();
    let mut in_force = measured.clone();
    let mut begun = false;
    for event in events {
        let number = event.participant;
        if event.kind == PresenceKind::Checkpoint
            && let Some(run) = number.and_then(|number| runs.get_mut(&number))
        {
            run.add(&mut lines, event);
            continue;
        }
        match (event.kind, number) {
            (PresenceKind::Checkpoint, Some(number)) => {
                runs.insert(number, Run { at: lines.len(), hidden: 0, unproven: 0 });
            }
            (PresenceKind::SessionStarted | PresenceKind::SessionEnded, _) => runs.clear(),
            (_, Some(number)) => drop(runs.remove(&number)),
            (_, None) => {}
        }
        let correction = corrected(event, &mut in_force);
        let text = match &correction {
            Some(AuditCorrection { before, detail }) => {
                format!("由“{}”更正为“{}”", before.words(), detail.verdict.words())
            }
            None if event.kind == PresenceKind::SessionStarted && begun => "服务器停止后恢复，继续记录".to_owned(),
            None => words(event),
        };
        begun |= event.kind == PresenceKind::SessionStarted;
        lines.push(AuditLine {
            kind: event.kind,
            first: event.sequence,
            last: event.sequence,
            count: 1,
            hash: event.hash,
            participant: number,
            person: event.person.clone(),
            from: event.wall,
            to: event.wall,
            text,
            correction,
        });
        if event.kind == PresenceKind::Checkpoint
            && let Some(run) = number.and_then(|number| runs.get_mut(&number))
        {
            run.look_at(event);
            lines[run.at].text = run.words(1);
        }
    }
    lines
}

impl Run {
    fn add(&mut self, lines: &mut [AuditLine], event: &PresenceEvent) {
        self.look_at(event);
        let line = &mut lines[self.at];
        line.count += 1;
        (line.last, line.hash, line.to) = (event.sequence, event.hash, event.wall);
        line.text = self.words(line.count);
    }

    fn look_at(&mut self, event: &PresenceEvent) {
        let detail = CheckpointDetail::of(&event.detail);
        let sends = detail.sent_ms.unwrap_or(0) > 0;
        if !sends && detail.visible_ms == 0 {
            self.hidden += 1;
        } else if !sends && detail.media_ms.unwrap_or(0) == 0 {
            self.unproven += 1;
        }
    }

    fn words(&self, count: u32) -> String {
        let mut words = format!("在场 {count} 次确认");
        if self.hidden > 0 {
            words.push_str(&format!("，其中 {} 次页面在后台", self.hidden));
        }
        if self.unproven > 0 {
            words.push_str(&format!("，{} 次没有收到画面和声音", self.unproven));
        }
        words
    }
}

fn corrected(event: &PresenceEvent, in_force: &mut BTreeMap<String, Verdict>) -> Option<AuditCorrection> {
    let detail = CorrectedDetail::of(event)?;
    let person = event.person.clone()?;
    let nobody = Verdict { status: super::AttendanceStatus::Absent, late: false, left_early: false };
    let before = in_force.insert(person, detail.verdict).unwrap_or(nobody);
    Some(AuditCorrection { before, detail })
}

/// One line by itself.
fn words(event: &PresenceEvent) -> String {
    let detail: Value = serde_json::from_str(&event.detail).unwrap_or_default();
    let text = |field: &str| detail[field].as_str().unwrap_or_default();
    let number = |field: &str| detail[field].as_i64().unwrap_or(0);
    match event.kind {
        PresenceKind::SessionStarted => "开始，服务器开始记录".to_owned(),
        PresenceKind::SessionEnded => "结束".to_owned(),
        PresenceKind::Joined => joined(text("kind"), text("role"), text("device")),
        PresenceKind::Lost => "线路断了".to_owned(),
        PresenceKind::Resumed => "线路接上".to_owned(),
        PresenceKind::Left => format!("离开：{}", left(text("cause"))),
        PresenceKind::CheckInOpened => {
            let expected = detail["expected"].as_array().map_or(0, Vec::len);
            let what =
                format!("第 {} 次：{}，{} 秒内回应", number("number"), purpose(text("purpose")), number("seconds"));
            format!("{what}，应答 {expected} 人")
        }
        PresenceKind::CheckInAnswered => format!("回应第 {} 次：{}", number("number"), answered(text("how"))),
        PresenceKind::CheckInClosed => {
            format!("第 {} 次结束：{} / {} 人回应", number("number"), number("answered"), number("expected"))
        }
        PresenceKind::Seated => format!("在{}就座：{}", place(text("place")), seated(text("how"))),
        PresenceKind::Unseated => {
            let why = text("reason");
            let why = if why.is_empty() { String::new() } else { format!("，{why}") };
            format!("离开{}：{}{why}", place(text("place")), unseated(text("cause")))
        }
        PresenceKind::Headcount => format!("{}清点人数 {} 人", place(text("place")), number("count")),
        PresenceKind::Checkpoint | PresenceKind::Corrected => event.kind.word().to_owned(),
    }
}

fn joined(kind: &str, role: &str, device: &str) -> String {
    let who = match (kind, role) {
        ("encoder", _) => "编码器开始推流",
        ("player", _) => "播放设备开始收看",
        ("classroom", _) => "集体观看教室接入",
        (_, "host") => "进入，身份是主持人",
        (_, "presenter") => "进入，身份是主讲人",
        _ => "进入，身份是观众",
    };
    // Enough of the mark to tell two devices apart.
    let mark: String = device.chars().take(4).collect();
    if mark.is_empty() { who.to_owned() } else { format!("{who}，设备 {mark}") }
}

fn left(cause: &str) -> &str {
    match cause {
        "asked" => "自己离开",
        "expired" => "掉线后没有再接上",
        "removed" => "被主持人请出",
        "server_stopped" => "服务器停止，按最后一次确认的时间截止",
        "session_ended" => "直播结束",
        other => other,
    }
}

fn purpose(purpose: &str) -> &str {
    match purpose {
        "call" => "随机点名",
        "still_here" => "在听确认",
        _ => "签到",
    }
}

fn answered(how: &str) -> &str {
    match how {
        "code" => "输入数字码",
        "qr" => "扫码",
        "host" => "主持人代为确认",
        _ => "点按确认",
    }
}

fn place(place: &str) -> &str {
    if place == "site" { "现场" } else { "集体观看教室" }
}

fn seated(how: &str) -> &str {
    match how {
        "printed" => "扫张贴的二维码",
        "host" => "主持人登记",
        "sheet" => "签到表",
        _ => "扫屏幕上的二维码",
    }
}

fn unseated(cause: &str) -> &str {
    match cause {
        "asked" => "自己离座",
        "struck" => "主持人划去，这次就座作废",
        "classroom_left" => "教室的设备离开",
        "classroom_closed" => "教室关闭",
        "removed" => "教室被主持人请出",
        "session_ended" => "结束",
        "sheet" => "签到表",
        other => other,
    }
}
