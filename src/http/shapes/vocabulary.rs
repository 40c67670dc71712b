//! The domain's ids, times and words, told to TypeScript and to OpenAPI; the domain itself knows neither.

use crate::domain::attendance::{AttendanceStatus, GapKind, Way};
use crate::domain::case::CaseState;
use crate::domain::policy::{AssessmentScope, Class, YearKind};
use crate::domain::reminder::ReminderKind;
use crate::domain::resource::{ResourceKind, ResourceState, ResourceStep, Selection, Visibility};
use crate::domain::scorecard::{Outlook, ScoreState};
use crate::domain::year_end::{CertificateKind, ObjectionState, YearEndStage};
use crate::domain::*;
use ts_rs::{Config, TS};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! plain_strings {
    ($($name:ty: $format:expr, $example:literal;)+) => {$(
        impl TS for $name {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;

            fn name(_: &Config) -> String {
                "string".to_owned()
            }

            fn inline(_: &Config) -> String {
                "string".to_owned()
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let format: Option<KnownFormat> = $format;
                let object = ObjectBuilder::new().schema_type(Type::String);
                object.format(format.map(SchemaFormat::KnownFormat)).examples([$example]).into()
            }
        }

        impl ToSchema for $name {}
    )+};
}

plain_strings! {
    RegionId: None, "mzxw6ytbojtg633c";
    SchoolId: None, "mzxw6ytbojtg633c";
    AccountId: None, "mzxw6ytbojtg633c";
    StudioId: None, "mzxw6ytbojtg633c";
    MembershipId: None, "mzxw6ytbojtg633c";
    SeriesId: None, "mzxw6ytbojtg633c";
    ActivityId: None, "mzxw6ytbojtg633c";
    SessionId: None, "mzxw6ytbojtg633c";
    ClassroomId: None, "mzxw6ytbojtg633c";
    PrintedCodeId: None, "mzxw6ytbojtg633c";
    AttachmentId: None, "mzxw6ytbojtg633c";
    LeaveId: None, "mzxw6ytbojtg633c";
    AppealId: None, "mzxw6ytbojtg633c";
    NoticeId: None, "mzxw6ytbojtg633c";
    PhotoId: None, "mzxw6ytbojtg633c";
    IssueId: None, "mzxw6ytbojtg633c";
    EvidenceId: None, "mzxw6ytbojtg633c";
    RecordingId: None, "mzxw6ytbojtg633c";
    ResourceId: None, "mzxw6ytbojtg633c";
    CommentId: None, "mzxw6ytbojtg633c";
    LessonPlanId: None, "mzxw6ytbojtg633c";
    MentorId: None, "mzxw6ytbojtg633c";
    HelpedSchoolId: None, "mzxw6ytbojtg633c";
    StationId: None, "mzxw6ytbojtg633c";
    LessonReviewId: None, "mzxw6ytbojtg633c";
    ChoiceId: None, "mzxw6ytbojtg633c";
    VetoId: None, "mzxw6ytbojtg633c";
    YearEndId: None, "mzxw6ytbojtg633c";
    ObjectionId: None, "mzxw6ytbojtg633c";
    RecruitmentId: None, "mzxw6ytbojtg633c";
    ApplicationId: None, "mzxw6ytbojtg633c";
    TransferId: None, "mzxw6ytbojtg633c";
    AnnouncementId: None, "mzxw6ytbojtg633c";
    Time: Some(KnownFormat::DateTime), "2026-11-20T14:30:00+08:00";
    Day: Some(KnownFormat::Date), "2026-11-20";
}

macro_rules! words {
    ($($name:ident)+) => {$(
        impl TS for $name {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;

            fn name(_: &Config) -> String {
                stringify!($name).to_owned()
            }

            fn inline(_: &Config) -> String {
                let codes: Vec<String> = Self::ALL.iter().map(|one| format!("\"{}\"", one.code())).collect();
                codes.join(" | ")
            }

            fn decl(cfg: &Config) -> String {
                format!("type {} = {};", stringify!($name), <Self as TS>::inline(cfg))
            }

            fn decl_concrete(cfg: &Config) -> String {
                Self::decl(cfg)
            }

            fn docs() -> Option<String> {
                let pairs: Vec<String> = Self::ALL.iter().map(|one| format!("{} {}", one.code(), one.word())).collect();
                Some(format!("/** {} */\n", pairs.join("，")))
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let codes: Vec<&str> = Self::ALL.iter().map(|one| one.code()).collect();
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes)).into()
            }
        }

        impl ToSchema for $name {}
    )+};
}

words! {
    AccountRole RegionKind StudioKind Tier MemberRole MemberMark ActivityKind Mode Level ActivityState ActivityRole AttendanceStatus
    GapKind Way CaseState NoticeState ReminderKind Class YearKind AssessmentScope ScoreState Outlook ApplicationState ApplicationObjectionState ConditionState
    ReviewVerdict ClosingKind SchoolStage Sex Step TransferKind TransferState YearEndStage ObjectionState CertificateKind
    OfficeTier RecordingDoubt RecordingState ResourceKind ResourceState ResourceStep Selection Visibility
}
