import { describe, expect, it } from 'vitest'
import type { Attendance } from '@/pages/desk/shapes'
import { yearSum } from '@/pages/home/year'
import { byMonth, within } from './months'

const row = (y: number, m: number, d: number, minutes: number, stays = 1): Attendance => {
  const at = new Date(y, m - 1, d, 14, 30).toISOString()
  return {
    session: `${y}${m}${d}`, activity: {} as Attendance['activity'], started_at: at, ended_at: at, planned_start: at, planned_end: at,
    record: {
      status: 'present', late: false, left_early: false, ongoing: false, open: false, minutes, unverified_minutes: 0, required_minutes: 30, session_minutes: 90,
      first: at, last: at, intervals: Array.from({ length: stays }, () => ({ from: at, to: at })), gaps: [], devices: 1, check_ins: { asked: 0, answered: 0 }, late_after: at, early_before: at, reason: '', correction: null,
    },
  }
}
const now = new Date(2026, 10, 20)

describe('my attendance by month', () => {
  it('the latest month and the latest row come first', () => {
    const months = byMonth([row(2026, 10, 9, 10), row(2026, 11, 6, 20), row(2026, 10, 30, 30)])
    expect(months.map((m) => m.key)).toEqual(['2026-11', '2026-10'])
    expect(months[1]?.rows.map((r) => r.session)).toEqual(['20261030', '2026109'])
  })
  it('minutes are added per month', () => {
    expect(byMonth([row(2026, 11, 6, 41), row(2026, 11, 13, 27)])[0]?.minutes).toBe(68)
  })
  it('the same month of another year is another month', () => {
    expect(byMonth([row(2026, 11, 6, 1), row(2025, 11, 6, 1)])).toHaveLength(2)
  })
  it('a range keeps only its own rows', () => {
    const rows = [row(2026, 11, 6, 1), row(2026, 3, 6, 1), row(2026, 9, 1, 1)]
    expect(within(rows, 'semester', now)).toHaveLength(2)
    expect(within(rows, 'year', now)).toHaveLength(2)
    expect(within(rows, 'all', now)).toHaveLength(3)
    expect(within(rows, 'year', new Date(2026, 3, 1))).toHaveLength(1)
  })
})

describe('my school year', () => {
  it('counts only lessons with a stay', () => {
    const sum = yearSum([row(2026, 11, 6, 41), row(2026, 11, 13, 0, 0), row(2026, 5, 1, 90)], now)
    expect([sum.sessions, sum.minutes, sum.last?.session]).toEqual([1, 41, '2026116'])
  })
})
