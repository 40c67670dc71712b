import { describe, expect, it } from 'vitest'
import { compare, reportBetween } from './line-sample'
import type { MediaReading, SlotReading } from './media-stats'

const slot = (over: Partial<SlotReading> = {}): SlotReading => ({
  mid: '7', kind: 'video', packetsReceived: 0, packetsLost: 0, bytesReceived: 0, jitter: 0, framesDecoded: 0, framesDropped: 0, frameWidth: 0, frameHeight: 0,
  freezeCount: 0, totalFreezesDuration: 0, nackCount: 0, pliCount: 0, totalAudioEnergy: 0, audioLevel: 0, concealedSamples: 0, silentConcealedSamples: 0, totalSamplesReceived: 0,
  ...over,
})
const reading = (at: number, slots: SlotReading[], over: Partial<MediaReading> = {}): MediaReading => ({
  at, slots, sent: [], roundTrip: 0.05, canSend: null, transport: 'udp', bytesReceived: 0, bytesSent: 0, ...over,
})

describe('how the line looks from here', () => {
  it('is_unknown_from_a_handful_of_packets', () => {
    expect(compare(reading(0, [slot()]), reading(2_000, [slot({ packetsReceived: 5, packetsLost: 5 })])).level).toBe('unknown')
  })

  it.each([
    ['good', 100, 1, 0, 0.05],
    ['fair', 100, 5, 0, 0.05],
    ['weak', 100, 20, 0, 0.05],
    ['weak', 100, 0, 1, 0.05],
    ['fair', 100, 0, 0, 0.4],
  ] as const)('is_%s_with_%i_received_%i_lost_%f_s_frozen', (level, packetsReceived, packetsLost, totalFreezesDuration, roundTrip) => {
    const sample = compare(reading(0, [slot()]), reading(2_000, [slot({ packetsReceived, packetsLost, totalFreezesDuration })], { roundTrip }))
    expect(sample.level).toBe(level)
  })

  it('a_new_connection_is_not_compared_with_the_old_one', () => {
    const sample = compare(reading(0, [slot({ packetsReceived: 900, packetsLost: 1 })]), reading(2_000, [slot({ packetsReceived: 30, packetsLost: 20 })]))
    expect(sample).toMatchObject({ level: 'unknown', lossRatio: 0 })
  })

  it('counts_what_came_in_kilobits_a_second', () => {
    expect(compare(reading(0, []), reading(2_000, [], { bytesReceived: 250_000 })).receivedKbps).toBe(1_000)
  })
})

describe('what the server is told', () => {
  it('is_what_happened_since_the_last_report', () => {
    const before = reading(0, [slot({ packetsReceived: 10, freezeCount: 2, totalFreezesDuration: 1, framesDecoded: 100 })])
    const now = reading(10_000, [slot({ packetsReceived: 900, freezeCount: 5, totalFreezesDuration: 2.5, framesDecoded: 345 })])
    expect(reportBetween(before, now)).toEqual({ freezes: 3, freeze_ms: 1_500, concealed_permille: 0, decoded_fps: 25 })
  })

  it('sound_that_was_made_up_for_a_pause_is_not_a_loss', () => {
    const voice = (over: Partial<SlotReading>) => slot({ mid: '4', kind: 'audio', ...over })
    const before = reading(0, [voice({ packetsReceived: 1 })])
    const now = reading(10_000, [voice({ packetsReceived: 400, totalSamplesReceived: 480_000, concealedSamples: 100_000, silentConcealedSamples: 95_200 })])
    expect(reportBetween(before, now).concealed_permille).toBe(10)
  })

  it('an_empty_slot_that_conceals_for_ever_says_nothing', () => {
    const now = reading(10_000, [slot({ mid: '5', kind: 'audio', totalSamplesReceived: 480_000, concealedSamples: 480_000 })])
    expect(reportBetween(reading(0, [slot({ mid: '5', kind: 'audio' })]), now).concealed_permille).toBe(0)
  })
})
