/** 活动级别由主管部门确认。 */
export const level = {
  term: '级别',
  confirmed: (name: string, when: string) => `${name} ${when} 确认`,
  other: (said: string) => `主持人填的是${said}`,
  refused: (name: string, when: string) => `${name} ${when} 未确认`,
  waiting: '等主管部门确认',
  choose: '确认为', confirm: '确认级别', refuse: '不确认',
  refuseTitle: '不确认级别', refuseLead: '这次活动在考核里不按级别计数。写明原因，主持人看得到。',
  reason: '原因', reasonMissing: '请写明原因。',
}
