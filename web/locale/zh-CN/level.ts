/** 活动的级别和面向的对象由主管部门确认。 */
export const level = {
  term: '级别对象', audience: (audience: string) => `面向${audience}`,
  confirmed: (name: string, when: string) => `${name} ${when} 确认`,
  other: (said: string) => `主持人填的是${said}`,
  refused: (name: string, when: string) => `${name} ${when} 未确认`,
  waiting: '等主管部门确认', notFetched: '级别的确认情况没有取到',
  choose: '确认为', confirm: '确认', refuse: '不确认',
  refuseTitle: '不确认级别', refuseLead: '这次活动在考核里不按级别计数。写明原因，主持人看得到。',
  reason: '原因', reasonMissing: '请写明原因。',
}

/** 活动是否计入考核：结束后默认计入，主管部门可以剔除误开、中断的活动。 */
export const counting = {
  term: '考核', in: '计入考核', out: '不计入考核',
  by: (name: string, when: string) => `${name} ${when} 决定`,
  notFetched: '是否计入考核没有取到',
  refuse: '不计入', restore: '恢复计入',
  refuseTitle: '不计入考核', refuseLead: '误开、没有讲成的活动可以不计入。考勤记录不变，考核表里不再数这一次。写明原因，主持人看得到。',
  reason: '原因', reasonMissing: '请写明原因。',
}

/** 主讲人换了人，活动结束后可以更正。 */
export const presenters = {
  correct: '更正主讲人', save: '保存更正', who: '实际主讲的老师', reason: '理由', nobody: '没有主讲人',
  lead: '临时换了人，按实际主讲的填写。出席以考勤为准，没有到场的不算主讲。更正会留下记录。',
  corrected: (n: number) => `更正过 ${n} 次`, line: (when: string, before: string, after: string, reason: string, by: string) => `${when}：${before} → ${after}，${reason}（${by}）`,
  notFetched: '主讲人的更正没有取到', rosterNotFetched: '成员没有取到',
}
