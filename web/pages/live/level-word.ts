import { live as words } from '@/locale/zh-CN/live'

/** A word for a meter of ten marks. */
export function levelWord(level: number): string {
  if (level < 1) return words.check.level.quiet
  if (level < 3) return words.check.level.low
  return level < 9 ? words.check.level.fine : words.check.level.loud
}
