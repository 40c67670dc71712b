/** 投票的话，课堂、手机、大屏和报告共用。 */
import type { DraftTrouble } from '@/pages/live/poll/figures'

const kind = (several: boolean) => (several ? '多选' : '单选')
const counted = (answered: number, present: number) => `${answered} / ${present} 人已投`

export const poll = {
  name: '投票',
  kind,
  counted,
  votes: (n: number) => `${n} 票`,
  row: (text: string, votes: number, percent: number) => `${text}，${votes} 票，占 ${percent}%`,
  result: '投票结果',

  /** 主持人这边 */
  host: {
    button: '投票',
    title: '发起投票',
    question: '问题',
    questionHint: '例如：这节课的导入怎么样？',
    options: '选项',
    option: (n: number) => `选项 ${n}`,
    remove: (n: number) => `去掉选项 ${n}`,
    add: '加一个选项',
    most: (n: number) => `最多 ${n} 个选项`,
    kind: '方式',
    one: '单选',
    several: '多选',
    start: '开始投票',
    startHint: '不记名，只统计人数。结束以后，结果大家都能看到，也会写入活动报告。',
    busy: '现在的投票结束后才能再发起。',
    running: (n: number) => `第 ${n} 个投票进行中`,
    ended: (n: number) => `第 ${n} 个投票已结束`,
    close: '结束投票，公布结果',
    shown: '大家都能看到这个结果。',
    putAway: '收起结果',
    again: '再发起一个',
    trouble: (one: DraftTrouble): string => {
      if (one.field === 'question') return one.kind === 'long' ? '问题最多 120 字。' : '请写下问题。'
      if (one.kind === 'long') return `选项 ${(one.place ?? 0) + 1} 太长，最多 40 字。`
      return one.kind === 'twice' ? `选项 ${(one.place ?? 0) + 1} 和前面的一样，请改一个。` : '请至少写两个选项。'
    },
  },

  /** 参与者这边 */
  ask: {
    title: (several: boolean) => `投票（${kind(several)}）`,
    secret: '不记名，只统计人数。结束前可以改。',
    submit: '投票',
    update: '改投',
    none: '请先选择。',
    done: '已投：',
    chosen: (texts: string[]) => texts.join('、'),
    change: '改选',
    fold: '不改了',
    mine: '您选的',
    aside: '收起投票结果',
    announced: (question: string) => `新的投票：${question}`,
    published: (question: string) => `投票结束，结果已公布：${question}`,
  },

  /** 大屏 */
  wall: {
    open: (question: string) => `请用手机投票：${question}`,
    result: (parts: string[]) => `投票结果：${parts.join('，')}`,
    part: (text: string, percent: number) => `${text} ${percent}%`,
  },
}
