import { describe, expect, it } from 'vitest'
import type { Presence } from '@/pages/desk/shapes'
import { presenceRows } from './presence'

const at = (m: number) => new Date(2026, 10, 20, 14, m).toISOString()
const one = (name: string, account: string | null, from: number, to: number): Presence => ({
  kind: account ? 'account' : 'guest', account, name, school: null, rural: false, intervals: [{ from: at(from), to: at(to) }], open: false, minutes: to - from,
})
const now = new Date(2026, 10, 20, 18)

describe('presence of a session', () => {
  it('the longest stay comes first, and of equals the name decides', () => {
    const rows = presenceRows([one('乙', 'b', 0, 5), one('甲', 'a', 0, 50), one('丙', 'c', 10, 15)], now, 'minutes')
    expect(rows.map((r) => r.name)).toEqual(['甲', '丙', '乙'])
  })
  it('two guests of one name stay two', () => {
    const rows = presenceRows([one('郑小云', null, 0, 30), one('郑小云', null, 0, 30)], now, 'minutes')
    expect(new Set(rows.map((r) => r.key)).size).toBe(2)
  })
  it('overlapping spans of one person are united', () => {
    const row = { ...one('甲', 'a', 0, 30), intervals: [{ from: at(0), to: at(30) }, { from: at(20), to: at(40) }] }
    expect(presenceRows([row], now, 'name')[0]?.minutes).toBe(40)
  })
})
