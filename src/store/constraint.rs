//! Constraints by name: each violation becomes a sentence for the person whose entry it refuses.

use sqlx::error::{DatabaseError, ErrorKind};

/// A rule that the database keeps, whoever writes.
#[derive(Debug, PartialEq, Eq)]
pub struct Constraint {
    pub name: &'static str,
    /// The field of the form that has to change.
    pub field: Option<&'static str>,
    pub sentence: &'static str,
    /// SQLite tells a broken uniqueness by its columns, not by its name.
    sqlite: &'static str,
}

const fn rule(
    name: &'static str,
    sqlite: &'static str,
    field: Option<&'static str>,
    sentence: &'static str,
) -> Constraint {
    Constraint { name, field, sentence, sqlite }
}

/// What a broken foreign key becomes: SQLite does not say which one it was.
static REFERENCE: Constraint = rule("reference_exists", "", None, "所选的对象不存在或已被删除，请重新选择。");
/// A check or uniqueness that no form should be able to break.
static OTHER: Constraint = rule("other", "", None, "填写的内容互相矛盾，请检查后重试。");

static RULES: &[Constraint] = &[
    rule("region_name_taken", "index 'region_name_taken'", Some("name"), "同一上级区域下已有这个名称。"),
    rule("school_name_taken", "school.region, school.name", Some("name"), "这个区域已有同名学校。"),
    rule("account_login_name_taken", "account.login_name", Some("login_name"), "这个登录名已被使用，请换一个。"),
    rule("account_changed", "", None, "这个账号刚被别人改过，请刷新后重试。"),
    rule("account_phone_taken", "account.phone", Some("phone"), "这个手机号已登记给别的账号。"),
    rule("studio_name_taken", "studio.region, studio.name", Some("name"), "这个区域已有同名工作室。"),
    rule(
        "membership_open_taken",
        "membership.studio, membership.account",
        Some("account"),
        "这位老师已在工作室中。要改角色，请先填写现有记录的结束日期。",
    ),
    rule("membership_span", "membership_span", Some("to"), "结束日期不能早于开始日期。"),
    rule("series_title_taken", "series.studio, series.title", Some("title"), "工作室已有同名系列。"),
    rule("activity_span", "activity_span", Some("planned_end"), "结束时间应晚于开始时间。"),
    rule(
        "classroom_name_taken",
        "classroom.activity, classroom.school, classroom.name",
        Some("name"),
        "这所学校已有同名的教室。",
    ),
    rule("session_live_taken", "session.activity", None, "直播已经开始了，请直接进入课堂。"),
    rule("presence_event_key", "presence_event.session, presence_event.sequence", None, "考勤记录的顺序冲突，请重试。"),
    rule("presence_event_id_taken", "presence_event.id", None, "这条考勤记录已属于另一场直播。"),
    rule(
        "leave_ordinal_taken",
        "leave_asked.activity, leave_asked.account, leave_asked.ordinal",
        None,
        "您已经请过假了，请刷新后查看。",
    ),
    rule("leave_decided_key", "leave_decided.leave", None, "这件事已经处理过了，请刷新后查看结果。"),
    rule("leave_withdrawn_key", "leave_withdrawn.leave", None, "您已经撤回了。"),
    rule(
        "appeal_ordinal_taken",
        "appeal.session, appeal.account, appeal.ordinal",
        None,
        "您对这一场的说明还在等待处理，不用再提交。",
    ),
    rule("appeal_decided_key", "appeal_decided.appeal", None, "这件事已经处理过了，请刷新后查看结果。"),
    rule("photo_taken", "photo.session, photo.attachment", None, "这张照片已经加过了。"),
    rule(
        "notice_ordinal_taken",
        "notice.activity, notice.ordinal",
        None,
        "这个活动已有一份通知在送审或已发布，请刷新后查看。",
    ),
    rule("notice_of_cancelled", "", None, "活动已取消，不用再发通知。"),
    rule("notice_decided_key", "notice_decided.notice", None, "这份通知已经处理过了，请刷新后查看结果。"),
    rule(
        "notice_number_taken",
        "notice_decided.region, notice_decided.year, notice_decided.number",
        None,
        "这个编号刚被用掉，请再试一次。",
    ),
    rule("notice_withdrawn_key", "notice_withdrawn.notice", None, "这份通知没有发布，或者已经撤回了。"),
    rule("notice_draft_changed", "notice_draft.activity", None, "这份草稿刚被别人改过，请先看一看现在的内容。"),
    rule("evidence_decided_already", "", None, "这份材料已经审核过，不能再撤回。"),
    rule("evidence_withdrawn_key", "evidence_withdrawn.evidence", None, "这份材料已经撤回了。"),
    rule("transfer_withdrawn_key", "transfer_withdrawn.transfer", None, "这条变动已经撤回了。"),
    rule("notice_insert_only", "notice_insert_only", None, "通知送审以后不能改动。"),
    rule("membership_changed_insert_only", "membership_changed_insert_only", None, "成员日期的改动记录只增不改。"),
    rule("case_insert_only", "case_insert_only", None, "请假、申诉和附件只增不改。"),
    rule("presence_event_insert_only", "presence_event_insert_only", None, "考勤明细只增不改。"),
    rule("assessment_insert_only", "assessment_insert_only", None, "考核的佐证、确认和决定只增不改。"),
    rule("lesson_review_taken", "lesson_review.activity, lesson_review.reviewer", None, "您已经为这个活动写过评课了。"),
    rule("choice_decided_key", "choice_decided.choice", None, "这次选择已经处理过了，请刷新后查看结果。"),
    rule("veto_lifted_key", "veto_lifted.veto", None, "这一项已经撤销了。"),
    rule("mentor_span", "mentor_span", Some("to"), "结束日期不能早于开始日期。"),
    rule("helped_school_span", "helped_school_span", Some("to"), "结束日期不能早于开始日期。"),
    rule(
        "helped_school_open_taken",
        "helped_school.studio, helped_school.school",
        Some("school"),
        "这所学校已在结对名单里。",
    ),
    rule(
        "year_end_ordinal_taken",
        "year_end.policy, year_end.year, year_end.ordinal",
        None,
        "这一年刚刚由另一个工作站冻结，请刷新后再看。",
    ),
    rule("year_end_published_key", "year_end_published.year_end", None, "已经公示过了，请刷新后查看。"),
    rule("year_end_closed_key", "year_end_closed.year_end", None, "这次评定刚刚已经定为最终结果或作废，请刷新后查看。"),
    rule(
        "year_end_objection_ordinal_taken",
        "year_end_objection.year_end, year_end_objection.studio, year_end_objection.ordinal",
        None,
        "您的工作室已有一件异议在等待答复，不用再提交。",
    ),
    rule("year_end_answer_key", "year_end_answer.objection", None, "这件异议已经答复过了，请刷新后查看。"),
    rule(
        "year_end_correction_key",
        "year_end_correction.year_end, year_end_correction.studio, year_end_correction.ordinal",
        None,
        "这个结果刚刚更正过，请刷新后查看。",
    ),
    rule("certificate_ordinal_taken", "index 'certificate_ordinal_taken'", None, "证书刚刚已经发了，请刷新后查看。"),
    rule(
        "certificate_number_taken",
        "certificate.region, certificate.year, certificate.number",
        None,
        "这个编号刚被用掉，请再试一次。",
    ),
    rule("certificate_revoked_key", "certificate_revoked.certificate", None, "这份证书已经撤销了。"),
    rule("year_end_insert_only", "year_end_insert_only", None, "年度评定的每一步只增不改。"),
    rule(
        "application_taken",
        "application.recruitment, application.account",
        None,
        "您已经有这份申请了，请刷新后继续填写。",
    ),
    rule(
        "application_sent_key",
        "application_sent.application, application_sent.ordinal",
        None,
        "这份申请刚刚提交过，请刷新后查看。",
    ),
    rule(
        "application_withdrawn_key",
        "application_withdrawn.application, application_withdrawn.sending",
        None,
        "您已经撤回了。",
    ),
    rule(
        "application_reviewed_key",
        "application_reviewed.application, application_reviewed.sending, application_reviewed.ordinal",
        None,
        "这份申请刚被别人处理过，请刷新后查看。",
    ),
    rule(
        "application_objection_ordinal_taken",
        "application_objection.application, application_objection.sending, application_objection.ordinal",
        None,
        "刚有另一件异议，请再提交一次。",
    ),
    rule("application_answer_key", "application_answer.objection", None, "这件异议已经答复过了，请刷新后查看。"),
    rule(
        "application_named_key",
        "application_named.application, application_named.sending",
        None,
        "这份申请刚被别人处理过，请刷新后查看。",
    ),
    rule(
        "application_denied_key",
        "application_denied.application, application_denied.sending",
        None,
        "这份申请刚被别人处理过，请刷新后查看。",
    ),
    rule(
        "recruitment_changed_key",
        "recruitment_changed.recruitment, recruitment_changed.ordinal",
        None,
        "截止日期刚被别人改过，请刷新后查看。",
    ),
    rule(
        "transfer_ordinal_taken",
        "transfer.membership, transfer.ordinal",
        None,
        "这位成员刚有一条变动，请刷新后查看。",
    ),
    rule("transfer_decided_key", "transfer_decided.transfer", None, "这条变动已经处理过了，请刷新后查看。"),
    rule("announcement_withdrawn_key", "announcement_withdrawn.announcement", None, "这份公告已经撤回了。"),
    rule("application_insert_only", "application_insert_only", None, "招募、申请、变动和公告只增不改。"),
    rule("resource_recording_taken", "resource.recording", None, "这次录制已经归档。"),
    rule(
        "resource_attachment_key",
        "resource_attachment.resource, resource_attachment.attachment",
        None,
        "这份附件已经加过了。",
    ),
    rule(
        "resource_step_key",
        "resource_step.resource, resource_step.ordinal",
        None,
        "这份资源刚被别人处理过，请刷新后查看。",
    ),
    rule("resource_insert_only", "resource_insert_only", None, "资源的每一步只增不改。"),
    rule("resource_rating_stars", "resource_rating_stars", Some("stars"), "请选一到五颗星。"),
    rule("lesson_plan_title_taken", "lesson_plan.account, lesson_plan.title", Some("title"), "您已有同名的备课单。"),
    rule("report_issue_insert_only", "report_issue_insert_only", None, "发出的报告不能改动。"),
];

/// The rule that this error of the database tells of, if it tells of one.
pub(super) fn broken_by(error: &dyn DatabaseError) -> Option<&'static Constraint> {
    let told = |rule: &&Constraint| match error.constraint() {
        Some(name) => rule.name == name,
        None => {
            let message = error.message();
            message == rule.sqlite
                || message.split_once("constraint failed: ").is_some_and(|(_, what)| what == rule.sqlite)
        }
    };
    if let Some(rule) = RULES.iter().find(told) {
        return Some(rule);
    }
    match error.kind() {
        ErrorKind::ForeignKeyViolation => Some(&REFERENCE),
        ErrorKind::UniqueViolation | ErrorKind::CheckViolation | ErrorKind::NotNullViolation => Some(&OTHER),
        _ => None,
    }
}

/// The rule by its name, where the code itself finds it broken.
pub(super) fn named(name: &str) -> &'static Constraint {
    RULES.iter().find(|rule| rule.name == name).unwrap_or(&OTHER)
}
