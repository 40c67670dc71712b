/** 活动页里的评课记录。 */
export const lessonReviews = {
  title: '评课记录', count: (n: number) => `${n} 位已交`, notFetched: '评课记录没有取到',
  none: '还没有评课。', noneHint: '到过场的老师和工作室的导师，每人可以写一份。',
  outside: '评课记录给工作室成员和主管部门看。到过场的老师都可以写一份。',
  write: '写评课', writeTitle: (title: string) => `评课：${title}`,
  lead: '到过场的老师和工作室的导师可以写，每人一份。交了不能再改，工作室成员和主管部门都看得到。',
  lesson: '课题', lessonHint: '例如：《威尼斯的小艇》第二课时', lessonMissing: '请填写课题。',
  strengths: '优点', strengthsHint: '看到了什么、好在哪里。最多 1000 字。', strengthsMissing: '请写出优点。',
  advice: '建议', adviceHint: '可以怎样改、下次怎样试。最多 1000 字。', adviceMissing: '请写出建议。',
  send: '交评课', sent: '您的评课已交。',
}
