/** What this device sees of its line: how good it looks, for the words on the page, and what is reported to the server. */
import type { LineReport } from '@/protocol/signaling'
import type { MediaReading, SlotReading } from './media-stats'

export type LineLevel = 'unknown' | 'good' | 'fair' | 'weak'

export interface LineSample {
  level: LineLevel
  /** 0–1, over every slot. */
  lossRatio: number
  freezeSeconds: number
  roundTrip: number | null
  receivedKbps: number
  sentKbps: number
}

/** Fewer packets than this in two seconds say nothing: five lost of ten are chance. */
const MIN_PACKETS = 20

/** What two readings, one after the other, say about the time between them. */
export function compare(before: MediaReading, now: MediaReading): LineSample {
  let received = 0
  let lost = 0
  let freezeSeconds = 0
  for (const [was, is] of pairs(before, now)) {
    received += is.packetsReceived - was.packetsReceived
    lost += Math.max(0, is.packetsLost - was.packetsLost)
    freezeSeconds = Math.max(freezeSeconds, is.totalFreezesDuration - was.totalFreezesDuration)
  }
  const seconds = secondsBetween(before, now)
  const sample: LineSample = {
    level: 'unknown',
    lossRatio: received + lost > 0 ? lost / (received + lost) : 0,
    freezeSeconds,
    roundTrip: now.roundTrip,
    receivedKbps: Math.max(0, ((now.bytesReceived - before.bytesReceived) * 8) / seconds / 1000),
    sentKbps: Math.max(0, ((now.bytesSent - before.bytesSent) * 8) / seconds / 1000),
  }
  if (received + lost >= MIN_PACKETS) sample.level = judge(sample)
  return sample
}

function judge(sample: LineSample): LineLevel {
  const trip = sample.roundTrip ?? 0
  if (sample.lossRatio > 0.1 || sample.freezeSeconds > 0.8 || trip > 0.8) return 'weak'
  if (sample.lossRatio > 0.03 || sample.freezeSeconds > 0.2 || trip > 0.35) return 'fair'
  return 'good'
}

/** What the server is told of the time between two readings. */
export function reportBetween(before: MediaReading, now: MediaReading): LineReport {
  let freezes = 0
  let freezeSeconds = 0
  let concealed = 0
  let samples = 0
  let frames = 0
  for (const [was, is] of pairs(before, now)) {
    freezes += Math.max(0, is.freezeCount - was.freezeCount)
    freezeSeconds += Math.max(0, is.totalFreezesDuration - was.totalFreezesDuration)
    frames = Math.max(frames, is.framesDecoded - was.framesDecoded)
    // An empty slot conceals for ever, and so does one whose speaker pauses: only sound that was missed counts.
    if (is.packetsReceived === was.packetsReceived) continue
    concealed += Math.max(0, missed(is) - missed(was))
    samples += Math.max(0, is.totalSamplesReceived - was.totalSamplesReceived)
  }
  return {
    freezes,
    freeze_ms: Math.round(freezeSeconds * 1000),
    concealed_permille: samples > 0 ? Math.min(1000, Math.round((concealed / samples) * 1000)) : 0,
    decoded_fps: Math.round(frames / secondsBetween(before, now)),
  }
}

const missed = (slot: SlotReading) => slot.concealedSamples - slot.silentConcealedSamples

/** The slots of both readings; one whose counters fell belongs to a new connection and is left out. */
function pairs(before: MediaReading, now: MediaReading): [SlotReading, SlotReading][] {
  const old = new Map(before.slots.map((slot) => [slot.mid, slot]))
  return now.slots.flatMap((is) => {
    const was = old.get(is.mid)
    return was && is.packetsReceived >= was.packetsReceived ? [[was, is] as [SlotReading, SlotReading]] : []
  })
}

const secondsBetween = (before: MediaReading, now: MediaReading) => Math.max(0.001, (now.at - before.at) / 1000)
