//! Reports: what a Session came to, what a Studio's year came to, and what a report on paper said.

use super::{Named, ParametersView, RecordView, WordView};
use crate::domain::attendance::{AttendanceStatus, Way};
use crate::domain::{ActivityId, ActivityKind, IssueId, Level, MemberRole, Mode, SessionId, StudioId, Time};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

/// The numbers that programmes ask for, of one Session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct FiguresView {
    /// Who was present; hosts are people too.
    pub people: u32,
    /// All who came or were expected.
    pub listed: u32,
    pub core_present: u32,
    /// Core members on the roster of that day.
    pub core_roster: u32,
    /// `54.5%`; none without a core roster.
    pub core_share: Option<String>,
    pub rural_schools: u32,
    pub rural_people: u32,
    /// Of those present.
    pub mean_minutes: u32,
    pub classrooms: u32,
    pub classroom_people: u32,
    pub absent: u32,
    pub excused: u32,
    pub unknown: u32,
    pub late: u32,
    pub left_early: u32,
    /// Of the unknown: those whose line broke off.
    pub unknown_by_line: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct CurvePointView {
    pub at: Time,
    pub people: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct CheckInMarkView {
    pub at: Time,
    /// 第 1 次签到
    pub title: String,
    pub expected: u32,
    pub answered: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct PollOptionView {
    pub text: String,
    pub votes: u32,
    /// `54.5%` of those who answered; of several choices the shares are more than 100% together. None where nobody answered.
    pub share: Option<String>,
}

/// A poll that is over. Who chose what is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct PollView {
    /// 1, 2, 3 … within the Session.
    pub number: u32,
    pub question: String,
    /// More than one could be chosen.
    pub several: bool,
    pub opened_at: Time,
    pub closed_at: Time,
    pub options: Vec<PollOptionView>,
    pub answered: u32,
    /// How many could answer.
    pub present: u32,
    /// `84.2%` of those who could.
    pub turnout: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ClassroomCountView {
    pub name: String,
    pub school: Option<String>,
    pub seated: u32,
    /// The last count by the person in charge.
    pub headcount: Option<u32>,
}

/// One person of a report, as known on the day of the Session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ReportRowView {
    /// Stable within the report.
    pub key: String,
    pub name: String,
    pub school: Option<String>,
    pub rural: bool,
    /// City and county.
    pub region: Option<String>,
    pub role: Option<MemberRole>,
    /// 主持人, 学科带头人, 主讲人, 访客, 非成员 …
    pub role_word: String,
    pub presenter: bool,
    pub guest: bool,
    pub ways: Vec<Way>,
    /// The Classrooms where the person sat.
    pub places: Vec<String>,
    /// Check-ins that the person was asked for, and answered.
    pub asked: u32,
    pub answered: u32,
    pub record: RecordView,
}

/// The report on one Session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ReportView {
    pub session: SessionId,
    pub activity: ActivityId,
    pub title: String,
    pub kind: ActivityKind,
    pub mode: Mode,
    pub level: Level,
    pub studio: Named,
    pub presenters: Vec<String>,
    pub planned_start: Time,
    pub planned_end: Time,
    pub started_at: Time,
    /// The end, or the last moment known.
    pub ended_at: Time,
    pub ongoing: bool,
    pub parameters: ParametersView,
    pub figures: FiguresView,
    /// A point for each minute.
    pub curve: Vec<CurvePointView>,
    pub check_ins: Vec<CheckInMarkView>,
    pub polls: Vec<PollView>,
    pub classrooms: Vec<ClassroomCountView>,
    pub rows: Vec<ReportRowView>,
    /// Records that were corrected by hand.
    pub corrections: u32,
    /// The line of the ledger up to which this is so, and the fingerprint of the verdicts.
    #[ts(type = "number")]
    pub sequence: i64,
    pub digest: String,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct YearSearch {
    /// A calendar year; this one when it is left out.
    pub year: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct YearSessionView {
    pub session: SessionId,
    pub title: String,
    pub kind: ActivityKind,
    pub mode: Mode,
    pub started_at: Time,
    #[ts(type = "number")]
    pub minutes: u64,
    pub figures: FiguresView,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct YearCellView {
    pub status: AttendanceStatus,
    pub late: bool,
    pub left_early: bool,
    #[ts(type = "number")]
    pub minutes: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct YearTotalsView {
    /// Sessions that the person came to or was expected in.
    pub listed: u32,
    pub present: u32,
    pub absent: u32,
    pub excused: u32,
    pub unknown: u32,
    pub late: u32,
    pub left_early: u32,
    #[ts(type = "number")]
    pub minutes: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct YearPersonView {
    pub key: String,
    pub name: String,
    pub school: Option<String>,
    pub rural: bool,
    pub region: Option<String>,
    pub role: Option<MemberRole>,
    pub role_word: String,
    /// One for each Session; none where the person neither came nor was expected.
    pub cells: Vec<Option<YearCellView>>,
    pub totals: YearTotalsView,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct YearFiguresView {
    pub sessions: u32,
    /// Different people who were present at least once, and presences in all.
    pub people: u32,
    pub presences: u32,
    pub rural_schools: u32,
    pub rural_people: u32,
    pub sessions_of_ten: u32,
    pub sessions_of_half_core: u32,
    #[ts(type = "number")]
    pub minutes: u64,
}

/// A Studio's Sessions of one calendar year beside its people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct YearReportView {
    pub studio: StudioId,
    pub studio_name: String,
    pub year: i32,
    pub parameters: ParametersView,
    pub figures: YearFiguresView,
    pub sessions: Vec<YearSessionView>,
    pub people: Vec<YearPersonView>,
    pub digest: String,
}

/// What has become of the lines that a report goes back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LedgerFinding {
    /// The same chain, every line fits.
    Intact,
    /// A line of the chain does not fit, or is another one than at the time.
    Changed,
}

/// What the same lines give today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DigestFinding {
    Same,
    /// Names, schools, rosters or leaves were changed since; the lines themselves are told by the ledger's finding.
    Different,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct FigureView {
    pub label: String,
    pub value: String,
}

/// What a report on paper said, and whether that still holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct VerificationView {
    pub code: IssueId,
    pub title: String,
    pub studio: Option<String>,
    pub made_at: Time,
    pub made_by: String,
    pub figures: Vec<FigureView>,
    pub digest: String,
    /// None where nothing was judged by them.
    pub parameters: Option<ParametersView>,
    /// None where it goes back to no lines of the ledger.
    pub ledger: Option<LedgerFinding>,
    pub same: DigestFinding,
    /// Records and results that were corrected by hand afterwards.
    pub corrections_since: u32,
    /// It was taken back since, and why.
    pub revoked: Option<WordView>,
    /// Of a notice that holds: its Activity has another day, time, place or presenters now.
    pub outdated: bool,
}

/// What is wrong with one row of a sign-in sheet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct SheetErrorView {
    /// As the sheet counts: the first row is 1.
    pub row: u32,
    /// The column's header.
    pub column: String,
    pub sentence: String,
}

/// Who a row of a sign-in sheet is, as it will count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct SheetRowView {
    pub row: u32,
    pub name: String,
    pub school: Option<String>,
    pub from: Time,
    pub to: Time,
    /// Came with an account; otherwise by name and school alone.
    pub known: bool,
}

/// What a sign-in sheet says, row by row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct SheetAnswer {
    /// How many rows there are below the header.
    pub rows: u32,
    pub accepted: Vec<SheetRowView>,
    pub errors: Vec<SheetErrorView>,
    /// Lines that the ledger has now and had not before; 0 when it was only checked.
    pub written: u32,
    /// The Session that holds them, once there is one.
    pub session: Option<SessionId>,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SheetSearch {
    /// Only tell what would be taken.
    #[serde(default)]
    pub check: bool,
}
