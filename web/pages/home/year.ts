/** My school year in two numbers, from my attendance. */
import { schoolYear, toDate, type Moment } from '@/locale/time-words'
import type { Attendance } from '@/pages/desk/shapes'

export interface YearSum { sessions: number; minutes: number; last: Attendance | null; words: string }

export function yearSum(rows: readonly Attendance[], now: Moment): YearSum {
  const { from, to, words } = schoolYear(now)
  const mine = rows.filter((row) => toDate(row.started_at) >= from && toDate(row.started_at) < to && row.record.intervals.length > 0)
  const last = mine.reduce<Attendance | null>((a, b) => (a && toDate(a.started_at) >= toDate(b.started_at) ? a : b), null)
  return { sessions: mine.length, minutes: mine.reduce((sum, row) => sum + row.record.minutes, 0), last, words }
}
