/** 工作室页里的话：师徒结对、结对学校。 */
export const mentoring = {
  optional: '选填',
  since: (from: string) => `${from}起`, fromTo: (from: string, to: string) => `${from} – ${to}`,
  over: (n: number) => `已结束 ${n} 条`,
  end: '结束', change: '改日期', save: '保存日期', endDay: '结束日期', endHint: '这一天仍算在内。不填就一直继续。', endEarly: '结束日期不能早于开始日期。',
  from: '开始日期', fromMissing: '请选择开始日期。',
  ended: (what: string, day: string) => `${what}：结束日期记为${day}。`, goesOn: (what: string) => `${what}：一直继续。`,
  mentors: {
    title: '师徒结对', notFetched: '师徒结对没有取到', none: '还没有师徒结对。', count: (n: number) => `${n} 对`, add: '添加结对', addTitle: '添加师徒结对',
    mentor: '指导人', choose: '请选择成员', mentorMissing: '请选择指导人。', mentee: '被指导人', menteeHint: '输入姓名查找；没有账号的，按姓名登记。', menteeMissing: '请填写被指导人。', itself: '指导人和被指导人不能是同一个人。',
    byName: '没有账号，按姓名登记', noneFound: '请输入姓名。', pair: (mentor: string, mentee: string) => `${mentor}指导${mentee}`, guides: '指导', noAccount: '没有账号',
    endTitle: (pair: string) => `结对日期：${pair}`, added: (pair: string) => `已添加：${pair}。`, endOf: (pair: string) => `结束或改日期：${pair}`,
  },
  helped: {
    title: '结对学校', notFetched: '结对学校没有取到', none: '还没有结对学校。', count: (n: number) => `${n} 所`, add: '添加学校', addTitle: '添加结对学校',
    school: '学校', schoolHint: '输入校名的一部分查找。', schoolMissing: '请选择学校。', noneFound: '没有找到这所学校。',
    endTitle: (school: string) => `结对日期：${school}`, added: (school: string) => `已添加：${school}。`, endOf: (school: string) => `结束或改日期：${school}`,
  },
}
