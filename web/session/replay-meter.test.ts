import { describe, expect, it } from 'vitest'
import { ReplayMeter } from './replay-meter'
import { covered, seenShare, united } from './replay-spans'

const span = (from_ms: number, to_ms: number) => ({ from_ms, to_ms })

/** Plays on from `position` for `ms` of clock time, told four times a second. */
function play(meter: ReplayMeter, position: number, at: number, ms: number, speed = 1, hidden = false) {
  for (let t = 250; t <= ms; t += 250) meter.moved(position + t * speed, at + t, hidden)
}

describe('ReplayMeter', () => {
  it('counts_only_what_was_played', () => {
    const meter = new ReplayMeter()
    expect(meter.take()).toBeNull()
    meter.started(10_000, 0, 1)
    play(meter, 10_000, 0, 5_000)
    meter.stopped(15_000, 5_000)
    meter.moved(15_000, 65_000)
    expect(meter.take()).toEqual({ intervals: [span(10_000, 15_000)], position_ms: 15_000, speed: 1 })
    expect(meter.take()).toBeNull()
  })

  it('splits_at_a_seek', () => {
    const meter = new ReplayMeter()
    meter.started(0, 0, 1)
    play(meter, 0, 0, 2_000)
    meter.sought(600_000)
    meter.started(600_000, 2_500, 1)
    play(meter, 600_000, 2_500, 1_000)
    expect(meter.take()?.intervals).toEqual([span(0, 2_000), span(600_000, 601_000)])
  })

  it('gives_nothing_for_a_jump_that_was_not_announced', () => {
    const meter = new ReplayMeter()
    meter.started(0, 0, 1)
    play(meter, 0, 0, 1_000)
    meter.moved(500_000, 1_250)
    play(meter, 500_000, 1_250, 1_000)
    expect(meter.take()?.intervals).toEqual([span(0, 1_000), span(500_000, 501_000)])
  })

  it('a_jump_back_counts_the_same_minute_once', () => {
    const meter = new ReplayMeter()
    meter.started(0, 0, 1)
    play(meter, 0, 0, 10_000)
    meter.sought(5_000)
    meter.started(5_000, 10_000, 1)
    play(meter, 5_000, 10_000, 3_000)
    expect(meter.take()?.intervals).toEqual([span(0, 10_000)])
  })

  it('twice_the_speed_is_twice_the_way', () => {
    const meter = new ReplayMeter()
    meter.started(0, 0, 1)
    play(meter, 0, 0, 1_000)
    meter.sped(1_000, 1_000, 2)
    play(meter, 1_000, 1_000, 4_000, 2)
    expect(meter.take()).toEqual({ intervals: [span(0, 9_000)], position_ms: 9_000, speed: 2 })
  })

  it('goes_on_after_a_report_without_a_hole', () => {
    const meter = new ReplayMeter()
    meter.started(0, 0, 1)
    play(meter, 0, 0, 15_000)
    const first = meter.take()
    play(meter, 15_000, 15_000, 15_000)
    const second = meter.take()
    expect(united([...(first?.intervals ?? []), ...(second?.intervals ?? [])])).toEqual([span(0, 30_000)])
  })

  it('what_could_not_be_told_is_told_next_time', () => {
    const meter = new ReplayMeter()
    meter.started(0, 0, 1)
    play(meter, 0, 0, 15_000)
    const lost = meter.take()
    if (lost) meter.notTold(lost)
    play(meter, 15_000, 15_000, 1_000)
    expect(meter.take()?.intervals).toEqual([span(0, 16_000)])
  })

  it('a_hidden_page_with_sound_counts_and_is_told', () => {
    const meter = new ReplayMeter()
    meter.started(0, 0, 2)
    // A hidden page hears of the time once a second.
    for (let t = 1_000; t <= 60_000; t += 1_000) meter.moved(t * 2, t, true)
    expect(meter.take()?.intervals).toEqual([span(0, 120_000)])
    expect(meter.takeHidden()).toBe(60_000)
    expect(meter.takeHidden()).toBe(0)
  })
})

describe('spans', () => {
  it('unite_and_drop_what_is_empty', () => {
    expect(united([span(5, 5), span(2_000, 3_000), span(0, 1_000), span(900, 2_500)])).toEqual([span(0, 3_000)])
  })
  it('overlaps_cover_once', () => {
    expect(covered([span(0, 600), span(400, 1_000)], 0, 800)).toBe(800)
    expect(seenShare([span(0, 600), span(400, 1_000)], 2_000)).toBe(0.5)
    expect(seenShare([], 0)).toBe(0)
  })
})
