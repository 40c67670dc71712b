//! AttendanceParameters: what "attended" means, as versioned data that is printed on every report.

use crate::domain::{Checks, Invalid};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// No programme says what attendance is, so these are stated openly and may be changed by each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttendanceParameters {
    /// Counts up with each change, so that a report names the parameters it was made by.
    pub version: u32,
    /// Present: this share of the Session was seen, or `enough_minutes`, whichever is less.
    pub share_percent: u32,
    pub enough_minutes: u32,
    /// Late: came more than this after the beginning.
    pub late_minutes: u32,
    /// Left early: went more than this before the end.
    pub early_minutes: u32,
    /// Interruptions up to this long between two proven stretches count as seen.
    pub bridged_seconds: u32,
    /// Present takes this share of the check-ins that the person was asked in, too; 0: they are told and change nothing.
    pub check_in_percent: u32,
    /// On site only the time until a check-out counts; without one the time since checking in is for somebody to look at.
    pub check_out_required: bool,
}

impl Default for AttendanceParameters {
    fn default() -> Self {
        Self {
            version: 1,
            share_percent: 60,
            enough_minutes: 30,
            late_minutes: 10,
            early_minutes: 10,
            bridged_seconds: 90,
            check_in_percent: 0,
            check_out_required: false,
        }
    }
}

/// One rule as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// What it defines, such as 出席; none for how time is counted.
    pub term: Option<String>,
    pub text: String,
}

impl AttendanceParameters {
    /// Refuses what could not be meant.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut checks = Checks::new();
        checks.that(self.version > 0, "version", "版本从 1 开始。");
        checks.that((1..=100).contains(&self.share_percent), "share_percent", "比例应在 1% 到 100% 之间。");
        checks.that((1..=600).contains(&self.enough_minutes), "enough_minutes", "时间应在 1 到 600 分钟之间。");
        checks.that(self.late_minutes <= 600, "late_minutes", "最多 600 分钟。");
        checks.that(self.early_minutes <= 600, "early_minutes", "最多 600 分钟。");
        checks.that(self.bridged_seconds <= 600, "bridged_seconds", "最多 600 秒。");
        checks.that(self.check_in_percent <= 100, "check_in_percent", "比例应在 0% 到 100% 之间。");
        checks.done()
    }

    /// What has to be seen of a Session of this length.
    #[must_use]
    pub fn required(&self, whole: Duration) -> Duration {
        self.share(whole).min(self.enough())
    }

    pub(super) fn share(&self, whole: Duration) -> Duration {
        whole * self.share_percent / 100
    }

    pub(super) fn enough(&self) -> Duration {
        minutes(self.enough_minutes)
    }

    /// How much later than the beginning is still in time.
    #[must_use]
    pub fn late(&self) -> Duration {
        minutes(self.late_minutes)
    }

    pub(super) fn early(&self) -> Duration {
        minutes(self.early_minutes)
    }

    pub(super) fn bridged(&self) -> Duration {
        Duration::from_secs(u64::from(self.bridged_seconds))
    }

    /// The parameters for a report, in the order in which they are read.
    #[must_use]
    pub fn clauses(&self) -> Vec<Clause> {
        let Self { share_percent, enough_minutes, late_minutes, early_minutes, bridged_seconds, .. } = self;
        let check_ins = match self.check_in_percent {
            0 => "签到、点名是否应答一并记下，不影响结果。".to_owned(),
            percent => format!("签到、点名应答不到 {percent}%，时间够了也列为待核。"),
        };
        let on_site = if self.check_out_required {
            "现场签到后要签退；没有签退的，签到以后列为待核。"
        } else {
            "现场签到后没有签退，算到活动结束。"
        };
        let defined = [
            ("出席", format!("看满全场的 {share_percent}% 或 {enough_minutes} 分钟，取少的")),
            ("迟到", format!("晚到超过 {late_minutes} 分钟，仍算出席")),
            ("早退", format!("提前超过 {early_minutes} 分钟离开，仍算出席")),
            ("缺席", "没有进入，或看的时间不够".to_owned()),
            ("请假", "事先请假并获批准".to_owned()),
            ("待核", "有记录不明，等人核对，不按缺席算".to_owned()),
        ];
        let counted = [
            format!("断线不超过 {bridged_seconds} 秒，自动接上。"),
            "电脑、手机同时在线，只算一份。".to_owned(),
            "画面或声音确实送到，才算看过；只开着页面不算。".to_owned(),
            "页面转到后台，这段不计。正在发言或主讲的除外。".to_owned(),
            "是否打开声音一并记下，不影响结果。".to_owned(),
            check_ins,
            "集体观看，在教室就座期间，按教室设备收到的画面和声音计。".to_owned(),
            on_site.to_owned(),
        ];
        let defined = defined.map(|(term, text)| Clause { term: Some(term.to_owned()), text });
        let counted = counted.map(|text| Clause { term: None, text });
        defined.into_iter().chain(counted).collect()
    }
}

fn minutes(minutes: u32) -> Duration {
    Duration::from_secs(60 * u64::from(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lesser_of_share_and_minutes_is_required() {
        let parameters = AttendanceParameters::default();
        let required = |whole| parameters.required(minutes(whole)).as_secs() / 60;
        assert_eq!([required(20), required(50), required(90)], [12, 30, 30]);
    }

    #[test]
    fn rules_read_back_and_unknown_ones_are_refused() {
        let parameters = AttendanceParameters { version: 3, late_minutes: 5, ..AttendanceParameters::default() };
        let text = serde_json::to_string(&parameters).unwrap();
        assert_eq!(serde_json::from_str::<AttendanceParameters>(&text).unwrap(), parameters);
        let more = text.replace('}', ",\"replay_counts\":true}");
        assert!(serde_json::from_str::<AttendanceParameters>(&more).is_err());
    }

    #[test]
    fn impossible_rules_are_refused() {
        assert_eq!(AttendanceParameters::default().check(), Ok(()));
        let bad = AttendanceParameters { share_percent: 0, bridged_seconds: 601, ..AttendanceParameters::default() };
        let fields = bad.check().unwrap_err().fields;
        assert_eq!(fields.keys().copied().collect::<Vec<_>>(), ["bridged_seconds", "share_percent"]);
    }

    #[test]
    fn the_clauses_print_the_figures_in_force() {
        let parameters = AttendanceParameters { share_percent: 75, late_minutes: 5, ..AttendanceParameters::default() };
        let text: String = parameters.clauses().into_iter().map(|clause| clause.text).collect();
        assert!(text.contains("75%") && text.contains("晚到超过 5 分钟") && text.contains("90 秒"), "{text}");
        assert!(text.contains("是否应答一并记下，不影响结果"), "{text}");
        let strict = AttendanceParameters { check_in_percent: 60, ..parameters };
        assert!(strict.clauses().iter().any(|clause| clause.text.contains("应答不到 60%")));
    }
}
