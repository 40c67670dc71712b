import { describe, expect, it } from 'vitest'
import type { Presence } from '@/pages/desk/shapes'
import { presenceRows } from './presence'

const at = (m: number) => new Date(2026, 10, 20, 14, m).toISOString()
const one = (name: string, account: string | null, from: number, to: number): Presence => ({
  key: account ?? `guest:${name}@石桥小学`, kind: account ? 'account' : 'guest', account, name, school: null, rural: false, shares_device: false,
  record: {
    status: 'present', late: false, left_early: false, ongoing: false, open: false, minutes: to - from, unverified_minutes: 0, required_minutes: 30, session_minutes: 90,
    first: at(from), last: at(to), intervals: [{ from: at(from), to: at(to) }], gaps: [], devices: 1, check_ins: { asked: 0, answered: 0 }, late_after: at(10), early_before: at(50), reason: '', correction: null,
  },
})

describe('presence of a session', () => {
  it('the longest stay comes first, and of equals the name decides', () => {
    const rows = presenceRows([one('乙', 'b', 0, 5), one('甲', 'a', 0, 50), one('丙', 'c', 10, 15)], 'minutes')
    expect(rows.map((r) => r.name)).toEqual(['甲', '丙', '乙'])
  })
  it('guests of one name from two schools stay two', () => {
    const other = { ...one('郑小云', null, 0, 30), key: 'guest:郑小云@上坪小学' }
    const rows = presenceRows([one('郑小云', null, 0, 30), other], 'minutes')
    expect(new Set(rows.map((r) => r.key)).size).toBe(2)
  })
  it('what has to be looked at comes first of all', () => {
    const pending = one('丁', 'd', 0, 5)
    pending.record.status = 'unknown'
    expect(presenceRows([one('甲', 'a', 0, 50), pending], 'status').map((r) => r.name)).toEqual(['丁', '甲'])
  })
})
