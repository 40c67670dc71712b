//! Why somebody with a phone is not checked in: each case has its own calm sentence that says what to do next.

use axum::http::StatusCode;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeatRefusal {
    #[error("没有这个签到码。请扫教室屏幕、主持人手机或现场张贴的二维码。")]
    CodeUnknown,
    #[error("这个签到码已经过期。请对着屏幕上现在的二维码重新扫一次。")]
    CodeExpired,
    #[error("这个签到码已经用过了。每人请用自己的手机扫一次屏幕上现在的二维码。")]
    CodeUsed,
    #[error("扫码已超过 5 分钟。请重新扫一次屏幕上的二维码。")]
    PassExpired,
    #[error("这个页面用不了。请重新扫一次屏幕上的二维码。")]
    PassInvalid,
    #[error("这是别人手机上扫的码，不能转发。请用自己的手机对着屏幕扫一次。")]
    PassOfAnotherPhone,
    #[error("活动还没有开始。请等主持人开始后再扫。")]
    NotBegun,
    #[error("这张签到码只在 {from} 到 {to} 之间有效。")]
    PrintedCodeNotValidNow { from: String, to: String },
    #[error("这张签到码已经停用。请向主持人要新的。")]
    PrintedCodeClosed,
    #[error("您已在“{at}”签到。要换地方，请先在原来的签到页上点“我先离开”。")]
    AlreadySeated { at: String },
    #[error("您没有在现场签到，不用签退。")]
    NotSeated,
    #[error("名单里有同名同校的老师，分不清是哪一位。请登录后再签到。")]
    SameName,
    #[error("名单里没有找到您。请检查姓名和学校的写法，或登录后再签到。")]
    NotOnList,
    #[error("这间教室已经关闭，不再签到。")]
    ClassroomClosed,
    #[error("教室的设备还没有进入课堂，暂时没有签到码。")]
    ClassroomAway,
    #[error("没有这条签到。请重新扫一次屏幕上的二维码。")]
    SeatUnknown,
}

impl SeatRefusal {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::CodeUnknown => "code_unknown",
            Self::CodeExpired => "code_expired",
            Self::CodeUsed => "code_used",
            Self::PassExpired => "pass_expired",
            Self::PassInvalid => "pass_invalid",
            Self::PassOfAnotherPhone => "pass_of_another_phone",
            Self::NotBegun => "not_begun",
            Self::PrintedCodeNotValidNow { .. } | Self::PrintedCodeClosed => "printed_code_not_valid_now",
            Self::AlreadySeated { .. } => "already_seated",
            Self::NotSeated => "not_seated",
            Self::SameName => "same_name",
            Self::NotOnList => "not_on_list",
            Self::ClassroomClosed => "classroom_closed",
            Self::ClassroomAway => "classroom_away",
            Self::SeatUnknown => "seat_unknown",
        }
    }

    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::CodeUnknown | Self::SeatUnknown => StatusCode::NOT_FOUND,
            _ => StatusCode::CONFLICT,
        }
    }
}
