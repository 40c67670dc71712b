//! What Lectern is about: the nouns, their rules and their words. Pure: no clock, no random, no io.

pub mod account;
pub mod activity;
pub mod announcement;
pub mod application;
pub mod attachment;
pub mod attendance;
pub mod case;
pub mod classroom;
pub mod closing;
pub mod evidence;
pub mod id;
pub mod invalid;
pub mod lesson_review;
pub mod login;
pub mod membership;
pub mod mentoring;
pub mod notice;
pub mod office;
pub mod participation;
pub mod password;
pub mod policy;
pub mod poll;
pub mod presence;
pub mod recording;
pub mod region;
pub mod reminder;
pub mod resource;
pub mod roster;
pub mod ruling;
pub mod school;
pub mod scorecard;
pub mod session;
pub mod sheet;
pub mod station;
pub mod studio;
pub mod time;
mod words;
pub mod year_end;

pub use account::{Account, AccountRole, NewAccount, PersonName, read_phone};
pub use activity::{
    Activity, ActivityKind, ActivityRefusal, ActivityState, Level, Mode, NewActivity, NewPresenters, NewSeries,
    PresenterCorrection, Series,
};
pub use announcement::Announcement;
pub use application::{
    Application, ApplicationDraft, ApplicationForm, ApplicationObjectionState, ApplicationRefusal, ApplicationState,
    ConditionState, NewRecruitment, NewReview, NewTransfer, Recruitment, Review, ReviewVerdict, SchoolStage, Sex, Step,
    Transfer, TransferKind, TransferState,
};
pub use attachment::{Attachment, MediaType};
pub use case::{Appeal, CaseRefusal, Decision, Leave, Photo};
pub use classroom::{Classroom, NewClassroom, NewPrintedCode, PrintedCode};
pub use closing::{ClosingKind, ClosingRefusal, ClosingWord, NewClosing};
pub use evidence::{EvidenceVerdict, NewEvidence};
pub use id::{
    AccountId, ActivityId, AnnouncementId, AppealId, ApplicationId, AttachmentId, CalendarFeedId, ChoiceId,
    ClassroomId, CommentId, EventId, EvidenceId, HelpedSchoolId, IssueId, LeaveId, LessonPlanId, LessonReviewId,
    LoginId, MembershipId, MentorId, NoticeId, ObjectionId, PhotoId, PrintedCodeId, RecordingId, RecruitmentId,
    RegionId, ResourceId, SchoolId, SeriesId, SessionId, StationId, StudioId, TransferId, VetoId, YearEndId,
};
pub use invalid::{Checks, Invalid};
pub use lesson_review::NewLessonReview;
pub use membership::{DaysNote, MemberMark, MemberMarks, MemberRole, Membership, MembershipDays, NewMembership};
pub use mentoring::{NewHelpedSchool, NewMentor};
pub use notice::{Notice, NoticeState};
pub use office::{OfficeTier, Officer};
pub use recording::{Recording, RecordingDoubt, RecordingState};
pub use region::{NewRegion, Region, RegionKind, RegionTree};
pub use resource::{Resource, ResourceRefusal};
pub use ruling::{GradeRuling, LevelRuling, NewChoice, NewVeto};
pub use school::{NewSchool, School, SchoolMove, Since};
pub use session::{ActivityRole, Session};
pub use station::{NewStation, Station, StationClosing};
pub use studio::{NewStudio, ProgrammeChange, Studio, StudioKind, Tier, TierMove};
pub use time::{Day, Time};
pub use words::Coded;
pub use year_end::YearEndRefusal;
