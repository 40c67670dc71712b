/** How good this person's line is, and how far to step down for it: first the picture, then the cameras, last the slides. */
import type { LayerName } from '@/protocol/signaling'
import type { MediaReading } from './media-stats'

export type LineLevel = 'unknown' | 'good' | 'fair' | 'weak'

export interface LineSample {
  level: LineLevel
  /** 0–1, over every slot. */
  lossRatio: number
  freezeSeconds: number
  /** 0–1 of the sound that had to be made up. */
  concealedRatio: number
  roundTrip: number | null
  receivedKbps: number
  sentKbps: number
}

/** What two readings, one after the other, say about the time between them. */
export function compare(before: MediaReading, now: MediaReading): LineSample {
  const old = new Map(before.slots.map((slot) => [slot.mid, slot]))
  let received = 0
  let lost = 0
  let freezeSeconds = 0
  let concealed = 0
  let samples = 0
  for (const slot of now.slots) {
    const was = old.get(slot.mid)
    // Counters that fell belong to a new connection.
    if (!was || slot.packetsReceived < was.packetsReceived) continue
    received += slot.packetsReceived - was.packetsReceived
    lost += Math.max(0, slot.packetsLost - was.packetsLost)
    freezeSeconds = Math.max(freezeSeconds, slot.totalFreezesDuration - was.totalFreezesDuration)
    concealed += Math.max(0, slot.concealedSamples - was.concealedSamples)
    samples += Math.max(0, slot.totalSamplesReceived - was.totalSamplesReceived)
  }
  const seconds = Math.max(0.001, (now.at - before.at) / 1000)
  const sample: LineSample = {
    level: 'unknown',
    lossRatio: received + lost > 0 ? lost / (received + lost) : 0,
    freezeSeconds,
    // A slot that is silent by DTX or empty conceals for ever; a line is judged by it only while packets come.
    concealedRatio: received > 0 && samples > 0 ? concealed / samples : 0,
    roundTrip: now.roundTrip,
    receivedKbps: Math.max(0, ((now.bytesReceived - before.bytesReceived) * 8) / seconds / 1000),
    sentKbps: Math.max(0, ((now.bytesSent - before.bytesSent) * 8) / seconds / 1000),
  }
  if (received + lost >= MIN_PACKETS) sample.level = judge(sample)
  return sample
}

/** Fewer packets than this in two seconds say nothing: five lost of ten are chance. */
const MIN_PACKETS = 20

function judge(sample: LineSample): LineLevel {
  const trip = sample.roundTrip ?? 0
  if (sample.lossRatio > 0.1 || sample.freezeSeconds > 0.8 || trip > 0.8) return 'weak'
  if (sample.lossRatio > 0.03 || sample.freezeSeconds > 0.2 || trip > 0.35) return 'fair'
  return 'good'
}

/** What flows, from everything down to sound alone. */
export type Step = 'high' | 'mid' | 'low' | 'slides' | 'audio'
export const STEPS: readonly Step[] = ['high', 'mid', 'low', 'slides', 'audio']

export function layerOf(step: Step): LayerName | null {
  return step === 'high' || step === 'mid' || step === 'low' ? step : null
}

/** Three weak samples, six seconds: longer than a burst, shorter than a person's patience. */
const DOWN_AFTER = 3
const FIRST_UP_AFTER_MS = 30_000
const LONGEST_UP_AFTER_MS = 240_000
/** A step up that turns weak within this was wrong, and the next try waits twice as long. */
const PROBATION_MS = 20_000

/** Steps down when the line is weak for a while and up again when it has been good, ever more slowly when that was wrong. */
export class LineLadder {
  private index = 0
  private weak = 0
  private goodSince: number | null = null
  private upAfter = FIRST_UP_AFTER_MS
  private steppedUpAt = -Infinity

  get step(): Step {
    return STEPS[this.index] ?? 'audio'
  }

  /**
   * True when the step changed. `alike` says that two steps show the same at present, as 高清 and 流畅 do of a camera beside
   * slides: a step that changes nothing is passed over, and never announced.
   */
  observe(level: LineLevel, now: number, alike: (a: Step, b: Step) => boolean = () => false): boolean {
    if (level === 'weak') {
      this.goodSince = null
      this.weak += 1
      if (this.weak < DOWN_AFTER || this.index === STEPS.length - 1) return false
      this.weak = 0
      if (now - this.steppedUpAt < PROBATION_MS) this.upAfter = Math.min(LONGEST_UP_AFTER_MS, this.upAfter * 2)
      const from = this.step
      do this.index += 1
      while (this.index < STEPS.length - 1 && alike(from, this.step))
      return true
    }
    this.weak = 0
    if (level === 'fair') this.goodSince = null
    if (level !== 'good' && !(level === 'unknown' && this.step === 'audio')) return false
    this.goodSince ??= now
    if (this.index === 0 || now - this.goodSince < this.upAfter) return false
    do this.index -= 1
    while (this.index > 0 && alike(this.step, STEPS[this.index - 1] ?? 'high'))
    this.goodSince = now
    this.steppedUpAt = now
    return true
  }

  reset(): void {
    this.index = 0
    this.weak = 0
    this.goodSince = null
    this.upAfter = FIRST_UP_AFTER_MS
    this.steppedUpAt = -Infinity
  }
}
