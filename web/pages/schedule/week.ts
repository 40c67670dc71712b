/** Activities by day: one week as seven days, and everything ahead as a list of days that have something. */
import { addDays, dateField, sameDay, startOfWeek, toDate, type Moment } from '@/locale/time-words'
import type { ActivityCard } from '@/pages/desk/shapes'

export interface Day { key: string; date: Date; rows: ActivityCard[] }

const byStart = (a: ActivityCard, b: ActivityCard) => toDate(a.planned_start).getTime() - toDate(b.planned_start).getTime()

/** The same activity may come from several lists; the first one counts. */
export function unique(...lists: readonly (readonly ActivityCard[])[]): ActivityCard[] {
  const all = new Map<string, ActivityCard>()
  for (const one of lists.flat()) if (!all.has(one.id)) all.set(one.id, one)
  return [...all.values()].sort(byStart)
}

export function weekDays(rows: readonly ActivityCard[], inWeek: Moment): Day[] {
  const monday = startOfWeek(inWeek)
  return Array.from({ length: 7 }, (_, n) => {
    const date = addDays(monday, n)
    return { key: dateField(date), date, rows: rows.filter((one) => sameDay(one.planned_start, date)).sort(byStart) }
  })
}

/** Days from `now` on, first day first; with `past`, the days before, latest first. */
export function listDays(rows: readonly ActivityCard[], now: Moment, past: boolean): Day[] {
  const today = dateField(now)
  const days = new Map<string, Day>()
  for (const one of [...rows].sort(byStart)) {
    const key = dateField(one.planned_start)
    if (past ? key >= today : key < today) continue
    const day = days.get(key) ?? { key, date: toDate(one.planned_start), rows: [] }
    day.rows.push(one)
    days.set(key, day)
  }
  const list = [...days.values()]
  return past ? list.reverse() : list
}
