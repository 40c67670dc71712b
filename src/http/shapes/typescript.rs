//! The shapes as one TypeScript file.

use super::super::error::Refused;
use super::*;
use crate::domain::attendance::{AttendanceStatus, GapKind, Way};
use crate::domain::case::CaseState;
use crate::domain::*;
use ts_rs::{Config, TS};

/// The text of `web/protocol/api.ts`.
#[must_use]
pub fn typescript() -> String {
    let mut file = String::from(
        "// Generated from the server's shapes; `UPDATE_TYPES=1 cargo test --test it types` writes it again.\n\
         // Times are ISO 8601 with an offset, days are YYYY-MM-DD, ids are 16 characters.\n",
    );
    let cfg = Config::new();
    macro_rules! write_types {
        ($($shape:ty),+ $(,)?) => {$(
            file.push('\n');
            file.push_str(&<$shape as TS>::docs().unwrap_or_default());
            file.push_str("export ");
            file.push_str(&<$shape as TS>::decl(&cfg));
            file.push('\n');
        )+};
    }
    write_types!(
        AccountRole,
        RegionKind,
        StudioKind,
        Tier,
        MemberRole,
        ActivityKind,
        Mode,
        Level,
        ActivityState,
        ActivityRole,
        AttendanceStatus,
        GapKind,
        CaseState,
        Way,
        Refused,
        Rows<Named>,
        PageOf<Named>,
        Named,
        RegionView,
        RegionForm,
        RegionChange,
        RegionName,
        SchoolView,
        SchoolForm,
        SchoolChange,
        SchoolName,
        LoginForm,
        LoginAnswer,
        AccountView,
        AccountForm,
        AccountChange,
        PersonView,
        Me,
        MyMembership,
        MemberView,
        MemberAccount,
        MembershipForm,
        MembershipEnd,
        StudioCard,
        StudioView,
        StudioForm,
        StudioChange,
        StudioPage,
        SeriesView,
        SeriesForm,
        ActivityCard,
        SessionCard,
        ActivityPage,
        ActivityForm,
        ActivityChange,
        CancelForm,
        Home,
        SessionState,
        SessionPage,
        SessionAnswer,
        TicketForm,
        GuestForm,
        TicketAnswer,
        EncoderAnswer,
        FiguresView,
        CurvePointView,
        CheckInMarkView,
        ClassroomCountView,
        ReportRowView,
        ReportView,
        YearSessionView,
        YearCellView,
        YearTotalsView,
        YearPersonView,
        YearFiguresView,
        YearReportView,
        LedgerFinding,
        DigestFinding,
        FigureView,
        VerificationView,
        SheetErrorView,
        SheetRowView,
        SheetAnswer,
        ParametersView,
        ClauseView,
        IntervalView,
        GapView,
        CheckInsView,
        RecordView,
        CorrectionView,
        PersonKind,
        PresenceView,
        PresencePage,
        AttendanceView,
        AttendancePage,
        AttachmentView,
        CaseForm,
        LeaveDecisionForm,
        VerdictView,
        AppealDecisionForm,
        CorrectionForm,
        CorrectionAnswer,
        CaseKind,
        CasePerson,
        DecisionView,
        CaseView,
        ActivityCases,
        PhotoForm,
        PhotoView,
        AuditRow,
        AuditCorrectionView,
        AuditPerson,
        AuditPage,
        LineCheckForm,
        LineCheckAnswer,
        LineCheckState,
    );
    file
}
