//! Publicity (公示): everybody may read who is to be named, and object, before the office names them.

use super::super::participation::Span;
use super::super::words::words;
use super::super::{
    AccountId, AttachmentId, Checks, Day, Invalid, MemberMarks, MembershipId, ObjectionId, PersonName, StudioId, Time,
};
use super::way::Standing;
use super::{ApplicationRefusal, ReviewVerdict, Step};

const LONGEST_REASON: usize = 500;
/// A School's paper is not recorded years later.
const OLDEST_NOTICE: i32 = 366;

words! {
    pub enum ApplicationObjectionState {
        Open = "open" / "等待答复",
        /// The Application is refused for it.
        Upheld = "upheld" / "采纳",
        Dismissed = "dismissed" / "不采纳",
        /// The Application was withdrawn, denied or refused meanwhile.
        Lapsed = "lapsed" / "不再处理",
    }
}

/// Of one sending, once everybody has consented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publicity {
    pub span: Span,
    /// The Studio that takes them; none of a host, who gets a new one.
    pub studio: Option<StudioId>,
    /// What the person will be marked as.
    pub marks: MemberMarks,
    /// In the order in which they came.
    pub objections: Vec<ApplicationObjection>,
    pub naming: Option<Naming>,
    pub denial: Option<Denial>,
}

/// 异议 of anybody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationObjection {
    pub id: ObjectionId,
    pub reason: String,
    pub attachment: Option<AttachmentId>,
    pub by: PersonName,
    pub at: Time,
    pub answer: Option<ApplicationAnswer>,
}

/// What the office that decided says to it; it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationAnswer {
    pub upheld: bool,
    pub reason: String,
    pub by: PersonName,
    pub at: Time,
}

/// 正式命名
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    pub membership: MembershipId,
    pub by: PersonName,
    pub at: Time,
}

/// 不予命名: the office's own word, which refuses the Application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    pub reason: String,
    pub by: PersonName,
    pub at: Time,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApplicationObjection {
    pub reason: String,
    pub attachment: Option<AttachmentId>,
    pub by: AccountId,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApplicationAnswer {
    pub upheld: bool,
    pub reason: String,
    pub by: AccountId,
}

impl Publicity {
    /// From today, so many days; both ends count.
    #[must_use]
    pub fn begin(today: Day, days: u32, studio: Option<StudioId>, marks: MemberMarks) -> Self {
        let more = i32::try_from(days).unwrap_or(i32::MAX).saturating_sub(1);
        let span = Span { from: today, to: today.plus(more) };
        Self { span, studio, marks, objections: Vec::new(), naming: None, denial: None }
    }

    /// It is public, or waits to be named.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.standing() == Standing::Publicised
    }

    pub(super) fn standing(&self) -> Standing {
        if self.naming.is_some() {
            Standing::Accepted
        } else if self.denial.is_some() || self.upheld().is_some() {
            Standing::Refused
        } else {
            Standing::Publicised
        }
    }

    /// The answer to the objection for which the Application was refused.
    #[must_use]
    pub fn upheld(&self) -> Option<&ApplicationAnswer> {
        self.objections.iter().filter_map(|one| one.answer.as_ref()).find(|answer| answer.upheld)
    }

    /// Objections that nobody has answered.
    #[must_use]
    pub fn open(&self) -> u32 {
        u32::try_from(self.objections.iter().filter(|one| one.answer.is_none()).count()).unwrap_or(u32::MAX)
    }

    /// Its last day counts to its end.
    #[must_use]
    pub fn is_over(&self, today: Day) -> bool {
        self.span.to < today
    }

    /// May this person object today? Not the one whom it is about, and not twice before there is an answer.
    pub fn may_object(&self, by: AccountId, applicant: AccountId, today: Day) -> Result<(), ApplicationRefusal> {
        if !self.stands() || !self.span.has(today) {
            Err(ApplicationRefusal::ObjectionTooLate)
        } else if by == applicant {
            Err(ApplicationRefusal::ObjectionToOneself)
        } else if self.objections.iter().any(|one| one.by.id == by && one.answer.is_none()) {
            Err(ApplicationRefusal::ObjectionTaken)
        } else {
            Ok(())
        }
    }

    /// May they be named today? The days are over and nothing is open.
    pub fn may_name(&self, today: Day) -> Result<(), ApplicationRefusal> {
        if !self.stands() {
            return Err(ApplicationRefusal::NothingWaits);
        }
        if !self.is_over(today) {
            return Err(ApplicationRefusal::StillPublicised { until: self.span.to });
        }
        match self.open() {
            0 => Ok(()),
            open => Err(ApplicationRefusal::ObjectionsOpen { open }),
        }
    }

    /// May the office say that it does not name them? While it stands, whatever is open then.
    pub fn may_deny(&self) -> Result<(), ApplicationRefusal> {
        if self.stands() { Ok(()) } else { Err(ApplicationRefusal::NothingWaits) }
    }

    /// Nobody is a member while everybody may still object.
    pub fn check_first(&self, first: Day) -> Result<(), Invalid> {
        let sentence = format!("加入日期要在公示期满（{}）以后。", self.span.to.words());
        Checks::new().that(self.is_over(first), "from", sentence).done()
    }
}

impl ApplicationObjection {
    /// `stands`: the Application still waits to be named.
    #[must_use]
    pub fn state(&self, stands: bool) -> ApplicationObjectionState {
        match &self.answer {
            Some(answer) if answer.upheld => ApplicationObjectionState::Upheld,
            Some(_) => ApplicationObjectionState::Dismissed,
            None if stands => ApplicationObjectionState::Open,
            None => ApplicationObjectionState::Lapsed,
        }
    }
}

/// Whoever objects, answers or denies says why.
pub fn check_reason(reason: &str) -> Result<(), Invalid> {
    Checks::new()
        .that(!reason.trim().is_empty(), "reason", "请写明理由。")
        .optional_text(reason, "reason", "理由", LONGEST_REASON)
        .done()
}

/// The days of the School's own 校内公示 as its consent records them: where the Policy asks for so many they are named, long
/// enough, and over. They are kept for nothing else.
pub fn school_notice(
    asked: Option<u32>,
    (step, verdict): (Step, ReviewVerdict),
    (from, to): (Option<Day>, Option<Day>),
    today: Day,
) -> Result<Option<Span>, Invalid> {
    let Some(days) = asked.filter(|_| step == Step::School && verdict == ReviewVerdict::Granted) else {
        return Ok(None);
    };
    let mut checks = Checks::new();
    checks.that(from.is_some(), "notice_from", "请填写校内公示的第一天。").that(
        to.is_some(),
        "notice_to",
        "请填写校内公示的最后一天。",
    );
    let span = from.zip(to).map(|(from, to)| Span { from, to });
    if let Some(span) = span {
        checks
            .that(span.from <= span.to, "notice_to", "最后一天不能早于第一天。")
            .that(today.plus(-OLDEST_NOTICE) <= span.from, "notice_from", "校内公示应在一年以内。")
            .that(
                span.to < span.from || span.days() >= days,
                "notice_to",
                format!("校内公示不少于 {days} 天，首尾两天都算。"),
            )
            .that(span.to < today, "notice_to", "校内公示还没有结束，期满后再登记。");
    }
    checks.done()?;
    Ok(span)
}
