//! Cases: a leave that is asked for before an Activity, an appeal after a Session, and what may become of them.
//!
//! Nothing of a case is ever changed: a decision and a withdrawal are words of their own, with author and time.

use super::attendance::Verdict;
use super::invalid::{Checks, Invalid};
use super::words::words;
use super::{
    AccountId, Activity, ActivityId, ActivityState, AppealId, AttachmentId, LeaveId, PhotoId, Session, SessionId, Time,
};
use std::time::Duration;

/// For how long after the end of a Session its records may be appealed: a month's report is settled then.
pub const APPEAL_DAYS: u64 = 30;
const LONGEST_REASON: usize = 300;
const LONGEST_NOTE: usize = 100;

words! {
    /// What became of a case.
    pub enum CaseState {
        Open = "open" / "等待审批",
        Granted = "granted" / "已同意",
        Refused = "refused" / "未同意",
        Withdrawn = "withdrawn" / "已撤回",
    }
}

/// 请假, before the Activity begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    pub id: LeaveId,
    pub activity: ActivityId,
    pub account: AccountId,
    pub reason: String,
    pub attachment: Option<AttachmentId>,
    pub asked_at: Time,
    pub decision: Option<Decision>,
    pub withdrawn_at: Option<Time>,
}

/// 申诉, after the Session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appeal {
    pub id: AppealId,
    pub session: SessionId,
    pub account: AccountId,
    pub reason: String,
    pub attachment: Option<AttachmentId>,
    pub asked_at: Time,
    pub decision: Option<Decision>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub granted: bool,
    pub reason: String,
    pub by: AccountId,
    pub by_name: String,
    pub at: Time,
    /// What a granted appeal corrects the record to.
    pub verdict: Option<Verdict>,
}

/// A photo of an Activity on site, as evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    pub id: PhotoId,
    pub session: SessionId,
    pub attachment: AttachmentId,
    pub note: String,
    pub by: AccountId,
    pub by_name: String,
    pub at: Time,
}

/// Why a case can't be brought or decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CaseRefusal {
    #[error("活动已经开始，不能再请假。缺席有原因的，请在结束后说明情况。")]
    LeaveTooLate,
    #[error("活动已经取消，不用请假。")]
    Cancelled,
    #[error("您已经请过假了，请等待审批；要改的话请先撤回。")]
    LeaveTaken,
    #[error("直播还没有结束，结束后再说明情况。")]
    StillLive,
    #[error("直播结束已超过 {APPEAL_DAYS} 天，不能再申诉。请直接联系主持人或工作站。")]
    AppealTooLate,
    #[error("您对这一场的说明还在等待处理，不用再提交。")]
    AppealTaken,
    #[error("这件事已经处理过了，请刷新后查看结果。")]
    Decided,
    #[error("本人已经撤回，不用再处理。")]
    Withdrawn,
    #[error("活动已经开始，不能再撤回。")]
    WithdrawalTooLate,
    #[error("这份附件不是您上传的，请重新选择文件。")]
    ForeignAttachment,
    #[error("直播还在进行，结束后再更正。")]
    CorrectionTooEarly,
    #[error("名单里有人不在这一场的考勤里，请刷新后重试。")]
    NoSuchPerson,
    #[error("今天上传的文件太多了，请明天再试。")]
    TooManyAttachments,
    #[error("照片只收 JPG、PNG 或 WebP 图片。")]
    NotAPicture,
}

impl CaseRefusal {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::LeaveTooLate => "leave_too_late",
            Self::Cancelled => "activity_cancelled",
            Self::LeaveTaken => "leave_taken",
            Self::StillLive => "session_still_live",
            Self::AppealTooLate => "appeal_too_late",
            Self::AppealTaken => "appeal_taken",
            Self::Decided => "case_decided",
            Self::Withdrawn => "case_withdrawn",
            Self::WithdrawalTooLate => "withdrawal_too_late",
            Self::ForeignAttachment => "attachment_not_yours",
            Self::CorrectionTooEarly => "correction_too_early",
            Self::NoSuchPerson => "no_such_person",
            Self::TooManyAttachments => "too_many_attachments",
            Self::NotAPicture => "not_a_picture",
        }
    }
}

impl Leave {
    /// May leave be asked for, after these of the same person?
    pub fn may_ask(activity: &Activity, before: &[Self], now: Time) -> Result<(), CaseRefusal> {
        not_begun(activity, now, CaseRefusal::LeaveTooLate)?;
        let stands = |leave: &Self| matches!(leave.state(), CaseState::Open | CaseState::Granted);
        if before.iter().any(stands) { Err(CaseRefusal::LeaveTaken) } else { Ok(()) }
    }

