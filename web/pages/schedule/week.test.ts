import { describe, expect, it } from 'vitest'
import type { ActivityCard } from '@/pages/desk/shapes'
import { listDays, unique, weekDays } from './week'

const one = (id: string, day: number, hour = 14) => ({ id, planned_start: new Date(2026, 10, day, hour).toISOString() }) as ActivityCard
const now = new Date(2026, 10, 20, 15)

describe('the schedule', () => {
  it('a week has seven days from Monday to Sunday', () => {
    expect(weekDays([], now).map((d) => d.key)).toEqual(['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21', '2026-11-22'])
  })
  it('a day keeps its activities in order of time', () => {
    const days = weekDays([one('b', 20, 16), one('a', 20, 9), one('c', 27)], now)
    expect(days[4]?.rows.map((r) => r.id)).toEqual(['a', 'b'])
  })
  it('today belongs to what is ahead', () => {
    const rows = [one('a', 20, 9), one('b', 19), one('c', 25)]
    expect(listDays(rows, now, false).map((d) => d.key)).toEqual(['2026-11-20', '2026-11-25'])
    expect(listDays(rows, now, true).map((d) => d.key)).toEqual(['2026-11-19'])
  })
  it('an activity of two lists is shown once', () => {
    expect(unique([one('a', 20), one('b', 19)], [one('a', 20)]).map((r) => r.id)).toEqual(['b', 'a'])
  })
})
