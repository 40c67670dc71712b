import { titles } from './frame'

/** 考核办法的全文。 */
export const policy = {
  title: titles.policy, notFetched: '考核办法没有取到', chapters: '目录',
  note: (note: string) => `口径：${note}`,
  sources: (n: number) => (n === 1 ? '原文' : `原文 ${n} 处`),
  place: (part: string, line: number) => `${part ? `${part}，` : ''}原文第 ${line} 行`,
}
