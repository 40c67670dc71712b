import { describe, expect, it } from 'vitest'
import { LineLadder, compare } from './line-quality'
import type { LineLevel } from './line-quality'
import { readStats } from './media-stats'
import type { MediaReading } from './media-stats'

function reading(at: number, over: { received?: number; lost?: number; freezes?: number; trip?: number; bytes?: number } = {}): MediaReading {
  const report = new Map<string, Record<string, unknown> & { type: string }>([
    ['v', { type: 'inbound-rtp', mid: '7', kind: 'video', packetsReceived: over.received ?? 0, packetsLost: over.lost ?? 0, totalFreezesDuration: over.freezes ?? 0, frameHeight: 720 }],
    ['c', { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: over.trip ?? 0.03, bytesReceived: over.bytes ?? 0 }],
  ])
  return readStats(report, { sources: new Map(), midOfTrack: new Map() }, at)
}

describe('judging a line', () => {
  const start = reading(0, { received: 1000, lost: 0 })
  it.each([
    ['good', { received: 1400, lost: 4 }],
    ['fair', { received: 1400, lost: 20 }],
    ['weak', { received: 1400, lost: 80 }],
    ['weak', { received: 1400, freezes: 1.2 }],
    ['weak', { received: 1400, trip: 1.1 }],
    ['unknown', { received: 1005, lost: 5 }],
  ] as const)('%s_for_%o', (level, over) => {
    expect(compare(start, reading(2_000, over)).level).toBe(level)
  })

  it('a_new_connection_is_not_judged_by_the_counters_of_the_old', () => {
    expect(compare(start, reading(2_000, { received: 50, lost: 0 })).level).toBe('unknown')
  })

  it('measures_what_comes_in', () => {
    expect(compare(reading(0, { bytes: 0 }), reading(2_000, { bytes: 250_000 })).receivedKbps).toBeCloseTo(1000)
  })
})

describe('reading statistics', () => {
  it('finds_the_slot_by_its_track_where_a_browser_gives_no_mid', () => {
    const report = new Map<string, Record<string, unknown> & { type: string }>([
      ['t', { type: 'track', id: 't', trackIdentifier: 'abc' }],
      ['v', { type: 'inbound-rtp', trackId: 't', kind: 'video', framesDecoded: 5 }],
    ])
    const read = readStats(report, { sources: new Map(), midOfTrack: new Map([['abc', '8']]) })
    expect(read.slots).toMatchObject([{ mid: '8', framesDecoded: 5 }])
  })

  it('names_sent_layers_by_rid_with_the_loss_the_server_reported', () => {
    const report = new Map<string, Record<string, unknown> & { type: string }>([
      ['o', { type: 'outbound-rtp', id: 'o', mid: '1', rid: 'm', bytesSent: 10 }],
      ['r', { type: 'remote-inbound-rtp', localId: 'o', fractionLost: 0.25 }],
    ])
    const read = readStats(report, { sources: new Map([['1', 'camera' as const]]), midOfTrack: new Map() })
    expect(read.sent).toMatchObject([{ source: 'camera', layer: 'mid', fractionLost: 0.25 }])
  })
})

describe('stepping down and up', () => {
  function run(ladder: LineLadder, levels: LineLevel[], from = 0) {
    levels.forEach((level, n) => ladder.observe(level, from + n * 2_000))
    return ladder.step
  }
  const times = (n: number, level: LineLevel) => Array.from({ length: n }, () => level)

  it('a_burst_changes_nothing', () => expect(run(new LineLadder(), ['weak', 'weak', 'good', 'weak', 'weak'])).toBe('high'))
  it('six_weak_seconds_step_down_once', () => expect(run(new LineLadder(), times(3, 'weak'))).toBe('mid'))
  it('a_line_that_stays_weak_ends_with_sound_alone', () => expect(run(new LineLadder(), times(40, 'weak'))).toBe('audio'))

  it('half_a_minute_of_good_steps_up_and_a_fair_moment_starts_it_over', () => {
    const ladder = new LineLadder()
    run(ladder, times(3, 'weak'))
    expect(run(ladder, [...times(10, 'good'), 'fair', ...times(15, 'good')], 10_000)).toBe('mid')
    expect(run(ladder, times(2, 'good'), 62_000)).toBe('high')
  })

  it('a_step_up_that_was_wrong_makes_the_next_one_wait_longer', () => {
    const ladder = new LineLadder()
    run(ladder, times(3, 'weak'))
    run(ladder, times(17, 'good'), 6_000)
    expect(ladder.step).toBe('high')
    run(ladder, times(3, 'weak'), 42_000)
    expect(ladder.step).toBe('mid')
    expect(run(ladder, times(20, 'good'), 50_000)).toBe('mid')
    expect(run(ladder, times(15, 'good'), 90_000)).toBe('high')
  })

  it('passes_over_a_step_that_would_show_the_same', () => {
    const ladder = new LineLadder()
    const alike = (a: string, b: string) => [a, b].every((one) => one === 'high' || one === 'mid')
    for (let n = 0; n < 3; n += 1) ladder.observe('weak', n * 2_000, alike)
    expect(ladder.step).toBe('low')
    for (let n = 0; n < 17; n += 1) ladder.observe('good', 10_000 + n * 2_000, alike)
    expect(ladder.step).toBe('high')
  })

  it('finds_its_way_back_from_sound_alone_although_silence_says_nothing', () => {
    const ladder = new LineLadder()
    run(ladder, times(40, 'weak'))
    expect(run(ladder, times(20, 'unknown'), 100_000)).toBe('slides')
  })
})
