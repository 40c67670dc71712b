/** My attendance by month, latest first, within a range of time. */
import { toDate, semester, schoolYear, type Moment } from '@/locale/time-words'
import type { Attendance } from '@/pages/desk/shapes'

export type Range = 'semester' | 'year' | 'all'

export interface Month { key: string; year: number; month: number; rows: Attendance[]; minutes: number }

export function within(rows: readonly Attendance[], range: Range, now: Moment): Attendance[] {
  if (range === 'all') return [...rows]
  const { from, to } = range === 'semester' ? semester(now) : schoolYear(now)
  return rows.filter((row) => toDate(row.started_at) >= from && toDate(row.started_at) < to)
}

export function byMonth(rows: readonly Attendance[]): Month[] {
  const months = new Map<string, Month>()
  const sorted = [...rows].sort((a, b) => toDate(b.started_at).getTime() - toDate(a.started_at).getTime())
  for (const row of sorted) {
    const d = toDate(row.started_at)
    const key = `${d.getFullYear()}-${d.getMonth() + 1}`
    const month = months.get(key) ?? { key, year: d.getFullYear(), month: d.getMonth() + 1, rows: [], minutes: 0 }
    month.rows.push(row)
    month.minutes += row.record.minutes
    months.set(key, month)
  }
  return [...months.values()]
}
