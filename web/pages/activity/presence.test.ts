import { describe, expect, it } from 'vitest'
import type { Presence } from '@/pages/desk/shapes'
import { presenceRows } from './presence'

const at = (m: number) => new Date(2026, 10, 20, 14, m).toISOString()
const one = (participant: number, account: string | null, from: number, to: number, kind: Presence['kind'] = 'account'): Presence => ({
  participant, kind, account, name: account ?? `访客${participant}`, school: null, rural: false, intervals: [{ from: at(from), to: at(to) }], minutes: to - from,
})
const now = new Date(2026, 10, 20, 18)

describe('presence of a session', () => {
  it('two participants of one account are one row and their time is united', () => {
    const rows = presenceRows([one(1, '甲', 0, 30), one(4, '甲', 20, 40)], now, 'minutes')
    expect(rows).toHaveLength(1)
    expect(rows[0]?.minutes).toBe(40)
  })
  it('guests are never united', () => {
    expect(presenceRows([one(1, null, 0, 30, 'guest'), one(2, null, 0, 30, 'guest')], now, 'minutes')).toHaveLength(2)
  })
  it('machines are not people', () => {
    expect(presenceRows([one(1, null, 0, 30, 'encoder'), one(2, null, 0, 30, 'player')], now, 'name')).toEqual([])
  })
  it('the longest stay comes first', () => {
    expect(presenceRows([one(1, '甲', 0, 5), one(2, '乙', 0, 50)], now, 'minutes').map((r) => r.name)).toEqual(['乙', '甲'])
  })
})
