/** 电子通知里的话。 */
export const notices = {
  title: '电子通知',
  none: '还没有通知。拟好以后送工作站审核，通过后编号发布。',
  draft: '拟通知', again: '重新拟通知', send: '送审',
  content: '通知内容', contentHint: '写清时间、地点、参加的人和要求。最多 3000 字。',
  lead: (title: string) => `“${title}”的通知。送审以后不能改；要改，请工作站退回。`,
  missing: '请填写通知内容。', reasonMissing: '请写明原因。',
  state: { sent: '待审', returned: '已退回', approved: '已发布', withdrawn: '已撤回' },
  sent: (name: string, when: string) => `${name} ${when} 送审`,
  approved: (name: string, when: string) => `${name} ${when} 批准`,
  returned: (name: string, when: string) => `${name} ${when} 退回`,
  withdrawn: (name: string, when: string) => `${name} ${when} 撤回`,
  approve: '批准并编号', approveText: '批准后按本区域当年的顺序编号，活动页面上的人都能看到。', giveBack: '退回',
  giveBackTitle: '退回通知', giveBackLead: '写明要改什么，主持人改好后会再送审。',
  withdraw: '撤回', withdrawTitle: '撤回通知', withdrawLead: '通知会标明已撤回，编号不再使用。撤回后可以另发一份。',
  reason: '原因',
  waiting: '待审通知', waitingCount: (n: number) => `${n} 份`,
}