    pub fn may_withdraw(&self, activity: &Activity, now: Time) -> Result<(), CaseRefusal> {
        match self.state() {
            CaseState::Withdrawn => return Err(CaseRefusal::Withdrawn),
            CaseState::Refused => return Err(CaseRefusal::Decided),
            CaseState::Open | CaseState::Granted => {}
        }
        not_begun(activity, now, CaseRefusal::WithdrawalTooLate)
    }

    /// Also after the beginning: who asked in time must not suffer from a slow answer.
    pub fn may_decide(&self) -> Result<(), CaseRefusal> {
        match self.state() {
            CaseState::Open => Ok(()),
            CaseState::Withdrawn => Err(CaseRefusal::Withdrawn),
            CaseState::Granted | CaseState::Refused => Err(CaseRefusal::Decided),
        }
    }

    #[must_use]
    pub fn state(&self) -> CaseState {
        if self.withdrawn_at.is_some() { CaseState::Withdrawn } else { state(self.decision.as_ref()) }
    }
}

impl Appeal {
    /// May the Session's record be appealed, after these appeals of the same person?
    pub fn may_ask(session: &Session, before: &[Self], now: Time) -> Result<(), CaseRefusal> {
        let ended = session.ended_at.ok_or(CaseRefusal::StillLive)?;
        if now.since(ended) > Duration::from_secs(APPEAL_DAYS * 86_400) {
            return Err(CaseRefusal::AppealTooLate);
        }
        if before.iter().any(|appeal| appeal.state() == CaseState::Open) {
            return Err(CaseRefusal::AppealTaken);
        }
        Ok(())
    }

    pub fn may_decide(&self) -> Result<(), CaseRefusal> {
        if self.decision.is_some() { Err(CaseRefusal::Decided) } else { Ok(()) }
    }

    #[must_use]
    pub fn state(&self) -> CaseState {
        state(self.decision.as_ref())
    }
}

fn not_begun(activity: &Activity, now: Time, begun: CaseRefusal) -> Result<(), CaseRefusal> {
    match activity.state {
        ActivityState::Cancelled => Err(CaseRefusal::Cancelled),
        ActivityState::Planned if now < activity.planned_start => Ok(()),
        _ => Err(begun),
    }
}

fn state(decision: Option<&Decision>) -> CaseState {
    match decision {
        None => CaseState::Open,
        Some(Decision { granted: true, .. }) => CaseState::Granted,
        Some(_) => CaseState::Refused,
    }
}

/// Why somebody asks, in their own words.
pub fn check_asking(reason: &str) -> Result<(), Invalid> {
    let reason = reason.trim();
    Checks::new()
        .that(!reason.is_empty(), "reason", "请写明原因。")
        .optional_text(reason, "reason", "原因", LONGEST_REASON)
        .done()
}

/// A refusal needs its reason; a consent speaks for itself.
pub fn check_deciding(granted: bool, reason: &str) -> Result<(), Invalid> {
    let reason = reason.trim();
    Checks::new()
        .that(granted || !reason.is_empty(), "reason", "请写明不同意的理由，申请人会看到。")
        .optional_text(reason, "reason", "理由", LONGEST_REASON)
        .done()
}

pub fn check_note(note: &str) -> Result<(), Invalid> {
    Checks::new().optional_text(note.trim(), "note", "照片说明", LONGEST_NOTE).done()
}

/// Who wants to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decider {
    /// A host of the Studio.
    Host,
    /// The office that supervises it, or an admin.
    Office,
}

