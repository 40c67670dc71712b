import { describe, expect, it } from 'vitest'
import { LOOK_EVERY_MS, PathWatch } from './path-watch'

/** Lets a path live: `comes(now)` says whether something came since the last look. Gives the times of the alarms. */
function live(comes: (now: number) => boolean, until: number, watch = new PathWatch(() => 0)) {
  const alarms: number[] = []
  let packets = 0
  for (let now = 0; now <= until; now += LOOK_EVERY_MS) {
    if (comes(now)) packets += 1
    if (watch.observe(packets, now)) alarms.push(now)
  }
  return alarms
}

describe('a path that falls silent', () => {
  it('is_noticed_within_about_a_second_where_media_flowed', () => {
    const [alarm] = live((now) => now < 20_000, 30_000)
    expect(alarm).toBeGreaterThanOrEqual(20_400)
    expect(alarm).toBeLessThanOrEqual(21_000)
  })

  it('is_told_once_however_long_it_lasts', () => {
    expect(live((now) => now < 20_000, 300_000)).toHaveLength(1)
  })

  it('pauses_that_are_usual_are_no_alarm', () => {
    expect(live((now) => now % 2_400 === 0, 120_000)).toEqual([])
    expect(live((now) => now < 10_000 || now % 1_200 === 0, 60_000)).toEqual([])
  })

  it('false_alarms_grow_rare', () => {
    // Every 20 s the sender stalls for 2 s.
    const alarms = live((now) => now % 20_000 < 18_000, 600_000)
    expect(alarms.length).toBeGreaterThan(2)
    expect(alarms.length).toBeLessThan(9)
    const pauses = alarms.slice(1).map((at, n) => at - (alarms[n] ?? 0))
    expect(pauses[pauses.length - 1]).toBeGreaterThanOrEqual(160_000)
  })

  it('after_a_true_alarm_the_next_is_as_quick', () => {
    const watch = new PathWatch(() => 0)
    const [first] = live((now) => now < 10_000, 12_000, watch)
    expect(first).toBeLessThan(11_500)
    watch.proven()
    watch.rest(12_000)
    let packets = 100
    const alarms: number[] = []
    for (let now = 12_000; now < 22_000; now += LOOK_EVERY_MS) if (watch.observe(now < 17_000 ? ++packets : packets, now)) alarms.push(now)
    expect(alarms[0]).toBeLessThan(18_500)
  })

  it('nothing_is_said_where_the_browser_counts_nothing', () => {
    const watch = new PathWatch(() => 0)
    for (let now = 0; now < 20_000; now += LOOK_EVERY_MS) expect(watch.observe(null, now)).toBe(false)
  })

  it('what_was_switched_off_is_no_alarm_at_once', () => {
    const watch = new PathWatch(() => 0)
    let packets = 0
    for (let now = 0; now < 10_000; now += LOOK_EVERY_MS) expect(watch.observe(++packets, now)).toBe(false)
    watch.rest(10_000)
    // Only the answers to the browser's own checks come now.
    for (let now = 10_000; now < 12_800; now += LOOK_EVERY_MS) expect(watch.observe(packets, now)).toBe(false)
  })
})
