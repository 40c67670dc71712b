/** 首页待办里的话。 */
import type { ReminderKind } from '@/protocol/api'

export const reminders = {
  title: '待办',
  all: (n: number) => `全部 ${n} 项`,
  fewer: '收起',
  late: (day: string) => `${day}已到期`,
  today: '今天截止',
  tomorrow: '明天截止',
  daysLeft: (day: string, days: number) => `${day}截止，还有 ${days} 天`,
  since: (days: number) => (days > 0 ? `已等 ${days} 天` : '今天送来'),
  kinds: {
    send_application: '申报还没有提交', mend_application: '申报被退回，请修改', recruitment_closes: '招募快截止',
    review_applications: '申报等您审核', answer_application_objections: '公示有异议，等您答复', name_applicants: '公示期满，等您命名', decide_transfers: '人员变动等您决定', decide_cases: '请假、申诉等您审批',
    decide_evidence: '佐证等您审核', decide_levels: '活动级别等您确认', decide_choices: '特色项目等您确认', decide_resources: '资源等您发布', decide_selections: '精品等您评选', decide_notices: '通知等您审批', mend_notice: '通知被退回，请修改后再送',
    may_appeal: '考勤可以申诉', may_object: '公示期可以提异议', answer_objections: '异议等答复',
    publication_ends: '公示快结束', settle_year: '公示已结束，可以确定结果', criterion_due: '考核指标还没达到',
  } satisfies Record<ReminderKind, string>,
  count: (n: number) => `${n} 件`,
  more: (title: string, n: number) => `${title}等 ${n} 件`,
}