/// Whose case may be decided by whom: nobody decides their own, and a host's is for the office, as hosts of one Studio
/// are colleagues.
#[must_use]
pub fn may_decide_for(decider: Decider, own: bool, concerns_host: bool) -> bool {
    !own && (decider == Decider::Office || !concerns_host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ActivityKind, Level, Mode, StudioId};

    fn activity(state: ActivityState) -> Activity {
        Activity {
            id: ActivityId::from_random([1; 10]),
            studio: StudioId::from_random([2; 10]),
            series: None,
            title: "整本书阅读".into(),
            summary: String::new(),
            kind: ActivityKind::Seminar,
            mode: Mode::Online,
            level: Level::County,
            audience: String::new(),
            place: String::new(),
            planned_start: Time::from_seconds(3600),
            planned_end: Time::from_seconds(7200),
            state,
            guests_allowed: false,
            cancel_reason: None,
            created_at: Time::from_seconds(0),
        }
    }

    fn decision(granted: bool) -> Option<Decision> {
        let by = AccountId::from_random([4; 10]);
        let at = Time::from_seconds(20);
        Some(Decision { granted, reason: String::new(), by, by_name: "王老师".into(), at, verdict: None })
    }

    fn leave(decision: Option<Decision>, withdrawn_at: Option<Time>) -> Leave {
        Leave {
            id: LeaveId::from_random([5; 10]),
            activity: ActivityId::from_random([1; 10]),
            account: AccountId::from_random([3; 10]),
            reason: "外出培训".into(),
            attachment: None,
            asked_at: Time::from_seconds(10),
            decision,
            withdrawn_at,
        }
    }

    #[test]
    fn leave_is_asked_for_before_the_beginning_and_not_twice() {
        let planned = activity(ActivityState::Planned);
        let ask = |before: &[Leave], now| Leave::may_ask(&planned, before, Time::from_seconds(now));
        assert_eq!(ask(&[], 3599), Ok(()));
        assert_eq!(ask(&[], 3600), Err(CaseRefusal::LeaveTooLate));
        assert_eq!(ask(&[leave(None, None)], 100), Err(CaseRefusal::LeaveTaken));
        assert_eq!(ask(&[leave(decision(true), None)], 100), Err(CaseRefusal::LeaveTaken));
        let withdrawn = leave(decision(true), Some(Time::from_seconds(30)));
        assert_eq!(ask(&[leave(decision(false), None), withdrawn], 100), Ok(()), "refused and withdrawn stand no more");
        let live = Leave::may_ask(&activity(ActivityState::Live), &[], Time::from_seconds(100));
        assert_eq!(live, Err(CaseRefusal::LeaveTooLate), "the host began early");
    }

    #[test]
    fn a_withdrawn_leave_is_neither_decided_nor_withdrawn_again() {
        let planned = activity(ActivityState::Planned);
        let now = Time::from_seconds(50);
        let gone = leave(None, Some(now));
        assert_eq!(
            (gone.may_decide(), gone.may_withdraw(&planned, now)),
            (Err(CaseRefusal::Withdrawn), Err(CaseRefusal::Withdrawn))
        );
        assert_eq!(leave(decision(true), None).may_withdraw(&planned, now), Ok(()), "a granted one may be given back");
        let late = leave(None, None).may_withdraw(&planned, Time::from_seconds(3600));
        assert_eq!(late, Err(CaseRefusal::WithdrawalTooLate));
    }

    #[test]
    fn an_appeal_has_thirty_days_and_one_at_a_time() {
        let session = |ended_at| Session {
            id: SessionId::from_random([6; 10]),
            activity: ActivityId::from_random([1; 10]),
            started_at: Time::from_seconds(0),
            ended_at,
            started_by: None,
        };
        let ended = session(Some(Time::from_seconds(0)));
        let day = |n: i64| Time::from_seconds(n * 86_400);
        assert_eq!(Appeal::may_ask(&session(None), &[], day(1)), Err(CaseRefusal::StillLive));
        assert_eq!(Appeal::may_ask(&ended, &[], day(30)), Ok(()));
        let second_after = Time::from_seconds(30 * 86_400 + 1);
        assert_eq!(Appeal::may_ask(&ended, &[], second_after), Err(CaseRefusal::AppealTooLate));
        let appeal = |decision| Appeal {
            id: AppealId::from_random([7; 10]),
            session: ended.id,
            account: AccountId::from_random([3; 10]),
            reason: "断网".into(),
            attachment: None,
            asked_at: day(1),
            decision,
        };
        assert_eq!(Appeal::may_ask(&ended, &[appeal(None)], day(2)), Err(CaseRefusal::AppealTaken));
        assert_eq!(Appeal::may_ask(&ended, &[appeal(decision(false))], day(2)), Ok(()), "new facts may be told");
    }

    #[test]
    fn nobody_decides_their_own_case_and_a_hosts_is_for_the_office() {
        use Decider::{Host, Office};
        assert!(may_decide_for(Host, false, false) && may_decide_for(Office, false, true));
        assert!(!may_decide_for(Host, false, true) && !may_decide_for(Host, true, true));
        assert!(!may_decide_for(Office, true, false));
    }
}
