//! What Lectern is about: the nouns, their rules and their words. Pure: no clock, no random, no io.

pub mod account;
pub mod activity;
pub mod attachment;
pub mod attendance;
pub mod case;
pub mod classroom;
pub mod id;
pub mod invalid;
pub mod login;
pub mod membership;
pub mod participation;
pub mod password;
pub mod policy;
pub mod presence;
pub mod region;
pub mod roster;
pub mod school;
pub mod scorecard;
pub mod session;
pub mod sheet;
pub mod studio;
pub mod time;
mod words;

pub use account::{Account, AccountRole, NewAccount, PersonName, read_phone};
pub use activity::{
    Activity, ActivityKind, ActivityRefusal, ActivityState, Level, Mode, NewActivity, NewSeries, Series,
};
pub use attachment::{Attachment, MediaType};
pub use case::{Appeal, CaseRefusal, Decision, Leave, Photo};
pub use classroom::{Classroom, NewClassroom, NewPrintedCode, PrintedCode};
pub use id::{
    AccountId, ActivityId, AppealId, AttachmentId, ClassroomId, EventId, IssueId, LeaveId, LoginId, MembershipId,
    PhotoId, PrintedCodeId, RegionId, SchoolId, SeriesId, SessionId, StudioId,
};
pub use invalid::{Checks, Invalid};
pub use membership::{MemberRole, Membership, NewMembership};
pub use region::{NewRegion, Region, RegionKind, RegionTree};
pub use school::{NewSchool, School};
pub use session::{ActivityRole, Session};
pub use studio::{NewStudio, Studio, StudioKind, Tier};
pub use time::{Day, Time};
pub use words::Coded;
