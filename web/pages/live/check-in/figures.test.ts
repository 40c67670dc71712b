import { describe, expect, it } from 'vitest'
import { checkIn } from '@/session/fakes'
import { answeredShare, missingFigures, secondsLeft, timeLeft } from './figures'
import type { MissingPerson } from '@/protocol/signaling'

const who = (name: string, core = false): MissingPerson => ({ participant: null, name, school: null, core })

describe('figures of a check-in', () => {
  it('seconds_are_rounded_up_and_end_at_0', () => {
    expect(secondsLeft(checkIn({ opened_ms: 0, closes_ms: 120_000 }), -700)).toBe(120)
    expect(secondsLeft(checkIn({ closes_ms: 48_000 }), 100)).toBe(48)
    expect(secondsLeft(checkIn({ closes_ms: 48_000 }), 50_000)).toBe(0)
  })
  it('time_left_is_a_share_of_the_whole_also_after_it_was_extended', () => {
    expect(timeLeft(checkIn({ opened_ms: 0, closes_ms: 60_000 }), 15_000)).toBe(75)
    expect(timeLeft(checkIn({ opened_ms: 0, closes_ms: 120_000 }), 30_000)).toBe(75)
    expect(timeLeft(checkIn({ opened_ms: 5, closes_ms: 5 }), 5)).toBe(0)
  })
  it('nobody_expected_is_no_share', () => {
    expect(answeredShare(0, 0)).toBe(0)
    expect(answeredShare(38, 47)).toBeCloseTo(80.85)
    expect(answeredShare(3, 2)).toBe(100)
  })
  it('core_members_are_named_first_and_the_rest_counted', () => {
    const missing = [who('甲'), who('孙立群', true), who('郑小云', true)]
    expect(missingFigures(38, 47, missing)).toEqual({ total: 9, core: 2, names: ['孙立群', '郑小云'], unnamed: 0 })
  })
  it('without_core_members_the_first_few_are_named', () => {
    const missing = Array.from({ length: 8 }, (_, n) => who(`老师${n}`))
    expect(missingFigures(2, 12, missing)).toEqual({ total: 10, core: 0, names: missing.slice(0, 6).map((one) => one.name), unnamed: 4 })
    expect(missingFigures(12, 12, []).total).toBe(0)
  })
})
