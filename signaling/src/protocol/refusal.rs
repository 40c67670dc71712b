//! Why the server says no: a stable code for programs, a sentence for people.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("消息格式不对，请刷新页面后重试。")]
    Malformed,
    #[error("页面版本太旧，请刷新页面。")]
    WrongVersion,
    #[error("消息太大，没有发送。")]
    TooLarge,
    #[error("请先进入课堂。")]
    HelloFirst,
    #[error("您已经在课堂里了。")]
    AlreadyHere,
    #[error("进入凭证已过期，请重新打开课堂链接。")]
    TicketExpired,
    #[error("进入凭证无效，请重新打开课堂链接。")]
    TicketInvalid,
    #[error("断开超过两分钟，请重新进入课堂。")]
    ResumeExpired,
    #[error("这场直播已经结束。")]
    SessionEnded,
    #[error("主持人已请您离开本场。")]
    RemovedByHost,
    #[error("只有主持人可以这样做。")]
    NotTheHost,
    #[error("请先举手，主持人同意后才能发言。")]
    NotAdmitted,
    #[error("课堂里没有这位参与者。")]
    NoSuchParticipant,
    #[error("没有这一路画面或声音。")]
    NoSuchPublication,
    #[error("这一路画面或声音已经在发送了。")]
    AlreadyPublished,
    #[error("没有这个媒体通道，请刷新页面。")]
    NoSuchMid,
    #[error("请先建立媒体连接。")]
    OfferFirst,
    #[error("音视频连接已经断开，正在重新连接。")]
    PeerGone,
    #[error("浏览器给出的媒体描述无法使用，请更新浏览器后重试。")]
    BadOffer,
    #[error("浏览器不支持 H.264、VP8 或 Opus，无法收看。")]
    NoCommonCodec,
    #[error("这场直播的实时线路名额已满，已换成普通播放。")]
    WebrtcFull,
    #[error("这场直播现在没有普通播放，请稍后重试。")]
    NoStream,
    #[error("现在没有在录制，不能做标记。")]
    NotRecording,
    #[error("讨论内容是空的。")]
    EmptyChat,
    #[error("一条讨论最多 500 字。")]
    ChatTooLong,
    #[error("发得太快了，请稍等再发。")]
    TooFast,
    #[error("课堂人数已满。")]
    Full,
    #[error("您已经举手了。")]
    HandAlreadyRaised,
    #[error("主持人不能移出自己，可以结束直播。")]
    NotYourself,
    #[error("对方也是主持人，不能这样做。")]
    TargetIsHost,
    #[error("您已经在别处就座，请先在原来的地方离开。")]
    AlreadySeated,
    #[error("没有这个教室或签到地点。")]
    NoSuchPlace,
    #[error("教室的设备还没有进入课堂，请先在教室里打开链接。")]
    ClassroomAway,
    #[error("这个座位上已经没有人了。")]
    NoSuchSeat,
    #[error("当天的工作室名单里没有这位老师。")]
    NotOnRoster,
    #[error("只有集体观看的教室可以清点人数。")]
    NotAClassroom,
    #[error("人数最多填 2000。")]
    CountTooLarge,
    #[error("请写明原因，最多 200 字。")]
    ReasonMissing,
    #[error("已有一次签到或点名正在进行，请先结束它。")]
    CheckInOpen,
    #[error("这次签到已经结束。")]
    NoCheckIn,
    #[error("现在没有需要签到的人。")]
    NobodyToAsk,
    #[error("这次没有请您签到。")]
    NotAsked,
    #[error("签到码不对，请再看一下主持人给出的码。")]
    WrongCode,
    #[error("签到码错了太多次，请联系主持人代为签到。")]
    TooManyCodes,
    #[error("已有一个投票正在进行，请先结束它。")]
    PollOpen,
    #[error("这个投票已经结束。")]
    NoPoll,
    #[error("一场直播最多发起 30 个投票。")]
    TooManyPolls,
    #[error("请写下问题，最多 120 字。")]
    PollQuestion,
    #[error("请给出 2 到 6 个选项，每个 1 到 40 字。")]
    PollOptions,
    #[error("有两个选项一样，请改一个。")]
    PollOptionTwice,
    #[error("请在给出的选项里选择；单选题只能选一个。")]
    PollChoice,
    #[error("主持人和教室的设备不参加投票；教室里的老师请用自己的手机投票。")]
    NotAVoter,
    #[error("服务器正在重启，请稍等几秒再进入。")]
    ServerStopping,
    #[error("服务器没能记下这一步，请重试。")]
    NotRecorded,
}

/// A refusal on its way to the client; `re` is absent when the frame's id could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefusalFrame {
    #[ts(type = "number | null")]
    pub re: Option<u64>,
    pub code: Refusal,
    /// The sentence to show.
    pub sentence: String,
}

impl Refusal {
    #[must_use]
    pub fn answering(self, re: Option<u64>) -> RefusalFrame {
        RefusalFrame { re, code: self, sentence: self.to_string() }
    }
}
