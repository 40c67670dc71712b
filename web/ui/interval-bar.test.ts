import { describe, expect, it } from 'vitest'
import { barGeometry, barSentence, seenMs, unite } from './interval-bar'

const at = (h: number, m = 0, s = 0) => new Date(2026, 10, 20, h, m, s)
const now = at(18)

describe('interval bar', () => {
  it('a whole stay fills the whole track', () => {
    const bar = barGeometry(at(14), at(15), [{ from: at(14), to: at(15) }], now)
    expect(bar.fills).toEqual([{ a: 0, b: 100 }])
    expect(bar.planned).toEqual({ a: 0, b: 100 })
  })
  it('a late arrival leaves the left empty', () => {
    const bar = barGeometry(at(14), at(15), [{ from: at(14, 15), to: at(15) }], now)
    expect(bar.fills).toEqual([{ a: 25, b: 100 }])
  })
  it('two devices count once', () => {
    const stays = [{ from: at(14), to: at(14, 40) }, { from: at(14, 20), to: at(14, 50) }]
    expect(unite(stays, now)).toHaveLength(1)
    expect(seenMs(stays, now)).toBe(50 * 60_000)
  })
  it('a gap stays a gap', () => {
    const bar = barGeometry(at(14), at(15), [{ from: at(14), to: at(14, 30) }, { from: at(14, 45), to: at(15) }], now)
    expect(bar.fills).toEqual([{ a: 0, b: 50 }, { a: 75, b: 100 }])
    expect(bar.seenMs).toBe(45 * 60_000)
  })
  it('what nobody knows is hatched, and an absence is an empty track', () => {
    const stays = [{ from: at(14), to: at(14, 15) }, { from: at(14, 45), to: at(15) }]
    const gap = (kind: 'lost' | 'away') => ({ kind, from: at(14, 15), to: at(14, 45) })
    expect(barGeometry(at(14), at(15), stays, now, [gap('lost')]).gaps).toEqual([{ look: 'away', a: 25, b: 75 }])
    expect(barGeometry(at(14), at(15), stays, now, [gap('away')]).gaps).toEqual([])
    expect(barSentence(at(14), at(15), stays, now, [gap('lost')])).toContain('14:15 至 14:45 记录不明')
  })
  it('a short interruption lies within what was seen', () => {
    const bar = barGeometry(at(14), at(15), [{ from: at(14), to: at(15) }], now, [{ kind: 'bridged', from: at(14, 30), to: at(14, 31) }])
    expect(bar.fills).toEqual([{ a: 0, b: 100 }])
    expect(bar.gaps[0]?.look).toBe('gap')
  })
  it('an open interval reaches to now', () => {
    const bar = barGeometry(at(14), at(15), [{ from: at(14, 15), to: null }], at(14, 45))
    expect(bar.fills).toEqual([{ a: 25, b: 75 }])
  })
  it('time outside the plan widens the bar and is not hidden', () => {
    const bar = barGeometry(at(14), at(15), [{ from: at(13, 30), to: at(15, 30) }], now)
    expect(bar.fills).toEqual([{ a: 0, b: 100 }])
    expect(bar.planned).toEqual({ a: 25, b: 75 })
    expect(bar.from).toEqual(at(13, 30))
  })
  it('an interval that ends before it begins is nothing', () => {
    const bar = barGeometry(at(14), at(15), [{ from: at(14, 30), to: at(14, 20) }], now)
    expect(bar.fills).toEqual([])
    expect(bar.seenMs).toBe(0)
  })
  it('a plan without length does not divide by zero', () => {
    const bar = barGeometry(at(14), at(14), [], now)
    expect(Number.isFinite(bar.planned.b)).toBe(true)
  })
  it('the sentence tells every stay and the sum', () => {
    expect(barSentence(at(14, 30), at(15, 30), [{ from: at(14, 34), to: at(14, 52) }, { from: at(15, 20), to: at(15, 29) }], now))
      .toBe('计划 14:30 至 15:30，14:34 至 14:52，15:20 至 15:29，共 27 分钟')
  })
  it('no record is said as no record, not as absence', () => {
    expect(barSentence(at(14), at(15), [], now)).toBe('计划 14:00 至 15:00，没有在场记录')
  })
  it('somebody who is still there is told so', () => {
    expect(barSentence(at(14), at(15), [{ from: at(14, 1) }], at(14, 31))).toBe('计划 14:00 至 15:00，14:01 进入至今，共 30 分钟')
  })
})
