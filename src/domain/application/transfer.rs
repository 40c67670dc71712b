//! Transfer: a Membership that ends for a reason — 调离, 退出, 更换, 晋级, 降级 — and the one that follows it.

use super::super::words::words;
use super::super::{
    AttachmentId, Checks, Day, Invalid, MemberRole, Membership, MembershipId, PersonName, StudioId, Time, TransferId,
};

const LONGEST_REASON: usize = 300;

words! {
    pub enum TransferKind {
        /// Teaches elsewhere now.
        Departed = "departed" / "调离",
        Quit = "quit" / "退出",
        /// Somebody else takes the place.
        Replaced = "replaced" / "更换",
        Promoted = "promoted" / "晋级",
        Demoted = "demoted" / "降级",
    }
}

words! {
    pub enum TransferState {
        Waiting = "waiting" / "等待决定",
        Granted = "granted" / "已同意",
        Refused = "refused" / "未同意",
        /// Whoever asked for it took it back.
        Withdrawn = "withdrawn" / "已撤回",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTransfer {
    pub membership: MembershipId,
    pub kind: TransferKind,
    /// The first day on which it holds: the Membership ends the day before.
    pub day: Day,
    /// What the person is from that day on, when they go on; promotion and demotion name it.
    pub role: Option<MemberRole>,
    /// Where; none: in the same Studio.
    pub studio: Option<StudioId>,
    pub reason: String,
    pub attachment: Option<AttachmentId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    pub id: TransferId,
    pub membership: Membership,
    pub person: PersonName,
    pub kind: TransferKind,
    pub day: Day,
    pub role: Option<MemberRole>,
    pub studio: Option<StudioId>,
    pub reason: String,
    pub attachment: Option<AttachmentId>,
    pub asked_by: PersonName,
    pub asked_at: Time,
    pub decision: Option<TransferDecision>,
    pub withdrawn_at: Option<Time>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferDecision {
    pub granted: bool,
    pub reason: String,
    pub by: PersonName,
    pub at: Time,
    /// The Membership that began.
    pub began: Option<MembershipId>,
}

impl Transfer {
    #[must_use]
    pub fn state(&self) -> TransferState {
        match &self.decision {
            _ if self.withdrawn_at.is_some() => TransferState::Withdrawn,
            None => TransferState::Waiting,
            Some(decision) if decision.granted => TransferState::Granted,
            Some(_) => TransferState::Refused,
        }
    }
}

impl NewTransfer {
    /// `ends` is the Membership that would end.
    pub fn check(&self, ends: &Membership, today: Day) -> Result<(), Invalid> {
        let moves = matches!(self.kind, TransferKind::Promoted | TransferKind::Demoted);
        // By rank: a smaller role in the list is the higher one.
        let elsewhere = self.studio.is_some_and(|studio| studio != ends.studio);
        let rank = |role: MemberRole| MemberRole::ALL.iter().position(|one| *one == role);
        let direction = self.role.is_none_or(|role| match self.kind {
            TransferKind::Promoted => rank(role) < rank(ends.role) || elsewhere,
            TransferKind::Demoted => rank(role) > rank(ends.role) || elsewhere,
            _ => true,
        });
        let same = self.role == Some(ends.role) && !elsewhere;
        Checks::new()
            .that(ends.to.is_none_or(|to| self.day <= to), "membership", "这条成员记录在那天以前就结束了。")
            .that(ends.from < self.day, "day", format!("变动日期要晚于加入日期（{}）。", ends.from))
            .that(today.plus(-366) <= self.day && self.day <= today.plus(366), "day", "变动日期只能在前后一年以内。")
            .that(moves == self.role.is_some(), "role", "晋级和降级要选择新的角色。")
            .that(moves || self.studio.is_none(), "studio", "只有晋级和降级可以换到别的工作室。")
            .that(direction, "role", "新的角色和晋级、降级不一致。")
            .that(!same, "role", "新的角色和原来一样。")
            .that(self.role != Some(MemberRole::Adviser), "role", "导师由工作室聘请，不能晋级得来。")
            .that(!self.reason.trim().is_empty(), "reason", "请写明原因。")
            .optional_text(&self.reason, "reason", "原因", LONGEST_REASON)
            .done()
    }
}

/// Is it for the office to decide when somebody of this role leaves or changes? The programmes want hosts and core members
/// agreed to by the office; a host looks after their trainees.
#[must_use]
pub fn office_decides(role: MemberRole, to: Option<MemberRole>) -> bool {
    let high = |role| matches!(role, MemberRole::Host | MemberRole::Core);
    high(role) || to.is_some_and(high)
}
