/** 主管部门的认定：一票否决、评审等次。 */
export const rulings = {
  title: '主管部门认定',
  notFetched: '认定记录没有取到',
  veto: {
    title: '一票否决', none: '没有一票否决。', held: '有效', lifted: '已撤销',
    by: (name: string, when: string) => `${name} ${when} 认定`,
    liftedBy: (name: string, when: string, reason: string) => `${name} ${when} 撤销：${reason}`,
    find: '认定一票否决', findLead: (studio: string, year: string) => `认定后，${studio} ${year}的考核不合格，其余指标照常统计。工作室看得到事由。`,
    rule: '情形', choose: '请选择情形', ruleMissing: '请选择情形。', day: '发生日期', dayMissing: '请选择发生日期。', dayOutside: (from: string, to: string) => `日期要在 ${from}到${to}之间。`,
    reason: '事由', reasonHint: '写明查实的事实，最多 300 字。', reasonMissing: '请填写事由。',
    lift: '撤销认定', liftOf: (title: string) => `撤销认定：${title}`, liftLead: '撤销后，这一年的结果马上重新计算，原来的认定留在记录里。',
    liftReason: '撤销的原因', liftReasonHint: '工作室会看到。', liftMissing: '请写明撤销的原因。',
    found: (title: string) => `已认定：${title}。`, taken: (title: string) => `已撤销：${title}。`,
  },
  grade: {
    title: '评审等次', notFetched: '评审记录没有取到', notGiven: '能评定的等次没有取到', words: '评审记录', by: (name: string, when: string) => `${name} ${when}`, now: (grade: string) => `按现在的记录：${grade}`, noGrade: '还没有等次',
    lead: (grades: string) => `指标达到要求，又经主管部门评审认定的，才是${grades}。`,
    act: '评定等次', actTitle: (year: string) => `评定等次：${year}`, which: '等次', whichMissing: '请选择等次。',
    answer: '评定结果', give: '认定', refuse: '不认定', giving: (grade: string) => `认定${grade}`, refusing: (grade: string) => `不认定${grade}`,
    reason: '说明', reasonHint: '不认定的，请写明原因。最多 300 字。', reasonMissing: '请写明不认定的原因。',
    given: (grade: string) => `已认定${grade}，结果按新的认定计算。`, refused: (grade: string) => `已记下：不认定${grade}。`, year: '年度',
  },
}
