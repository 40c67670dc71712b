//! Why a request was refused: one enum, each variant a status, a stable code for programs and a sentence for people.

use super::seats::SeatRefusal;
use crate::domain::Invalid;
use crate::store::Noun;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lectern_signaling::protocol::Refusal;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use ts_rs::TS;
use utoipa::ToSchema;

/// The body of every refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Refused {
    /// Stable; for programs.
    pub code: String,
    /// For people: what happened, what it means, what to do next.
    pub sentence: String,
    /// What is wrong with which field of the request, by the field's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[ts(optional, as = "Option<BTreeMap<String, String>>")]
    pub fields: BTreeMap<String, String>,
}

/// Field name to sentence.
pub(super) type Fields = BTreeMap<String, String>;

#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error("请先登录。")]
    SignInFirst,
    #[error("账号或密码不对，还可以再试 {left} 次。")]
    WrongPassword { left: u32 },
    #[error("密码连续输错，为了安全，这个账号暂停登录到 {until_clock}。")]
    LockedOut { until: String, until_clock: String },
    #[error("页面放得太久了，请刷新后重试。")]
    CsrfMissing,
    #[error("这个请求来自别的网站，没有执行。")]
    ForeignOrigin,
    #[error("{0}")]
    Forbidden(Need),
    #[error("{}", .0.sentence())]
    Missing(Noun),
    #[error("没有这次推流或收看，可能已经断开。")]
    NoSuchResource,
    #[error("这次检查已经结束，请重新检查。")]
    NoSuchLineCheck,
    #[error("没有这个接口。")]
    NoSuchRoute,
    #[error("这个地址不支持这种请求方法。")]
    MethodNotAllowed,
    #[error("有内容需要修改，请看各项下面的提示。")]
    Invalid(Fields),
    #[error("请求的内容读不懂，请刷新页面后重试。")]
    Malformed { detail: String },
    #[error("内容太大，没有接收。")]
    TooLarge,
    #[error("文件太大：视频最多 200 MB，文档和图片最多 10 MB。请压缩或裁剪后再上传。")]
    FileTooLarge,
    #[error(
        "只收 JPG、PNG、WebP 图片，PDF、Word、Excel、PPT 文件和 MP4 视频。这个文件的内容不是其中一种，或者没有传完整。"
    )]
    FileNotTaken,
    #[error("文件太大：视频最多 2 GB，文档和图片最多 50 MB。请压缩后再上传。")]
    ResourceTooLarge,
    #[error("只收 MP4 视频、PDF、Word、Excel、PPT 文件和图片。这个文件的内容不是其中一种，或者没有传完整。")]
    ResourceNotTaken,
    #[error("这个链接不是本站给出的，请从资源页重新打开。")]
    LinkForged,
    #[error("这个链接已经过期，请刷新资源页。")]
    LinkExpired,
    #[error("文件没有这一段。")]
    NoSuchRange { length: u64 },
    #[error("服务器的存储空间不够，文件没有保存。请告诉管理员，稍后再上传。")]
    NoRoom,
    #[error("请求内容的类型不对，这里要 {wanted}。")]
    UnsupportedMedia { wanted: &'static str },
    #[error("这里只能回答 {offered}。")]
    NotAcceptable { offered: &'static str },
    #[error("{sentence}")]
    Conflict { code: &'static str, sentence: String },
    #[error("这场直播已经结束。")]
    SessionEnded,
    #[error("{0}")]
    BadTicket(#[from] super::ticket::TicketError),
    #[error("媒体描述用不了：{0}")]
    BadOffer(String),
    #[error("缺少 If-Match，服务器不知道要改的是哪一次连接。")]
    PreconditionRequired,
    #[error("这次媒体连接已经更新过了，请重新建立。")]
    PreconditionFailed,
    #[error("这台服务器同时进行的直播已到上限，请稍后再开始。")]
    TooManySessions,
    #[error("从这个网络来的请求太多了，请过一会儿再试。")]
    TooManyHere,
    /// The Room's own words.
    #[error("{0}")]
    Room(#[from] Refusal),
    #[error("{0}")]
    Seat(#[from] SeatRefusal),
    #[error("服务器正在停机，请稍后再试。")]
    Draining,
    #[error("服务器忙不过来，请稍后再试。")]
    Busy,
    #[error("服务器没能完成这一步，请稍后重试。已做的其他操作不受影响。")]
    Inside(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What somebody who was refused would have to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Need {
    #[error("只有平台管理员可以这样做。")]
    Admin,
    #[error("只有管这个区域的工作站可以这样做。")]
    OfficeOfRegion,
    #[error("工作室的设立、升降级和考核办法，由它这一级（升降级时为两级中较高的）或更高一级的工作站决定。")]
    OfficeOfTier,
    #[error("主持人由管这个工作室的工作站添加、变动和结束，请联系工作站办理。")]
    OfficeSetsHosts,
    #[error("只有管理员或工作站可以这样做。")]
    Office,
    #[error("只有这个工作室的主持人可以这样做。")]
    Host,
    #[error("只有这个工作室的主持人，或管它的工作站可以这样做。")]
    HostOrOffice,
    #[error("只有主持人、工作站或平台管理员可以查找老师。")]
    AnyHostOrOffice,
    #[error("这个活动不对访客开放，请登录后再进入。")]
    AccountHere,
    #[error("这份附件只给上传的人和处理它的人看。")]
    Attachment,
    #[error("您不在这场活动的名单里，不用请假或说明。")]
    Expected,
    #[error("这份资源不对您开放。")]
    SeesResource,
    #[error("工作室的材料由主持人或工作站上传；成员可以上传自己名下的材料。")]
    KeeperOrOwnEvidence,
    #[error("只有上传的人自己可以撤回。")]
    OwnEvidence,
    #[error("只有提出变动的人自己可以撤回。")]
    OwnTransfer,
    #[error("只有写评论的人，和管理这份资源的人可以删除评论。")]
    OwnComment,
    #[error("只有提出的人自己可以撤回。")]
    OwnCase,
    #[error("自己的考勤不能自己决定，请由别的主持人或工作站处理。")]
    NotOwnCase,
    #[error("只有这个工作室的成员，或管它的工作站可以看。")]
    Member,
    #[error("自己工作室的考核不能自己决定，请由工作站的其他人处理。")]
    NotOwnStudio,
    #[error("这份申请只给本人和审核它的人看；审核要等轮到的那一步。")]
    Reviewer,
    #[error("自己的申请和变动不能自己决定，请由别的主持人或工作站处理。")]
    NotOwnApplication,
    #[error("自己提的异议不能自己答复，请由工作站的其他人或上级工作站处理。")]
    NotOwnObjection,
    #[error("只有申请人自己可以提交和撤回。")]
    OwnApplication,
    #[error("只有发起这次招募的人，或管这个区域的工作站可以这样做。")]
    RecruitmentKeeper,
    #[error("参加过这场活动的人，或工作室的导师才能评课。")]
    WasThere,
    #[error("这个级别要由上一级工作站确认。")]
    HigherOffice,
    #[error("{}", crate::domain::office::DecidedAbove)]
    DecidedAbove,
    #[error("主持人的考勤由管它的工作站决定。")]
    OfficeForHosts,
    #[error("这个凭证不能用来推流。")]
    MayPublish,
    #[error("这个凭证不能用来收看。")]
    MayWatch,
    #[error("这个凭证是另一场直播的。")]
    ThisSession,
}

impl ApiError {
    /// A refusal of one field.
    pub fn field(name: &str, sentence: impl Into<String>) -> Self {
        Self::Invalid(Fields::from([(name.to_owned(), sentence.into())]))
    }

    /// A refusal for a reason that only this one place knows.
    pub fn conflict(code: &'static str, sentence: impl Into<String>) -> Self {
        Self::Conflict { code, sentence: sentence.into() }
    }

    pub fn inside(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Inside(Box::new(error))
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Self::SignInFirst | Self::WrongPassword { .. } | Self::BadTicket(_) => StatusCode::UNAUTHORIZED,
            Self::LockedOut { .. } => StatusCode::LOCKED,
            Self::CsrfMissing | Self::ForeignOrigin | Self::LinkForged | Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::LinkExpired => StatusCode::GONE,
            Self::NoSuchRange { .. } => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::Missing(_) | Self::NoSuchResource | Self::NoSuchLineCheck | Self::NoSuchRoute => {
                StatusCode::NOT_FOUND
            }
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Malformed { .. } | Self::BadOffer(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge | Self::FileTooLarge | Self::ResourceTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoRoom => StatusCode::INSUFFICIENT_STORAGE,
            Self::UnsupportedMedia { .. } | Self::FileNotTaken | Self::ResourceNotTaken => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
            Self::NotAcceptable { .. } => StatusCode::NOT_ACCEPTABLE,
            Self::Conflict { .. } | Self::SessionEnded => StatusCode::CONFLICT,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::TooManySessions | Self::Draining | Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooManyHere => StatusCode::TOO_MANY_REQUESTS,
            Self::Room(refusal) => status_of(*refusal),
            Self::Seat(refusal) => refusal.status(),
            Self::Inside(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub fn code(&self) -> Cow<'static, str> {
        let code = match self {
            Self::SignInFirst => "sign_in_first",
            Self::WrongPassword { .. } => "wrong_password",
            Self::LockedOut { .. } => "locked_out",
            Self::CsrfMissing => "csrf_missing",
            Self::ForeignOrigin => "foreign_origin",
            Self::Forbidden(need) => need.code(),
            Self::Missing(_) => "not_found",
            Self::NoSuchResource => "no_such_resource",
            Self::NoSuchLineCheck => "no_such_line_check",
            Self::NoSuchRoute => "no_such_route",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Invalid(_) => "invalid_fields",
            Self::Malformed { .. } => "malformed",
            Self::TooLarge => "too_large",
            Self::FileTooLarge | Self::ResourceTooLarge => "file_too_large",
            Self::FileNotTaken | Self::ResourceNotTaken => "file_type_not_taken",
            Self::LinkForged => "link_forged",
            Self::LinkExpired => "link_expired",
            Self::NoSuchRange { .. } => "no_such_range",
            Self::NoRoom => "storage_full",
            Self::UnsupportedMedia { .. } => "unsupported_media_type",
            Self::NotAcceptable { .. } => "not_acceptable",
            Self::Conflict { code, .. } => code,
            Self::SessionEnded => "session_ended",
            Self::TooManySessions => "too_many_sessions",
            Self::TooManyHere => "too_many_here",
            Self::Room(refusal) => return code_of(*refusal),
            Self::Seat(refusal) => refusal.code(),
            Self::BadTicket(super::ticket::TicketError::Invalid) => "ticket_invalid",
            Self::BadTicket(super::ticket::TicketError::Expired) => "ticket_expired",
            Self::BadOffer(_) => "bad_offer",
            Self::PreconditionRequired => "if_match_required",
            Self::PreconditionFailed => "etag_mismatch",
            Self::Draining => "draining",
            Self::Busy => "busy",
            Self::Inside(_) => "inside",
        };
        code.into()
    }

    pub fn refused(&self) -> Refused {
        let fields = match self {
            Self::Invalid(fields) => fields.clone(),
            Self::LockedOut { until, .. } => Fields::from([("until".into(), until.clone())]),
            Self::WrongPassword { left } => Fields::from([("left".into(), left.to_string())]),
            Self::Malformed { detail } => Fields::from([("detail".into(), detail.clone())]),
            _ => Fields::new(),
        };
        Refused { code: self.code().into_owned(), sentence: self.to_string(), fields }
    }

    /// Logged once, here, where it is handled.
    fn log(&self) {
        let Self::Inside(source) = self else { return };
        let mut chain = source.to_string();
        let mut next = source.source();
        while let Some(cause) = next {
            chain.push_str(": ");
            chain.push_str(&cause.to_string());
            next = cause.source();
        }
        tracing::error!(error = chain, "request failed inside");
    }
}

impl From<Invalid> for ApiError {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid.fields.into_iter().map(|(name, sentence)| (name.to_owned(), sentence)).collect())
    }
}

impl Need {
    fn code(self) -> &'static str {
        match self {
            Self::Admin => "admin_only",
            Self::OfficeOfRegion => "office_of_region_only",
            Self::OfficeOfTier => "office_of_tier_only",
            Self::OfficeSetsHosts => "office_sets_hosts",
            Self::Office => "office_only",
            Self::Host => "host_only",
            Self::HostOrOffice => "host_or_office_only",
            Self::AnyHostOrOffice => "any_host_or_office_only",
            Self::AccountHere => "guests_not_allowed",
            Self::Attachment => "attachment_not_for_you",
            Self::Expected => "not_expected",
            Self::SeesResource => "resource_not_for_you",
            Self::KeeperOrOwnEvidence => "not_your_own_evidence",
            Self::OwnEvidence => "not_your_evidence",
            Self::OwnTransfer => "not_your_transfer",
            Self::OwnComment => "not_your_comment",
            Self::OwnCase => "not_your_case",
            Self::NotOwnCase => "own_case",
            Self::Member => "members_only",
            Self::NotOwnStudio => "own_studio",
            Self::Reviewer => "not_your_review",
            Self::OwnApplication => "not_your_application",
            Self::NotOwnApplication => "own_application",
            Self::NotOwnObjection => "own_objection",
            Self::RecruitmentKeeper => "recruitment_keeper_only",
            Self::WasThere => "was_not_there",
            Self::HigherOffice => "higher_office_only",
            Self::DecidedAbove => "decided_above",
            Self::OfficeForHosts => "office_decides_for_hosts",
            Self::MayPublish => "may_not_publish",
            Self::MayWatch => "may_not_watch",
            Self::ThisSession => "other_session",
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.log();
        let mut response = (self.status(), Json(self.refused())).into_response();
        if self.status() == StatusCode::UNAUTHORIZED {
            // RFC 9110 section 15.5.2 wants a challenge with every 401.
            let challenge = HeaderValue::from_static("Bearer realm=\"lectern\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Self::NoSuchRange { length } = self
            && let Ok(told) = HeaderValue::from_str(&format!("bytes */{length}"))
        {
            // RFC 9110 section 15.5.17.
            response.headers_mut().insert(header::CONTENT_RANGE, told);
        }
        if matches!(self, Self::TooManySessions | Self::TooManyHere | Self::Draining | Self::Busy) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

/// The name that the signaling protocol has for it.
fn code_of(refusal: Refusal) -> Cow<'static, str> {
    match serde_json::to_value(refusal) {
        Ok(serde_json::Value::String(code)) => code.into(),
        _ => "refused".into(),
    }
}

/// What a Room's refusal means over HTTP.
fn status_of(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::Malformed | Refusal::BadOffer => StatusCode::BAD_REQUEST,
        Refusal::NoCommonCodec => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::TicketExpired | Refusal::TicketInvalid => StatusCode::UNAUTHORIZED,
        Refusal::RemovedByHost | Refusal::NotTheHost | Refusal::NotAdmitted => StatusCode::FORBIDDEN,
        Refusal::NoSuchParticipant | Refusal::NoSuchPublication | Refusal::NoSuchMid => StatusCode::NOT_FOUND,
        Refusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::TooFast => StatusCode::TOO_MANY_REQUESTS,
        Refusal::Full | Refusal::ServerStopping | Refusal::NotRecorded => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::CONFLICT,
    }
}

/// A refusal as problem details (RFC 9457), which WHIP and WHEP clients expect.
pub(super) struct Problem(pub(super) ApiError);

impl<E: Into<ApiError>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Refused { code, sentence, .. } = self.0.refused();
        let status = self.0.status();
        let body = serde_json::json!({
            "type": "about:blank", "title": sentence, "status": status.as_u16(), "code": code, "sentence": sentence,
        });
        let mut response = self.0.into_response();
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        *response.body_mut() = axum::body::Body::from(body.to_string());
        response
    }
}
